"""The cell: preprocessed inputs, inner nodes as gated sums of operators, concatenation.

A cell keeps its kernels of one kind, its gates and its batch norms in one variable each, with a
row for every use (`layout.py`). That makes a supernet of hundreds of operators a handful of
variables: quick to build, to trace, to update and to save; and a rebuild after pruning is a choice
of rows.

Operators that read the same state share its ReLU, and skip connections of stride 1 share its batch
norm: the same mathematics as one for each edge, because these norms have no parameters. The gate
σ(α) is the scale of an operator's last batch norm; that of a group of channels is a factor of every
scale of these channels.
"""

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from goldnas_tf.architecture.places import CELL_INPUTS, CellPlace
from goldnas_tf.architecture.primitives import LAST
from goldnas_tf.networks import parts
from goldnas_tf.networks.drop_path import DropPath
from goldnas_tf.networks.gates import ESTIMATES, BinaryGates
from goldnas_tf.networks.layout import Layout, Step, input_norm
from goldnas_tf.networks.norm import MapShape, add_table
from goldnas_tf.networks.norm_table import NormTable
from goldnas_tf.networks.width import WidthGates

Norms = Mapping[str, Callable[[tf.Tensor], tf.Tensor]]
"""Batch norms, by their names."""


@keras.saving.register_keras_serializable("goldnas_tf")
class Cell(keras.layers.Layer):
    """One cell of a network. Node: y_i = Σ σ(α)·op(x_j) over the operators that feed it.

    Args:
        channels: of every inner node, at least 2.
        nodes: number of inner nodes, at least 1.
        operators: (node, source, name) of each live operator; sources 0 and 1 are the cell's
            inputs, source n + 2 is inner node n. Every node has at least one.
        reduction: whether edges from the inputs have stride 2. Default False.
        halved: the inputs (0, 1) that come at twice the resolution of the other. Default none.
        gated: with a trainable gate for each operator and batch norms without scale and shift
            (the supernet, and what a search exports); without, plain sums and affine batch norms
            (training from scratch). Default True.
        drop_path: whether operators, but for skip connections of stride 1, are left out at random
            in training, at the rate that `drop.rate` says. Default False.
        gate_gradient: "sigmoid" for soft gates σ(α), or how the gradient of binary gates is
            estimated (`gates.py`): these are sampled with probability σ(α) in training, and
            open from ½ on in inference. Default "sigmoid".
        gate_stream: cells with the same number sample binary gates alike. Default 0.
        groups: names (numbers) of the groups that the channels go in, where these have gates: of
            each half of the channels every group has as many, one after the other, so that
            factorised reductions give it even and odd pixels. Default: channels have no gates.

    Input: a list of the inputs that are read, one or two tensors (batch, height, width, channels),
    after a ReLU: other cells read them too.

    Output: (batch, height, width, nodes · channels), half the resolution in a reduction cell.

    Raises:
        ValueError: a node without an operator.

    Reference: GOLD-NAS (arXiv 2007.03331), section 3.1.
    """

    def __init__(
        self,
        channels: int,
        nodes: int,
        operators: Iterable[tuple[int, int, str]],
        reduction: bool = False,
        halved: Iterable[int] = (),
        gated: bool = True,
        drop_path: bool = False,
        gate_gradient: str = "sigmoid",
        gate_stream: int = 0,
        groups: Iterable[int] = (),
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.channels = channels
        self.nodes = nodes
        self.operators = tuple(CellPlace(*operator) for operator in operators)
        self.reduction = reduction
        self.halved = tuple(halved)
        self.gated = gated
        self.drop_path = drop_path
        self.gate_gradient = gate_gradient
        self.gate_stream = gate_stream
        self.groups = tuple(groups)
        empty = set(range(nodes)) - {place.node for place in self.operators}
        if empty:
            raise ValueError(
                f"operators: expected at least one for each of {nodes} nodes; "
                f"received none for nodes {sorted(empty)}"
            )
        self._layout = Layout(self.operators, channels, reduction, gated)
        self.norms = [
            NormTable(names, times, affine=not gated) for times, names in self._layout.norms.items()
        ]
        self.width = WidthGates(self.groups if gated else (), halves=True)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as JSON values."""
        return {
            **super().get_config(),
            "channels": self.channels,
            "nodes": self.nodes,
            "operators": [list(place) for place in self.operators],
            "reduction": self.reduction,
            "halved": list(self.halved),
            "gated": self.gated,
            "drop_path": self.drop_path,
            "gate_gradient": self.gate_gradient,
            "gate_stream": self.gate_stream,
            "groups": list(self.groups),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Cell":
        """The layer of a configuration; files of version 0.1.0 call its operators edges."""
        operators = {"operators": config["edges"]} if "edges" in config else {}
        return super().from_config({**{k: config[k] for k in config if k != "edges"}, **operators})

    def compute_output_shape(self, input_shape: Sequence[MapShape]) -> MapShape:
        """Shape of the concatenated inner nodes."""
        batch, height, width, _ = input_shape[0]
        for _ in range((self._layout.reads[0] in self.halved) + self.reduction):
            height, width = (size and -(-size // 2) for size in (height, width))
        return (batch, height, width, self.nodes * self.channels)

    @property
    def layout(self) -> Layout:
        """Which row of which weight every operator uses."""
        return self._layout

    @property
    def rows(self) -> dict[str, list[str]]:
        """Names of the rows of each weight that has them, by the weight's name."""
        layout = self._layout
        operators = [str(place) for place in self.operators]
        norms = {name: table.names for table in self.norms for name in table.variables}
        gates = {"gates": operators, "live": operators}
        return {**layout.kernels, **norms, **gates, **self.width.rows}

    @property
    def channel_axes(self) -> dict[str, dict[int, int | None]]:
        """Of each weight that has channels, by its name, which axes they are.

        An axis is that of the cell's own channels (None), or of those that input 0 or 1 has.
        """
        layout = self._layout
        axes: dict[str, dict[int, int | None]] = {
            f"input_{source}": {0: source, 1: None} for source in layout.reads
        }
        for name, kernel in layout.banks.items():
            # the rows of a bank come first
            axes[name] = {1 + axis: None for axis in kernel.channels}
        return axes | {name: {1: None} for table in self.norms for name in table.variables}

    def build(self, input_shape: Sequence[MapShape]) -> None:
        """Creates the weights; the inputs' channels come from the shapes of those that are read."""
        layout = self._layout
        self._inputs = [
            self._add_kernel(f"input_{source}", (shape[-1], self.channels), shape[-1])
            for source, shape in zip(layout.reads, input_shape, strict=True)
        ]
        self._banks = {
            name: self._add_kernel(name, (len(layout.kernels[name]), *bank.shape), bank.fan_in)
            for name, bank in layout.banks.items()
        }
        tables = [table.build(self, self.channels) for table in self.norms]
        if self.gated:
            self.gates = add_table(self, "gates", (len(self.operators),), "zeros")
            self.live = add_table(self, "live", (len(self.operators),), "ones", trainable=False)
        # TensorFlow saves what it finds in attributes of a layer
        self._to_save = [*itertools.chain(*tables), *self.width.build(self)]
        self.drop = DropPath(self, len(self.operators)) if self.drop_path else None
        self.sampler = None
        if self.gated and self.gate_gradient in ESTIMATES:
            self.sampler = BinaryGates(self, self.operators, self.gate_gradient, self.gate_stream)

    def _add_kernel(self, name: str, shape: tuple[int, ...], fan_in: int) -> keras.Variable:
        # uniform within 1/√fan_in, as the method's PyTorch implementations initialise convolutions
        bound = fan_in**-0.5
        initializer = keras.initializers.RandomUniform(-bound, bound)
        return self.add_weight(shape=shape, initializer=initializer, name=name)

    def strengths(self) -> tf.Tensor:
        """σ(α) of every operator, 0 where it is pruned and not yet rebuilt away; (operators,)."""
        return tf.sigmoid(tf.convert_to_tensor(self.gates)) * self.live

    def gate_values(self, training: bool = False) -> tf.Tensor:
        """What operators are multiplied with: σ(α), or binary gates; (operators,).

        Args:
            training: whether binary gates are sampled anew, or are those of the most probable
                network. A Python bool.
        """
        if not self.sampler:
            return self.strengths()
        if training:
            live = tf.convert_to_tensor(self.live)
            return self.sampler.sample(tf.convert_to_tensor(self.gates), live)
        return self.sampler.mode(self.strengths())

    def _gate_of_norms(self, gates: tf.Tensor | None, names: Sequence[str]) -> tf.Tensor | None:
        """Factors of the scales of some batch norms, (norms,); None of a cell without gates."""
        if gates is None:
            return None
        # a batch norm that no gate scales reads the 1 at the end
        rows = [self._layout.gate_of_norm[name] for name in names]
        return tf.gather(tf.concat([gates, [1.0]], 0), rows)

    def call(self, inputs: list[tf.Tensor], training: bool = False) -> tf.Tensor:
        """Computes the cell; in training, also moves the batch norms' statistics.

        A frozen cell (`trainable = False`) computes as in inference, like Keras's batch norm.
        """
        training = training and self.trainable
        layout = self._layout
        gates = self.gate_values(training) if self.gated else None
        banks = [
            table.bank(self._gate_of_norms(gates, table.names), self.width, training)
            for table in self.norms
        ]
        kernels = {
            (bank, key): row
            for bank, variable in self._banks.items()
            for key, row in zip(
                layout.kernels[bank], tf.unstack(tf.convert_to_tensor(variable)), strict=True
            )
        }
        norms = {name: functools.partial(bank, name) for bank in banks for name in bank.names}
        dropping = tf.shape(inputs[0])[0] if training and self.drop else None
        factors = self._factors(gates, dropping)
        states = {}
        for source, x, kernel in zip(layout.reads, inputs, self._inputs, strict=True):
            kernel = tf.convert_to_tensor(kernel)
            if source in self.halved:
                x = parts.factorised_reduction(parts.Activation(x), kernel)
            else:
                x = parts.pointwise(x, kernel)
            states[source] = parts.Activation(norms[input_norm(source)](x))
        for node in range(self.nodes):
            terms = [
                self._term(place, states[place.source], kernels, norms, factors.get(place))
                for place in self.operators
                if place.node == node
            ]
            states[CELL_INPUTS + node] = parts.Activation(tf.add_n(terms))
        for bank in banks:
            bank.update()
        return tf.concat([states[CELL_INPUTS + node].x for node in range(self.nodes)], -1)

    def _factors(
        self, gates: tf.Tensor | None, dropping: tf.Tensor | None
    ) -> dict[CellPlace, tf.Tensor]:
        """What operators are multiplied with after their batch norms, where there is anything.

        Args:
            gates: value of every operator's gate.
            dropping: size of the batch whose operators are dropped at random, or None.
        """
        last = {place: steps[-1] for place, steps in self._layout.steps.items()}
        factors = {}
        if self.gated:
            # a batch norm that several operators share cannot carry the gate of one
            pairs = zip(self.operators, tf.unstack(gates), strict=True)
            factors = {place: gate for place, gate in pairs if not last[place].gated}
        if self.drop and dropping is not None:
            for place, kept in zip(self.operators, self.drop.factors(dropping), strict=True):
                if not last[place].is_identity:
                    factors[place] = kept * factors.get(place, 1.0)
        return factors

    def _term(
        self,
        place: CellPlace,
        source: parts.Activation,
        kernels: Mapping[tuple[str, str], tf.Tensor],
        norms: Norms,
        factor: tf.Tensor | None,
    ) -> tf.Tensor:
        """One operator's term in the sum of its node."""
        for step in self._layout.steps[place]:
            kernel = functools.partial(_row, kernels, step.key)
            norm = functools.partial(_norm, norms, step)
            source = parts.Activation(parts.apply(step.part, source, step.stride, kernel, norm))
        return source.x if factor is None else source.x * tf.cast(factor, source.x.dtype)


def _row(kernels: Mapping[tuple[str, str], tf.Tensor], key: str, bank: str) -> tf.Tensor:
    return kernels[bank, key]


def _norm(norms: Norms, step: Step, x: tf.Tensor, name: str = LAST) -> tf.Tensor:
    return norms[step.norm_of(name)](x)
