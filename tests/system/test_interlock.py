# SPDX-License-Identifier: MIT
"""The safety rules S1 to S12 against a yard: broken contacts, keys and buttons at the gate, arms
that do not do as they are told. The arm is raised by the button at the gate and lowered by an
officer's reset, so that no truck is needed."""

import time

import pytest

from gate_help import lane_of, scenario, wait_state, yard_events, yard_lane
from kakou_rig import wait_until

IN1_HEARTBEAT = 'line "heartbeat" {\n\t\tname = "in1.heartbeat"\n\t}\n'
AT_THE_GATE = ("reset", "hold_raise", "hold_lower")
PAIRS = ("safety_loop_nc", "beam_nc", "limit_up_nc", "limit_down_nc", "emergency_nc")


@pytest.fixture(name="gate")
def make_gate(new_gate):
    """A lane with a key, buttons and second contacts, ready."""
    gate = new_gate(scenario=scenario())
    lines = "".join(f'\tline "{role}" {{\n\t\tname = "in1.{role}"\n\t}}\n'
                    for role in AT_THE_GATE + PAIRS)
    gate.edit_site(IN1_HEARTBEAT, IN1_HEARTBEAT + lines + "\ttravel_ms = 2500\n")
    gate.start()
    wait_state(gate, "idle")
    return gate


def wait_seen(gate, line, is_on):
    """kakoud has seen the line so, however late its scans are."""
    wait_until(lambda: lane_of(gate)["inputs"][line] == is_on, 8, f"{line} is {is_on}", 0.01)


def press(gate, line, is_on=True):
    """A hand on a button, a key or a sensor, which its second contact feels as well."""
    gate.rpc("yard", "touch", {"lane": "in1", "line": line, "on": is_on})


def fault(gate, kind, line=None):
    where = {"lane": "in1"} if line is None else {"lane": "in1", "line": line}
    gate.rpc("yard", "fault", {**where, "kind": kind})


def arm(gate):
    return yard_lane(gate)["arm"]


def wait_arm(gate, where, within_s=8):
    wait_until(lambda: arm(gate)[where], within_s,
               lambda: f"the arm {where}: {arm(gate)} {lane_of(gate)}", 0.01)


def wait_drive(gate, drive, within_s=8):
    wait_until(lambda: arm(gate)["drive"] == drive, within_s,
               lambda: f"the arm {drive}: {arm(gate)} {lane_of(gate)}", 0.005)


def rules(gate):
    return [e["data"]["rule"] for e in gate.events(kind="safety")]


def wait_rule(gate, rule, within_s=10):
    wait_until(lambda: rule in rules(gate), within_s, lambda: f"{rule} in {rules(gate)}", 0.05)


def hold_until(gate, button, where):
    """On a busy machine a late scan ends a hold (S9): a person lets go and presses again."""
    for _ in range(5):
        press(gate, button)
        try:
            wait_arm(gate, where, 4)
            break
        except AssertionError:
            press(gate, button, False)
            time.sleep(0.1)
    wait_arm(gate, where)
    press(gate, button, False)


def raise_by_button(gate):
    hold_until(gate, "hold_raise", "is_up")
    wait_state(gate, "blocked")
    wait_seen(gate, "hold_raise", False)


def reset(gate):
    return gate.kakou_raw("reset", "in1", "--reason", "seen clear")


def lower_by_reset(gate):
    done = reset(gate)
    assert done.returncode == 0, done.stderr
    wait_drive(gate, "lowers")


def lowered(gate):
    """Arrivals of the arm at its lower limit."""
    return [e for e in yard_events(gate, "arm_down") if e["lane"] == "in1"]


def lower_halfway(gate):
    lower_by_reset(gate)
    wait_until(lambda: arm(gate)["permille"] < 900, 5, "the arm is on its way", 0.005)


def turn_key(gate):
    press(gate, "reset")
    wait_seen(gate, "reset", True)
    press(gate, "reset", False)


def assert_nobody_was_hit(gate):
    assert not yard_events(gate, "collision")


@pytest.mark.parametrize("line", ["safety_loop", "beam"])
def test_s1_s6_either_device_alone_reverses_a_closing_arm(gate, line):
    raise_by_button(gate)
    lower_halfway(gate)
    press(gate, line)
    wait_arm(gate, "is_up")
    assert not lowered(gate)
    press(gate, line, False)
    wait_rule(gate, "S1")
    wait_arm(gate, "is_down")
    wait_state(gate, "idle")
    assert_nobody_was_hit(gate)


def test_s2_opening_while_the_arm_lowers_raises_at_once(gate):
    raise_by_button(gate)
    lower_halfway(gate)
    hold_until(gate, "hold_raise", "is_up")
    assert not lowered(gate)
    wait_drive(gate, "stops", 2)


def test_s2_an_officers_emergency_raise_turns_a_lowering_arm_at_once(gate):
    gate.ticket()
    raise_by_button(gate)
    lower_halfway(gate)
    gate.act("emergency", "in1")
    wait_arm(gate, "is_up")
    assert not lowered(gate)
    assert "S11" in rules(gate)
    lower_by_reset(gate)
    wait_state(gate, "idle")


def obstruct_twice(gate):
    raise_by_button(gate)
    lower_by_reset(gate)
    for _ in range(2):
        wait_until(lambda: arm(gate)["drive"] == "lowers" and arm(gate)["permille"] < 950, 10,
                   "the arm lowers", 0.005)
        press(gate, "beam")
        wait_arm(gate, "is_up")
        press(gate, "beam", False)
    wait_rule(gate, "S3")


def assert_only_the_key_lowers(gate):
    wait_state(gate, "blocked")
    refused = reset(gate)
    assert refused.returncode == 1 and "key at the gate" in refused.stderr
    time.sleep(0.5)
    assert arm(gate)["is_up"]


def test_s3_two_obstructions_lock_over_a_restart_until_the_key_at_the_gate_is_turned(gate):
    obstruct_twice(gate)
    assert_only_the_key_lowers(gate)
    gate.kakoud.kill()
    gate.start("kakoud")
    assert_only_the_key_lowers(gate)
    assert [e["data"]["reason"] for e in gate.events(kind="arm_locked")] == \
        ["two obstructions in a row", "still locked at the start"]
    turn_key(gate)
    time.sleep(0.5)
    assert arm(gate)["is_up"]
    lower_by_reset(gate)
    wait_arm(gate, "is_down")
    wait_state(gate, "idle")


def test_s4_s5_a_dead_beam_forbids_closing_but_by_the_button_at_the_gate(gate):
    raise_by_button(gate)
    fault(gate, "stuck_off", "beam")
    fault(gate, "stuck_on", "beam_nc")  # as of a sensor that never sees anything
    assert reset(gate).returncode == 0
    wait_rule(gate, "S4")
    assert arm(gate)["is_up"]
    wait_until(lambda: "safety_device" in lane_of(gate)["alarms"], 10, "an officer is told")
    hold_until(gate, "hold_lower", "is_down")
    wait_state(gate, "idle")
    assert rules(gate).count("S5") >= 4  # begun and ended, twice


def test_s5_a_button_let_go_stops_and_one_that_is_stuck_moves_nothing_at_the_start(gate):
    press(gate, "hold_raise")
    wait_until(lambda: arm(gate)["permille"] > 100, 5, "the arm rises", 0.005)
    press(gate, "hold_raise", False)
    wait_drive(gate, "stops", 2)
    assert 0 < arm(gate)["permille"] < 1000
    gate.kakoud.kill()
    press(gate, "hold_lower")
    before = arm(gate)["permille"]
    gate.start("kakoud")
    wait_state(gate, "blocked")
    time.sleep(0.5)
    assert arm(gate)["permille"] == before  # S12


def test_s7_an_arm_that_does_not_arrive_turns_back_or_sinks_is_stopped_and_told(gate):
    raise_by_button(gate)
    fault(gate, "arm_sinks")
    wait_until(lambda: any("upper limit" in e["data"]["what"] for e in gate.events(kind="safety")),
               5, "an arm that sinks is told")
    fault(gate, "none")
    lower_by_reset(gate)
    wait_until(lambda: arm(gate)["permille"] < 600, 5, "the arm is on its way", 0.005)
    fault(gate, "arm_reversed")
    wait_until(lambda: any("wrong way" in e["data"]["what"] for e in gate.events(kind="safety")),
               8, "an arm that turns back is told")
    wait_drive(gate, "stops", 2)
    fault(gate, "arm_stuck")
    wait_state(gate, "blocked")
    assert reset(gate).returncode == 0
    wait_until(lambda: any("in time" in e["data"]["what"] for e in gate.events(kind="safety")),
               8, "an arm that does not arrive is told")
    wait_until(lambda: not lane_of(gate)["outputs"]["lower"], 10, "the motor is off")
    assert rules(gate).count("S7") >= 3


def test_s9_a_late_scan_stops_the_arm_and_does_not_latch(gate):
    raise_by_button(gate)
    lower_by_reset(gate)
    gate.kakoud.pause()
    time.sleep(0.4)
    assert arm(gate)["drive"] == "stops" or arm(gate)["is_cut"]  # S8
    gate.kakoud.resume()
    wait_rule(gate, "S9")
    wait_arm(gate, "is_down")
    wait_state(gate, "idle")


def test_s10_contacts_that_disagree_bar_the_arm_until_the_key_is_turned(gate):
    raise_by_button(gate)
    fault(gate, "stuck_on", "beam_nc")
    hold_until(gate, "hold_lower", "is_down")  # agrees as long as nothing is seen
    wait_state(gate, "idle")
    assert "S10" not in rules(gate)
    fault(gate, "stuck_off", "beam_nc")
    wait_rule(gate, "S10")
    raise_by_button(gate)
    assert reset(gate).returncode == 0
    time.sleep(1.5)
    assert arm(gate)["is_up"]
    fault(gate, "none", "beam_nc")
    time.sleep(1)
    assert arm(gate)["is_up"]
    turn_key(gate)
    wait_arm(gate, "is_down")
    wait_state(gate, "idle")
    assert rules(gate).count("S10") == 1


def test_s11_an_emergency_raises_stays_and_survives_a_restart(gate):
    press(gate, "emergency")
    wait_until(lambda: arm(gate)["permille"] > 200, 5, "the arm rises", 0.005)
    gate.kakoud.kill()
    wait_until(lambda: arm(gate)["drive"] == "stops" or arm(gate)["is_up"], 10, "it stands", 0.01)
    gate.start("kakoud")
    wait_arm(gate, "is_up")
    lane = wait_state(gate, "blocked")
    assert lane["light"] == "red" and "emergency" in lane["alarms"]
    assert gate.events(kind="call")[-1]["data"]["what"] == "emergency"
    assert reset(gate).returncode == 1
    fault(gate, "link_down")
    wait_until(lambda: lane_of(gate)["arm"] == "unknown", 5, "the lane is blind")
    fault(gate, "none")
    wait_until(lambda: lane_of(gate)["arm"] == "up", 10, "the lane sees again")
    press(gate, "emergency", False)
    time.sleep(0.5)
    assert arm(gate)["is_up"]
    lower_by_reset(gate)
    wait_arm(gate, "is_down")
    wait_state(gate, "idle")
