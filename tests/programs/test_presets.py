import pathlib

import pytest
from processes import ROOT

from goldnas_tf.errors import InputError
from goldnas_tf.programs import presets


def test_a_preset_is_a_file_of_flags():
    digits = f"--flagfile={ROOT / 'flags' / 'digits.flags'}"
    for given in (["--preset=digits"], ["--preset", "digits"], ["-preset=digits"]):
        assert presets.resolve([*given, "--cells=3"]) == [digits, "--cells=3"]


def test_presets_and_files_of_ones_own_follow_in_their_order():
    found = presets.resolve(["--flagfile=mine", "--preset=digits", "RUN", "--preset=folder"])
    assert [pathlib.Path(argument).name for argument in found] == [
        "--flagfile=mine",
        "digits.flags",
        "RUN",
        "folder.flags",
    ]


@pytest.mark.parametrize(("name", "offer"), [("digit", "digits"), ("zzz", "--preset=list")])
def test_another_name_is_refused(name, offer):
    with pytest.raises(InputError, match=offer):
        presets.resolve([f"--preset={name}"])


def test_the_list_has_a_line_for_each():
    assert presets.resolve(["--cells=0", "--preset=list"]) is None
    lines = presets.table().splitlines()
    assert len(lines) == len(list((ROOT / "flags").glob("*.flags")))
    for name, line in zip(presets.names(), lines, strict=True):
        assert line.split()[0] == name
        assert line.endswith("."), line
