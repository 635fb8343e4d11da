"""Binary gates: the estimates of their gradient against the exact one, and how they are sampled.

The table of bias and variance: pytest -s tests/networks/test_gates.py -k table
"""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.parts import Skip
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.gates import ESTIMATES, binary, strongest

# two nodes: one of three gates, and one whose only other gate is rarely open
LOGITS = np.array([-1.5, 0.3, -0.6, -0.4, -1.8], np.float32)
NODES = [0, 0, 0, 1, 1]
LIVE = tf.ones(len(NODES))
FUNCTIONS = {
    "linear": lambda z: 2 * z[0] - 3 * z[1] + z[2] + z[3] - 2 * z[4],
    "quadratic": lambda z: (z[0] + 2 * z[1] - z[2] - 0.5 + z[3]) ** 2 + z[0] * z[1] - z[4] ** 2,
    "cubic": lambda z: (z[0] + z[1] - 2 * z[2] + z[3] - z[4]) ** 3,
    "exponential": lambda z: tf.exp(1.5 * z[0] - z[1] + 0.5 * z[2] - z[3] + z[4]),
    # as in a network: gates scale what a nonlinear function reads
    "relu": lambda z: tf.nn.relu(z[0] - 0.8 * z[1] + 0.6 * z[2] + 0.7 * z[3] - z[4] + 0.1),
}


def settings():
    """Everything that can be drawn, with its probability."""
    p = 1 / (1 + np.exp(-LOGITS.astype(float)))
    for bits in itertools.product((0.0, 1.0), repeat=len(LOGITS)):
        yield np.array(bits, np.float32), np.prod(np.where(bits, p, 1 - p))


def used(bits):
    """The gates that are used: the most probable one of a node in which none was drawn."""
    bits = np.array(bits)
    for node in set(NODES):
        members = [gate for gate, its in enumerate(NODES) if its == node]
        if not bits[members].any():
            bits[max(members, key=lambda gate: LOGITS[gate])] = 1
    return bits


def exact(function):
    """Gradient of the expected value, by all that can be drawn."""
    p = 1 / (1 + np.exp(-LOGITS.astype(float)))
    gradient = np.zeros(len(LOGITS))
    for bits, probability in settings():
        # d P(bits) / d α of a gate is P(bits) · (bit − p)
        gradient += probability * (bits - p) * float(function(tf.constant(used(bits))))
    return gradient


def moments(function, estimate):
    """Mean and variance of an estimate, over all that can be drawn: no sampling in this test."""
    rows, weights = [], []
    for bits, probability in settings():
        logits = tf.constant(LOGITS)
        with tf.GradientTape() as tape:
            tape.watch(logits)
            gates = binary(logits, LIVE, tf.constant(bits), NODES, estimate)
            value = function(tf.unstack(gates))
        rows.append(tape.gradient(value, logits).numpy())
        weights.append(probability)
    mean = np.average(rows, 0, weights)
    return mean, np.average((rows - mean) ** 2, 0, weights)


def test_table_of_bias_and_variance():
    print(f"\n{'function':12} {'estimate':17} {'bias':>8} {'variance':>9}")
    biases = {}
    for name, estimate in itertools.product(FUNCTIONS, ESTIMATES):
        mean, variance = moments(FUNCTIONS[name], estimate)
        biases[name, estimate] = np.linalg.norm(mean - exact(FUNCTIONS[name]))
        print(f"{name:12} {estimate:17} {biases[name, estimate]:8.4f} {variance.sum():9.4f}")
    for name in FUNCTIONS:
        assert biases[name, "enhanced"] <= biases[name, "straight_through"] + 1e-6


def test_the_exact_gradient_is_that_of_the_expected_value():
    def expected(logits):
        p = tf.sigmoid(logits)
        terms = []
        for bits, _ in settings():
            value = FUNCTIONS["cubic"](used(bits))
            terms.append(tf.reduce_prod(tf.where(bits > 0, p, 1 - p)) * value)
        return tf.add_n(terms)

    logits = tf.constant(LOGITS)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = expected(logits)
    np.testing.assert_allclose(exact(FUNCTIONS["cubic"]), tape.gradient(value, logits), rtol=1e-4)


@pytest.mark.parametrize("name", ["linear", "quadratic"])
def test_the_enhanced_estimate_is_unbiased_up_to_second_order(name):
    mean, _ = moments(FUNCTIONS[name], "enhanced")
    np.testing.assert_allclose(mean, exact(FUNCTIONS[name]), atol=1e-5)


def test_straight_through_is_unbiased_up_to_first_order_alone():
    mean, _ = moments(FUNCTIONS["linear"], "straight_through")
    np.testing.assert_allclose(mean, exact(FUNCTIONS["linear"]), atol=1e-5)
    mean, _ = moments(FUNCTIONS["quadratic"], "straight_through")
    assert np.abs(mean - exact(FUNCTIONS["quadratic"])).max() > 0.01


@pytest.mark.parametrize("estimate", ESTIMATES)
def test_the_forward_pass_gives_a_legal_network(estimate):
    for bits, _ in settings():
        gates = binary(tf.constant(LOGITS), LIVE, tf.constant(bits), NODES, estimate)
        np.testing.assert_array_equal(gates, used(bits))


@pytest.mark.parametrize("estimate", ESTIMATES)
def test_the_only_operator_of_a_node_has_no_gradient(estimate):
    logits = tf.constant([-1.4, 0.5])
    for bit in (0.0, 1.0):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            gates = binary(logits, tf.ones(2), tf.constant([bit, 1.0]), [0, 1], estimate)
        np.testing.assert_array_equal(gates, [1, 1])
        np.testing.assert_array_equal(tape.gradient(gates, logits), [0, 0])


def test_of_equal_gates_the_first_is_the_strongest():
    found = strongest(tf.constant([0.0, 0.5, 0.5, 0.2, 0.3]), [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(found, [0, 1, 0, 0, 1])


EDGES = [
    (0, 0, "sep_conv_3x3"),
    (0, 1, "skip_connect"),
    (1, 0, "skip_connect"),
    (1, 2, "sep_conv_3x3"),
]


def make_cell(edges=EDGES, stream=0):
    cell = Cell(2, 2, edges, gate_gradient="enhanced", gate_stream=stream)
    cell([tf.zeros((1, 4, 4, 3))] * 2)
    return cell


def sampled(cell, count):
    step = tf.function(lambda: cell.gate_values(training=True))
    return np.stack([step().numpy() for _ in range(count)])


def test_gates_are_open_with_their_probability_and_no_node_is_empty():
    cell = make_cell()
    logits = np.array([0.5, -0.5, 2.0, -2.0], np.float32)
    cell.gates.assign(logits)
    bits = sampled(cell, 3000)
    assert set(np.unique(bits)) == {0.0, 1.0}
    p = 1 / (1 + np.exp(-logits))
    # the stronger gate of a node is open where none was sampled
    empty = np.array([(1 - p[0]) * (1 - p[1]), 0, (1 - p[2]) * (1 - p[3]), 0])
    np.testing.assert_allclose(bits.mean(0), p + empty, atol=0.03)
    assert (bits.reshape(-1, 2, 2).sum(-1) > 0).all()


def test_pruned_operators_are_closed_and_the_rest_sampled_as_before():
    cell, pruned = make_cell(), make_cell(EDGES[1:])
    cell.gates.assign([9.0, 0.0, 0.0, 0.0])
    cell.live.assign([0.0, 1.0, 1.0, 1.0])
    bits = sampled(cell, 100)
    assert not bits[:, 0].any()
    np.testing.assert_array_equal(sampled(pruned, 100), bits[:, 1:])


def test_samples_do_not_change_with_the_operators_that_there_are(monkeypatch):
    before = sampled(make_cell(), 50)
    more = {"aa_first": operators.Operator("aa_first", (Skip(),)), **operators._registry}
    monkeypatch.setattr(operators, "_registry", more)
    np.testing.assert_array_equal(sampled(make_cell(), 50), before)
    # nor with those of the cell
    cell = make_cell([*EDGES, (1, 0, "aa_first")])
    cell.gates.assign([0.0, 0.0, 0.0, 0.0, -99.0])
    np.testing.assert_array_equal(sampled(cell, 50)[:, :4], before)


def test_cells_of_one_stream_sample_alike():
    one, twin, other = make_cell(), make_cell(), make_cell(stream=1)
    bits = sampled(one, 50)
    np.testing.assert_array_equal(sampled(twin, 50), bits)
    assert (sampled(other, 50) != bits).any()


def test_inference_takes_the_most_probable_network():
    cell = make_cell()
    cell.gates.assign([0.1, -0.1, -2.0, -1.0])
    np.testing.assert_array_equal(cell.gate_values(), [1, 0, 0, 1])


def test_sampling_goes_on_where_a_restored_cell_stood():
    keras.utils.set_random_seed(0)
    cell = make_cell()
    sampled(cell, 7)
    state = [variable.numpy() for variable in cell.variables]
    expected = sampled(cell, 5)
    again = make_cell()
    for variable, value in zip(again.variables, state, strict=True):
        variable.assign(value)
    np.testing.assert_array_equal(sampled(again, 5), expected)
