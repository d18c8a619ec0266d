# SPDX-License-Identifier: MIT
"""A gate whose kakoud runs on an arm64 kernel: trucks are cleared, and what the lines do when the
process, the machine or the chip is gone."""

import json
import time

from gate_help import lane_of, wait_state, yard_events, yard_lane
from kakou_rig import wait_until
from vm_rig import PROFILE, WATCHDOG
IN1 = "in1."
STRIKE_MS = 300  # of the 1500 that the arm takes
OUTPUTS_OFF = {"in1.raise": 0, "in1.lower": 0, "in1.loop_test": 0, "in1.beam_test": 0}


def lifts(gate):
    return len([e for e in yard_events(gate, "lift") if e["lane"] == "in1"])


def strike_while_lowering(gate, truck, how):
    """Sends a truck through, and strikes in the guest while the arm comes down behind it."""
    value, resets = gate.line_file("in1.lower", "value"), gate.resets()
    truck()
    if how == "REBOOT":
        gate.guest(f"ambush {value} {STRIKE_MS} REBOOT >/dev/null 2>&1 &")
        wait_until(lambda: gate.resets() > resets, 120, "the machine is reset", 0.02)
    else:
        gate.guest(f"ambush {value} {STRIKE_MS} {how} $(cat /run/kakoud.pid)", within_s=120)


def has_stopped(gate):
    """Waits until the arm stands, and returns where."""
    def stands():
        before = yard_lane(gate)["arm"]
        time.sleep(0.2)
        after = yard_lane(gate)["arm"]
        return before["drive"] == after["drive"] == "stops" and \
            before["permille"] == after["permille"] and after

    return wait_until(stands, 20, lambda: f"the arm stands: {yard_lane(gate)['arm']}")["permille"]


def stays(gate, permille, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert yard_lane(gate)["arm"]["permille"] == permille
        time.sleep(0.05)


def pulls(gate):
    """What the cabinet pulled on each input of in1."""
    return {name.removeprefix(IN1): line["changes"] for name, line in gate.cabinet().items()
            if name.startswith(IN1) and line["is_input"]}


def edges(gate):
    """What kakoud took of each input of in1, and how often it says that some were lost."""
    lines = gate.rpc("kakoud", "lines", {"lane": "in1"})
    return {line["line"]: line["rises"] + line["falls"] for line in lines["lines"]
            if not line["is_output"]}, lines["edges_lost"]


def difference(after, before):
    return {name: after[name] - before[name] for name in after}


def clear_one(gate, truck):
    """One truck's edges: what the cabinet pulled on each line, and what kakoud took."""
    pulled, (taken, lost), lifted = pulls(gate), edges(gate), lifts(gate)
    after = gate.events()[-1]["seq"]
    truck()
    closed = gate.wait_event("passage_closed", within_s=100, after=after)["data"]
    assert (closed["outcome"], closed["verdict"], closed["by"], closed["lift"]) == \
        ("passed", "release", "customs", "00")
    wait_state(gate, "idle")
    assert lifts(gate) == lifted + 1
    assert not yard_events(gate, "collision")
    time.sleep(0.5)
    pulled, taken = difference(pulls(gate), pulled), difference(edges(gate)[0], taken)
    print(f"EDGES pulled={sum(pulled.values())} taken={sum(taken.values())}")
    assert sum(pulled.values()) > 20
    assert edges(gate)[1] == lost
    return pulled, taken


def test_a_truck_is_cleared_and_no_edge_of_its_lines_is_lost(gate, truck):
    """The kernel's simulated chip makes one interrupt of two edges that come before it is served,
    which is so on a busy machine now and then: of three trucks one has every edge."""
    for _ in range(3):
        pulled, taken = clear_one(gate, truck)
        if pulled == taken:
            return
        assert all((pulled[line] - taken[line]) % 2 == 0 for line in pulled), (pulled, taken)
    assert pulled == taken


def test_evidence_came_over_tcp_and_rtu_and_the_answer_over_mutual_tls(gate, truck):
    after = gate.events()[-1]["seq"]
    truck()
    gate.wait_event("passage_closed", within_s=100, after=after)
    evidence = {e["data"]["slot"]: e["data"]["device"]
                for e in gate.events(after=after, kind="evidence")
                if e["data"]["state"] == "collected"}
    assert evidence["weight"] == "scale-in1"    # RTU, a serial port of the machine
    assert evidence["climate"] == "reefer-in1"  # RTU, the other
    assert evidence["plate"] == "plate-in1"     # TCP
    link = gate.rpc("kakoud", "status")["customs"]
    assert link["tls_version"].startswith("TLSv1.")
    assert not yard_events(gate, "collision")


def test_kakoud_on_the_board_is_real_time_locked_filtered_and_allocates_nothing(gate):
    control = gate.rpc("kakoud", "status")["control"]
    print(f"LATE scans={control['scans']} late={control['late_scans']} "
          f"longest_us={control['longest_scan_us']}")
    assert control["is_realtime"] and control["memory_is_locked"] and control["is_filtered"]
    assert control["allocations"] == 0
    assert control["scans"] > 100


def test_the_record_and_the_status_name_the_profile(gate):
    assert PROFILE["name"] == "emulated"
    assert gate.events(kind="started")[0]["data"]["site"] == PROFILE["name"]
    assert gate.rpc("kakoud", "status")["site"] == PROFILE["name"]


def test_the_commands_work_on_the_board(gate):
    status, said = gate.kakou_guest("lanes --json")
    assert status == 0 and json.loads(said)["lanes"][0]["name"] == "in1"
    status, said = gate.kakou_guest("log verify --json")
    assert status == 0 and json.loads(said)["is_whole"]


def test_killed_while_lowering_the_lines_fall_to_their_pulls_and_nothing_moves(gate, truck):
    drops = gate.cabinet()["in1.heartbeat"]["drops"]
    strike_while_lowering(gate, truck, "KILL")
    at = has_stopped(gate)
    assert at > 0
    outputs = gate.outputs()
    assert {name: outputs[name] for name in OUTPUTS_OFF} == OUTPUTS_OFF
    heartbeat = wait_until(lambda: gate.cabinet()["in1.heartbeat"]["relay"] == "open" and
                           gate.cabinet()["in1.heartbeat"], 20, "the heartbeat relay drops out")
    assert heartbeat["drops"] == drops + 1
    lifted = lifts(gate)
    gate.start("kakoud")
    stays(gate, at, 2)
    assert lifts(gate) == lifted
    started = gate.events(kind="started")[-1]["data"]
    assert started["reason"].startswith("restart")
    assert lane_of(gate)["state"] == "blocked"
    assert not yard_events(gate, "collision")


def test_stopped_while_lowering_the_line_stays_and_the_relay_cuts_it(gate, truck):
    drops = gate.cabinet()["in1.heartbeat"]["drops"]
    after = gate.events()[-1]["seq"]
    strike_while_lowering(gate, truck, "STOP")
    at = has_stopped(gate)
    outputs = gate.outputs()
    relay = gate.cabinet()["in1.heartbeat"]
    gate.signal_kakoud("CONT")
    # The kernel keeps what a stopped process holds: only the relay is between it and the arm.
    assert outputs["in1.lower"] == 1 and outputs["in1.raise"] == 0
    assert relay["relay"] == "open" and relay["drops"] == drops + 1
    assert at > 0
    wait_state(gate, "idle", within_s=40)
    assert [e for e in gate.events(kind="safety", after=after) if e["data"]["rule"] == "S9"]
    assert not yard_events(gate, "collision")


def test_edges_that_are_lost_are_counted_and_open_nothing(gate):
    lost, lifted, after = edges(gate)[1], lifts(gate), gate.events()[-1]["seq"]
    gate.signal_kakoud("STOP")
    pull = gate.line_file("in1.approach", "pull")
    gate.guest("for i in $(seq 24); do for way in up down; do "
               f"echo pull-$way >{pull}; sleep 0.005; done; done")
    gate.signal_kakoud("CONT")
    wait_until(lambda: edges(gate)[1] > lost, 20, "the loss is counted")
    time.sleep(1)
    assert lifts(gate) == lifted
    assert not [e for e in gate.events(kind="safety", after=after)
                if e["data"]["rule"] == "S11"]


def test_a_system_without_gb18030_is_refused_at_the_start(gate):
    gate.signal_kakoud("TERM")
    status, said = gate.guest_raw(
        "gconv=/usr/lib/aarch64-linux-gnu/gconv; mv $gconv $gconv.away; sleep 1; "
        "timeout 20 kakoud --config /vm/site.conf; status=$?; mv $gconv.away $gconv; exit $status")
    assert status == 1
    assert "no conversion from GB18030" in said


def test_a_reboot_while_lowering_stops_the_arm_and_nothing_moves_after_it(gate, truck):
    boots, count = gate.boots(), len(gate.events(kind="started"))
    strike_while_lowering(gate, truck, "REBOOT")
    at = has_stopped(gate)
    assert at > 0
    gate.wait_boot(boots + 1)
    stays(gate, at, 2)
    assert len(gate.events(kind="started")) == count + 1
    assert gate.events(kind="started")[-1]["data"]["reason"].startswith("restart")
    assert lane_of(gate)["state"] == "blocked"
    assert gate.kakou_guest("log verify")[0] == 0
    assert not yard_events(gate, "collision")


def test_a_controller_that_hangs_while_lowering_is_reset_by_the_watchdog(gate, truck):
    identities = gate.guest("cat /sys/class/watchdog/watchdog*/identity").splitlines()
    assert identities.index(WATCHDOG) > 0  # not the first: it is chosen by its identity
    boots, count = gate.boots(), len(gate.events(kind="reset"))
    strike_while_lowering(gate, truck, "STOP")
    at = has_stopped(gate)
    assert at > 0
    wait_until(lambda: gate.machine_events("watchdog"), PROFILE["watchdog_s"] + 60,
               "the watchdog bites", 0.2)
    gate.wait_boot(boots + 1)
    stays(gate, at, 2)
    resets = gate.events(kind="reset")
    assert len(resets) == count + 1
    print(resets[-1]["data"])
    assert resets[-1]["data"]["by"] == "watchdog"
    assert lane_of(gate)["state"] == "blocked"
    assert not yard_events(gate, "collision")
