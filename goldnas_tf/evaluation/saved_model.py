"""SavedModels as networks that can be measured, called as a server calls them."""

import pathlib
from collections.abc import Mapping

import tensorflow as tf

from goldnas_tf.errors import InputError, first_line
from goldnas_tf.evaluation import graph_costs
from goldnas_tf.evaluation.loaded import Runner
from goldnas_tf.runtime import threads

SIGNATURE = "serving_default"
_PROBABILITIES = "probabilities"


def read(path: pathlib.Path) -> Runner:
    """Loads the signature that servers use.

    Its images are uint8, or numbers of another type in 0..255. Where it has several outputs, the
    one called "probabilities" is read.

    Raises:
        InputError: it cannot be loaded, or takes or gives something else than said above.
    """
    try:
        model = tf.saved_model.load(str(path))
    except Exception as error:  # broken files and unknown operations fail in many ways
        raise InputError(f"{path}: cannot be loaded: {first_line(error)}") from error
    if SIGNATURE not in model.signatures:
        there = ", ".join(model.signatures) or "none"
        raise InputError(f"{path}: expected a signature {SIGNATURE}; received {there}")
    _, inputs = model.signatures[SIGNATURE].structured_input_signature
    if len(inputs) != 1 or next(iter(inputs.values())).shape.rank != 4:
        shown = ", ".join(f"{name} {spec.shape}" for name, spec in inputs.items())
        raise InputError(f"{path}: expected images as the only input; received {shown}")
    ((name, spec),) = inputs.items()
    output = _output(path, model.signatures[SIGNATURE].structured_outputs)

    def answer(images: tf.Tensor) -> tf.Tensor:
        # by way of the model, which alone keeps the variables
        return model.signatures[SIGNATURE](**{name: tf.cast(images, spec.dtype)})[output]

    one_image = tf.TensorSpec((1, *spec.shape[1:]), tf.uint8)
    return Runner(
        outputs=lambda images: tf.cast(answer(images), tf.float32).numpy(),
        image_shape=tuple(spec.shape[1:]),
        macs=graph_costs.macs(answer, one_image),
        params=graph_costs.params(model.signatures[SIGNATURE].variables) or None,
        device=threads.device(),
    )


def _output(path: pathlib.Path, specs: Mapping[str, tf.TensorSpec]) -> str:
    """Name of the output that holds a number for each class."""
    if _PROBABILITIES in specs:
        return _PROBABILITIES
    rows = [name for name, spec in specs.items() if spec.dtype.is_floating and spec.shape.rank == 2]
    if len(rows) != 1:
        shown = ", ".join(
            f"{name} {specs[name].dtype.name} {specs[name].shape}" for name in sorted(specs)
        )
        raise InputError(
            f"{path}: expected an output {_PROBABILITIES!r}, or one output (images, classes) "
            f"of real numbers; received {shown}"
        )
    return rows[0]
