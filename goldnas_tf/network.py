"""Genotype → keras.Model: the supernet, every network it is pruned to, and plain networks.

The model is functional: normalisation of the pixels, stem, one `Cell` for each live cell, pooling,
classifier. Layers are named after their place ("cell_3"), so that weights find their place in a
rebuilt network.
"""

import dataclasses

import keras

from goldnas_tf import costs
from goldnas_tf.genotype import Genotype
from goldnas_tf.layers.cell import Cell
from goldnas_tf.layers.norm import BatchNorm
from goldnas_tf.space import CELL_INPUTS, Space


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
        plain = {"auxiliary": False, "drop_path": False, "gate_gradient": "sigmoid"}
        return dataclasses.replace(self, **plain)


def build(genotype: Genotype, form: Form = Form()) -> keras.Model:
    """Builds the network of a genotype with fresh weights.

    Args:
        genotype: the network.
        form: see `Form`.

    Returns:
        A functional model from images (batch, height, width, channels) with values in 0..255 to
        logits (batch, classes), float32; with `form.auxiliary` to a list of two such tensors.
    """
    default = keras.config.dtype_policy()
    keras.config.set_dtype_policy(form.precision)
    try:
        return _build(genotype, form)
    finally:
        keras.config.set_dtype_policy(default)


def _build(genotype: Genotype, form: Form) -> keras.Model:
    space = genotype.space
    images = keras.Input(space.image_shape, name="images")
    # cells read the ReLU of a map, and two cells read each map
    rectified = dict(enumerate(_stem(space, _normalise(space, form)(images))))
    for cell in genotype.live_cells:
        reads = [rectified[cell + source] for source in genotype.reads(cell)]
        output = _cell(genotype, cell, form)(reads)
        rectified[cell + CELL_INPUTS] = _relu(output)
    pooled = keras.layers.GlobalAveragePooling2D(name="pool")(output)
    outputs = [keras.layers.Dense(space.classes, dtype="float32", name="classifier")(pooled)]
    if has_auxiliary(genotype, form):
        outputs.append(_auxiliary_head(space, rectified[space.auxiliary_cell + CELL_INPUTS]))
    return keras.Model(images, outputs if len(outputs) > 1 else outputs[0], name="network")


def has_auxiliary(genotype: Genotype, form: Form) -> bool:
    """Whether the network has an auxiliary head: the head goes when its cell does."""
    return form.auxiliary and genotype.space.auxiliary_cell in genotype.live_cells


def _normalise(space: Space, form: Form):
    channels = space.image_shape[-1]
    mean = form.pixel_mean or (127.5,) * channels
    std = form.pixel_std or (127.5,) * channels
    variance = [value**2 for value in std]
    return keras.layers.Normalization(
        mean=list(mean), variance=variance, dtype="float32", name="normalise"
    )


def _stem(space: Space, x) -> tuple:
    """The ReLU of the two maps that the first cell reads, the older one first."""
    kernels = [shape for shape, _ in costs.stem_kernels(space)]
    if space.stem == "cifar":
        x = _relu(_conv_norm(x, kernels[0][-1], 3, "stem_0"))
        return x, x
    x = _conv_norm(x, kernels[0][-1], 3, "stem_0", strides=2)
    older = _relu(_conv_norm(_relu(x), kernels[1][-1], 3, "stem_1", strides=2))
    return older, _relu(_conv_norm(older, kernels[2][-1], 3, "stem_2", strides=2))


def _cell(genotype: Genotype, index: int, form: Form) -> Cell:
    geometry = genotype.space.geometry[index]
    smaller = min(size.height for size in geometry.inputs)
    return Cell(
        channels=geometry.node.channels,
        nodes=genotype.space.nodes,
        edges=[place[1:] for place in genotype.cell(index)],
        reduction=geometry.reduction,
        halved=[s for s, size in enumerate(geometry.inputs) if size.height > smaller],
        gated=form.gated,
        drop_path=form.drop_path,
        gate_gradient=form.gate_gradient,
        gate_stream=next(n for n, kind in enumerate(genotype.space.kinds) if index in kind),
        name=cell_name(index),
    )


def cell_name(index: int) -> str:
    """Name of the layer of a cell."""
    return f"cell_{index}"


def _auxiliary_head(space: Space, x):
    """A small classifier on the ReLU of a map in mid-network; it exists in training alone."""
    if min(x.shape[1:3]) >= 5:
        x = keras.layers.AveragePooling2D(5, strides=3, name="auxiliary_pool")(x)
    x = _relu(_conv_norm(x, 128, 1, "auxiliary_0"))
    x = _relu(_conv_norm(x, 768, min(2, *x.shape[1:3]), "auxiliary_1", padding="valid"))
    x = keras.layers.GlobalAveragePooling2D(name="auxiliary_mean")(x)
    return keras.layers.Dense(space.classes, dtype="float32", name="auxiliary_classifier")(x)


def _conv_norm(x, filters, size, name, strides=1, padding="same"):
    conv = keras.layers.Conv2D(filters, size, strides, padding, use_bias=False, name=f"{name}_conv")
    return BatchNorm(name=f"{name}_norm")(conv(x))


def _relu(x):
    return keras.layers.ReLU()(x)


def variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Every weight of a model by the name of its layer and its own: "cell_3/pointwise"."""
    return {
        f"{layer.name}/{variable.name}": variable
        for layer in model.layers
        for variable in layer.variables
    }
