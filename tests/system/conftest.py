# SPDX-License-Identifier: MIT
"""Fixtures and marks of the system tests."""

import hashlib
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from customs_help import Peer, Probe, free_port  # noqa: E402
from kakou_rig import LONG, Gate, Slot, make_certs  # noqa: E402
from platform_help import Platform  # noqa: E402
from time_limit import describe, end_after  # noqa: E402


# Several runs of pytest share the tests: each takes the next that nobody has claimed, by making
# the file named after it in this folder.
CLAIMS = os.environ.get("KAKOU_CLAIMS")
OURS = set()
LIMIT_S = 90


def pytest_configure(config):
    config.addinivalue_line("markers", "fault: run by make test, and longer by make test-fault")
    config.addinivalue_line("markers", "long: run by make test-fault only")
    describe(config, LIMIT_S)
    config.addinivalue_line("markers", "first: begins before the others, because it takes long")
    config.addinivalue_line("markers", "together: its module's tests are claimed as one, because they "
                            "share what is dear")


def pytest_collection_modifyitems(config, items):
    long = [] if LONG else [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    if CLAIMS:
        # What takes longest begins first: whole gates before the rest.
        items.sort(key=lambda item: (not item.get_closest_marker("first"),
                                     "new_gate" not in item.fixturenames))


def _claim(item):
    what = str(item.path) if item.get_closest_marker("together") else item.nodeid
    if what in OURS:
        return True
    try:
        os.close(os.open(f"{CLAIMS}/{hashlib.sha256(what.encode()).hexdigest()}",
                         os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    OURS.add(what)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    if not CLAIMS or _claim(item):
        return None
    # The fixtures that only the tests left to others still needed go now.
    item.session._setupstate.teardown_exact(nextitem)
    return True


pytest_runtest_call = end_after(LIMIT_S, 20 if LONG else 1)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.when == "call":
        item.has_failed = report.failed


@pytest.fixture(scope="session")
def certs(tmp_path_factory):
    """The throw-away certificates, made once for all tests of a run."""
    return make_certs(tmp_path_factory.mktemp("certs"))


@pytest.fixture
def new_gate(request, certs):
    """Makes gates: new_gate(scenario=…, site=…); each is ended after the test, and the run
    folder of a failed test is kept."""
    gates = []

    def make(**arguments):
        gates.append(Gate(certs=certs, **arguments))
        return gates[-1]

    yield make
    for gate in gates:
        gate.close(keep=getattr(request.node, "has_failed", True))


@pytest.fixture
def rounds():
    """rounds(short, long): how often to repeat something in make test and in make test-fault."""
    return lambda short, long: long if LONG else short


# ---- the customs link between peers of our own ------------------------------------------------

@pytest.fixture(scope="module")
def net():
    slot = Slot()
    yield slot.net
    slot.release()


@pytest.fixture
def new_peer(net, certs):
    made = []

    def make(**arguments):
        made.append(Peer(certs, f"{net}.2", **arguments))
        return made[-1]

    yield make
    for peer in made:
        peer.close()


@pytest.fixture
def new_probe(net, certs, tmp_path):
    made = []

    def make(platform, **settings):
        address = (f"{net}.1", free_port(f"{net}.1"))
        target = platform.address if isinstance(platform, Peer) else platform
        made.append(Probe(tmp_path, certs, target, address, **settings))
        return made[-1]

    yield make
    for probe in made:
        probe.close()


@pytest.fixture
def probe(new_peer, new_probe):
    return new_probe(new_peer())


@pytest.fixture
def new_platform(net, certs, tmp_path):
    made = []

    def make(towards, **more):
        made.append(Platform(tmp_path, net, certs, towards, **more))
        return made[-1]

    yield make
    for platform in made:
        platform.close()
