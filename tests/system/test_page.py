# SPDX-License-Identifier: MIT
"""The officers' page in a real Chromium: a truck's whole way, acts, roles, languages, and what it
says when it is not live."""

import json
import pathlib
import re

import pytest

from console_help import Browser
from gate_help import drive_in, lane_of, scenario, wait_state
from kakou_rig import Gate, wait_until
from page_help import Page

PAGE = pathlib.Path("firmware/console/page")


@pytest.fixture(scope="module")
def gate(certs):
    """Trucks have no approved order here: each is held for an officer."""
    with Gate(scenario=scenario({"state": 0}), certs=certs) as gate:
        gate.start()
        gate.start("console")
        yield gate


@pytest.fixture(scope="module")
def page(gate):
    with Page(gate) as page:
        page.log_in()
        yield page


def hold_one(gate):
    wait_state(gate, "idle")
    drive_in(gate)
    wait_state(gate, "held")
    return lane_of(gate)["passage"]


@pytest.fixture(scope="module")
def past(gate):
    """A passage that is over. Tests may run in any order, and each by itself."""
    passage = hold_one(gate)
    gate.act("return", "in1", gate.ticket(), passage=passage, reason="no order")
    return gate.wait_event("passage_closed", passage=passage, within_s=60)


def test_a_trucks_whole_way_is_seen_and_an_officer_releases_it_in_two_touches(gate, page):
    page.go("lanes")
    page.wait_text("[data-lane=in1] .stage", "空闲")
    passage = hold_one(gate)
    page.wait_text("[data-lane=in1] .stage", "等候处置")
    assert "未关联" in page.text("[data-lane=in1] .sign")
    assert "no_order" in page.text("[data-lane=in1] dl")
    assert page.find("[data-lane=in1] .truck")
    page.click("[data-lane=in1] [data-act=release]")
    page.wait("dialog[open]")
    assert f"{passage}" in page.text("dialog") and "栏杆 落下" in page.text("dialog .says")
    page.click("dialog .preset")
    page.click("dialog [name=submit_act]")
    act = gate.wait_event("officer_act", passage=passage)
    assert (act["data"]["act"], act["data"]["actor"]) == ("release", "officer")
    assert act["data"]["reason"] and act["data"]["screen"].startswith("web ")
    page.wait_text("#toast", str(act["seq"]))
    gate.wait_event("passage_closed", passage=passage, within_s=60)
    page.wait_text("[data-lane=in1] .stage", "空闲")


def test_one_lane_in_depth_shows_each_value_with_its_picture(gate, page):
    passage = hold_one(gate)
    page.go("lane/in1")
    page.wait_text(".depth h2", f"过卡 {passage}")
    gate.wait_event("picture", passage=passage)
    page.wait(".evidence .picture img")
    wait_until(lambda: page.driver.execute_script(
        "return document.querySelector('.evidence .picture img')?.naturalWidth"), 20, "the picture")
    assert "98 %" in page.text(".evidence") and "已问海关" in page.text(".timeline")
    page.click(".depth [data-act=return]")
    page.fill("dialog [name=reason]", "no papers")
    page.click("dialog [name=submit_act]")
    assert gate.wait_event("officer_act", passage=passage)["data"]["reason"] == "no papers"
    wait_state(gate, "idle", 60)


def test_an_act_for_a_truck_that_has_gone_is_refused_in_words(gate, page):
    passage = hold_one(gate)
    page.go("lanes")
    page.wait_text("[data-lane=in1] .stage", "等候处置")
    page.click("[data-lane=in1] [data-act=release]")
    page.wait("dialog[open]")
    # Meanwhile another officer sends it back.
    gate.act("return", "in1", gate.log_in("other"), passage=passage, reason="first")
    wait_state(gate, "idle", 60)
    page.click("dialog .preset")
    page.click("dialog [name=submit_act]")
    page.wait_text("dialog .complaint", "车道拒绝：那辆车已经离开")
    page.driver.execute_script("document.getElementById('dialog').close()")
    assert len(gate.events(kind="officer_act", passage=passage)) == 1


def test_an_alarm_says_what_to_do_and_is_acknowledged_by_name(gate, page):
    passage = hold_one(gate)
    page.go("alarms")
    page.wait(".now .alarm.medium")
    assert "怎么办" in page.text(".now .alarm") and "hold" in page.text(".now .alarm")
    page.click(".now .alarm button")
    page.click("dialog .preset")
    page.click("dialog [name=submit_act]")
    page.wait_text(".now .alarm", "已确认")
    gate.act("return", "in1", gate.ticket(), passage=passage, reason="over")
    wait_state(gate, "idle", 60)
    page.wait_text(".now", "没有报警")


def test_a_passage_is_found_by_its_plate_with_timeline_and_proof(past, page):
    passage, plate = past["passage"], past["data"]["plate"]
    page.go("history")
    page.wait(".search")
    page.fill(".search [name=plate]", plate[-4:])
    page.click(".search button")
    page.wait_text("table.history", plate)
    page.fill(".search [name=plate]", "NOBODY99")
    page.click(".search button")
    page.wait_text("#view", "没有记录")
    page.go(f"passage/{passage}")
    page.wait(".timeline li")
    assert plate in page.text(".passage h2")
    page.click(".timeline details summary")
    page.click(".timeline details[open] button")
    page.wait("dialog[open] pre")
    assert "leaf" in page.text("dialog pre") or "path" in page.text("dialog pre")
    page.driver.execute_script("document.getElementById('dialog').close()")


def test_numbers_are_plotted_by_the_board_alone(past, page):
    assert past
    page.go("lanes")
    page.wait(".lanes")
    page.go("numbers")
    page.wait(".plot canvas")
    wait_until(lambda: page.driver.execute_script("return Boolean(window.Chart)"), 20, "the plots")
    foreign = page.driver.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin))")
    assert foreign == []
    assert "no_order" in page.text("#view")


def test_a_supervisor_keeps_numbers_to_compare_with(gate):
    passage = hold_one(gate)
    gate.act("release", "in1", gate.ticket(), passage=passage, reason="papers seen")
    gate.wait_event("passage_closed", passage=passage, within_s=60)
    with Page(gate) as page:
        page.log_in("chief", "supervisor")
        page.go("numbers")
        page.wait_text("#view", "尚无基准")
        page.click("#view p button")
        page.wait_text("#view .verdict", "比基准")


def test_both_languages_say_everything(gate, page):
    english = re.compile(r"[a-z]{3}")
    for view in ("lanes", "lane/in1", "alarms", "history", "numbers", "devices", "people"):
        page.go(view)
        wait_until(lambda: len(page.text("#view")) > 8, 20, view)
    assert page.untranslated() is None
    assert not english.search(page.text("#nav"))
    page.click("#language")
    page.go("lanes")
    page.wait_text("#nav", "History")
    page.wait_text("[data-lane=in1] .stage", "Idle")
    assert page.driver.execute_script("return document.documentElement.lang") == "en"
    page.click("#language")
    page.wait_text("#nav", "历史")


def test_it_says_so_when_it_is_not_live_and_comes_back(gate, page):
    page.go("lanes")
    page.wait_text("#live", "实时")
    gate.kakoud.pause()
    try:
        page.wait_text("#live", "不是当前状态", 15)
        assert "not-live" in page.driver.execute_script("return document.body.className")
    finally:
        gate.kakoud.resume()
    page.wait_text("#live", "实时", 30)


def test_who_may_only_watch_has_no_button_that_acts(gate):
    with Page(gate) as page:
        page.log_in("watcher", "viewer")
        page.go("lane/in1")
        page.wait(".depth")
        assert page.find(".depth [data-act]") == []
        assert page.complaints() == []


def test_a_small_tablet_needs_no_sideways_scrolling(page):
    for view in ("lanes", "lane/in1", "alarms", "history"):
        page.go(view)
        wait_until(lambda: len(page.text("#view")) > 8, 20, view)
        wide, seen = page.driver.execute_script(
            "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= seen, view


def test_the_browser_has_nothing_to_complain_about(page):
    assert page.complaints() == []


def test_the_whole_page_is_under_300_kilobytes_on_its_way(gate):
    browser = Browser(gate)
    served = [path.name for path in PAGE.iterdir() if path.suffix != ".json"]
    assert len(served) > 10
    sent = [len(browser.ask("GET", f"/{name}", headers={"Accept-Encoding": "gzip"}).body)
            for name in served]
    assert 50_000 < sum(sent) < 300_000


# ---- words: what the product can say, the page can say --------------------------------------

def words():
    """The groups of codes of words.js: {group: [code]}."""
    text = (PAGE / "words.js").read_text(encoding="utf-8")
    groups = {}
    for name, body in re.findall(r"^  (\w+): \{(.*?)\},$", text, re.M | re.S):
        groups[name] = re.findall(r"[\"']?([\w-]+)[\"']?: \[", body)
    groups["alarm"] = re.findall(r"^  (\w+): \[\"(?:high|medium|low)\"", text, re.M)
    return groups


def in_source(path, pattern):
    found = re.findall(pattern, pathlib.Path(path).read_text(encoding="utf-8"), re.M)
    assert len(found) > 4, path
    return found


@pytest.mark.parametrize("group,path,pattern", [
    ("event", "firmware/record/event.h", r'X\(\w+, "(\w+)"\)'),
    ("reason", "firmware/lane/reason.c", r'\] =\s*\{"([a-z_]+)"'),
    ("alarm", "firmware/lane/lane_record.c", r'\[ALARM_\w+\] = "(\w+)"'),
    ("state", "firmware/lane/lane.c", r'\[LANE_\w+\] = "(\w+)"'),
    ("act", "firmware/control/act.c", r'\[ACT_\w+\]\s*= \{ "([\w-]+)"'),
    ("refusal", "firmware/control/act.c", r'\[REFUSAL_\w+\] = "(\w+)"'),
    ("refusal", "firmware/console/api.c", r'[, ]\d{3}, *"(\w+)"'),
])
def test_every_code_of_the_product_has_its_words(group, path, pattern):
    assert sorted(set(in_source(path, pattern)) - set(words()[group])) == []


def test_the_page_asks_only_for_what_the_interface_has():
    described = json.loads((PAGE / "openapi.json").read_text(encoding="utf-8"))["paths"]
    known = {re.sub(r"\{\w+\}", "*", path.removeprefix("/api/v1/")) for path in described}
    for path in PAGE.glob("*.js"):
        if path.name == "chart.min.js":
            continue
        for asked in re.findall(r'call\("\w+", [`"]([^`"]+)[`"]', path.read_text(encoding="utf-8")):
            asked = re.sub(r"\$\{[^}]*\}", "*", asked.split("?")[0]).replace("people/*/*", "people/*/lock")
            assert asked in known or f"{asked}" in {k for k in known}, f"{path.name}: {asked}"
