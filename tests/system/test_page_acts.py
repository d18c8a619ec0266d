# SPDX-License-Identifier: MIT
"""Acts in the officers' page, in a real Chromium: each of them, what each role is shown and refused,
two officers at one lane, a second person's approval, alarms put aside, the shift."""

import pytest

from gate_help import drive_in, lane_of, scenario, wait_state
from kakou_rig import Gate, wait_until
from page_help import Page
from registry_help import order, write_lines

# One gate and one browser for all of them; a busy machine draws pages slowly.
pytestmark = [pytest.mark.together, pytest.mark.first, pytest.mark.limit(240)]
LANE = "[data-lane=in1] "
NO_CARD = {"card": ""}


@pytest.fixture(scope="module")
def gate(certs):
    """Customs releases nobody here; a release against it takes a supervisor besides."""
    with Gate(scenario=scenario({"state": 0}), certs=certs) as gate:
        gate.edit_site('lane "in1" {', 'lane "in1" {\n\trelease_needs_second = true')
        gate.edit_site('\tevidence "card" {\n\t\tdevice = "post-in1"',
                       '\tevidence "card" {\n\t\tdevice = "post-in1"\n\t\tdeadline_ms = 8000')
        gate.start()
        gate.start("console")
        yield gate


page = Page.for_module()


@pytest.fixture
def held(gate, page):
    """A passage that customs does not release, shown in depth; sent back afterwards if it is still
    there."""
    passage = hold_one(gate)
    page.go("lane/in1")
    page.wait_text(".depth h2", f"过卡 {passage}")
    page.wait_text(".depth .stage", "等候处置")
    yield passage
    page.close()
    if lane_of(gate)["passage"] == passage:
        gate.act("return", "in1", gate.ticket(), passage=passage)
    wait_state(gate, "idle", 60)


def hold_one(gate, **truck):
    lane = lane_of(gate)
    if lane["state"] == "held":  # left by a test that failed
        gate.act("return", "in1", gate.ticket(), passage=lane["passage"])
    wait_state(gate, "idle", 60)
    drive_in(gate, **truck)
    wait_state(gate, "held")
    return lane_of(gate)["passage"]


def acts_of(gate, passage):
    return [event["data"] for event in gate.events(kind="officer_act", passage=passage)]


def expect_act(gate, act, count=1, within_s=20, **values):
    """The newest act of the record, which is this one, in the page's officer's name."""
    done = gate.wait_event("officer_act", count=count, within_s=within_s)
    data = (done if count == 1 else done[-1])["data"]
    told = {name: data.get(name) for name in ("act", "actor", *values)}
    assert told == {"act": act, "actor": "officer", **values}
    assert data["reason"] and data["screen"].startswith("web ")
    return data


def act(gate, page, selector, verb, fields=None, **values):
    """Does it by two touches, and finds it in the record."""
    before = len(gate.events(kind="officer_act"))
    page.act(selector, **(fields or {}))
    return expect_act(gate, verb, before + 1, **values)


def test_each_act_on_a_truck_is_done_in_two_touches_and_on_record(gate, page):
    gate.kakou("orders", "import", write_lines(gate.run / "orders", [order(7)]), "--reason", "daily")
    passage = hold_one(gate, **NO_CARD)
    page.go("lane/in1")
    page.wait_text(".depth", "司机没有刷卡")
    act(gate, page, ".evidence [data-focus='in1 enter card']", "enter",
        {"value_of": "330102600999"}, subject="card", value="330102600999")
    page.wait_text(".timeline", "已问海关")
    page.wait_text(".evidence", "人工补采")
    page.wait_text(".depth .stage", "等候处置")
    page.open("button[data-act=choose]")
    page.click(f"dialog [data-order={order(7)['number']}]")
    page.click("dialog .preset")
    before = len(gate.events(kind="officer_act"))
    page.confirm()
    expect_act(gate, "choose", before + 1, value=order(7)["number"])
    page.wait_text(".depth .stage", "等候处置")
    act(gate, page, ".evidence [data-focus='in1 correct plate']", "correct",
        {"value_of": "浙A12346"}, subject="plate", value="浙A12346")
    page.wait_text(".depth h2", "浙A12346")
    page.wait_text(".evidence", "人工更正")
    page.wait_text(".depth .stage", "等候处置")
    asked = len(gate.events(kind="inquiry", passage=passage))
    act(gate, page, ".depth [data-act=ask]", "ask", meant_passage=passage)
    gate.wait_event("inquiry", passage=passage, count=asked + 1)
    page.wait_text(".depth .stage", "等候处置")
    act(gate, page, ".depth [data-act=hold]", "hold", meant_passage=passage)
    act(gate, page, ".depth [data-act=regather]", "regather", meant_passage=passage)
    wait_state(gate, "held")
    page.wait_text(".depth .stage", "等候处置")
    act(gate, page, ".depth [data-act=inspect]", "inspect", meant_passage=passage)
    closed = gate.wait_event("passage_closed", passage=passage, within_s=60)["data"]
    assert closed["verdict"] == "inspection"
    assert page.untranslated() is None


def test_a_lane_is_locked_and_opened_and_a_drivers_call_answered(gate, page):
    wait_state(gate, "idle", 60)
    page.go("lane/in1")
    act(gate, page, ".depth [data-act=lock]", "lock")
    page.wait_text(".depth .chips", "车道已锁")
    act(gate, page, ".depth [data-act=open]", "open")
    wait_until(lambda: "车道已锁" not in page.text(".depth .chips"), 20, "it is open")
    page.go("lanes")
    passage = hold_one(gate, behaviour="presses_help")
    page.wait_text(LANE + ".chips", "司机按了求助")
    assert act(gate, page, LANE + "[data-act=answer]", "answer")["help_answered_ms"] > 0
    gate.act("return", "in1", gate.ticket(), passage=passage)
    wait_state(gate, "idle", 60)


def test_an_emergency_raise_is_one_act_and_a_reset_ends_it(gate, page):
    wait_state(gate, "idle", 60)
    page.go("lane/out1")
    act(gate, page, ".depth [data-act=emergency]", "emergency")
    page.wait_text(".depth .chips", "应急输入或应急抬杆")
    page.wait_text("#nav .high", "报警")
    page.wait(".depth [data-act=reset]")
    act(gate, page, ".depth [data-act=reset]", "reset")
    wait_state(gate, "idle", 30, name="out1")


def test_a_release_against_customs_asks_for_a_second_person_and_both_are_on_record(gate, page, held):
    page.open(".depth [data-act=release]")
    assert "栏杆 落下" in page.text("dialog .says")
    assert not page.find("dialog [name=second_name]")[0].is_displayed()
    page.click("dialog .preset")
    page.click("dialog [name=submit_act]")
    page.wait_text("dialog .complaint", "须主管批准 [second_needed]")
    page.fill("dialog [name=second_name]", "officer")
    page.fill("dialog [name=second_password]", "password of officer")
    page.click("dialog [name=submit_act]")
    page.wait_text("dialog .complaint", "[denied]")
    page.fill("dialog [name=second_name]", "chief")
    page.fill("dialog [name=second_password]", "password of chief")
    page.confirm()
    done = [data for data in acts_of(gate, held) if data["act"] == "release"]
    assert [(data["actor"], data["second"]) for data in done] == [("officer", "chief")]
    gate.wait_event("lift_observed", passage=held)
    gate.wait_event("passage_closed", passage=held, within_s=60)


def test_of_two_officers_at_one_lane_the_second_is_told_that_the_truck_has_gone(gate, page, held):
    with Page(gate) as other:
        other.log_in("late", "officer")
        other.open(LANE + "[data-act=inspect]")
        other.click("dialog .preset")
        page.act(".depth [data-act=return]")
        gate.wait_event("passage_closed", passage=held, within_s=60)
        # The dialog says so before anything is sent; who goes on is refused, in words.
        other.wait_text("dialog .notice", "那辆车已经离开")
        other.click("dialog [name=submit_act]")
        other.wait_text("dialog .complaint", "拒绝：那辆车已经离开 [gone]")
        other.close()
        assert other.complaints() == []
    assert [data["act"] for data in acts_of(gate, held)] == ["return"]
    refused = gate.wait_event("act_refused", lane="in1")
    assert [event["data"]["code"] for event in gate.events(kind="act_refused")
            if event["data"]["actor"] == "late"] == ["gone"], refused


def test_an_alarm_is_acknowledged_by_name_put_aside_with_a_limit_and_taken_back(gate, page, held):
    page.go("alarms")
    page.wait(".now [data-code=hold]")
    assert "怎么办" in page.text(".now .alarm") and "车辆未关联核放单" in page.text(".now .alarm")
    act(gate, page, ".now [data-act=ack]", "ack", value="hold")
    page.wait_text(".now .alarm", "已确认")
    wait_until(lambda: "(1)" not in page.text("#nav"), 20, "nothing calls any more")
    act(gate, page, ".now [data-focus='in1 shelve hold']", "shelve", {"minutes": "5"},
        value="hold 5")
    page.wait_text(".now .alarm", "搁置，剩余")
    act(gate, page, ".now [data-focus='in1 shelve hold 0']", "shelve", value="hold 0")
    page.wait_text(".now .alarm", "未确认")
    assert page.text("#nav .medium").endswith("(1)")
    gate.act("return", "in1", gate.ticket(), passage=held)
    page.wait_text(".now", "没有报警", 60)


def test_a_passwords_owner_changes_it_and_the_shift_is_handed_over_in_the_page(gate):
    gate.log_in("early")
    gate.log_in("next")
    with Page(gate) as page:
        page.log_in("early")
        page.open("#me")
        page.fill("dialog [name=secret]", "password of early")
        page.fill("dialog [name=fresh]", "another of early")
        page.confirm()
        page.wait_text("#toast", "密码已更换")
        page.open("#handover")
        page.fill("dialog [name=person]", "next")
        page.fill("dialog [name=secret]", "not the password")
        page.click("dialog .preset")
        page.click("dialog [name=submit_act]")
        page.wait_text("dialog .complaint", "[login_refused]")
        page.fill("dialog [name=secret]", "password of next")
        page.click("dialog [name=submit_act]")
        page.wait_text("dialog h2", "已交接给 next")
        page.close()
        page.wait_text("#who", "next")
        assert page.complaints() == []
    shift = gate.wait_event("shift")["data"]
    assert (shift["actor"], shift["to"]) == ("early", "next")


SHOWN = {
    # role: (acts on a lane, people may be added, numbers kept, orders imported, the shift)
    "viewer": (set(), False, False, False, False),
    "technician": ({"lock"}, False, False, False, False),
    "officer": ({"lock", "emergency"}, False, False, True, True),
    "supervisor": ({"lock", "emergency"}, True, True, True, True),
}
# A request of the page that the role has no right to: its code comes back.
REFUSED = {
    "viewer": ("lanes/in1/acts", {"act": "lock", "reason": "x"}),
    "technician": ("lanes/in1/acts", {"act": "emergency", "reason": "x"}),
    "officer": ("people", {"name": "x", "role": "officer", "password": "12345678"}),
    "supervisor": ("lanes/in1/acts", {"act": "commission", "value": "0" * 64, "reason": "x"}),
}


def test_each_role_is_shown_what_it_may_do_and_refused_the_rest(gate):
    wait_state(gate, "idle", 60)
    with Page(gate) as page:
        for role, (acts, adds, keeps, imports, hands) in SHOWN.items():
            page.log_in("chief" if role == "supervisor" else f"a-{role}", role)
            page.go("lane/in1")
            page.wait(".depth")
            shown = {button.get_attribute("data-act") for button in page.find(".depth [data-act]")}
            assert shown == acts, role
            assert bool(page.find("#handover")) == hands, role
            page.go("people")
            page.wait_text("#view", "chief")
            assert bool(page.find("#add_person")) == adds, role
            assert bool(page.find("[data-change]")) == adds, role
            page.go("numbers")
            page.wait(".plot canvas")
            assert ("以此时段为基准" in page.text("#view")) == keeps, role
            page.go("onfile")
            page.wait("#view form")
            assert bool(page.find("[data-import]")) == imports, role
            assert page.call("POST", *REFUSED[role]) == "denied", role
            page.go("lanes")
            page.log_out()
        assert page.complaints() == []
