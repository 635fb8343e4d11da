"""Tiny networks, built once for all tests that only look at them; how Hypothesis draws."""

import functools
import os
import sys
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


# as our programs set TensorFlow up (`runtime.devices.prepare`): graphs of many small operators
# take a sixth less of a processor without threads and passes over them
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


def pytest_collection_finish():
    """Leaves graphs as they are; plain tests do without TensorFlow."""
    if tensorflow := sys.modules.get("tensorflow"):
        tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


@pytest.fixture(scope="session")
def built():
    """Gives the model of a tiny network by its name; nobody may change it."""
    # here, so that tests of plain data start without TensorFlow
    import tiny_networks

    return functools.cache(lambda name: tiny_networks.NETWORKS[name].build())
