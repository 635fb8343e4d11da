"""Operations without their numbers, for every registered operator."""

import numpy as np
import pytest
from tiny_networks import NETWORKS

from goldnas_tf.architecture.primitives import Depthwise
from goldnas_tf.inference import forms
from goldnas_tf.inference.graph import Applied, Convolution, Dense
from goldnas_tf.inference.lowering import lower
from goldnas_tf.inference.numbers import of_sizes

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("name", NETWORKS)
def test_random_numbers_have_the_sizes_of_the_network(name):
    graph = lower(of_sizes(NETWORKS[name].genotype))
    filled = forms.filled(graph, RNG)
    assert [*forms.forms(filled)] == [*forms.forms(graph)]
    for value, before in zip(filled.values, graph.values, strict=True):
        for field in ("kernel", "bias", "matrix", "mean"):
            numbers, zeros = (
                getattr(value.operation, field, None),
                getattr(before.operation, field, None),
            )
            assert numbers is None or numbers.any(), (name, field)
            if zeros is not None and field != "bias":
                assert numbers.shape == zeros.shape


@pytest.mark.parametrize(
    ("operation", "field", "shape"),
    [
        (Convolution(np.zeros((3, 3, 4, 8)), np.zeros(8)), "kernel", (3, 3, 5, 7)),
        (Applied(Depthwise(), np.zeros((3, 3, 4, 1)), np.zeros(4)), "kernel", (3, 3, 5, 1)),
        (Dense(np.zeros((4, 8)), np.zeros(8)), "matrix", (5, 7)),
    ],
)
def test_an_operation_of_other_widths(operation, field, shape):
    assert getattr(forms.resized(operation, 5, 7, RNG), field).shape == shape


def test_what_is_told_apart_is_what_takes_another_time():
    graph = lower(of_sizes(NETWORKS["all_operators"].genotype))
    kinds = {form.site.kind for form in forms.forms(graph)}
    assert "convolution of 1 pixels, stride 1" in kinds
    assert any(kind.startswith("depthwise of stride 1, side 3, dilation 1") for kind in kinds)
    assert any("dilation 2" in kind for kind in kinds)
