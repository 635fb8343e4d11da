"""TF_CONFIG: the variable that says who the workers of a run are, and which of them this is."""

import dataclasses
import json
import os

from goldnas_tf.errors import InputError

_VARIABLE = "TF_CONFIG"


@dataclasses.dataclass(frozen=True)
class Workers:
    """The processes of a run.

    Attributes:
        addresses: HOST:PORT of each.
        index: of this one; 0 is the chief.
    """

    addresses: tuple[str, ...]
    index: int

    def __str__(self) -> str:
        return (
            f"worker {self.index} of {len(self.addresses)}, at {self.addresses[self.index]}; "
            "waits until all are there"
        )


def read() -> Workers:
    """Who the workers are.

    Raises:
        InputError: the variable does not say it, or says something else.
    """
    given = os.environ.get(_VARIABLE, "")
    try:
        values = json.loads(given)
        (kind, addresses), *others = values["cluster"].items()
        index = values["task"]["index"]
        fits = (kind, others, values["task"]["type"]) == ("worker", [], "worker")
        if not fits or not 0 <= index < len(addresses) or not all(map(_is_address, addresses)):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            'strategy: expected the workers in TF_CONFIG, as {"cluster": {"worker": ["HOST:PORT", '
            '...]}, "task": {"type": "worker", "index": 0}}, for multi_worker; received '
            f"{given or 'none'}"
        ) from error
    return Workers(tuple(addresses), index)


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.rpartition(":")[2].isdecimal()
