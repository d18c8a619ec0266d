# SPDX-License-Identifier: MIT
"""A gate of real programs, judged from outside: what the yard saw of the arm against what the
record says, while the controller is stalled, killed, stopped and hung."""

import contextlib
import itertools
import os
import random
import threading
import time

import pytest

from gate_help import (ORDER_NO, drive_in, lane_of, scenario, wait_state, yard_events,
                       yard_lane)
from kakou_rig import BUILD, ROOT, RpcError, wait_until

SHIM = BUILD / "tests/fault/slow_sync.so"
OPTIMISED_ONLY = pytest.mark.skipif(
    BUILD.name == "asan", reason="the sanitizers allocate, take memory and use system calls of "
    "their own")


def begin(new_gate, **order):
    gate = new_gate(scenario=scenario(order))
    gate.start()
    wait_state(gate, "idle")
    return gate


def lifts(gate):
    return [e for e in yard_events(gate, "lift") if e["lane"] == "in1"]


def unrecorded(gate):
    """Arm lifts the yard saw without an earlier event that commands or explains them."""
    reasons = [e["mono_ms"] for e in gate.events()
               if e["kind"] == "lift_commanded" or (e["kind"] == "safety" and
                                                    e["data"].get("rule") in ("S1", "S11"))]
    return [lift for lift in lifts(gate)
            if not any(0 <= lift["t_mono_ms"] - at < 5000 for at in reasons)]


def test_a_truck_is_cleared_end_to_end(new_gate):
    gate = begin(new_gate)
    drive_in(gate)
    closed = gate.wait_event("passage_closed", within_s=60)["data"]
    assert (closed["outcome"], closed["verdict"], closed["by"], closed["lift"]) == \
        ("passed", "release", "customs", "00")
    assert closed["form_id"] == ORDER_NO
    assert closed["own_ms"] < 1000
    wait_state(gate, "idle")
    assert len(lifts(gate)) == 1
    assert not unrecorded(gate)
    assert not yard_events(gate, "collision")
    assert gate.kakou("log", "verify")["is_whole"]


@OPTIMISED_ONLY
def test_the_control_thread_allocates_nothing_and_its_calls_are_filtered(new_gate):
    gate = begin(new_gate)
    drive_in(gate)
    gate.wait_event("passage_closed", within_s=60)
    control = gate.rpc("kakoud", "status")["control"]
    assert control["allocations"] == 0
    assert control["is_filtered"] and control["scans"] > 100
    tasks = f"/proc/{gate.kakoud.pid}/task"
    filtered = {}
    for task in os.listdir(tasks):
        name = open(f"{tasks}/{task}/comm", encoding="utf-8").read().strip()
        status = open(f"{tasks}/{task}/status", encoding="utf-8").read()
        filtered[name] = "Seccomp:\t2" in status
    assert filtered["control"]
    assert not any(on for name, on in filtered.items() if name != "control")


@OPTIMISED_ONLY
def test_memory_is_locked_and_small(new_gate):
    gate = begin(new_gate)
    drive_in(gate)
    gate.wait_event("passage_closed", within_s=60)
    ports = len(gate.rpc("kakoud", "buses")["buses"])
    limit_kb = 5120 + 128 * ports
    assert gate.rpc("kakoud", "status")["control"]["memory_is_locked"]
    assert gate.kakoud.memory_kb("VmLck") > 0
    assert gate.kakoud.memory_kb("RssAnon") <= limit_kb


def test_no_lift_precedes_the_return_of_a_stalled_sync(new_gate):
    gate = new_gate(scenario=scenario())
    switch = gate.run / "sync-ms"
    switch.write_text("0")
    gate.start("customs", "yard")
    gate.start("kakoud", env={"LD_PRELOAD": str(SHIM), "KAKOU_SLOW_SYNC_FILE": str(switch)})
    wait_state(gate, "idle")
    drive_in(gate)
    wait_state(gate, "gathering")
    switch.write_text("3000")
    wait_state(gate, "recording", within_s=60)
    stalled_from = time.monotonic() * 1000
    time.sleep(2)
    assert lane_of(gate)["state"] == "recording"
    assert not lifts(gate)
    switch.write_text("0")
    gate.wait_event("passage_closed", within_s=60)
    assert lifts(gate)[0]["t_mono_ms"] > stalled_from + 2000
    assert not unrecorded(gate)


def test_sigterm_ends_soon_with_the_motor_off(new_gate):
    gate = begin(new_gate)
    drive_in(gate)
    wait_state(gate, ("lifting", "closing"), within_s=60)
    began = time.monotonic()
    assert gate.kakoud.stop(within_s=2) == 0
    assert time.monotonic() - began < 2
    lane = yard_lane(gate)
    assert lane["arm"]["drive"] == "stops"
    gate.start("kakoud")
    assert gate.events(kind="stopped")


def test_what_the_gate_has_taken_is_in_the_record_when_it_is_ended(new_gate):
    """Three callers bring more than the record takes, and in the midst of it kakoud is ended."""
    gate = new_gate()
    gate.start("kakoud")
    taken, threads = [set(), set(), set()], []

    def bring(who):
        with contextlib.suppress(OSError), gate.connect("kakoud") as connection:
            for number in itertools.count():
                name = f"{who}.{number}"
                with contextlib.suppress(RpcError):  # no room: refused, and so not taken
                    connection.call("update.note", {"what": "failed", "version": name})
                    taken[who].add(name)

    for who in range(3):
        threads.append(threading.Thread(target=bring, args=(who,)))
        threads[-1].start()
    wait_until(lambda: all(len(names) > 20 for names in taken), 30, "they bring")
    assert gate.kakoud.stop() == 0
    for thread in threads:
        thread.join()
    gate.start("kakoud")
    there = {event["data"]["version"] for event in gate.events(kind="update")}
    assert set.union(*taken) <= there
    assert gate.kakou("log", "verify")["is_whole"]


def test_sigterm_ends_soon_although_every_device_is_silent(new_gate):
    gate = begin(new_gate)
    drive_in(gate)
    wait_state(gate, "gathering")
    gate.yard.pause()
    time.sleep(2)
    began = time.monotonic()
    assert gate.kakoud.stop(within_s=2) == 0
    assert time.monotonic() - began < 2
    gate.yard.resume()


@pytest.mark.parametrize("how", ["kill", "pause"])
def test_a_closing_arm_stops_when_the_controller_is_gone(new_gate, how):
    gate = begin(new_gate)
    drive_in(gate)
    wait_until(lambda: yard_lane(gate)["arm"]["drive"] == "lowers", 60, "the arm lowers", 0.005)
    getattr(gate.kakoud, how)()

    def stands():
        now = yard_lane(gate)["arm"]
        return now if now["drive"] == "stops" or now["is_cut"] else None

    before = wait_until(stands, 2, lambda: yard_lane(gate)["arm"], 0.01)
    assert not before["is_down"]
    time.sleep(1.0)
    assert yard_lane(gate)["arm"]["permille"] == before["permille"]
    assert not yard_events(gate, "collision")
    gate.kakoud.resume()


@pytest.mark.fault
@pytest.mark.parametrize("gate_number", range(5))
def test_killed_at_any_moment_nothing_moves_at_the_start_and_nothing_is_unrecorded(
        new_gate, rounds, gate_number):
    gate = begin(new_gate)
    for _ in range(rounds(2, 40)):
        drive_in(gate)
        wait_until(lambda: yard_lane(gate)["vehicles"], 10, "the truck is there")
        time.sleep(random.uniform(0, 20) / gate.pace)
        gate.kakoud.kill()
        before = yard_lane(gate)["arm"]["permille"]
        count = len(lifts(gate))
        gate.start("kakoud")
        time.sleep(0.5)
        assert yard_lane(gate)["arm"]["permille"] == before
        assert len(lifts(gate)) == count
        gate.rpc("yard", "clear")
        let_out(gate)
        assert not unrecorded(gate)
    assert not yard_events(gate, "collision")
    assert gate.kakou("log", "verify")["is_whole"]


def let_out(gate):
    """As an officer would: the truck that stands there is sent on, the arm is taken back."""
    def settled():
        lane = lane_of(gate)
        if lane["state"] in ("held", "silent"):
            gate.kakou_raw("release", "in1", "--passage", lane["passage"], "--reason", "test")
        elif lane["state"] == "blocked" and not yard_lane(gate)["vehicles"]:
            gate.kakou_raw("reset", "in1", "--passage", lane["passage"], "--reason", "test")
        return lane["state"] == "idle" and not yard_lane(gate)["vehicles"]

    wait_until(settled, 90, lambda: f"idle: {lane_of(gate)} {yard_lane(gate)}", 0.3)


def test_an_answer_for_another_truck_lifts_nothing(new_gate):
    gate = begin(new_gate, behaviour="silent", count=99)
    drive_in(gate)
    wait_state(gate, "asking", within_s=60)
    gate.rpc("customs", "answer", {"channel": "3301500101", "area_id": "3301500001",
                                   "direction": "I", "seq_no": "20260101000000999999",
                                   "word": "00000000001002000000"})
    assert gate.wait_event("answer")["data"]["effect"] == "foreign"
    wait_state(gate, "silent", within_s=20)
    assert not lifts(gate)
    assert not gate.events(kind="lift_authorised")


def test_an_officer_at_customs_releases_the_truck_that_stands_there(new_gate):
    gate = begin(new_gate, state=0)
    drive_in(gate)
    wait_state(gate, "held", within_s=60)
    word = {"channel": "3301500101", "op_id": "5301", "op_reason": "phoned"}
    gate.rpc("customs", "operate", {**word, "seq_no": "20260101000000999999",
                                    "command": "00000000000000000000"})
    assert gate.wait_event("command_result")["data"]["result"][0] == "9"
    assert not lifts(gate)
    gate.rpc("customs", "operate", {**word, "seq_no": "current",
                                    "command": "00000000000000000000"})
    closed = gate.wait_event("passage_closed", within_s=60)["data"]
    assert (closed["verdict"], closed["by"], closed["actor"], closed["lift"]) == \
        ("release", "customs", "5301", "10")
    assert len(lifts(gate)) == 1


def test_a_second_answer_lifts_nothing_more(new_gate):
    gate = begin(new_gate, behaviour="repeat", delay_ms=300)
    drive_in(gate)
    gate.wait_event("passage_closed", within_s=60)
    wait_until(lambda: [e for e in gate.events(kind="answer")
                        if e["data"]["effect"] in ("repeated", "late", "not_awaited")], 20,
               "the second answer is in the record")
    time.sleep(1)
    assert len(lifts(gate)) == 1
    assert len(gate.events(kind="lift_commanded")) == 1


def test_losing_the_lines_blinds_the_lane_and_it_comes_back(new_gate):
    gate = begin(new_gate)
    gate.yard.kill()
    wait_until(lambda: lane_of(gate)["arm"] == "unknown", 5, "the lane is blind")
    gate.start("yard")
    wait_state(gate, "idle", within_s=20)
    drive_in(gate)
    gate.wait_event("passage_closed", within_s=60)
    assert [e for e in gate.events(kind="safety") if e["data"]["rule"] == "S5"]


def test_the_shims_and_maps_are_there():
    assert SHIM.exists(), "make tests builds it"
    assert (ROOT / "board/maps").is_dir()
