# SPDX-License-Identifier: MIT
"""Gates of other shapes than the demonstration's: as many lanes as a controller may have, two gates
in series, two barriers."""

import pytest
from gate_help import ORDER, drive_in, lane_of, section, wait_state, yard_events, yard_lane
from kakou_rig import BUILD, wait_until
from site_help import ENTRY_LINES, lane, site

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


def turn(gate, to):
    """As an officer who has seen that nobody is between the loops."""
    def is_taken():
        return gate.kakou_raw("turn", "n1", to, "--reason", "peak").returncode == 0

    wait_until(is_taken, 20, lambda: gate.kakou_raw("turn", "n1", to, "--reason", "x").stderr, 0.5)
    wait_until(lambda: lane_of(gate, "n1")["direction"] == to and lane_of(gate, "n1")["turn"] == "",
               10, lambda: lane_of(gate, "n1"))


def test_a_turned_lane_clears_who_comes_from_the_other_end_and_is_turned_back(new_gate):
    shape = {"evidence": ("plate", "card"), "lines": ("red_far", "green_far"),
             "reverse_chnl_no": '"3301500151"'}
    orders = scenario_for([1], [{**shape, "direction": "I"}])
    orders += scenario_for([2], [{**shape, "direction": "E"}]).split('truck "')[0]
    gate = new_gate(site=site(lane(1, **shape)), scenario=orders, pace=5)
    gate.start()
    wait_state(gate, "idle", name="n1")
    gate.rpc("yard", "start")
    gate.wait_event("passage_closed", within_s=40)
    turn(gate, "E")
    drive_in(gate, lane="n1", name="02", plate="浙A10002", card="330102601002", seal="",
             **{"from": "far"})
    wait_state(gate, "passing", within_s=30, name="n1")
    lines = yard_lane(gate, "n1")["outputs"]
    assert lines["green_far"] and lines["red"] and not lines["green"] and not lines["red_far"]
    closed = [e["data"] for e in gate.wait_event("passage_closed", within_s=40, count=2)]
    assert [(c["outcome"], c["by"], c["lift"]) for c in closed] == [("passed", "customs", "00")] * 2
    opened = [e["data"]["direction"] for e in gate.events(kind="passage_opened")]
    asked = [e["channel"] for e in gate.rpc("customs", "history")["entries"]
             if e.get("code") == "0x21"]
    assert (opened, asked) == (["I", "E"], ["3301500101", "3301500151"])
    turn(gate, "I")
    # Who still comes from the far end now comes the wrong way, and nothing opens for him.
    drive_in(gate, lane="n1", name="03", plate="浙A10002", card="", seal="", **{"from": "far"})
    wait_until(lambda: "wrong_way" in lane_of(gate, "n1")["alarms"], 20, lambda: lane_of(gate, "n1"))
    assert (lane_of(gate, "n1")["passage"], len(yard_events(gate, "lift"))) == (0, 2)
    wait_until(lambda: yard_events(gate, "truck_backed_out"), 30, "the sign sends him back")
    assert not yard_events(gate, "collision")


def act(gate, verb, name):
    held = wait_state(gate, "held", name=name)
    gate.kakou(verb, name, "--passage", held["passage"], "--reason", "test")


def moves(gate):
    """What the yard saw of both arms, in order."""
    kinds = ("entry_opens", "entry_closed", "arm_leaves_down", "arm_down")
    return [e["kind"] for e in yard_events(gate) if e["kind"] in kinds]


@pytest.mark.parametrize("deck", [True, False])
def test_one_barrier_is_closed_before_the_other_opens(new_gate, deck):
    shape = {"evidence": ("plate", "card"), "deck": deck, "lines": ENTRY_LINES}
    gate = new_gate(site=site(lane(1, **shape)), scenario=scenario_for([1], [shape]), pace=5)
    gate.start()
    wait_state(gate, "idle", name="n1")
    gate.rpc("yard", "start")
    closed = gate.wait_event("passage_closed", within_s=60)["data"]
    assert (closed["outcome"], closed["lift"]) == ("passed", "00")
    wait_state(gate, "idle", name="n1")
    assert moves(gate) == ["entry_opens", "entry_closed", "arm_leaves_down", "arm_down"]
    # One without an order is sent back the way it came.
    drive_in(gate, lane="n1", name="02", plate="浙B77777", card="330102609999", seal="")
    act(gate, "return", "n1")
    wait_until(lambda: yard_events(gate, "truck_backed_out"), 40, "it has backed out")
    wait_state(gate, "idle", name="n1")
    wait_until(lambda: yard_lane(gate, "n1")["entry"]["is_down"], 10, "the entry is closed")
    assert not yard_events(gate, "collision")
    assert not [e for e in yard_events(gate) if e.get("text") == "both open"]


def test_a_second_gate_takes_who_passed_the_first_and_holds_others(new_gate):
    shapes = [{"evidence": ("plate",), "gate": "first"}, {"evidence": ("plate",),
                                                          "gate": "second"}]
    gate = new_gate(site=site(*(lane(n, **shape) for n, shape in zip((1, 2), shapes))),
                    scenario=scenario_for([1], shapes[:1]), pace=5)
    gate.start()
    for name in ("n1", "n2"):
        wait_state(gate, "idle", name=name)
    gate.rpc("yard", "start")
    first = gate.wait_event("handed_over", within_s=40)
    wait_state(gate, "idle", name="n1")
    gate.kakoud.kill()  # the record knows who is on the way
    gate.start("kakoud")
    wait_state(gate, "idle", name="n2")
    drive_in(gate, lane="n2", name="01b", plate="浙A10001", card="", tag="", seal="")
    taken = gate.wait_event("taken_over", within_s=40)["data"]
    assert (taken["first_passage"], taken["first_lane"]) == (first["passage"], "n1")
    gate.wait_event("passage_closed", within_s=40, lane="n2")
    wait_state(gate, "idle", name="n2")
    drive_in(gate, lane="n2", name="03", plate="浙B77777", card="", tag="", seal="")
    assert wait_state(gate, "held", name="n2")["reason"].startswith("first_gate_")
