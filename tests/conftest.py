"""Tiny networks, built once for all tests that only look at them; how Hypothesis draws."""

import functools
import tempfile

import hypothesis
import hypothesis.configuration
import pytest

# the same examples every time, none of them kept on the disk
hypothesis.settings.register_profile(
    "alike",
    derandomize=True,
    deadline=None,
    max_examples=100,
    database=None,
    print_blob=True,
)
hypothesis.settings.load_profile("alike")
_left = tempfile.TemporaryDirectory()
# it keeps tables of its own besides examples
hypothesis.configuration.set_hypothesis_home_dir(_left.name)


@pytest.fixture(scope="session")
def built():
    """Gives the model of a tiny network by its name; nobody may change it."""
    # here, so that tests of plain data start without TensorFlow
    import tiny_networks

    return functools.cache(lambda name: tiny_networks.NETWORKS[name].build())
