"""The cell against a plain implementation: one operator at a time, nothing shared."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS

from goldnas_tf.networks.cell import Cell


class PlainCell:
    """y_node = Σ σ(α)·op(x), from the weights of a cell, by their names, in inference."""

    def __init__(self, cell):
        self.cell = cell
        values = {variable.name: variable.numpy() for variable in cell.variables}
        self.rows = {
            (name, row): values[name][index]
            for name, rows in cell.rows.items()
            if name in values
            for index, row in enumerate(rows)
        }
        self.values = values

    def __call__(self, inputs):
        cell = self.cell
        reads = sorted({edge.source for edge in cell.operators if edge.source < 2})
        states = {}
        for source, x in zip(reads, inputs, strict=True):
            kernel = self.values[f"input_{source}"]
            if source in cell.halved:
                x = self.reduced(x, kernel)
            else:
                x = tf.einsum("bhwi,io->bhwo", x, kernel)
            states[source] = self.norm(x, f"input.{source}")
        for node in range(cell.nodes):
            terms = [self.term(edge, states) for edge in cell.operators if edge.node == node]
            states[2 + node] = sum(terms[1:], terms[0])
        return tf.concat([states[2 + node] for node in range(cell.nodes)], -1)

    def term(self, edge, states):
        x, stride = states[edge.source], 2 if self.cell.reduction and edge.source < 2 else 1
        kind, *_, size = edge.op.split("_")
        if edge.op == "skip_connect":
            if stride == 2:
                x = self.reduced(tf.nn.relu(x), self.rows["pointwise", f"{edge}.0"])
                x = self.norm(x, f"{edge}.0")
            else:
                x = self.norm(x, f"skip.{edge.source}" if self.cell.gated else f"{edge}.0")
        elif kind in ("avg", "max"):
            pool = {"avg": tf.nn.avg_pool2d, "max": tf.nn.max_pool2d}[kind]
            x = self.norm(pool(x, 3, stride, "SAME"), f"{edge}.0")
        elif edge.op == "conv_1x1":
            kernel = self.rows["pointwise", f"{edge}.0"]
            x = tf.einsum("bhwi,io->bhwo", tf.nn.relu(x)[:, ::stride, ::stride], kernel)
            x = self.norm(x, f"{edge}.0")
        elif kind == "conv":
            kernel = self.rows[f"conv_{size}", f"{edge}.0"]
            x = self.norm(tf.nn.conv2d(tf.nn.relu(x), kernel, stride, "SAME"), f"{edge}.0")
        elif kind == "mbconv":
            key = f"{edge}.0"
            x = tf.einsum("bhwi,io->bhwo", tf.nn.relu(x), self.rows["expand_x4", key])
            x = tf.nn.relu(self.norm(x, f"{key}.expanded", "x4_"))
            x = self.depthwise(x, self.rows[f"depthwise_{size}_x4", key], stride, 1)
            x = tf.nn.relu(self.norm(x, f"{key}.convolved", "x4_"))
            x = tf.einsum("bhwi,io->bhwo", x, self.rows["project_x4", key])
            x = self.norm(x, key)
        else:
            dilation = 2 if kind == "dil" else 1
            for stage in range(1 if kind == "dil" else 2):
                key = f"{edge}.{stage}"
                kernel = self.rows[f"depthwise_{size}", key]
                x = self.depthwise(tf.nn.relu(x), kernel, stride if stage == 0 else 1, dilation)
                x = tf.einsum("bhwi,io->bhwo", x, self.rows["pointwise", key])
                x = self.norm(x, key)
        if not self.cell.gated:
            return x
        gate = 1 / (1 + np.exp(-self.rows["gates", str(edge)]))
        if self.cell.gate_gradient != "sigmoid":
            rivals = [
                self.rows["gates", str(e)] for e in self.cell.operators if e.node == edge.node
            ]
            gate = float(gate >= 0.5 or self.rows["gates", str(edge)] == max(rivals))
        return x * tf.constant(gate * self.rows["live", str(edge)], x.dtype)

    @staticmethod
    def depthwise(x, kernel, stride, dilation):
        # a dilated kernel is a larger one with zeros between its taps
        size = dilation * (kernel.shape[0] - 1) + 1
        spread = np.zeros((size, size, *kernel.shape[2:]), np.float32)
        spread[::dilation, ::dilation] = kernel
        if dilation == 1:
            return tf.nn.depthwise_conv2d(x, spread, [1, stride, stride, 1], "SAME")
        # centred on every pixel, then every other one
        full = tf.nn.depthwise_conv2d(x, spread, [1, 1, 1, 1], "SAME")
        return full[:, ::stride, ::stride]

    @staticmethod
    def reduced(x, kernel):
        """Even pixels with one half of the kernel, odd ones (0 past the border) with the other."""
        half = kernel.shape[1] // 2
        height, width = -(-x.shape[1] // 2), -(-x.shape[2] // 2)
        padded = np.zeros((x.shape[0], 2 * height + 1, 2 * width + 1, x.shape[3]), np.float32)
        padded[:, : x.shape[1], : x.shape[2]] = x
        even, odd = padded[:, :-1:2, :-1:2], padded[:, 1::2, 1::2]
        return tf.constant(np.concatenate([even @ kernel[:, :half], odd @ kernel[:, half:]], -1))

    def norm(self, x, name, prefix=""):
        mean = self.rows[f"moving_{prefix}mean", name]
        variance = self.rows[f"moving_{prefix}variance", name]
        y = (x - mean) / np.sqrt(variance + 1e-5)
        if not self.cell.gated:
            return y * self.rows[f"{prefix}scale", name] + self.rows[f"{prefix}shift", name]
        if "width_gates" not in self.values:
            return y
        gates = self.values["width_live"] / (1 + np.exp(-self.values["width_gates"]))
        channels = np.arange(x.shape[-1]) % self.cell.channels
        # each half of the channels has a part of every group
        half = self.cell.channels // 2
        return y * gates[channels % half * len(gates) // half]


FLOAT32 = [name for name, tiny in NETWORKS.items() if tiny.form.precision == "float32"]


@pytest.mark.parametrize("name", FLOAT32)
def test_cells_compute_the_gated_sum(built, name):
    for cell in built(name).layers:
        if isinstance(cell, Cell):
            rng = np.random.default_rng(0)
            shapes = [tensor.shape[1:] for tensor in keras.tree.flatten(cell.input)]
            inputs = [rng.standard_normal((2, *shape)).astype(np.float32) for shape in shapes]
            expected = PlainCell(cell)(inputs)
            np.testing.assert_allclose(cell(inputs), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", FLOAT32)
def test_cells_read_maps_after_a_relu(built, name):
    model = built(name)
    cells = [layer for layer in model.layers if isinstance(layer, Cell)]
    reads = [tensor for cell in cells for tensor in keras.tree.flatten(cell.input)]
    last = cells[-1].output
    *maps, pooled = keras.Model(model.input, [*reads, last])(NETWORKS[name].images())
    assert all(tf.reduce_min(x) == 0 for x in maps)
    assert tf.reduce_min(pooled) < 0


def test_half_precision_is_near_the_full_one(built):
    half, full = built("mixed_bfloat16"), built("default_operators")
    images = NETWORKS["default_operators"].images()
    for one, other in zip(half.variables, full.variables, strict=True):
        np.testing.assert_array_equal(one, other)
    near, exact = half(images, training=False).numpy(), full(images, training=False).numpy()
    assert np.abs(near - exact).max() < 0.1 * np.abs(exact).max()
    assert (near != exact).any()


@pytest.fixture
def all_operators():
    """The only cell of that network, built anew to be changed, and inputs for it."""
    tiny = NETWORKS["all_operators"]
    cell = tiny.build().get_layer("cell_0")
    rng = np.random.default_rng(0)
    shapes = [tensor.shape[1:] for tensor in keras.tree.flatten(cell.input)]
    return cell, [rng.standard_normal((2, *shape)).astype(np.float32) for shape in shapes]


def test_a_masked_operator_is_out_of_the_function(all_operators):
    cell, inputs = all_operators
    strong = cell.gates.numpy() + 100 * (np.arange(len(cell.operators)) == 3)
    before = cell(inputs).numpy()
    cell.gates.assign(strong)
    assert np.abs(cell(inputs).numpy() - before).max() > 1e-3
    live = np.ones(len(cell.operators))
    live[3] = 0
    cell.live.assign(live)
    masked = cell(inputs).numpy()
    cell.gates.assign(strong - 200 * (np.arange(len(cell.operators)) == 3))
    np.testing.assert_array_equal(cell(inputs), masked)
    assert cell.strengths().numpy()[3] == 0


def test_every_gate_has_a_gradient_of_its_own(all_operators):
    cell, inputs = all_operators
    weights = np.random.default_rng(3).standard_normal((2, 4, 4, 16)).astype(np.float32)

    @tf.function
    def value_and_gradient():
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(cell(inputs) * weights)
        return value, tape.gradient(value, cell.gates.value)

    gradient = value_and_gradient()[1].numpy()
    gates, step = cell.gates.numpy(), 0.01
    for index in range(len(gates)):
        shift = step * (np.arange(len(gates)) == index)
        values = []
        for sign in (1, -1):
            cell.gates.assign(gates + sign * shift)
            values.append(float(value_and_gradient()[0]))
        slope = (values[0] - values[1]) / (2 * step)
        assert gradient[index] == pytest.approx(slope, rel=0.02, abs=0.02), cell.operators[index]
