# SPDX-License-Identifier: MIT
"""The time that a test has: a conftest.py takes both hooks, with its own seconds.

    pytest_runtest_call = end_after(150)
"""

import signal

import pytest


def describe(config, limit_s):
    """Declares the mark `limit`."""
    config.addinivalue_line("markers", "limit(seconds): ended as failed then, instead of at "
                            f"{limit_s} s")


def end_after(limit_s, factor=1):
    """A hook that ends a test as failed after limit_s, or what its mark `limit` says."""
    def give_up(*_):
        raise TimeoutError("the test's time is over")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(item):
        mark = item.get_closest_marker("limit")
        signal.signal(signal.SIGALRM, give_up)
        signal.alarm((mark.args[0] if mark else limit_s) * factor)
        yield
        signal.alarm(0)

    return pytest_runtest_call
