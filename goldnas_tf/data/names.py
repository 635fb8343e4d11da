"""Names of classes, as text that every file of a run can hold."""

import numbers
from collections.abc import Iterable, KeysView, Set

from goldnas_tf.errors import InputError


def checked_names(class_names: Iterable) -> tuple[str, ...]:
    """Names of classes as text: numbers are written out, bytes are read as UTF-8.

    Args:
        class_names: in the order of labels, such as a list, an array or a range; at least 2.

    Raises:
        InputError: they are no names.
    """
    # a set has no order that labels could follow
    unordered = isinstance(class_names, str | bytes | Set) and not isinstance(class_names, KeysView)
    if unordered or not isinstance(class_names, Iterable):
        raise InputError(
            f"class_names: expected a list of names; received {class_names!r}; give a name for "
            "each class, such as ['cat', 'dog'] or range(10)"
        )
    names = tuple(_text(name) for name in class_names)
    if len(names) < 2:
        raise InputError(f"class_names: expected at least 2 classes; received {len(names)}")
    return names


def _text(name: object) -> str:
    try:
        if isinstance(name, bytes):
            return name.decode()
        if isinstance(name, str):
            name.encode()
            return str(name)
    except UnicodeError as error:
        raise InputError(f"class_names: expected names in UTF-8; received {name!a}") from error
    if isinstance(name, numbers.Number):
        return str(name)
    raise InputError(
        f"class_names: expected texts or numbers; received {name!a}, a {type(name).__name__}"
    )
