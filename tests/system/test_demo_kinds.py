# SPDX-License-Identifier: MIT
"""One truck of each situation through a whole gate, as the scenario's author expects."""

import subprocess

import pytest
from demo_help import finish, start
from kakou_rig import BUILD

KINDS = ["normal", "two_boxes", "empty", "empty_but_heavy", "no_order", "several_orders",
         "weight_off", "plate_misread", "plate_and_tag_differ", "check_digit", "broken_seal",
         "targeted", "customs_silent", "late_answer", "backs_out_after_lift",
         "backs_out_before_verdict", "tailgater", "long_articulated", "device_dead",
         "interim", "stalls", "half_on_scale", "help", "required_dead"]
TRUCK_KEYS = ["n", "kind", "lane", "passage", "plate", "verdict", "expect", "result", "by",
              "reason", "lift", "gather_ms", "ask_ms", "record_ms", "lift_ms", "leave_ms",
              "own_ms"]


@pytest.mark.first
@pytest.mark.limit(200)
def test_one_truck_of_each_kind_ends_as_the_scenario_says():
    process = start("--trucks", len(KINDS))
    lines, err, status = finish(process, 190)
    trucks = [values for word, values in lines if word == "TRUCK"]
    assert [truck["kind"] for truck in trucks] == KINDS, err
    assert [truck["n"] for truck in trucks] == [f"{n:02d}" for n in range(1, len(KINDS) + 1)]
    assert [list(truck) for truck in trucks] == [TRUCK_KEYS] * len(KINDS)
    assert [t["n"] for t in trucks if t["result"] != "ok"] == [], err
    verdict, summary = lines[-1]
    assert verdict == "DEMO PASS", (summary, err)
    assert status == 0
    assert len(lines) == len(KINDS) + 1
    assert summary["ok"] == summary["trucks"] == str(len(KINDS))
    assert summary["unrecorded"] == "0"
    assert summary["lifts"] == summary["yard_lifts"]
    assert summary["record"] == "verified"
    lifted = [t["n"] for t in trucks if t["lift"] != "99"]
    assert len(lifted) == int(summary["lifts"])
    verify = subprocess.run([BUILD / "kakou", "log", "verify", summary["journal"]],
                            capture_output=True, text=True, check=False)
    assert verify.returncode == 0, verify.stdout + verify.stderr
