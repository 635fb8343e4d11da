"""Genotype → keras.Model: the supernet, every network it is pruned to, and plain networks.

The model is functional: normalisation of the pixels, stem, one `Cell` for each live cell, pooling,
classifier. Layers are named after their place ("cell_3"), so that weights find their place in a
rebuilt network. Every layer is told its precision and the order of its axes: what Keras is set to
decides nothing.
"""

import collections
import dataclasses

import keras

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.geometry import first_inputs
from goldnas_tf.architecture.places import CELL_INPUTS, STEM
from goldnas_tf.architecture.space import Space
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.norm import BatchNorm
from goldnas_tf.networks.pixels import PixelNormalization
from goldnas_tf.networks.width import ChannelGates
from goldnas_tf.runtime.backend import require_tensorflow

_LAST = "channels_last"

STEM_GATES = "stem_gates"
"""Name of the layer that has the gates of the stem's channels, where these have gates."""


@dataclasses.dataclass(frozen=True)
class Form:
    """In which form a genotype is built.

    Attributes:
        gated: gates and batch norms without parameters (the search), or plain sums and affine
            batch norms (training from scratch).
        auxiliary: with the auxiliary classifier at two thirds of the depth, as a second output.
        drop_path: with weights that say how often operators are left out in training.
        gate_gradient: "sigmoid" for soft gates, or the estimate for binary ones ("enhanced" or
            "straight_through").
        precision: "float32", or "mixed_bfloat16" for arithmetic in half precision.
        pixel_mean: mean of the training images in each channel, in 0..255; None: 127.5.
        pixel_std: likewise the standard deviation, above 0.
    """

    gated: bool = True
    auxiliary: bool = False
    drop_path: bool = False
    gate_gradient: str = "sigmoid"
    precision: str = "float32"
    pixel_mean: tuple[float, ...] | None = None
    pixel_std: tuple[float, ...] | None = None

    def for_inference(self) -> "Form":
        """The same form without what is for training alone, as networks are exported.

        Binary gates are then decided: soft gates that are 1.
        """
        return dataclasses.replace(self, auxiliary=False, drop_path=False, gate_gradient="sigmoid")


def build(genotype: Genotype, form: Form = Form()) -> keras.Model:
    """Builds the network of a genotype with fresh weights.

    Args:
        genotype: the network.
        form: see `Form`.

    Returns:
        A functional model from images (batch, height, width, channels) with values in 0..255 to
        logits (batch, classes), float32; with `form.auxiliary` to a list of two such tensors.

    Raises:
        InputError: Keras runs on another backend than TensorFlow.
    """
    require_tensorflow()
    space, precision = genotype.space, form.precision
    images = keras.Input(space.image_shape, dtype="float32", name="images")
    normalise = PixelNormalization.of(space.image_shape[-1], form.pixel_mean, form.pixel_std)
    # cells read the ReLU of a map, and two cells read each map
    rectified = dict(enumerate(_stem(genotype, normalise(images), form)))
    for cell in genotype.live_cells:
        reads = [rectified[cell + source] for source in genotype.reads(cell)]
        output = _cell(genotype, cell, form)(reads)
        rectified[cell + CELL_INPUTS] = _relu(output, cell_name(cell), precision)
    outputs = [classifier(space, output, precision, "pool", "classifier")]
    if has_auxiliary(genotype, form):
        map_ = rectified[space.auxiliary_cell + CELL_INPUTS]
        outputs.append(_auxiliary_head(space, map_, precision))
    model = keras.Model(images, outputs if len(outputs) > 1 else outputs[0], name="network")
    model.dtype_policy = precision
    return model


def has_auxiliary(genotype: Genotype, form: Form) -> bool:
    """Whether the network has an auxiliary head: the head goes when its cell does."""
    return form.auxiliary and genotype.space.auxiliary_cell in genotype.live_cells


def _stem(
    genotype: Genotype, x: keras.KerasTensor, form: Form
) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """The ReLU of the two maps that the first cell reads, the older one first."""
    precision, groups = form.precision, genotype.groups_of(STEM)
    gates = None
    if form.gated and groups:
        gates = ChannelGates(groups, dtype=precision, name=STEM_GATES)
    strides = genotype.space.stem_stride
    maps = []
    for index, size in enumerate(genotype.geometry.stem):
        name = f"stem_{index}"
        x = conv_norm(x, size.channels, 3, precision, name, strides)
        x = _relu(gates(x) if gates else x, name, precision)
        maps.append(x)
    return first_inputs(maps)


def _cell(genotype: Genotype, index: int, form: Form) -> Cell:
    geometry = genotype.geometry.cells[index]
    smaller = min(size.height for size in geometry.inputs)
    return Cell(
        channels=geometry.node.channels,
        nodes=genotype.space.nodes,
        operators=[place.in_cell for place in genotype.cell(index)],
        reduction=geometry.reduction,
        halved=[s for s, size in enumerate(geometry.inputs) if size.height > smaller],
        gated=form.gated,
        drop_path=form.drop_path,
        gate_gradient=form.gate_gradient,
        gate_stream=next(n for n, kind in enumerate(genotype.space.kinds) if index in kind),
        groups=genotype.groups_of(index) if form.gated else (),
        dtype=form.precision,
        name=cell_name(index),
    )


def cell_name(index: int) -> str:
    """Name of the layer of a cell."""
    return f"cell_{index}"


def cell_index(cell: Cell) -> int:
    """The place of a cell in the network, from its name."""
    return int(cell.name.removeprefix("cell_"))


def _auxiliary_head(space: Space, x: keras.KerasTensor, precision: str) -> keras.KerasTensor:
    """A small classifier on the ReLU of a map in mid-network; it exists in training alone."""
    if min(x.shape[1:3]) >= 5:
        x = keras.layers.AveragePooling2D(
            5, strides=3, data_format=_LAST, dtype=precision, name="auxiliary_pool"
        )(x)
    x = _conv_norm_relu(x, 128, 1, "auxiliary_0", precision)
    size = min(2, *x.shape[1:3])
    x = _conv_norm_relu(x, 768, size, "auxiliary_1", precision, padding="valid")
    return classifier(space, x, precision, "auxiliary_mean", "auxiliary_classifier")


def classifier(
    space: Space, x: keras.KerasTensor, precision: str, pool: str, name: str
) -> keras.KerasTensor:
    """Logits of a map: its mean, and a dense layer.

    Args:
        space: its classes.
        x: the map.
        precision: of the mean; the dense layer's is float32.
        pool: name of the first layer.
        name: of the second one.
    """
    mean = keras.layers.GlobalAveragePooling2D(data_format=_LAST, dtype=precision, name=pool)
    return keras.layers.Dense(space.classes, dtype="float32", name=name)(mean(x))


def conv_norm(
    x: keras.KerasTensor,
    filters: int | None,
    size: int,
    precision: str,
    name: str,
    strides: int = 1,
    padding: str = "same",
) -> keras.KerasTensor:
    """A convolution without a bias, and its batch norm.

    Args:
        x: a map.
        filters: channels of the result; None: those of the map, each convolved by itself.
        size: of the kernel.
        precision: of the layers.
        name: that theirs begin with.
        strides: of the convolution.
        padding: likewise.
    """
    settings = {
        "data_format": _LAST,
        "use_bias": False,
        "dtype": precision,
        "name": f"{name}_conv",
    }
    conv = (
        keras.layers.Conv2D(filters, size, strides, padding, **settings)
        if filters
        else keras.layers.DepthwiseConv2D(size, strides, padding, **settings)
    )
    return BatchNorm(dtype=precision, name=f"{name}_norm")(conv(x))


def _conv_norm_relu(
    x: keras.KerasTensor,
    filters: int,
    size: int,
    name: str,
    precision: str,
    strides: int = 1,
    padding: str = "same",
) -> keras.KerasTensor:
    x = conv_norm(x, filters, size, precision, name, strides, padding)
    return _relu(x, name, precision)


def _relu(x: keras.KerasTensor, name: str, precision: str) -> keras.KerasTensor:
    return keras.layers.ReLU(dtype=precision, name=f"{name}_relu")(x)


def variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Every weight of a model by the name of its layer and its own: "cell_3/pointwise".

    Where a layer holds layers with variables of one name, as no layer of ours does, they are
    numbered: "backbone/kernel", "backbone/kernel_1".
    """
    named: dict[str, keras.Variable] = {}
    for layer in model.layers:
        alike: collections.Counter[str] = collections.Counter()
        for variable in layer.variables:
            number = alike[variable.name]
            alike[variable.name] += 1
            suffix = f"_{number}" if number else ""
            named[f"{layer.name}/{variable.name}{suffix}"] = variable
    return named
