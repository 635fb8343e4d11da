import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.norm import EPSILON, MOMENTUM, BatchNorm, NormBank, batch_norm

RNG = np.random.default_rng(0)
X = RNG.normal(3.0, 2.0, (4, 5, 6, 3)).astype(np.float32)
SCALE, SHIFT = (RNG.normal(1.0, 0.5, 3).astype(np.float32) for _ in range(2))
MEAN, VARIANCE = np.float32([1.0, 2.0, 3.0]), np.float32([0.5, 1.0, 4.0])


def normalised(x, mean, variance, scale, shift):
    return (x - mean) / np.sqrt(variance + 1e-5) * scale + shift


def test_constants_are_those_of_the_method():
    assert (EPSILON, MOMENTUM) == (1e-5, 0.9)


def test_training_uses_the_statistics_of_the_batch():
    y, mean, variance = batch_norm(X, SCALE, SHIFT, MEAN, VARIANCE, True)
    axes = (0, 1, 2)
    expected = normalised(X, X.mean(axes), X.var(axes), SCALE, SHIFT)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(mean, X.mean(axes), rtol=1e-5)
    np.testing.assert_allclose(variance, X.var(axes, ddof=1), rtol=1e-4)


def test_inference_uses_the_moving_statistics():
    y, mean, variance = batch_norm(X, SCALE, SHIFT, MEAN, VARIANCE, False)
    expected = normalised(X, MEAN, VARIANCE, SCALE, SHIFT)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(mean, MEAN)
    np.testing.assert_array_equal(variance, VARIANCE)


def test_half_precision_keeps_statistics_in_full():
    y, mean, variance = batch_norm(tf.cast(X, tf.bfloat16), SCALE, SHIFT, MEAN, VARIANCE, True)
    assert (y.dtype, mean.dtype, variance.dtype) == (tf.bfloat16, tf.float32, tf.float32)
    np.testing.assert_allclose(mean, X.mean((0, 1, 2)), rtol=1e-2)


@pytest.fixture
def bank():
    """Makes a bank of two batch norms, with its variables."""

    def make(training):
        mean = tf.Variable(np.stack([MEAN, MEAN + 1]))
        variance = tf.Variable(np.stack([VARIANCE, VARIANCE + 1]))
        scales, shifts = np.stack([SCALE, 2 * SCALE]), np.stack([SHIFT, SHIFT - 1])
        return NormBank(["a", "b"], scales, shifts, mean, variance, training), mean, variance

    return make


def test_a_bank_has_a_row_for_each_name(bank):
    norms, _, _ = bank(False)
    np.testing.assert_allclose(
        norms("b", X),
        normalised(X, MEAN + 1, VARIANCE + 1, 2 * SCALE, SHIFT - 1),
        rtol=1e-5,
        atol=1e-5,
    )
    np.testing.assert_allclose(
        norms("a", X), normalised(X, MEAN, VARIANCE, SCALE, SHIFT), rtol=1e-5, atol=1e-5
    )


def test_the_same_name_is_computed_once(bank):
    norms, _, _ = bank(True)
    assert norms("a", X) is norms("a", X)


def test_statistics_move_by_a_tenth_in_training(bank):
    norms, mean, variance = bank(True)
    norms("b", X)
    norms.update()
    axes = (0, 1, 2)
    expected = [MEAN, 0.9 * (MEAN + 1) + 0.1 * X.mean(axes)]
    np.testing.assert_allclose(mean, expected, rtol=1e-5)
    expected = [VARIANCE, 0.9 * (VARIANCE + 1) + 0.1 * X.var(axes, ddof=1)]
    np.testing.assert_allclose(variance, expected, rtol=1e-4)


def test_statistics_stay_in_inference(bank):
    norms, mean, variance = bank(False)
    norms("a", X)
    norms.update()
    np.testing.assert_array_equal(mean, [MEAN, MEAN + 1])
    np.testing.assert_array_equal(variance, [VARIANCE, VARIANCE + 1])


@pytest.mark.parametrize("training", [True, False])
def test_statistics_of_a_cell_after_one_step(training):
    cell = Cell(2, 1, [(0, 0, "skip_connect"), (0, 1, "avg_pool_3x3")])
    inputs = [X, RNG.normal(0, 1, (4, 5, 6, 3)).astype(np.float32)]
    cell(inputs, training=training)
    (table,) = cell.norms
    means, variances = (
        dict(zip(table.names, values.numpy(), strict=True)) for values in table.statistics
    )
    assert set(means) == {"input.0", "input.1", "skip.0", "0.1.avg_pool_3x3.0"}
    if not training:
        assert all((mean == 0).all() for mean in means.values())
        assert all((variance == 1).all() for variance in variances.values())
        return
    for source, x in enumerate(inputs):
        kernel = {v.name: v.numpy() for v in cell.variables}[f"input_{source}"]
        projected = x @ kernel
        name, axes = f"input.{source}", (0, 1, 2)
        np.testing.assert_allclose(means[name], 0.1 * projected.mean(axes), rtol=1e-4, atol=1e-6)
        expected = 0.9 + 0.1 * projected.var(axes, ddof=1)
        np.testing.assert_allclose(variances[name], expected, rtol=1e-4)
    # what the skip connection reads is normalised: mean 0, variance nearly 1
    np.testing.assert_allclose(means["skip.0"], 0.0, atol=1e-6)
    np.testing.assert_allclose(variances["skip.0"], 0.9 + 0.1 * 120 / 119, rtol=1e-3)


@pytest.fixture
def layer():
    layer = BatchNorm()
    layer.build(X.shape)
    values = {"scale": SCALE, "shift": SHIFT, "moving_mean": MEAN, "moving_variance": VARIANCE}
    for variable in layer.variables:
        variable.assign(values[variable.name])
    return layer


def statistics(layer):
    values = {variable.name: variable.numpy() for variable in layer.variables}
    return values["moving_mean"], values["moving_variance"]


def test_the_layer_in_inference(layer):
    expected = normalised(X, MEAN, VARIANCE, SCALE, SHIFT)
    np.testing.assert_allclose(layer(X), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(statistics(layer), [MEAN, VARIANCE])


def test_the_layer_in_training(layer):
    axes = (0, 1, 2)
    expected = normalised(X, X.mean(axes), X.var(axes), SCALE, SHIFT)
    np.testing.assert_allclose(layer(X, training=True), expected, rtol=1e-4, atol=1e-4)
    mean, variance = statistics(layer)
    np.testing.assert_allclose(mean, 0.9 * MEAN + 0.1 * X.mean(axes), rtol=1e-5)
    np.testing.assert_allclose(variance, 0.9 * VARIANCE + 0.1 * X.var(axes, ddof=1), rtol=1e-4)


def test_scale_and_shift_of_the_layer_are_trained(layer):
    assert [variable.name for variable in layer.trainable_variables] == ["scale", "shift"]
    fresh = BatchNorm()
    fresh.build(X.shape)
    np.testing.assert_allclose(fresh(X), X / np.sqrt(1 + 1e-5), rtol=1e-5)
