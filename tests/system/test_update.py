# SPDX-License-Identifier: MIT
"""Updates of the machine with a real kakoud; RAUC and the service manager are files."""

import signal
import time

import pytest

from gate_help import drive_in, lane_of, scenario, wait_state
from kakou_rig import wait_until
from update_help import Machine

TRIAL = ("watch", "--healthy", "2", "--within", "60")
SHORT = ("watch", "--healthy", "2", "--within", "4")


@pytest.fixture(name="gate")
def make_gate(new_gate):
    gate = new_gate(scenario=scenario({"state": 0}))
    gate.start()
    wait_state(gate, "idle")
    return gate


@pytest.fixture(name="machine")
def make_machine(gate):
    return Machine(gate)


def log_in(gate, name, role):
    gate.ticket_file.write_text(gate.log_in(name, role))
    gate.ticket_file.chmod(0o600)


def install(machine, version="1.1"):
    had = len(machine.gate.events(kind="update"))
    machine.update("install", machine.bundle(version), "--quiet", "0")
    machine.gate.wait_event("update", count=had + 2)
    machine.good["B"] = True


def test_a_new_version_is_kept_after_its_kakoud_was_healthy(gate, machine):
    install(machine)
    assert machine.calls == [f"install {gate.run}/1.1.raucb", "reboot"]
    assert (machine.memory(), machine.memory("slot")) == ("waits", "B")
    gate.kakoud.stop()
    machine.boot("B", "1.1")
    gate.start("kakoud")
    assert "1.1 in slot B is confirmed" in machine.update(*TRIAL)
    assert machine.calls[2:] == ["mark-good booted"]
    assert machine.memory() == "none"
    told = machine.told("begun", "installed", "booted", "tried", "confirmed")
    assert (told[0]["version"], told[0]["running"], told[0]["actor"]) == ("1.1", "1.0", "root")
    assert (told[2]["slot"], told[2]["running"]) == ("B", "1.1")
    # A slot that was confirmed is kept at once, whatever becomes of kakoud.
    gate.kakoud.kill()
    machine.boot("B", "1.1")
    machine.update(*TRIAL)
    assert machine.calls[3:] == ["mark-good booted"]


def test_the_machine_restarts_only_when_no_vehicle_is_in_a_lane(gate, machine):
    drive_in(gate)
    wait_state(gate, "held", within_s=60)
    waiting = machine.start("restart", "--quiet", "1")
    assert waiting.stdout.readline() == "waits    in1: a vehicle is in it\n"
    time.sleep(2.5)
    assert not machine.calls and waiting.poll() is None
    gate.act("return", "in1", passage=lane_of(gate)["passage"])
    assert waiting.wait(60) == 0, waiting.stdout.read()
    assert machine.calls == ["reboot"]
    assert lane_of(gate)["state"] == "idle"


def test_what_is_not_for_this_board_changes_nothing_and_is_recorded(gate, machine):
    said = machine.update("install", machine.bundle("1.1", "cm4"), status=1)
    assert 'for "cm4", this board is "qemu-virt"; nothing was changed' in said
    bad = gate.run / "changed.raucb"
    said = machine.update("install", bad, status=1)
    assert "signature verification failed" in said and "nothing was changed" in said
    said = machine.update("install", machine.bundle("new"), status=1)
    assert 'its version is "new"' in said
    assert not machine.calls
    told = machine.told("refused", "refused", "refused")
    assert "cm4" in told[0]["why"] and "signature" in told[1]["why"]


def test_an_older_version_needs_a_supervisor_with_a_reason(gate, machine):
    older = machine.bundle("0.9")
    assert "needs a supervisor" in machine.update("install", older, status=1)
    log_in(gate, "tech", "technician")
    assert "an older version asks for supervisor" in machine.update("install", older, status=1)
    log_in(gate, "chief", "supervisor")
    assert "0.9 is older than 1.0" in machine.update("install", older, status=1)
    assert "expected why" in machine.update("install", older, "--older", status=2)
    assert not machine.calls
    machine.update("install", older, "--older", "--reason", "scale is off", "--no-restart")
    assert len(machine.calls) == 1
    told = machine.told("begun_older", "installed")
    assert (told[0]["actor"], told[0]["reason"]) == ("chief", "scale is off")
    gate.kakoud.stop()
    assert "kakoud does not answer" in machine.update("install", older, "--older", "--reason",
                                                      "x", status=1)


def test_a_copy_that_fails_leaves_what_runs_and_is_recorded(machine):
    (machine.bin / "install.fails").touch()
    said = machine.update("install", machine.bundle("1.1"), status=1)
    assert "no space left on the slot; what runs is not changed" in said
    assert "reboot" not in machine.calls and machine.memory() == "none"
    assert machine.told("begun", "failed")[1]["why"] == "no space left on the slot"


def test_a_version_whose_kakoud_does_not_come_up_falls_back_once_and_says_why(gate, machine):
    install(machine)
    gate.kakoud.stop()
    machine.boot("B", "1.1")
    said = machine.update(*SHORT)
    assert "kakoud does not answer; going back" in said
    assert machine.calls[2:] == ["mark-bad booted", "reboot"]
    assert machine.memory() == "abandoned"
    machine.good["B"] = False
    machine.boot("A", "1.0")
    gate.start("kakoud")
    machine.update(*SHORT)
    assert machine.calls[4:] == ["mark-good booted"] and machine.memory() == "none"
    told = machine.told("begun", "installed", "booted", "tried", "gave_up", "booted",
                        "rolled_back")
    assert told[-1] == {"what": "rolled_back", "version": "1.1", "running": "1.0", "slot": "A",
                        "why": "kakoud does not answer"}
    gate.kakoud.stop()
    assert gate.kakou_raw("log", "verify", gate.run / "state").returncode == 0


def test_a_version_whose_kakoud_hangs_is_not_kept(gate, machine):
    install(machine)
    machine.boot("B", "1.1")
    gate.kakoud.signal(signal.SIGSTOP)
    said = machine.update(*SHORT)
    gate.kakoud.signal(signal.SIGCONT)
    assert "kakoud does not answer; going back" in said
    assert "mark-good booted" not in machine.calls
    assert machine.calls[2:] == ["mark-bad booted", "reboot"]


def test_nothing_restarts_again_and_again(gate, machine):
    """Neither where marking fails, nor where there is nothing to go back to."""
    install(machine)
    gate.kakoud.stop()
    (machine.bin / "mark.fails").touch()
    for count in (1, 2, 3):
        machine.boot("B", "1.1")
        machine.update(*SHORT)
        assert machine.calls.count("reboot") == 1 + count
    machine.boot("B", "1.1")
    assert "often enough" in machine.update(*SHORT, status=1)
    memory = machine.state / "update"
    memory.write_text(memory.read_text().replace("restarts 3", "restarts 0"))
    machine.good["A"] = False
    machine.boot("B", "1.1")
    assert "no good slot to go back to" in machine.update(*SHORT, status=1)
    # What is damaged may be a trial, and counts as one that has had its restarts.
    memory.write_text("torn")
    machine.good["A"] = True
    machine.boot("B", "1.1")
    assert "it stays all the same" in machine.update(*SHORT, status=1)
    assert machine.calls.count("reboot") == 4


def test_a_power_cut_while_copying_or_before_the_trial_is_told_at_the_next_start(gate, machine):
    install(machine)
    memory = machine.state / "update"
    memory.write_text(memory.read_text().replace("phase waits", "phase copying"))
    machine.boot("A", "1.0")
    machine.update(*TRIAL)
    install(machine)
    machine.boot("A", "1.0")
    machine.update(*TRIAL)
    told = machine.told("begun", "installed", "booted", "failed", "begun", "installed", "booted",
                        "rolled_back")
    assert told[3]["why"] == "the machine ended while it was copied"
    assert told[7]["why"] == "it did not come up"
    # Cut between the switch and the note of it: the new version is on trial all the same.
    install(machine)
    memory.write_text(memory.read_text().replace("phase waits", "phase copying"))
    machine.boot("B", "1.1")
    assert "1.1 in slot B is confirmed" in machine.update(*TRIAL)


def test_nothing_is_installed_over_what_a_trial_goes_back_to(gate, machine):
    install(machine)
    machine.boot("B", "1.1")
    said = machine.update("install", machine.bundle("1.2"), status=1)
    assert "1.1 is on trial" in said
    assert "runs on trial" not in machine.update() and "1.1 in slot B is installed" in machine.update()
    watch = machine.start("watch", "--healthy", "600", "--within", "900")
    wait_until(lambda: machine.memory() == "on_trial", 20, "the trial begins")
    assert "runs on trial" in machine.update("status")
    watch.kill()
    watch.wait()
    assert "mark-good booted" not in machine.calls and gate.kakoud.is_running
    # What can't be read may be a trial.
    had = len(machine.calls)
    (machine.state / "update").write_text("torn")
    said = machine.update("install", machine.bundle("1.2"), status=1)
    assert "what runs may be on trial" in said and "nothing was changed" in said
    assert len(machine.calls) == had
    assert "1.1 in slot B is confirmed" in machine.update(*TRIAL)
    machine.update("install", machine.bundle("1.2"), "--no-restart")
