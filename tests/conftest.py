"""Tiny networks, built once for all tests that only look at them."""

import functools

import pytest


@pytest.fixture(scope="session")
def built():
    """Gives the model of a tiny network by its name; nobody may change it."""
    # here, so that tests of plain data start without TensorFlow
    import tiny_networks

    return functools.cache(lambda name: tiny_networks.NETWORKS[name].build())
