# SPDX-License-Identifier: MIT
"""What stands over lanes in the officers' page, in a real Chromium: the emergency mode, the turn of a
reversible lane, alarms of the whole gate."""

import shutil

import pytest

from console_schema import expect_fits
from gate_help import drive_in, lane_of, scenario, wait_state
from kakou_rig import Gate, wait_until
from page_help import Page
from site_help import lane, site

pytestmark = [pytest.mark.together, pytest.mark.limit(240)]
MODE = ".depth [data-act=emergency-mode]"
TURN = ".depth [data-act=turn]"
BANNER = "#banners [data-mode=n1]"
CLEAR_MS = 3000  # a turn takes as long: there is time to see it


@pytest.fixture(scope="module")
def gate(certs):
    """n1 goes both ways and has an emergency mode; n2 has neither."""
    lanes = (lane(1, lines=("red_far", "green_far"), reverse_chnl_no='"3301500151"',
                  right='{"order", "emergency"}', emergency_hours=2, clear_ms=CLEAR_MS), lane(2))
    with Gate(site=site(*lanes), scenario=scenario(truck={"lane": "n1"}), certs=certs,
              pace=5) as gate:
        gate.start("yard", "kakoud", "console")
        wait_state(gate, "idle", name="n1")
        yield gate


page = Page.for_module()


def newest(gate, kind):
    return gate.events(kind=kind)[-1]["data"]


def wait_way(gate, way):
    """Until the lane goes this way, and is empty: nothing was seen for a while."""
    wait_until(lambda: (lane_of(gate, "n1")["direction"], lane_of(gate, "n1")["turn"]) == (way, ""),
               20, lambda: lane_of(gate, "n1"))


def test_the_emergency_mode_is_begun_seen_by_all_and_ended_in_the_page(gate, page):
    page.go("lane/n2")
    page.wait_text(".depth h2", "n2")
    assert not page.find(MODE) and not page.find(TURN)
    page.go("lane/n1")
    page.open(MODE)
    assert "不问海关" in page.text("dialog .warning") and "2 h" in page.text("dialog .warning")
    page.fill("dialog [name=minutes]", "20")
    page.click("dialog .preset")
    page.confirm()
    begun = gate.wait_event("emergency_mode", lane="n1")["data"]
    assert (begun["what"], begun["actor"], begun["minutes"]) == ("on", "officer", 20)
    with Page(gate) as other:
        other.log_in("late", "officer")
        other.click("#language")
        other.go("history")
        other.wait_text(BANNER, "Emergency mode (officer)")
        told = other.text(BANNER)
        assert "0 passed so far" in told and begun["reason"] in told and "until " in told
        # Both mean to end it; a truck passes meanwhile, in the first one's name.
        other.open(f"{BANNER} [data-act=emergency-mode]")
        other.click("dialog .preset")
        drive_in(gate, lane="n1", seal="")
        closed = gate.wait_event("passage_closed", within_s=60)["data"]
        assert (closed["by"], closed["actor"]) == ("emergency", "officer")
        page.wait_text(BANNER, "已过 1 辆")
        told = page.call("GET", "lanes/n1")
        expect_fits(told, "Lane")
        assert told["emergency_mode"]["crossings"] == 1 and told["is_reversible"]
        page.act(f"{BANNER} [data-act=emergency-mode]")
        wait_until(lambda: not other.find(BANNER), 20, "the banner goes with the mode")
        other.click("dialog [name=submit_act]")
        other.wait_text("dialog .complaint", "Refused: it is so already [already]")
        other.close()
        assert other.untranslated() is None
    ended = newest(gate, "emergency_mode")
    assert (ended["what"], ended["actor"], ended["crossings"]) == ("off", "officer", 1)
    assert page.call("POST", "lanes/n1/acts",
                     {"act": "emergency-mode", "value": "121", "reason": "x"}) == "bad_value"
    assert page.call("POST", "lanes/n2/acts",
                     {"act": "emergency-mode", "value": "5", "reason": "x"}) == "absent"


def turn(page):
    """Two touches, once the lane has been empty for long enough."""
    page.open(TURN)
    page.click("dialog .preset")
    page.click("dialog [name=submit_act]")

    def is_done():
        if "[occupied]" in page.text("dialog .complaint"):
            page.click("dialog [name=submit_act]")
        return not page.find("dialog[open]")

    wait_until(is_done, 30, lambda: page.text("dialog"), every_s=0.5)


def test_a_reversible_lane_is_turned_in_the_page_and_shows_which_way_it_goes(gate, page):
    wait_state(gate, "idle", 60, name="n1")
    page.go("lane/n1")
    page.wait_text(".depth h2", "进区 ⇄")
    page.open(TURN)
    assert "线圈之间的车传感器看不到" in page.text("dialog .warning")
    assert "进区 ⇄ → 出区" in page.text("dialog")
    page.close()
    turn(page)
    page.wait_text(".depth .chips", "正在换向：改为出区")
    begun = newest(gate, "lane_turned")
    assert (begun["from"], begun["to"], begun["actor"]) == ("I", "E", "officer")
    page.wait_text(".depth h2", "出区 ⇄")
    wait_until(lambda: "正在换向" not in page.text(".depth .chips"), 20, "the turn is done")
    assert page.find(".depth .way")[0].get_attribute("d").startswith("M632")
    assert page.text(TURN) == "换向：改为进区"
    # Back, but the emergency mode comes between.
    turn(page)
    gate.act("emergency-mode", "n1", gate.ticket(), value="5")
    page.wait_text("#toast.bad", "n1：换向已撤回: 车道在应急模式")
    assert newest(gate, "lane_turn_withdrawn")["code"] == "in_mode"
    page.open(TURN)
    page.click("dialog .preset")
    page.click("dialog [name=submit_act]")
    page.wait_text("dialog .complaint", "拒绝：车道在应急模式 [in_mode]")
    page.close()
    page.act(f"{BANNER} [data-act=emergency-mode]")
    turn(page)
    wait_way(gate, "I")
    page.wait_text(".depth h2", "进区 ⇄")
    # Nor while a truck is there.
    drive_in(gate, lane="n1", plate="浙B99999", card="", seal="")
    wait_state(gate, ("gathering", "asking", "silent", "held"), name="n1")
    page.open(TURN)
    page.click("dialog .preset")
    page.click("dialog [name=submit_act]")
    page.wait_text("dialog .complaint", "拒绝：车道不空闲 [lane_busy]")
    page.close()


def put_certificate(gate, name):
    """The new file beside the old one, then over it."""
    for suffix in (".key", ".pem"):
        new = gate.certs / f"new{suffix}"
        shutil.copy(gate.certs / f"{name}{suffix}", new)
        new.chmod(0o600)
        new.rename(gate.certs / f"gate{suffix}")


def test_an_alarm_of_the_whole_gate_stands_with_what_to_do_until_its_cause_ends(gate, page):
    shutil.copy(gate.certs / "gate.pem", gate.certs / "lasting.pem")
    shutil.copy(gate.certs / "gate.key", gate.certs / "lasting.key")
    page.go("alarms")
    put_certificate(gate, "ending-gate")
    alarm = ".whole [data-code=certificate_ends]"
    page.wait(alarm, 60)
    for words in ("30 天内到期", "说明: 本机证书", "后果", "怎么办: 通知技术员更换", "代码 certificate_ends"):
        assert words in page.text(alarm), page.text(alarm)
    page.go("lanes")
    page.wait_text("#gate [href='#alarms']", "卡口报警")  # and wherever else somebody looks
    page.click("#gate [href='#alarms']")
    page.wait(alarm)
    put_certificate(gate, "lasting")
    wait_until(lambda: page.find(".now") and not page.find(alarm), 60,
               lambda: f"no such alarm: {page.text('.whole')}")
    # What was stands among those that are over.
    page.go("lanes")
    page.go("alarms")
    page.wait_text("#view", "certificate_ends")


def test_all_of_it_was_said_in_words_and_the_browser_did_not_complain(page):
    assert page.untranslated() is None
    assert page.complaints() == []
