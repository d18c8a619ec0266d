# SPDX-License-Identifier: MIT
"""What a technician finds out at a gate: who is on a port, and what each register says, over
real Modbus TCP and serial lines, while the gate goes on."""

import hashlib
import json
import os
import signal
import subprocess
import time

import pytest

from gate_help import lane_of, wait_state, yard_events, yard_lane
from kakou_rig import BUILD, ROOT, wait_until
from site_help import lane, site


def unit_of(gate, device):
    """The unit as kakoud sees it, once it has been asked."""
    def probe():
        buses = gate.rpc("kakoud", "buses")["buses"]
        return next((unit for bus in buses for unit in bus["units"]
                     if unit["device"] == device and unit["requests"]), None)

    return wait_until(probe, 10, f"{device} is asked")


def points_of(gate, *words):
    return {point["point"]: point for point in gate.kakou("map", "show", *words)["points"]}


def test_registers_are_shown_and_a_port_is_scanned_while_the_gate_goes_on(new_gate):
    gate = new_gate()
    gate.start()
    wait_state(gate, "idle")
    before = unit_of(gate, "scale-in1")
    scale = points_of(gate, "scale-in1")
    assert scale["stable"]["value"] == 1 and scale["gross"]["text"] == "0 kg"
    assert scale["gross"]["word_order"] == "high-first" and scale["gross"]["raw"] == [0, 0]
    assert points_of(gate, "reefer-in1")["temperature"]["text"] == "21.5 °C"
    assert points_of(gate, "io-out1")["inputs"]["area"] == "discretes"

    found = gate.kakou("bus", "scan", "scale-in1", "--from", "1", "--to", "3")
    assert [unit["unit"] for unit in found["units"]] == [1]
    assert found["units"][0]["device"] == "scale-in1" and found["silent"] == 2
    after = unit_of(gate, "scale-in1")
    assert after["health"] == "well" and after["errors"] == before["errors"]
    assert after["requests"] > before["requests"]
    assert lane_of(gate)["state"] == "idle"


def test_faults_of_a_unit_are_named(new_gate):
    gate = new_gate()
    gate.start()
    wait_state(gate, "idle")

    def said(kind, **more):
        gate.rpc("yard", "fault", {"device": "plate-in1", "kind": kind, **more})
        done = gate.kakou_raw("map", "show", "plate-in1")
        assert done.returncode == 1
        return done.stdout

    assert "exception 6: server device busy" in said("exception", value=6)
    assert "no whole answer within" in said("silent")
    assert "unit is 2, expected 1" in said("wrong_unit")
    gate.rpc("yard", "clear")
    wait_until(lambda: unit_of(gate, "plate-in1")["health"] == "well", 10, "well again")


def test_without_kakoud_the_site_file_says_where_a_device_is(new_gate):
    gate = new_gate()
    gate.start("yard")
    assert "kakoud does not answer" in gate.kakou_raw("map", "show", "scale-in1:1").stderr
    site = ("--site", gate.site, "--maps", ROOT / "board/maps")
    for device in ("scale-in1", "plate-in1"):
        assert gate.kakou("map", "show", device, *site)["device"] == device
    found = gate.kakou("bus", "scan", "--tcp", f"{gate.slot.net}.1:5101", "--to", "2",
                       "--maps", ROOT / "board/maps", "--answer", "100")
    assert [unit["unit"] for unit in found["units"]] == [1]


def test_every_edge_of_a_line_is_counted_also_one_shorter_than_a_scan(new_gate):
    gate = new_gate()
    gate.start()
    wait_state(gate, "idle")
    log = gate.run / "watch"
    with open(log, "w", encoding="utf-8") as out:
        watcher = subprocess.Popen([BUILD / "kakou", "--socket", gate.socket_path("kakoud"), "io",
                                    "watch", "in1", "--json"], stdout=out)

    def touch():
        gate.rpc("yard", "touch", {"lane": "in1", "line": "scale_entry", "for_ms": 5})
        time.sleep(0.05)
        return log.stat().st_size

    def line():
        return next(each for each in gate.rpc("kakoud", "lines", {"lane": "in1"})["lines"]
                    if each["line"] == "scale_entry")

    def told():
        return [json.loads(text) for text in log.read_text("utf-8").splitlines()]

    wait_until(touch, 5, "the watch tells a change")
    time.sleep(0.3)  # what was touched before is counted by then
    before = line()["falls"]
    # A yard that is kept from running for 5 ms may feel no hand: it is laid on again.
    wait_until(lambda: touch() and line()["falls"] >= before + 8, 20, line)
    wait_until(lambda: touch() and line()["caught"], 20, "a pulse within one scan")
    wait_until(lambda: line()["rises"] == line()["falls"] and not line()["level"], 5, line)
    end = line()
    wait_until(lambda: told()[-1]["falls"] == end["falls"], 5, told)
    watcher.send_signal(signal.SIGINT)
    assert watcher.wait(5) == 0
    changes = [each for each in told() if each["line"] == "scale_entry"]
    first = changes[0]
    assert sum(each["edges"] for each in changes) == \
        end["rises"] + end["falls"] - (first["rises"] + first["falls"] - first["edges"])
    assert "scale_entry" in gate.kakou_raw("io", "watch", "--for", "0").stdout


HANDS = """	line "reset" {
		name = "in1.reset"
	}
	line "hold_raise" {
		name = "in1.hold_raise"
	}
	line "hold_lower" {
		name = "in1.hold_lower"
	}
	line "door" {
		name = "in1.door"
	}
	line "approach" {
		name = "in1.approach"
	}
"""


class Bench:
    """A gate with buttons at lane in1, a technician logged in, and hands on the sensors. Or a lane
    of another site."""

    def __init__(self, new_gate, lane="in1", **other):
        self.lane = lane
        self.gate = gate = new_gate(**other)
        if not other:
            gate.edit_site(HANDS[HANDS.index('\tline "approach"'):], HANDS)
        gate.start()
        wait_state(gate, "idle", name=lane)
        self.ticket = gate.log_in("tech", "technician")
        (gate.run / "ticket").touch(0o600)
        (gate.run / "ticket").write_text(self.ticket)
        self.env = {**os.environ, "KAKOU_TICKET": str(gate.run / "ticket")}

    def hand(self, line, on=True, **more):
        self.gate.rpc("yard", "touch", {"lane": self.lane, "line": line, "on": on, **more})

    def start(self, *words, **more):
        return subprocess.Popen(
            [BUILD / "kakou", "--socket", self.gate.socket_path("kakoud"), *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
            env=self.env, **more)

    def kakou(self, *words):
        process = self.start(*words)
        text = process.communicate(timeout=20)[0]
        return process.returncode, text

    def act(self, act, **more):
        return self.gate.rpc("kakoud", "act", {"lane": self.lane, "act": act, "reason": "test",
                                               "screen": "test", "ticket": self.ticket, **more})

    def output(self, line):
        return yard_lane(self.gate, self.lane)["outputs"][line]


def test_an_output_is_pulsed_in_a_locked_lane_only_and_ends_with_its_client(new_gate):
    bench = Bench(new_gate)
    pulse = ("io", "pulse", "in1")
    status, text = bench.kakou(*pulse, "green", "--reason", "lamp")
    assert status == 1 and "needs a lane that a person has locked" in text
    bench.act("lock")

    client = bench.start(*pulse, "green", "--for", 5000, "--reason", "lamp")
    wait_until(lambda: bench.output("green") and not bench.output("red"), 5, "green")
    client.kill()
    client.wait()
    ended = bench.gate.wait_event("pulse_ended")
    assert ended["data"]["why"] == "it was not renewed" and ended["data"]["actor"] == "tech"
    wait_until(lambda: bench.output("red") and not bench.output("green"), 5, "red")
    begun = bench.gate.events(kind="officer_act")[-1]["data"]
    assert (begun["act"], begun["value"], begun["reason"]) == ("pulse", "green 5000", "lamp")

    status, text = bench.kakou(*pulse, "lower", "--reason", "arm")
    assert status == 1 and "press hold_lower there" in text
    status, text = bench.kakou(*pulse, "loop_test", "--for", 300, "--reason", "loop")
    assert status == 0, text

    def loop():
        line = next(each for each in bench.gate.rpc("kakoud", "lines", {"lane": "in1"})["lines"]
                    if each["line"] == "safety_loop")
        return line["rises"], line["falls"]

    wait_until(lambda: loop() == (1, 1), 5, loop)
    assert not yard_events(bench.gate, "arm_leaves_down")


def walk(bench, *words):
    """Walks the lane as the prompts ask; the finished process, what it said, the prompts."""
    process = bench.start("lane", "walk-test", "in1", "--patience", 15, *words)
    said = []
    for text in process.stdout:
        said.append(text)
        step, _, what = text.strip().partition(" ")
        what = what.strip()
        if what.startswith("press and hold hold_raise"):
            bench.hand("hold_raise")
        elif what.startswith("press and hold hold_lower"):
            bench.hand("hold_lower")
            if step == "arm.stop":
                wait_until(lambda: yard_lane(bench.gate)["arm"]["permille"] < 900, 10, "it lowers")
                bench.hand("beam")
        elif what.startswith("let go"):
            bench.hand("hold_raise", False)
            bench.hand("hold_lower", False)
        elif what.startswith("clear the beam"):
            bench.hand("beam", False)
            bench.hand("hold_lower", False)
        elif what.startswith("press the emergency"):
            bench.hand("emergency")
        elif what.startswith("set the emergency"):
            bench.hand("emergency", False)
        elif step in bench.touched:
            bench.hand(step, for_ms=100)
    return process.wait(10), "".join(said)


@pytest.mark.limit(180)
def test_a_lane_is_walked_and_the_report_is_in_the_record(new_gate):
    bench = Bench(new_gate)
    bench.touched = {"approach", "scale_entry", "scale_exit", "safety_loop", "beam", "exit",
                     "reset", "door"}
    status, text = walk(bench)
    assert status == 1 and "kakou lock in1" in text
    bench.act("lock")
    answers = bench.gate.write("answers", "green y\nred y\nsign y\nheartbeat y\n"
                                          "device.seal-in1 skip no seal at hand\n")
    report = bench.gate.run / "report.txt"
    status, text = walk(bench, "--answers", answers, "--report", report)
    assert status == 0, text
    paper = report.read_text("utf-8")
    assert "FAILED" not in paper and "0 failed, 1 skipped" in paper, paper
    assert "no seal at hand" in paper and "tech" in paper and "Signature" in paper
    assert hashlib.sha256(bench.gate.site.read_bytes()).hexdigest() in paper
    noted = bench.gate.events(kind="officer_act")[-1]["data"]
    assert noted["act"] == "commission" and noted["actor"] == "tech"
    assert noted["value"] == hashlib.sha256(report.read_bytes()).hexdigest()
    assert yard_events(bench.gate, "closing_cut")
    assert not yard_events(bench.gate, "collision")


def test_the_lights_of_both_ends_of_a_reversible_lane_are_walked(new_gate):
    shape = {"evidence": ("plate",), "lines": ("red_far", "green_far"),
             "reverse_chnl_no": '"3301500151"'}
    bench = Bench(new_gate, "n1", site=site(lane(1, **shape)))
    bench.act("lock")
    skipped = ["approach", "safety_loop", "beam", "exit", "loop_test", "beam_test", "heartbeat",
               "sign", "device.plate-n1", "device.sign-n1"]
    lights = ["green", "red", "green_far", "red_far"]
    answers = bench.gate.write("answers", "".join(f"{step} skip not now\n" for step in skipped) +
                               "".join(f"{step} y\n" for step in lights))
    process = bench.start("lane", "walk-test", "n1", "--answers", answers)
    assert "FAILED" not in process.stdout.read()
    assert process.wait(10) == 0
    steps = bench.gate.events(kind="officer_act")[-1]["data"]["reason"]
    assert steps.startswith("walk-test: 4 passed, 0 failed"), steps
    # On a busy machine a pulse that is renewed late ends, and is begun again.
    pulses = [e["data"]["line"] for e in bench.gate.events(kind="pulse_ended")]
    assert [*dict.fromkeys(pulses)] == ["green", "green_far"], pulses


def test_a_line_that_changes_with_another_fails_its_step(new_gate):
    bench = Bench(new_gate)
    bench.touched = set()
    bench.act("lock")
    skipped = ["scale_entry", "scale_exit", "safety_loop", "beam", "exit", "reset", "door",
               "arm.raise", "heartbeat", "emergency", "loop_test", "beam_test", "green", "red", "sign"]
    devices = bench.gate.rpc("kakoud", "lines", {"lane": "in1"})["devices"]
    skipped += [f"device.{name}" for name in devices]
    answers = bench.gate.write("answers", "".join(f"{step} skip not now\n" for step in skipped))
    process = bench.start("lane", "walk-test", "in1", "--patience", 15, "--answers", answers)
    said = []
    for text in process.stdout:
        said.append(text)
        if text.startswith("approach ") and "drive onto" in text:
            for line in ("approach", "exit"):  # crossed wires
                bench.hand(line, for_ms=100)
    assert process.wait(10) == 1
    text = "".join(said)
    assert "FAILED: in1.approach: another line changed too: exit 2 edges" in text, text
    assert "The lane is NOT fit for traffic." in text
    noted = bench.gate.events(kind="officer_act")[-1]["data"]
    assert noted["reason"] == f"walk-test: 0 passed, 1 failed, {len(skipped)} skipped"
