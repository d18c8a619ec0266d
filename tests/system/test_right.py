# SPDX-License-Identifier: MIT
"""Who passes at a real gate: orders on file while customs is silent, registered vehicles, choices,
empty trucks, the emergency mode."""

import time

from gate_help import drive_in, lane_of, scenario, wait_state
from kakou_rig import wait_until
from registry_help import change, order, vehicle, write_lines

NUMBER = order()["number"]
SILENT = 'offline "policy" {\n\ttypes = {"2", "6"}\n\tmax_age_hours = 24\n\tdirections = {"I"}\n'


def now(hours=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600))


def begin(new_gate, orders=(), vehicles=(), site=(), customs=True, **arguments):
    """A gate with these on file; `site` are pairs of texts to replace in its site file."""
    gate = new_gate(**{"scenario": scenario(), **arguments})
    for old, new in site:
        gate.edit_site(old, new)
    gate.start(*(("customs",) if customs else ()), "yard", "kakoud")
    for what, items in (("orders", orders), ("vehicles", vehicles)):
        if items:
            change(gate, what, "import", write_lines(gate.run / what, items))
    return gate


def offline(reconcile="officer"):
    return ('customs "platform" {', SILENT + f'\treconcile = {reconcile}\n}}\n'
            'customs "platform" {\n\tresend_ms = 500\n\tresend_max_ms = 1000')


def quick_answer():
    return ('sign = "sign-in1"\n', 'sign = "sign-in1"\n\tanswer_ms = 1500\n')


def rights(words):
    return ('sign = "sign-in1"\n', f'sign = "sign-in1"\n\tright = {{{words}}}\n')


def closed(gate, count=1):
    found = gate.wait_event("passage_closed", within_s=60, count=count)
    return found["data"] if count == 1 else [event["data"] for event in found]


def test_a_silent_customs_is_answered_by_the_offline_policy_and_settled_by_an_officer(new_gate):
    gate = begin(new_gate, [order(approved=now(-1))], site=[offline(), quick_answer()],
                 customs=False)
    drive_in(gate)
    end = closed(gate)
    assert (end["outcome"], end["verdict"], end["by"]) == ("passed", "release", "offline")
    used = [e["data"] for e in gate.events(kind="order")]
    assert [(u["step"], u["number"], u["offline"]) for u in used] == [
        ("in_use", NUMBER, 1), ("passed", NUMBER, 1)]
    assert 3500e3 < used[0]["age_ms"] < 3700e3
    wait_until(lambda: gate.kakou("orders", "show", NUMBER)["state"] == 2, 30, "passed")
    assert [i["number"] for i in gate.kakou("offline")["items"]] == [NUMBER]
    change(gate, "offline", "settle", str(used[0] and gate.events(kind="order")[0]["passage"]),
           "agreed")
    assert gate.kakou("offline")["items"] == []


def test_an_order_that_was_used_offline_opens_nothing_again_after_a_kill(new_gate):
    gate = begin(new_gate, [order(approved=now(-1))], site=[offline(), quick_answer()],
                 customs=False)
    drive_in(gate)
    wait_state(gate, "passing", within_s=30)
    gate.kakoud.kill()
    gate.start("kakoud")
    assert gate.kakou("orders", "show", NUMBER)["uses"][0]["use"] == "in_use"
    assert len(gate.kakou("orders", "--in-use")) == 1
    assert [i["state"] for i in gate.kakou("offline")["items"]] == ["lifted"]
    # the record alone is enough: the registry's own file is made anew
    gate.kakoud.kill()
    for path in (gate.run / "state").glob("registry.db*"):
        path.unlink()
    gate.start("kakoud")
    change(gate, "orders", "import", write_lines(gate.run / "again", [order(approved=now(-1))]))
    assert [i["number"] for i in gate.kakou("offline")["items"]] == [NUMBER]


def test_an_order_that_is_too_old_waits_for_customs(new_gate):
    gate = begin(new_gate, [order(approved=now(-30))], site=[offline(), quick_answer()],
                 customs=False)
    drive_in(gate)
    wait_state(gate, "silent", within_s=30)
    time.sleep(2)
    assert lane_of(gate)["state"] == "silent"
    assert not gate.events(kind="lift_authorised")


def test_customs_that_is_heard_again_settles_or_alarms(new_gate):
    gate = begin(new_gate, [order(approved=now(-1))], customs=False,
                 site=[offline("ask"), quick_answer()],
                 scenario=scenario(order={"plate": "浙B20416", "tag": "E2003412AB009999"}))
    drive_in(gate)
    assert closed(gate)["by"] == "offline"
    gate.start("customs")  # whose file has no order for this truck
    wait_until(lambda: "offline_disputed" in [e["data"]["code"] for e in gate.events(kind="alarm")],
               30, "an alarm")  # a disk that fills may have one of its own
    wait_until(lambda: [i["state"] for i in gate.kakou("offline")["items"]] == ["disputed"], 30,
               "it is disputed")
    assert [e["data"]["effect"] for e in gate.events(kind="answer")] == ["reconciles"]
    assert len(gate.events(kind="lift_commanded")) == 1


def test_customs_that_is_heard_again_after_a_kill_settles_or_alarms(new_gate):
    gate = begin(new_gate, [order(approved=now(-1))], customs=False,
                 site=[offline("ask"), quick_answer()],
                 scenario=scenario(order={"plate": "浙B20416", "tag": "E2003412AB009999"}))
    drive_in(gate)
    assert closed(gate)["by"] == "offline"
    gate.kakoud.kill()
    gate.start("customs", "kakoud")
    wait_until(lambda: [i["state"] for i in gate.kakou("offline")["items"]] == ["disputed"], 30,
               "it is disputed")
    assert [e["data"]["effect"] for e in gate.events(kind="answer")] == ["reconciles"]
    assert "offline_disputed" in [e["data"]["code"] for e in gate.events(kind="alarm")]


def test_a_registered_car_passes_without_customs_and_an_expired_one_does_not(new_gate):
    gate = begin(new_gate, vehicles=[vehicle()], site=[rights('"registered"')], customs=False)
    car = {"boxes": [], "tare_kg": 1800, "cargo_kg": 0}
    drive_in(gate, **car)
    end = closed(gate)
    assert (end["outcome"], end["by"]) == ("passed", "registered")
    assert gate.events(kind="lookup")[-1]["data"]["approver"] == "li"
    wait_state(gate, "idle")
    change(gate, "vehicles", "expire", "浙A12345")
    drive_in(gate, name="02", **car)
    held = wait_state(gate, "held", within_s=40)
    assert held["reason"] == "registration"
    assert not gate.events(kind="inquiry")


def test_several_open_orders_hold_and_nobody_is_asked(new_gate):
    gate = begin(new_gate, [order(1), order(2)])
    drive_in(gate)
    held = wait_state(gate, "held", within_s=40)
    assert (held["reason"], held["sign"]) == ("several_orders", "请等候人工")
    assert held["orders"] == [order(1)["number"], order(2)["number"]]
    call = [e["data"] for e in gate.events(kind="call") if e["data"]["what"] == "choose"][0]
    assert {call["choice1"], call["choice2"]} == {order(1)["number"], order(2)["number"]}
    assert not gate.events(kind="inquiry")
    gate.act("choose", "in1", passage=held["passage"], value=order(1)["number"])
    assert closed(gate)["by"] == "customs"
    used = [e["data"]["number"] for e in gate.events(kind="order")]
    assert used == [order(1)["number"]] * 2


def test_an_empty_truck_with_a_load_is_held_although_customs_releases(new_gate):
    empty = order(type=6, boxes=None, seal=None, container_kg=None, goods_kg=None)
    gate = begin(new_gate, [empty])
    drive_in(gate)
    held = wait_state(gate, "held", within_s=40)
    assert (held["reason"], held["sign"]) == ("empty_differs", "重量不符 请等候")
    check = gate.wait_event("weight_check")["data"]
    assert (check["effect"], check["boxes"]) == ("differs", "differ")
    assert check["difference_g"] > 20_000_000
    assert [e["data"]["verdict"] for e in gate.events(kind="answer")] == ["release"]


def test_emergency_mode_lets_trucks_pass_under_the_officers_name(new_gate):
    gate = begin(new_gate, site=[rights('"order", "emergency"')], customs=False)
    change(gate, "emergency-mode", "in1", "--minutes", "30", reason="flood")
    wait_until(lambda: lane_of(gate)["emergency_mode"], 30, "the lane shows the mode")
    assert "EMERGENCY, by officer" in gate.kakou_raw("lane", "in1").stdout
    assert lane_of(gate)["bypasses"] == ["emergency_mode"]
    drive_in(gate)
    end = closed(gate)
    assert (end["by"], end["actor"], end["lift"]) == ("emergency", "officer", "10")
    wait_state(gate, "idle")
    change(gate, "emergency-mode", "in1", "--off", reason="over")
    mode = [e["data"] for e in gate.events(kind="emergency_mode")]
    assert [(m["what"], m.get("crossings")) for m in mode] == [("on", None), ("off", 1)]
    assert gate.kakou_raw("emergency-mode", "out1", "--minutes", "5",
                          "--reason", "x").returncode == 1
