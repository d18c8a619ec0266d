# SPDX-License-Identifier: MIT
"""What an officer does at a gate of real programs beside clearing: choosing, correcting, locking,
raising; and what the record says of it."""

from gate_help import ORDER, drive_in, lane_of, scenario, section, wait_state, yard_lane
from kakou_rig import wait_until

PACE = 5
OTHER_NO = "Z3111I261101000000000002"


def begin(new_gate, text=None, **order):
    gate = new_gate(scenario=text or scenario(order), pace=PACE)
    gate.start()
    wait_state(gate, "idle")
    return gate


def held(gate):
    return wait_state(gate, "held", within_s=60)


def test_the_order_that_an_officer_chooses_clears_the_truck(new_gate):
    gate = begin(new_gate, scenario() + section("order", OTHER_NO, ORDER))
    drive_in(gate)
    lane = held(gate)
    assert lane["reason"] == "several_orders"
    gate.kakou("choose", "in1", OTHER_NO, "--passage", lane["passage"], "--reason", "papers")
    closed = gate.wait_event("passage_closed", within_s=60)["data"]
    assert (closed["verdict"], closed["by"], closed["form_id"]) == \
        ("release", "customs", OTHER_NO)
    asked = [e["data"]["seq_no"] for e in gate.events(kind="inquiry")]
    assert len(asked) == len(set(asked)) == 2


def test_a_corrected_plate_is_asked_anew_and_the_read_stays_in_the_record(new_gate):
    gate = begin(new_gate)
    drive_in(gate, plate="浙A99999")
    lane = held(gate)
    gate.kakou("correct", "in1", "plate", ORDER["plate"], "--passage", lane["passage"],
               "--reason", "read by eye")
    closed = gate.wait_event("passage_closed", within_s=60)["data"]
    assert (closed["plate"], closed["by"]) == (ORDER["plate"], "customs")
    plates = [e["data"].get("text") for e in gate.events(kind="evidence")
              if e["data"]["slot"] == "plate"]
    assert "浙A99999" in plates and ORDER["plate"] in plates
    assert gate.kakou_raw("correct", "in1", "plate", "浙A1", "--passage", lane["passage"],
                          "--reason", "late").returncode == 1
    assert "is not in lane in1" in gate.wait_event("act_refused")["data"]["why"]


def test_regathering_makes_the_camera_read_again(new_gate):
    gate = begin(new_gate, state=0)
    drive_in(gate)
    lane = held(gate)
    reads = len([e for e in gate.events(kind="evidence") if e["data"]["slot"] == "plate"])
    gate.kakou("regather", "in1", "--passage", lane["passage"], "--reason", "fog has gone")
    gate.wait_event("inquiry", count=2)
    assert len([e for e in gate.events(kind="evidence")
                if e["data"]["slot"] == "plate"]) > reads


def test_a_locked_lane_stays_locked_over_a_restart(new_gate):
    gate = begin(new_gate)
    gate.kakou("lock", "in1", "--reason", "resurfacing")
    wait_until(lambda: lane_of(gate)["is_locked"], 30, "the lane is locked")
    gate.kakoud.kill()
    gate.start("kakoud")
    wait_until(lambda: lane_of(gate)["state"] == "idle", 30, "the lane is idle")
    lane = lane_of(gate)
    assert lane["is_locked"] and lane["sign"] == "通道关闭" and lane["light"] == "red"
    drive_in(gate)
    gate.kakou("open", "in1", "--reason", "done")
    gate.wait_event("passage_closed", within_s=60)


def test_an_emergency_raise_stays_up_until_a_person_ends_it(new_gate):
    gate = begin(new_gate)
    gate.kakou("emergency", "in1", "--reason", "fire engine")
    wait_until(lambda: lane_of(gate)["arm"] == "up", 20, "the arm is up")
    gate.kakou("ack", "in1", "emergency", "--reason", "known")
    wait_until(lambda: "emergency" in lane_of(gate)["acknowledged"], 30, "it is acknowledged")
    lane = lane_of(gate)
    assert (lane["state"], lane["arm"], lane["sign"]) == ("blocked", "up", "紧急开启")
    gate.kakou("reset", "in1", "--reason", "it has gone")
    wait_state(gate, "idle", within_s=30)
    assert yard_lane(gate)["arm"]["permille"] < 50
    assert not gate.events(kind="lift_commanded")


def test_an_opened_cabinet_alarms_until_it_is_shut_and_an_officer_has_seen_it(new_gate):
    gate = new_gate(pace=PACE)
    gate.edit_site('line "heartbeat" {\n\t\tname = "in1.heartbeat"\n\t}\n',
                   'line "heartbeat" {\n\t\tname = "in1.heartbeat"\n\t}\n'
                   '\tline "door" {\n\t\tname = "in1.door"\n\t}\n')
    gate.start()
    wait_state(gate, "idle")
    assert "cabinet_open" not in lane_of(gate)["alarms"]
    gate.rpc("yard", "touch", {"lane": "in1", "line": "door", "on": True})
    wait_until(lambda: "cabinet_open" in lane_of(gate)["alarms"], 20, "an officer is called")
    assert lane_of(gate)["inputs"]["door"]
    assert "cabinet_open" in gate.kakou_raw("lane", "in1").stdout
    gate.rpc("yard", "touch", {"lane": "in1", "line": "door", "on": False})
    events = gate.wait_event("door", within_s=20, count=2)
    assert [event["data"]["what"] for event in events] == ["opened", "shut"]
    assert "cabinet_open" in lane_of(gate)["alarms"]
    gate.kakou("ack", "in1", "cabinet_open", "--reason", "the electrician")
    assert gate.wait_event("alarm_ended", within_s=20)["data"]["code"] == "cabinet_open"
