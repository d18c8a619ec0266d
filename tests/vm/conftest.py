# SPDX-License-Identifier: MIT
"""Fixtures of the tests in the virtual machine."""

import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "system"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from gate_help import ORDER, drive_in, section  # noqa: E402
from kakou_rig import make_certs  # noqa: E402
from time_limit import describe, end_after  # noqa: E402
from vm_rig import HERE, VmGate  # noqa: E402

CANNOT = 77
LIMIT_S = 150
ORDERS = 40


def pytest_configure(config):
    describe(config, LIMIT_S)


pytest_runtest_call = end_after(LIMIT_S)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.when == "call" and report.failed:
        item.session.has_failed = True


@pytest.fixture(scope="session")
def prepared():
    """The parts of the machine; where this machine can't make them, every test is skipped."""
    done = subprocess.run([HERE / "prepare"], stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout)
    if done.returncode == CANNOT:
        pytest.skip(next((line[6:] for line in done.stdout.splitlines()
                          if line.startswith("skip: ")), "tests/vm/prepare can't"))
    assert done.returncode == 0, done.stdout


def numbered(n):
    """What sets truck n and its order apart from the others."""
    return {"plate": f"浙A123{n:02}", "tag": f"E2003412AB0001{n:02}"}


def orders():
    return "".join(section("order", f"Z3111I2611010000000000{n:02}", {**ORDER, **numbered(n)})
                   for n in range(1, ORDERS + 1))


@pytest.fixture(scope="session")
def truck(machine):
    """Sends the next truck that has an order."""
    numbers = iter(range(1, ORDERS + 1))
    return lambda: drive_in(machine, **numbered(next(numbers)))


@pytest.fixture(scope="session")
def machine(request, prepared, tmp_path_factory):
    """A gate in a machine that has booted; one for all tests, each leaves it at rest."""
    gate = VmGate(scenario=orders(), certs=make_certs(tmp_path_factory.mktemp("certs")))
    try:
        gate.start()
        yield gate
    finally:
        gate.close(keep=getattr(request.session, "has_failed", False))


@pytest.fixture
def gate(machine):
    """The same, with kakoud running, the arm down and nobody in the lane."""
    machine.rpc("yard", "clear")
    machine.guest_raw("kill -CONT $(cat /run/kakoud.pid)")
    machine.start("kakoud")
    machine.bring_to_rest()
    machine.guest("pin")
    return machine
