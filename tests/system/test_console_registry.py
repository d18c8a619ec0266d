# SPDX-License-Identifier: MIT
"""Orders, registered vehicles and what was cleared offline, by the console's API."""

import json

import pytest

from console_help import Browser
from console_schema import expect_fits
from gate_help import drive_in, scenario
from kakou_rig import Gate, wait_until
from registry_help import change, order, vehicle, write_lines
from test_right import begin, closed, now, offline, quick_answer


@pytest.fixture(scope="module")
def gate(certs):
    with Gate(scenario=scenario(), certs=certs) as gate:
        gate.start("kakoud", "console")
        yield gate


def log_in(gate, role):
    browser = Browser(gate)
    browser.log_in(role, role)
    return browser


def import_lines(browser, what, items):
    """A file of these by the API; what its lines were told, and the number of the import."""
    number = browser.post("imports", {"what": what, "file": "file.jsonl"}).json["import"]
    lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    told = browser.post(f"imports/{number}/lines", {"first": 1, "lines": lines})
    assert told.status == 200, told.body
    return number, told.json


def pages(browser, path):
    """All items of a list, page by page."""
    items, after = [], ""
    while after is not None:
        told = browser.get(f"{path}&after={after}" if after else path).json
        items += told["items"]
        after = told["next"]
    return items


def test_an_officer_imports_a_file_whole_or_not_at_all(gate):
    officer = log_in(gate, "officer")
    number, told = import_lines(officer, "orders", [order(1), order(2, goods_kg="18,400")])
    assert told["error_count"] == 1 and told["errors"][0]["line"] == 2
    assert 'goods_kg: got "18,400"' in told["errors"][0]["text"]
    assert officer.post(f"imports/{number}/drop").json == {"dropped": True}
    assert officer.get("orders").json["items"] == []
    number, told = import_lines(officer, "orders",
                                [order(n, seal=f"SEAL-{n}") for n in range(1, 31)])
    assert told["error_count"] == 0
    done = officer.post(f"imports/{number}/commit", {"reason": "daily file"})
    assert (done.json["count"], done.json["added"]) == (30, 30)
    event = gate.wait_event("registry_changed")["data"]
    assert (event["actor"], event["file"]) == ("officer", "file.jsonl")


def test_orders_and_vehicles_are_found_by_a_part_and_paged(gate):
    officer = log_in(gate, "officer")
    change(gate, "orders", "import", write_lines(
        gate.run / "more", [order(n, seal=f"MORE-{n}") for n in range(101, 126)]))
    found = pages(officer, "orders?limit=10&find=more-")
    assert [item["seal"] for item in found] == [f"MORE-{n}" for n in range(101, 126)]
    assert officer.get("orders?find=more-117").json["items"][0]["number"] == order(117)["number"]
    number, _ = import_lines(officer, "vehicles", [vehicle(), vehicle("浙B20416", tag=None)])
    assert officer.post(f"imports/{number}/commit", {"reason": "new pass"}).status == 200
    found = officer.get("vehicles?find=b204").json
    assert [item["plate"] for item in found["items"]] == ["浙B20416"]
    expired = officer.post("vehicles/%E6%B5%99B20416/changes",
                           {"change": "expire", "reason": "left the zone"})
    assert expired.status == 200, expired.body
    assert officer.get("vehicles/%E6%B5%99B20416").json["valid_to"] < "2099"


@pytest.mark.parametrize("role", ["viewer", "technician"])
def test_who_is_no_officer_sees_what_is_on_file_and_changes_nothing(gate, role):
    browser = log_in(gate, role)
    before = browser.get("orders").json
    change(gate, "vehicles", "import", write_lines(gate.run / "pass", [vehicle("浙A77009")]))
    for path, body in (("imports", {"what": "orders", "file": "f"}),
                       ("vehicles/%E6%B5%99A77009/changes", {"change": "expire", "reason": "x"}),
                       ("orders", {"item": order(), "reason": "x"}),
                       ("offline/1/settlement", {"outcome": "agreed", "reason": "x"})):
        answer = browser.post(path, body)
        assert (answer.status, answer.code) == (403, "denied"), path
    assert browser.get("orders").json == before


def test_what_was_cleared_offline_waits_in_the_api_until_an_officer_settles_it(new_gate):
    gate = begin(new_gate, [order(approved=now(-1))], site=[offline(), quick_answer()],
                 customs=False)
    gate.start("console")
    officer = log_in(gate, "officer")
    assert officer.get("offline?open=true").json == {"items": [], "next": None}
    drive_in(gate)
    closed(gate)

    def waiting():
        return officer.get("offline?open=true").json["items"]
    wait_until(lambda: [item["state"] for item in waiting()] == ["passed"], 10, waiting)
    item = waiting()[0]
    expect_fits(item, "Offline")
    assert (item["number"], item["lane"]) == (order()["number"], "in1")
    expect_fits(officer.get(f"orders/{item['number']}").json, "Order")
    settled = officer.post(f"offline/{item['passage']}/settlement",
                           {"outcome": "disputed", "reason": "customs says no"})
    expect_fits(settled.json, "Accepted")
    assert waiting() == []
    told = officer.get("offline").json["items"][0]
    assert (told["state"], told["by"], told["reason"]) == ("disputed", "officer",
                                                           "customs says no")
