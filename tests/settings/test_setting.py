import dataclasses

import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.settings.growth import RAISED
from goldnas_tf.settings.setting import check, describe_range, kinds, setting, settings


@dataclasses.dataclass(frozen=True)
class Settings:
    count: int = setting(2, "a count", low=1, high=5)
    share: float = setting(0.5, "a share", above=0, below=1)
    rate: float = setting(0.1, "a rate", above=0)
    kind: str = setting("a", "a choice", choices=("a", "b"))
    switch: bool = setting(False, "a switch")
    names: tuple[str, ...] = setting((), "names")
    size: int | None = setting(None, "a size", low=1)
    word: str = setting("", "any text")
    note: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        check(self)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"count": 1},
        {"count": 5},
        {"share": 0.001},
        {"share": 0.999},
        {"rate": 3},
        {"kind": "b"},
        {"switch": True},
        {"names": ("a", "b")},
        {"size": 7},
        {"size": None},
        {"word": "anything"},
        {"note": 3},
    ],
)
def test_good_values_are_kept(values):
    made = Settings(**values)
    for name, value in values.items():
        assert getattr(made, name) is value


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"count": 0}, "count: expected at least 1 and at most 5; received 0"),
        ({"count": 6}, "count: expected at least 1 and at most 5; received 6"),
        ({"count": 2.0}, "count: expected at least 1 and at most 5; received 2.0"),
        ({"count": True}, "count: expected at least 1 and at most 5; received True"),
        ({"count": "2"}, "count: expected at least 1 and at most 5; received '2'"),
        ({"count": None}, "count: expected at least 1 and at most 5; received None"),
        ({"share": 0}, "share: expected above 0 and below 1; received 0"),
        ({"share": 0.0}, "share: expected above 0 and below 1; received 0.0"),
        ({"share": 1.0}, "share: expected above 0 and below 1; received 1.0"),
        ({"share": True}, "share: expected above 0 and below 1; received True"),
        ({"share": float("nan")}, "share: expected above 0 and below 1; received nan"),
        ({"rate": float("nan")}, "rate: expected above 0; received nan"),
        ({"rate": -1}, "rate: expected above 0; received -1"),
        ({"kind": "c"}, "kind: expected one of a, b; received 'c'"),
        ({"kind": 1}, "kind: expected one of a, b; received 1"),
        ({"switch": 1}, "switch: expected of type bool; received 1"),
        ({"switch": None}, "switch: expected of type bool; received None"),
        ({"names": "a"}, "names: expected of type tuple; received 'a'"),
        ({"names": ["a"]}, "names: expected of type tuple; received ['a']"),
        ({"size": 0}, "size: expected at least 1; received 0"),
        ({"size": "7"}, "size: expected at least 1; received '7'"),
        ({"word": 3}, "word: expected of type str; received 3"),
        ({"word": None}, "word: expected of type str; received None"),
    ],
)
def test_bad_values_are_told_in_one_line(values, said):
    with pytest.raises(InputError) as caught:
        Settings(**values)
    assert str(caught.value) == said


def test_numbers_are_finite():
    with pytest.raises(InputError, match="rate"):
        Settings(rate=float("inf"))


def test_members_of_a_tuple_have_their_type():
    with pytest.raises(InputError, match="names"):
        Settings(names=(3,))


def test_other_fields_are_no_settings():
    names = [field.name for field in settings(Settings)]
    assert names == ["count", "share", "rate", "kind", "switch", "names", "size", "word"]


def test_kinds_are_the_types_a_field_takes():
    found = {field.name: kinds(field) for field in settings(Settings)}
    assert found["count"] == (int,)
    assert found["names"] == (tuple,)
    assert found["size"] == (int, type(None))


def test_what_may_grow_says_so():
    field = setting(2, "a count", low=1, grows=RAISED)
    assert field.metadata["meaning"] == "a count; on resume this may be raised"
    assert field.metadata["grows"] is RAISED
    assert setting(2, "a count").metadata["grows"] is None


def test_ranges_in_words():
    words = {field.name: describe_range(field) for field in settings(Settings)}
    assert words == {
        "count": "at least 1 and at most 5",
        "share": "above 0 and below 1",
        "rate": "above 0",
        "kind": "one of a, b",
        "switch": "",
        "names": "",
        "size": "at least 1",
        "word": "",
    }
