# SPDX-License-Identifier: MIT
"""The whole gate in front of the platform, beyond inquiry and answer: the smart generation, device
states, seal and GPS commands."""

from customs_help import AREA, CHANNEL, history, wait_history
from gate_help import drive_in, scenario, wait_state
from kakou_rig import Rpc, wait_until

OFFICER = {"channel": CHANNEL, "op_id": "5301"}


def begin(new_gate, *settings, customs=(), **order):
    """A gate whose site has these settings of its customs, and kakou-customs its arguments."""
    gate = new_gate(scenario=scenario(order), pace=5)
    gate.edit_site('area_id = "3301500001"\n\tpictures_wait_ms = 800',
                   'area_id = "3301500001"' + "".join(f"\n\t{line}" for line in settings))
    gate.extra["customs"] = list(customs)
    gate.start()
    wait_state(gate, "idle")
    gate.platform = Rpc(gate.socket_path("customs"))
    return gate


def begin_smart(new_gate, **order):
    return begin(new_gate, "generation = smart",
                 customs=("--generation", "smart", "--encoding", "utf8", "--strict", "yes"),
                 **order)


def test_an_interim_m_waits_for_the_officer_whose_0x85_lifts(new_gate):
    gate = begin_smart(new_gate, behaviour="silent", count=99)
    drive_in(gate)
    session = gate.wait_event("inquiry", within_s=60)["data"]["seq_no"]
    gate.platform.call("answer", {"channel": CHANNEL, "area_id": AREA, "direction": "I",
                                  "seq_no": session, "word": "M", "hint": "等候关员"})
    interim = gate.wait_event("answer")["data"]
    assert (interim["effect"], interim["seq_no"]) == ("interim", session)
    assert not gate.events(kind="lift_authorised")
    gate.platform.call("operate", {**OFFICER, "op_type": "0", "op_reason": "查验完毕"})
    closed = gate.wait_event("passage_closed", within_s=60)["data"]
    assert (closed["verdict"], closed["by"], closed["actor"], closed["outcome"]) == \
        ("release", "customs", "5301", "passed")
    gathered = wait_history(gate.platform, way="in", code="0x81")[0]
    assert (gathered["seq_no"], gathered["fields"]["mode"]) == (session, "A")
    wait_history(gate.platform, way="out", code="0x85", seq_no=session)
    assert gate.kakou("log", "verify")["is_whole"]


def test_an_officers_return_in_a_0x85_lifts_nothing(new_gate):
    gate = begin_smart(new_gate, state=0)
    drive_in(gate)
    wait_state(gate, "held", within_s=60)
    assert gate.events(kind="answer")[0]["data"]["word"] == "N"
    gate.platform.call("operate", {**OFFICER, "op_type": "2"})
    wait_state(gate, "leaving")
    assert not gate.events(kind="lift_authorised")


def asked(gate, count):
    """The modes of so many 0x81, each under a number of its own."""
    entries = wait_history(gate.platform, way="in", code="0x81", count=count)
    assert len({entry["seq_no"] for entry in entries}) == len(entries)
    return [entry["fields"]["mode"] for entry in entries]


def test_gathering_again_by_hand_is_told_as_mode_m(new_gate):
    gate = begin_smart(new_gate, state=0)
    drive_in(gate)
    lane = wait_state(gate, "held", within_s=60)
    gate.kakou("regather", "in1", "--passage", lane["passage"], "--reason", "fog has gone")
    assert asked(gate, 2) == ["A", "M"]


def test_a_value_that_an_officer_enters_is_told_as_mode_b(new_gate):
    gate = begin_smart(new_gate)
    drive_in(gate, card="")
    lane = wait_state(gate, "held", within_s=60)
    gate.kakou("enter", "in1", "card", "330102600999", "--passage", lane["passage"], "--reason",
               "shown at the window")
    assert asked(gate, 1) == ["B"]
    entry = wait_history(gate.platform, way="in", code="0x81")[0]
    assert entry["fields"]["card"] == "330102600999"


# ---- devices ------------------------------------------------------------------------------------

def states(gate, channel=CHANNEL):
    """The newest 0x42 of a channel."""
    told = [entry for entry in wait_history(gate.platform, way="in", code="0x42", outcome="taken")
            if entry["channel"] == channel]
    return told[-1]["fields"] if told else {}


def test_customs_is_told_which_device_fails_and_when_it_is_well_again(new_gate):
    gate = begin(new_gate, "device_states_s = 60")
    whole = {"10": "1", "11": "1", "12": "1", "13": "1", "15": "1", "16": "1", "17": "1"}

    def told(**changed):
        wanted = {**whole, **{key[1:]: value for key, value in changed.items()}}
        wait_until(lambda: states(gate) == wanted, 30, lambda: states(gate))

    told()
    assert "13" not in states(gate, "3301500102")  # out1 has no seal reader
    before = gate.platform.call("history")["last"]
    gate.rpc("yard", "fault", {"device": "scale-in1", "kind": "silent"})
    told(_15="2")
    wait_history(gate.platform, way="in", code="0x43", channel=CHANNEL)
    said = [entry for entry in history(gate.platform, way="in", code="0x43") if entry["id"] > before]
    assert [(entry["channel"], entry["fields"]["device_id"], entry["fields"]["status"])
            for entry in said] == [(CHANNEL, "15", "2")]
    # A platform can't call it well, nor switch it off; that is answered, and recorded.
    gate.platform.call("set_device", {"channel": CHANNEL, "area_id": AREA, "direction": "I",
                                      "seq_no": "1", "device_id": "15", "status": "3"})
    assert wait_history(gate.platform, code="0x34")[0]["fields"]["control"] == "3"
    assert "device 15 to state 3, answered 3" in gate.wait_event("device_order")["data"]["why"]
    gate.rpc("yard", "clear")
    told()
    gate.yard.kill()  # and the lines of the barrier with it
    wait_until(lambda: states(gate)["16"] == "2", 30, lambda: states(gate))


def test_a_seal_that_customs_wants_opened_is_answered_as_not_done(new_gate):
    gate = begin(new_gate, state=0)
    drive_in(gate)
    wait_state(gate, "held", within_s=60)
    # Lift, open the seal (8), close the GPS (9): the barrier obeys, the others are not there.
    gate.platform.call("operate", {**OFFICER, "command": "00000002200000000000"})
    closed = gate.wait_event("passage_closed", within_s=60)["data"]
    assert (closed["verdict"], closed["actor"]) == ("release", "5301")
    word = wait_history(gate.platform, way="in", code="0x32")[0]["fields"]["result"]
    assert (word[1], word[7], word[8]) == ("0", "9", "9")
    assert gate.wait_event("command_result")["data"]["result"] == word


def test_an_answer_that_also_wants_a_seal_opened_lifts_and_is_told_that_it_was_not(new_gate):
    gate = begin(new_gate, behaviour="silent", count=99)
    drive_in(gate)
    seq_no = gate.wait_event("inquiry", within_s=60)["data"]["seq_no"]
    # A final release that opens the seal (8) and begins to follow by GPS (9).
    word = "00000002100000000000"
    gate.platform.call("answer", {"channel": CHANNEL, "area_id": AREA, "direction": "I",
                                  "seq_no": seq_no, "word": word, "hint": "放行 请通过"})
    closed = gate.wait_event("passage_closed", within_s=60)["data"]
    assert (closed["verdict"], closed["by"], closed["outcome"]) == ("release", "customs", "passed")
    answer = gate.wait_event("answer")["data"]
    assert (answer["effect"], answer["word"]) == ("counts", word)
    told = gate.wait_event("command_result")
    assert (told["lane"], told["data"]["seq_no"]) == ("in1", seq_no)
    said = wait_history(gate.platform, way="in", code="0x32", seq_no=seq_no)
    assert {entry["fields"]["result"] for entry in said} == {"90000009900000000000"}
    assert told["data"]["result"] == "90000009900000000000"  # and so an officer reads it
    assert len(gate.events(kind="command_result")) == len(gate.events(kind="lift_commanded")) == 1
    assert gate.kakou("log", "verify")["is_whole"]
