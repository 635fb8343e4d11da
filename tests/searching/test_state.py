import dataclasses
import json

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.searching.pruning import PruningRule
from goldnas_tf.searching.schedule import LambdaState, Stability
from goldnas_tf.searching.state import SearchState

FULL = Genotype.full(Space((8, 8, 3), 3, cells=3, channels=4, nodes=2))


def test_the_start():
    state = SearchState.start(FULL, PruningRule(lambda_step=0.5))
    assert state.genotype == FULL
    assert state.lambda_ == LambdaState(0.0, 0.5)
    assert (state.stability, state.epoch, state.step) == (Stability(), 0, 0)
    assert (state.accuracy, state.pending, state.ended) == (None, None, None)


def test_json_round_trip_of_the_start():
    state = SearchState.start(FULL, PruningRule())
    assert SearchState.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_json_round_trip_of_every_field():
    start = SearchState.start(FULL, PruningRule())
    state = SearchState(
        genotype=FULL.without(FULL.cell(0)[:1]),
        lambda_=LambdaState(0.1 + 0.2, 1e-5, 2),
        stability=Stability(3, True),
        epoch=4,
        step=77,
        lowest=123,
        wasted=12.5,
        sums=(1 / 3, 2.0, 3.0, 4.0, 5.0),
        accuracy=0.1,
        pending="budget",
        ended="the floor is reached",
    )
    for field in dataclasses.fields(SearchState):
        assert getattr(state, field.name) != getattr(start, field.name), field.name
    read = SearchState.from_json(json.loads(json.dumps(state.to_json())))
    assert read == state
    assert hash(read) == hash(state)


def test_replace_leaves_the_old_state():
    start = SearchState.start(FULL, PruningRule())
    assert start.replace(epoch=3).epoch == 3
    assert start.epoch == 0
