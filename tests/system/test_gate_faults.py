# SPDX-License-Identifier: MIT
"""A gate of real programs whose peers and devices fail while a truck is in the lane: what it does
by itself, and that an officer always has a way out."""

import contextlib
import socket

from gate_help import drive_in, lane_of, scenario, wait_state, yard_events, yard_lane
from kakou_rig import wait_until

PACE = 5
MUTE_PEERS = 50


def begin(new_gate, lane="in1", **order):
    gate = new_gate(scenario=scenario(order), pace=PACE)
    gate.start()
    wait_state(gate, "idle", name=lane)
    return gate


def act(gate, verb, lane="in1"):
    gate.kakou(verb, lane, "--passage", lane_of(gate, lane)["passage"], "--reason", "test")


def is_half_down(arm):
    """Lowering, and away from both limits."""
    return arm["drive"] == "lowers" and 300 < arm["permille"] < 900


def alarms(gate):
    return [event["data"]["code"] for event in gate.events(kind="alarm")]


def shows(gate, light, sign):
    wait_until(lambda: (lane_of(gate, "out1")["light"], lane_of(gate, "out1")["sign"]) ==
               (light, sign), 5, lambda: lane_of(gate, "out1"))


def test_customs_gets_in_although_fifty_connections_say_nothing(new_gate):
    gate = begin(new_gate)
    with contextlib.ExitStack() as stack:
        for _ in range(MUTE_PEERS):
            stack.enter_context(socket.create_connection((f"{gate.slot.net}.1", 9002), 10))
        gate.rpc("customs", "answer", {"channel": "3301500101", "area_id": "3301500001",
                                       "direction": "I", "seq_no": "20260101000000999999",
                                       "word": "00000000001002000000"})
        gate.wait_event("answer", within_s=4)
    # Nobody was sent away: there are places to wait in. That they said nothing is told.
    assert "before its TLS handshake" in gate.wait_event("peer_refused")["data"]["why"]


def test_an_arm_that_lost_its_lines_while_closing_stays_until_a_reset(new_gate):
    gate = begin(new_gate)
    drive_in(gate)
    wait_until(lambda: is_half_down(yard_lane(gate)["arm"]), 60, "the arm lowers", 0.005)
    gate.rpc("yard", "fault", {"lane": "in1", "kind": "link_down"})
    wait_state(gate, "blocked", within_s=5)
    gate.rpc("yard", "clear")
    wait_until(lambda: lane_of(gate)["arm"] == "between", 5, "the lane sees again")
    before = yard_lane(gate)["arm"]["permille"]
    with contextlib.suppress(AssertionError):
        wait_state(gate, "idle", within_s=2)
    assert yard_lane(gate)["arm"]["permille"] == before
    act(gate, "reset")
    wait_state(gate, "idle", within_s=10)


def test_a_second_truck_is_noticed_while_the_exit_loop_is_not_heard(new_gate):
    gate = begin(new_gate, lane="out1", direction="E")
    drive_in(gate, lane="out1")
    wait_state(gate, "passing", within_s=30, name="out1")
    gate.rpc("yard", "fault", {"device": "io-out1", "kind": "silent"})
    wait_until(lambda: yard_events(gate, "truck_left"), 30, "the truck has left")
    wait_until(lambda: lane_of(gate, "out1")["light"] == "unknown", 10, "the light is unknown")
    # The lights are on the module that is not heard: this driver still sees green.
    drive_in(gate, lane="out1", name="02", plate="浙B77777", tag="E2003412AB009999")
    wait_until(lambda: "tailgate" in alarms(gate), 30, "an alarm")
    gate.rpc("yard", "clear")
    wait_state(gate, "idle", within_s=20, name="out1")
    assert [e["data"]["outcome"] for e in gate.events(kind="passage_closed")][0] == "passed"
    assert not yard_events(gate, "collision")


def test_an_idle_lane_whose_module_of_loops_and_lights_is_silent_says_so_until_it_is_back(new_gate):
    gate = begin(new_gate, lane="out1")
    gate.rpc("yard", "fault", {"device": "io-out1", "kind": "silent"})
    wait_until(lambda: {"loops_lost", "lights_lost"} <= set(alarms(gate)), 10, "two alarms")
    shows(gate, "unknown", "设备故障 请等候")
    gate.rpc("yard", "clear")
    gate.wait_event("alarm_ended", within_s=20, count=2)
    shows(gate, "red", "欢迎")


def test_who_stands_there_after_the_arm_was_opened_by_hand_is_held_for_an_officer(new_gate):
    gate = begin(new_gate)
    drive_in(gate)
    wait_until(lambda: [v for v in yard_lane(gate)["vehicles"] if v["driver"] == "stands"], 30,
               "the truck stands")
    gate.rpc("yard", "fault", {"lane": "in1", "kind": "fob"})
    wait_until(lambda: lane_of(gate)["arm"] == "up", 10, "the arm is up")
    assert lane_of(gate)["state"] == "blocked"
    act(gate, "reset")
    held = wait_state(gate, "held", within_s=10)
    assert held["reason"] == "restarted"
    act(gate, "return")
    wait_state(gate, "idle", within_s=20)


def test_s4_a_beam_that_does_not_prove_itself_holds_the_truck_and_later_the_arm_for_an_officer(
        new_gate):
    gate = begin(new_gate)
    dead = {"lane": "in1", "line": "beam", "kind": "stuck_off"}
    gate.rpc("yard", "fault", dead)
    drive_in(gate)
    held = wait_state(gate, "held", within_s=60)
    assert held["reason"] == "arm_fault"
    assert {"hold", "arm_fault", "safety_device"} <= set(held["alarms"])
    assert held["by"] == "customs" and not yard_events(gate, "lift")
    gate.rpc("yard", "fault", {**dead, "kind": "none"})
    act(gate, "release")
    wait_state(gate, "passing", within_s=10)
    gate.rpc("yard", "fault", dead)
    wait_until(lambda: {"arm_fault", "safety_device"} <= set(lane_of(gate)["alarms"]), 30,
               lambda: lane_of(gate))
    assert lane_of(gate)["state"] == "closing"
    assert yard_lane(gate)["arm"]["is_up"]
    gate.rpc("yard", "fault", {**dead, "kind": "none"})
    wait_state(gate, "idle", within_s=20)
    assert lane_of(gate)["alarms"] == []
    assert [e["data"]["rule"] for e in gate.events(kind="safety")].count("S4") >= 2
    assert len(yard_events(gate, "lift")) == 1
