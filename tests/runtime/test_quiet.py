import os

import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.runtime import quiet


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")  # so that it is put back
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
    monkeypatch.setattr(quiet, "_WANTED", False)


def note():
    """Says something as libraries in C++ do."""
    os.write(2, b"a note\n")


def test_what_is_said_is_kept_back_each_time(capfd):
    for _ in range(2):
        with quiet.quiet():
            note()
    assert capfd.readouterr().err == ""
    note()
    assert capfd.readouterr().err == "a note\n"


def test_it_is_shown_when_the_block_fails(capfd):
    with pytest.raises(ZeroDivisionError), quiet.quiet():
        note()
        raise ZeroDivisionError
    assert capfd.readouterr().err == "a note\n"


def test_bad_input_says_all_by_itself(capfd):
    with pytest.raises(InputError), quiet.quiet():
        note()
        raise InputError("all that there is to say")
    assert capfd.readouterr().err == ""


def test_who_wants_to_see_it_sees_it(capfd, monkeypatch):
    monkeypatch.setattr(quiet, "_WANTED", True)
    with quiet.quiet():
        note()
    assert capfd.readouterr().err == "a note\n"
