# SPDX-License-Identifier: MIT
"""What a technician finds out at a gate: who is on a port, and what each register says, over
real Modbus TCP and serial lines, while the gate goes on."""

import json
import signal
import subprocess
import time

from gate_help import lane_of, wait_state
from kakou_rig import BUILD, ROOT, wait_until


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
        gate.rpc("yard", "touch", {"lane": "in1", "line": "scale_entry", "for_ms": 6})
        time.sleep(0.05)
        return log.stat().st_size

    def line():
        return next(each for each in gate.rpc("kakoud", "lines", {"lane": "in1"})["lines"]
                    if each["line"] == "scale_entry")

    def told():
        return [json.loads(text) for text in log.read_text("utf-8").splitlines()]

    wait_until(touch, 5, "the watch tells a change")
    wait_until(lambda: not line()["level"], 5, line)
    before = line()["falls"]
    for number in range(1, 9):
        touch()
        wait_until(lambda: line()["falls"] == before + number, 5, line)
    end = line()
    assert end["rises"] == end["falls"] and end["caught"] >= 1
    wait_until(lambda: told()[-1]["falls"] == end["falls"], 5, told)
    watcher.send_signal(signal.SIGINT)
    assert watcher.wait(5) == 0
    changes = [each for each in told() if each["line"] == "scale_entry"]
    first = changes[0]
    assert sum(each["edges"] for each in changes) == \
        end["rises"] + end["falls"] - (first["rises"] + first["falls"] - first["edges"])
    assert "scale_entry" in gate.kakou_raw("io", "watch", "--for", "0").stdout
