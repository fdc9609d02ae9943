"""How the whole suite runs: with more workers than cores, and with little for the garbage collector to look through."""

import gc
import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """For `-n auto`, one more than there are cores: tests that start programs, or use sockets, wait for some time."""
    workers = yield
    return workers if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else workers + 1


def pytest_collection_finish() -> None:
    """The modules and the thousands of tests stay: to look through them again and again took a twelfth of the time.

    What tests make is mostly gone without it, so it need not look as often as usual.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
