# SPDX-License-Identifier: MIT
"""Gates of other shapes than the demonstration's: as many lanes as a controller may have."""

import pytest
from gate_help import ORDER, section, wait_state, yard_events
from kakou_rig import BUILD
from site_help import lane, site

LANES = 16

# What the lanes have, in turn.
SHAPES = [
    {"evidence": ("plate",)},
    {"evidence": ("plate", "card"), "direction": "E"},
    {"evidence": ("card",)},
    {"evidence": ("tag", "box"), "direction": "E"},
    {"evidence": ("plate", "weight"), "deck": True},
    {"evidence": ("plate", "tag", "card"), "deck": True},
]


def scenario_for(numbers, shapes):
    """An order and a truck that fit it for each lane."""
    text = ""
    for n, shape in zip(numbers, shapes):
        direction = shape.get("direction", "I")
        who = {"plate": f"浙A100{n:02d}", "tag": f"E2003412AB0010{n:02d}"}
        card = f"3301026010{n:02d}"
        text += section("order", f"Z3111{direction}2611010000000010{n:02d}",
                        {**ORDER, **who, "card": card, "direction": direction, "seal": ""})
        text += section("truck", f"{n:02d}",
                        {"lane": f"n{n}", **who, "card": card, "boxes": ORDER["boxes"],
                         "tare_kg": 18600, "cargo_kg": 18400})
    return text


@pytest.mark.limit(150)
def test_sixteen_lanes_on_one_controller_clear_a_truck_each(new_gate):
    numbers = range(1, LANES + 1)
    shapes = [SHAPES[i % len(SHAPES)] for i in range(LANES)]
    gate = new_gate(site=site(*(lane(n, **shape) for n, shape in zip(numbers, shapes))),
                    scenario=scenario_for(numbers, shapes), pace=5)
    gate.start()
    for n in numbers:
        wait_state(gate, "idle", name=f"n{n}")
    gate.rpc("yard", "start")
    closed = gate.wait_event("passage_closed", within_s=100, count=LANES)
    assert {event["lane"] for event in closed} == {f"n{n}" for n in numbers}
    assert {(e["data"]["outcome"], e["data"]["by"], e["data"]["lift"]) for e in closed} == \
        {("passed", "customs", "00")}
    for n in numbers:
        wait_state(gate, "idle", name=f"n{n}")
    assert len(yard_events(gate, "lift")) == LANES
    assert not yard_events(gate, "collision")
    assert gate.kakou("log", "verify")["is_whole"]
    if BUILD.name != "asan":
        assert gate.rpc("kakoud", "status")["control"]["allocations"] == 0
