# SPDX-License-Identifier: MIT
"""What customs did not take is sent again under its number: after the truck has gone, across
restarts, and without an effect on who is in the lane then."""

from gate_help import drive_in, scenario, wait_state
from kakou_rig import wait_until


def backlog(gate):
    return gate.rpc("kakoud", "link")["backlog"]


def wait_backlog(gate, waiting, within_s=60):
    return wait_until(lambda: (b := backlog(gate))["waiting"] == waiting and b["is_whole"] and b,
                      within_s, lambda: f"{waiting} waiting: {backlog(gate)}")


def gathered(gate, seq_no):
    """The inquiries with this number that the platform has seen since its start."""
    history = gate.rpc("customs", "history", {"after": 0})["entries"]
    return [m for m in history if m["code"] == "0x21" and m["seq_no"] == seq_no]


def pass_by_hand(gate):
    """A truck that customs does not answer for, released by an officer; its number."""
    gate.rpc("yard", "start")
    held = wait_state(gate, "silent", within_s=60)
    gate.act("release", "in1", passage=held["passage"])
    closed = gate.wait_event("passage_closed", within_s=60)
    assert closed["data"]["outcome"] == "passed" and closed["data"]["lift"] == "10"
    return closed


def test_a_truck_that_passed_while_customs_was_away_is_told_after_a_kill(new_gate):
    gate = new_gate(scenario=scenario())
    gate.start("yard", "kakoud")
    closed = pass_by_hand(gate)
    wait_backlog(gate, 1)
    shown = gate.kakou_raw("status").stdout
    assert "backlog  1 not taken by customs, the oldest for" in shown
    gate.kakoud.kill()
    gate.start("kakoud")
    wait_backlog(gate, 1)
    gate.start("customs")
    wait_backlog(gate, 0)
    seq_no = closed["data"]["seq_no"]
    answer = next(e for e in gate.events(kind="answer") if e["data"]["seq_no"] == seq_no)
    assert answer["data"]["effect"] == "late" and answer["passage"] == closed["passage"]
    sent = gathered(gate, seq_no)[0]
    asked = gate.events(kind="inquiry", passage=closed["passage"])[0]["data"]
    assert sent["fields"]["plate"] == asked["plate"] == "浙A12345"
    assert sent["fields"]["gross_g"] // 1000 == asked["gross_g"] // 1000
    assert sent["fields"]["box_front"] == asked["box_front"] and sent["fields"]["boxes"] == 1
    assert len(gate.events(kind="lift_commanded")) == 1
    # Nothing is left for the next start, and it is not told twice.
    told = len(gathered(gate, seq_no))
    gate.kakoud.stop()
    gate.start("kakoud")
    assert wait_backlog(gate, 0)["taken"] == 0
    assert backlog(gate)["cursor"] >= answer["seq"]
    assert len(gathered(gate, seq_no)) == told


def test_of_a_truck_that_was_sent_back_customs_is_not_told(new_gate):
    gate = new_gate(scenario=scenario())
    gate.start("yard", "kakoud")
    gate.rpc("yard", "start")
    held = wait_state(gate, "silent", within_s=60)
    gate.act("return", "in1", passage=held["passage"])
    closed = gate.wait_event("passage_closed", within_s=60)["data"]
    assert closed["lift"] == "99"
    gate.start("customs")
    wait_backlog(gate, 0)
    wait_until(lambda: backlog(gate)["cursor"] >= gate.events()[-1]["seq"] - 3, 30, "the end")
    seq_no = closed["seq_no"]
    assert gathered(gate, seq_no) == []  # it would book an order that was not used


def test_a_result_customs_did_not_take_comes_after_a_restart_and_once(new_gate):
    gate = new_gate(scenario=scenario())
    gate.start()
    gate.rpc("customs", "operate", {
        "channel": "3301500101", "seq_no": "20261127000000000001", "area_id": "3301500001",
        "direction": "I", "op_id": "chief"})
    gate.wait_event("command_received")
    gate.customs.kill()
    gate.wait_event("command_result")
    gate.kakoud.kill()
    gate.start("kakoud", "customs")

    def results():
        return [m for m in gate.rpc("customs", "history", {"after": 0})["entries"]
                if m["code"] == "0x32"]

    settled = gate.wait_event("delivery", within_s=30)["data"]
    assert settled["outcome"] == "sent" and settled["code"] == "0x32"
    told = len(results())
    gate.kakoud.kill()
    gate.start("kakoud")
    wait_backlog(gate, 0)
    assert len(results()) == told


def test_who_waits_in_the_lane_is_asked_for_before_those_that_have_gone(new_gate):
    """Customs comes back with a truck in the lane and one of the past to tell."""
    gate = new_gate(scenario=scenario())
    gate.start("yard", "kakoud")
    first = pass_by_hand(gate)
    drive_in(gate)
    waits = wait_state(gate, ("asking", "silent"), within_s=60)
    gate.start("customs")
    wait_backlog(gate, 0)
    asked = gate.events(kind="inquiry", passage=waits["passage"])[-1]["data"]["seq_no"]
    wait_until(lambda: gathered(gate, asked), 30, "the truck that waits is asked for")
    late = [e["data"] for e in gate.events(kind="answer")
            if e["data"]["seq_no"] == first["data"]["seq_no"]]
    assert {d["effect"] for d in late} == {"late"}
