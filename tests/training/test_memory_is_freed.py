"""A search builds many networks: those that were rebuilt have to go, with their graphs."""

import gc
import weakref

import tensorflow as tf
from test_learner import BATCH, learner_of

from goldnas_tf.searching.rebuild import rebuild


def test_rebuilt_network_is_freed_with_its_graph():
    learner = learner_of("one_node")
    learner.step(*BATCH, 0.1)
    model = weakref.ref(learner.model)
    arguments = (*BATCH, tf.constant(0.1), tf.constant(0.0))
    graph = weakref.ref(learner._compiled_steps[False].get_concrete_function(*arguments).graph)
    learner = rebuild(learner)
    learner.step(*BATCH, 0.1)
    gc.collect()
    assert model() is None
    assert graph() is None
