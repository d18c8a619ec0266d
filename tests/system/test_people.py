# SPDX-License-Identifier: MIT
"""People at a gate of real programs: the first one, logging in, and whose name the record has."""

import json
import stat

import pytest

from gate_help import drive_in, lane_of, scenario, wait_state
from kakou_rig import RpcError


def say(gate, *words, text=None, status=0):
    """Runs kakou as typed; its standard output, or its complaint when it should fail."""
    done = gate.kakou_raw(*words, text=text)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout if status == 0 else done.stderr


def test_from_the_first_supervisor_to_an_officers_name_in_the_record(new_gate):
    gate = new_gate(scenario=scenario({"state": 0}))
    gate.start()
    assert "root adds the first supervisor" in say(gate, "people")
    say(gate, "people", "add", "chief", "supervisor", text="password of chief\n")
    assert "there are people already" in say(gate, "people", "add", "x", "officer", status=1,
                                             text="long enough\n")
    assert "wrong name or password" in say(gate, "login", "chief", text="wrong\n", status=1)
    assert "chief, supervisor" in say(gate, "login", "chief", text="password of chief\n")
    assert stat.S_IMODE(gate.ticket_file.stat().st_mode) == 0o600
    say(gate, "people", "add", "王关员", "officer", text="password of 王\n")
    say(gate, "login", "王关员", text="password of 王\n")
    assert json.loads(say(gate, "whoami", "--json"))["role"] == "officer"
    assert "asks for supervisor" in say(gate, "people", "lock", "chief", status=1)

    wait_state(gate, "idle")
    drive_in(gate)
    wait_state(gate, "held", within_s=60)
    ticket = gate.ticket_file.read_text()
    gate.act("return", "in1", ticket=ticket, passage=lane_of(gate)["passage"])
    assert gate.wait_event("officer_act")["data"]["actor"] == "王关员"

    state = gate.run / "state" / "people"
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert "password of" not in state.read_text()
    kinds = [e["kind"] for e in gate.events()]
    assert kinds.count("people_changed") == 2 and kinds.count("login") == 2
    assert kinds.count("login_refused") == 1 and kinds.count("access_refused") == 2

    gate.ticket_file.write_text(ticket)
    assert "bypasses " in say(gate, "handover", "chief", text="password of chief\n")
    shift = gate.wait_event("shift")["data"]
    assert (shift["actor"], shift["to"]) == ("王关员", "chief")
    assert json.loads(say(gate, "whoami", "--json"))["name"] == "chief"

    gate.kakoud.stop()
    gate.start("kakoud")
    with pytest.raises(RpcError, match="log in again"):
        gate.rpc("kakoud", "whoami", {"ticket": ticket})
    say(gate, "login", "王关员", text="password of 王\n")
    say(gate, "logout")
    assert not gate.ticket_file.exists()
    assert gate.kakou("log", "verify")["is_whole"]


def test_a_damaged_people_file_keeps_no_gate_from_starting_and_lets_nobody_in(new_gate):
    gate = new_gate(scenario=scenario())
    gate.start("customs", "yard", "kakoud")
    gate.log_in()
    gate.kakoud.stop()
    people = gate.run / "state" / "people"
    good = people.read_text()
    people.write_text(good[:-9])
    gate.start("kakoud")
    assert gate.wait_event("alarm")["data"]["code"] == "people_damaged"
    assert "DAMAGED" in say(gate, "status") and "is cut" in say(gate, "people")
    wait_state(gate, "idle")
    drive_in(gate)  # the lanes matter more
    assert gate.wait_event("passage_closed", within_s=60)["data"]["outcome"] == "passed"
    login = {"name": "officer", "password": "password of officer", "screen": "test"}
    with pytest.raises(RpcError, match="damaged, so nobody can log in"):
        gate.rpc("kakoud", "login", login)
    people.write_text(good)
    gate.rpc("kakoud", "login", login)
    assert gate.wait_event("alarm_ended")["data"]["code"] == "people_damaged"
    assert "DAMAGED" not in say(gate, "status")
