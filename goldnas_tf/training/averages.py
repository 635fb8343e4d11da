"""The exponential moving average of a network's weights and batch statistics."""

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf

from goldnas_tf.networks import network


class Averages:
    """Averages what a training changes: a ← d · a + (1 − d) · w after each step.

    So that the first weights do not linger, step t uses d = min(decay, (1 + t) / (10 + t)).

    Args:
        model: the network, built.
        decay: above 0, below 1; 0.999 averages over about a thousand steps.

    Attributes:
        variables: the averages by the name of their variable and "@average", and the number of
            steps, for checkpoints.
    """

    def __init__(self, model: keras.Model, decay: float):
        self._decay = decay
        self._steps = _variable("averages/steps", tf.zeros(()))
        self._pairs: list[tuple[keras.Variable, keras.Variable]] = []
        self.variables = {"averages/steps": self._steps}
        for name, variable in network.variables(model).items():
            if variable.trainable or "/moving_" in name:
                average = _variable(f"{name}@average", variable)
                self._pairs.append((variable, average))
                self.variables[f"{name}@average"] = average

    def update(self) -> None:
        """Takes in the weights after a step."""
        steps = tf.convert_to_tensor(self._steps)
        decay = tf.minimum(self._decay, (1 + steps) / (10 + steps))
        for variable, average in self._pairs:
            average.assign(decay * average + (1 - decay) * variable)
        self._steps.assign(steps + 1)

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Inside, the network has the averages; afterwards its own values again."""
        before = [variable.numpy() for variable, _ in self._pairs]
        for variable, average in self._pairs:
            variable.assign(average)
        try:
            yield
        finally:
            for (variable, _), value in zip(self._pairs, before, strict=True):
                variable.assign(value)


def _variable(name: str, value: tf.Tensor | keras.Variable) -> keras.Variable:
    # replicas hold the same weights, so that any replica's average is everyone's
    return keras.Variable(
        value,
        dtype="float32",
        trainable=False,
        autocast=False,
        aggregation="only_first_replica",
        name=name.replace("/", "."),
    )
