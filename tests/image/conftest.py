# SPDX-License-Identifier: MIT
"""Fixtures of the tests of images."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "system"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from image_rig import BUILT, NAME, Machine  # noqa: E402
from image_update import Versions  # noqa: E402
from time_limit import describe, end_after  # noqa: E402

LIMIT_S = 900


def pytest_configure(config):
    describe(config, LIMIT_S)


pytest_runtest_call = end_after(LIMIT_S)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.failed:
        for name in ("board", "machine", "gate"):
            board = item.funcargs.get(name)
            if isinstance(board, Machine):
                print(board.console_tail(80))


def pytest_sessionstart(session):
    if not (BUILT / f"{NAME}.img").exists():
        pytest.exit("there is no image to test: make test-image builds it", returncode=1)


@pytest.fixture
def machine(tmp_path):
    """A board of its own, with a new card; not switched on yet."""
    with Machine(tmp_path) as board:
        yield board


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """A board that has booted; shared by the tests of one file, each leaves it running."""
    with Machine(tmp_path_factory.mktemp("board")) as board:
        board.start()
        yield board


@pytest.fixture(scope="session")
def versions():
    """Updates made of the image, as they are asked for."""
    made = Versions(BUILT / "updates")
    yield made
    made.close()
