# SPDX-License-Identifier: MIT
"""The officers' page for everybody: what axe finds, by keyboard alone, and for a screen reader."""

import itertools

import pytest

from axe_help import axe_source, findings
from gate_help import drive_in, lane_of, scenario, wait_state
from kakou_rig import LONG, Gate, wait_until
from page_help import Page
from registry_help import order, vehicle, write_lines
from selenium.webdriver.common.keys import Keys

# One gate and one browser for all of them; a busy machine draws pages slowly.
pytestmark = [pytest.mark.together, pytest.mark.first, pytest.mark.limit(240)]
VIEWS = ("lanes", "lane/in1", "lane/in1,out1", "alarms", "history", "numbers", "onfile",
         "onfile/vehicles", "onfile/offline", "devices", "people")
# Contrast hangs on day and night, names on the language: two looks see both; the long run sees all.
LOOKS = [("zh-CN", "day"), ("en", "night")]
if LONG:
    LOOKS = list(itertools.product(("zh-CN", "en"), ("day", "night")))
# view, what opens the dialog
DIALOGS = [
    ("lane/in1", ".depth [data-act=release]"), ("lane/in1", ".evidence [data-act=correct]"),
    ("lane/in1", "button[data-act=choose]"), ("lane/in1", ".evidence .picture"),
    ("alarms", "[data-act=ack]"), ("alarms", "[data-act=shelve]"), ("lanes", "#handover"),
    ("lanes", "#me"), ("onfile", "tbody button.link"), ("onfile", "[data-import]"),
    ("onfile/vehicles", "#add_vehicle"), ("onfile/vehicles", "[data-change=expire]"),
    ("people", "[data-change=change_role]"), ("people", "#add_person"),
]


@pytest.fixture(scope="module")
def gate(certs):
    """Orders on file; a truck that customs does not release, held in in1 all the time."""
    with Gate(scenario=scenario({"state": 0}), certs=certs) as gate:
        gate.start()
        gate.start("console")
        gate.kakou("orders", "import", write_lines(gate.run / "orders", [order()]),
                   "--reason", "daily")
        gate.kakou("vehicles", "import", write_lines(gate.run / "vehicles", [
            vehicle("浙A77001", tag=None)]), "--reason", "pass")
        wait_state(gate, "idle")
        drive_in(gate)
        wait_state(gate, "held")
        yield gate


page = Page.for_module(name="chief", role="supervisor")


def show(page, view):
    page.go(view)
    wait_until(lambda: len(page.text("#view")) > 8 and "正在读取" not in page.text("#view"), 20, view)


def look_as(page, language, theme):
    if page.driver.execute_script("return document.documentElement.lang") != language:
        page.click("#language")
    if page.driver.execute_script("return document.documentElement.dataset.theme") != theme:
        page.click("#theme")


def test_axe_finds_nothing_serious_in_any_view_or_dialog_by_day_and_night(gate, page):
    source = axe_source()
    found = []
    for view in (*VIEWS, f"passage/{lane_of(gate)['passage']}"):
        show(page, view)
        for look in LOOKS:
            look_as(page, *look)
            found += [(view, *look, *one) for one in findings(page, source)]
    for view, opener in DIALOGS:
        show(page, view)
        for look in LOOKS:
            look_as(page, *look)
            page.open(opener)
            found += [(view, opener, *look, *one) for one in findings(page, source)]
            page.close()
    look_as(page, "zh-CN", "day")
    assert found == []


def test_axe_finds_nothing_serious_where_nobody_has_logged_in(gate):
    source = axe_source()
    with Page(gate) as page:
        page.wait("#login:not([hidden])")
        found = []
        for look in LOOKS:
            look_as(page, *look)
            found += findings(page, source)
        assert found == []


def is_marked(page):
    """Whether an eye sees where the key is."""
    return page.driver.execute_script(
        "const s = getComputedStyle(document.activeElement);"
        "return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2")


def tab_to(page, words, at_most=40):
    """Presses Tab until something of these words has the key; what was passed on the way."""
    passed = []
    while len(passed) < at_most:
        page.press(Keys.TAB)
        passed.append(page.focused())
        assert is_marked(page), passed
        if passed[-1] == words:
            return passed
    raise AssertionError(f"no {words} within {passed}")


def test_an_act_takes_two_presses_by_keyboard_and_the_key_comes_back(gate, page):
    show(page, "alarms")
    show(page, "lanes")
    page.driver.execute_script("document.getElementById('view').focus()")
    # From the content on: the lane, then its acts, in the order that they stand.
    assert tab_to(page, "退回") == ["in1", "放行", "去查验", "退回"]
    page.press(Keys.ENTER)
    page.wait("dialog[open]")
    assert page.focused() == "无核放单" and is_marked(page)
    # The key stays in the dialog, however often it goes on.
    for _ in range(12):
        page.press(Keys.TAB)
        assert page.driver.execute_script(
            "return document.activeElement === document.body || "
            "document.getElementById('dialog').contains(document.activeElement)")
    page.press(Keys.ESCAPE)
    wait_until(lambda: not page.find("dialog[open]"), 5, "Escape closes it")
    wait_until(lambda: page.focused() == "退回", 5, page.focused)
    # Two presses, and a reason between them.
    passage = lane_of(gate)["passage"]
    page.press(Keys.ENTER)
    page.wait("dialog[open]")
    page.press(Keys.SPACE)
    page.press(Keys.ENTER)
    act = gate.wait_event("officer_act", passage=passage)["data"]
    assert (act["act"], act["reason"], act["actor"]) == ("return", "无核放单", "chief")
    wait_until(lambda: not page.find("dialog[open]"), 10, "it is done")
    # What it came from may be gone by then: it is not lost at the top of the page.
    wait_until(lambda: page.driver.execute_script(
        "return document.activeElement !== document.body"), 5, "the key is somewhere")
    wait_state(gate, "idle", 60)
    drive_in(gate)
    wait_state(gate, "held")


def test_a_dialog_that_opens_as_another_closes_keeps_its_words(gate, page):
    show(page, "lanes")
    page.wait("[data-act=return]")
    page.driver.execute_script("""
        document.querySelector("[data-act=return]").click();
        document.querySelector("#dialog [name=close]").click();
        document.querySelector("[data-act=inspect]").click();""")
    page.driver.execute_async_script("setTimeout(arguments[0], 200)")
    assert "去查验" in page.text("#dialog h2")
    page.press(Keys.ESCAPE)
    wait_until(lambda: not page.find("dialog[open]"), 5, "Escape closes it")


def test_the_key_stays_where_it_is_while_the_lane_goes_on(gate, page):
    show(page, "lane/in1")
    page.wait(".timeline li")
    page.driver.execute_script("document.querySelector('.depth [data-act=regather]').focus()")
    words = page.focused()
    gate.act("ask", "in1", gate.ticket(), passage=lane_of(gate)["passage"])
    page.wait_text(".timeline", "再问海关")
    wait_state(gate, "held")
    page.wait_text(".depth .stage", "等候处置")
    assert page.focused() == words


def test_a_screen_reader_hears_of_a_new_alarm_and_of_a_page_that_is_not_live(gate, page):
    show(page, "history")
    assert page.driver.execute_script(
        "return document.getElementById('say').getAttribute('role')") == "alert"
    gate.act("emergency", "out1", gate.ticket())
    page.wait_text("#say", "新报警 高: out1 应急")
    gate.kakoud.pause()
    try:
        page.wait_text("#say", "不是当前状态", 15)
    finally:
        gate.kakoud.resume()
    page.wait_text("#say", "恢复更新", 30)
    gate.act("reset", "out1", gate.ticket())


def test_the_drawing_and_each_field_have_words(page):
    show(page, "lanes")
    drawing = page.driver.execute_script(
        "return document.querySelector('[data-lane=in1] svg').getAttribute('aria-label')")
    assert "栏杆落下" in drawing and "车辆" in drawing and "红灯" in drawing
    nameless = page.driver.execute_script(
        "return [...document.querySelectorAll('button, a[href], input, select')]"
        ".filter((e) => !(e.ariaLabel || e.innerText || e.labels?.length)).map((e) => e.outerHTML)")
    assert nameless == []
