# SPDX-License-Identifier: MIT
"""The machine's watchdog, made of files: who kicks it, when it ends, and what is told afterwards."""

import os
import signal
import socket
import time

import pytest

from gate_help import scenario, wait_state
from kakou_rig import BUILD, wait_until

SHIM = BUILD / "tests/fault/watchdog_device.so"
WDIOF_CARDRESET = 0x20


@pytest.fixture(name="gate")
def make_gate(new_gate):
    if BUILD.name == "asan":
        pytest.skip("the sanitizers want to be preloaded first")
    gate = new_gate(scenario=scenario())
    gate.edit_site('customs "platform" {', 'watchdog = "sim_wdt"\ncustoms "platform" {')
    (gate.run / "watchdog2.identity").write_text("sim_wdt\n")
    (gate.run / "watchdog2.bootstatus").write_text("0\n")
    return gate


def start(gate, **env):
    if not gate.programs:
        gate.start("customs", "yard")
    gate.start("kakoud", env={"LD_PRELOAD": str(SHIM), "KAKOU_WATCHDOG_DIR": str(gate.run), **env})
    wait_state(gate, "idle")


def kicks(gate):
    path = gate.run / "watchdog2.kicks"
    return path.read_text() if path.exists() else ""


def test_the_watchdog_is_kicked_and_stopped_by_an_orderly_end(gate):
    start(gate)
    wait_until(lambda: len(kicks(gate)) >= 3, 10, "it is kicked")
    assert (gate.run / "watchdog2.timeout").read_text() == "30\n"
    machine = gate.rpc("kakoud", "status")["machine"]
    assert (machine["watchdog"], machine["state"]) == ("sim_wdt", "armed")
    assert "watchdog sim_wdt armed" in gate.kakou_raw("status").stdout
    assert gate.kakoud.stop() == 0
    assert kicks(gate).endswith("V")


def test_the_watchdog_is_left_running_by_a_kill_and_the_reset_is_told(gate):
    start(gate)
    wait_until(lambda: kicks(gate), 10, "it is kicked")
    gate.kakoud.kill()
    assert not kicks(gate).endswith("V")
    memory = gate.run / "state/last-boot"
    lines = memory.read_text().splitlines()
    assert "armed 1" in lines
    # The machine comes up again: another boot, and the hardware knows why.
    memory.write_text("boot another\n" + "\n".join(lines[1:]) + "\n")
    (gate.run / "watchdog2.bootstatus").write_text(f"{WDIOF_CARDRESET}\n")
    start(gate)
    reset = gate.wait_event("reset")["data"]
    assert (reset["by"], reset["resets"]) == ("watchdog", 1)
    assert "last reset by watchdog" in gate.kakou_raw("status").stdout


def test_the_watchdog_is_not_kicked_while_every_thread_stands_and_goes_on_after(gate):
    start(gate)
    wait_until(lambda: kicks(gate), 10, "it is kicked")
    gate.kakoud.signal(signal.SIGSTOP)
    time.sleep(0.3)
    before = len(kicks(gate))
    time.sleep(2)
    assert len(kicks(gate)) == before
    gate.kakoud.signal(signal.SIGCONT)
    wait_until(lambda: len(kicks(gate)) > before, 10, "it is kicked again")


def test_a_start_that_fails_never_arms_the_watchdog(gate):
    gate.start("customs", "yard")
    os.mkdir(gate.run / "state", 0o755)  # others may enter: refused
    os.chmod(gate.run / "state", 0o755)
    gate.start("kakoud", wait=False,
               env={"LD_PRELOAD": str(SHIM), "KAKOU_WATCHDOG_DIR": str(gate.run)})
    assert gate.kakoud.process.wait(10) == 1
    assert not kicks(gate)


def test_the_service_manager_is_told_of_start_health_and_stop(gate):
    path = gate.run / "notify.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(10)
        start(gate, NOTIFY_SOCKET=str(path))
        assert manager.recv(100) == b"READY=1"
        assert manager.recv(100) == b"WATCHDOG=1"
        assert gate.kakoud.stop() == 0
        words = [b"WATCHDOG=1"]
        while words[-1] == b"WATCHDOG=1":
            words.append(manager.recv(100))
        assert words[-1] == b"STOPPING=1"
