# SPDX-License-Identifier: MIT
"""What was cleared without customs waits in the officers' page until somebody settles it; a console that was
killed asks for a login."""

import pytest

from gate_help import drive_in, scenario
from kakou_rig import Gate
from page_help import Page
from registry_help import order
from test_right import begin, closed, now, offline, quick_answer

pytestmark = pytest.mark.limit(240)


def test_an_offline_clearance_is_settled_by_an_officer_in_the_page(new_gate):
    gate = begin(new_gate, [order(approved=now(-1))], site=[offline(), quick_answer()],
                 customs=False)
    gate.start("console")
    drive_in(gate)
    assert closed(gate)["by"] == "offline"
    with Page(gate) as page:
        page.log_in()
        page.wait_text("#gate", "离线放行待核 1")
        page.click("#gate a")
        page.wait_text("table.history", order()["number"])
        assert "已通过，海关未答复" in page.text("table.history")
        page.act("[data-outcome=disputed]")
        page.wait_text("#view", "没有记录")
        page.click("#view [type=checkbox]")
        page.wait_text("table.history", "不一致")
        assert page.complaints() == []
    item = gate.rpc("kakoud", "offline.list", {})["items"][0]
    assert (item["state"], item["by"], item["number"]) == ("disputed", "officer", order()["number"])
    assert item["reason"]


def test_a_console_that_was_killed_and_started_anew_asks_for_a_login(certs):
    with Gate(scenario=scenario(), certs=certs) as gate:
        gate.start("yard", "kakoud", "console")
        with Page(gate) as page:
            page.log_in()
            page.go("lane/in1")
            page.open(".depth [data-act=lock]")
            page.click("dialog .preset")
            gate.programs["console"].kill()
            page.wait_text("#live", "画面已停止更新")
            page.click("dialog [name=submit_act]")
            page.wait_text("dialog .complaint", "[no_console]")
            gate.start("console")
            page.wait("#login:not([hidden])", 40)
            assert not page.find("dialog[open]")
            page.log_in()
            page.go("lane/in1")
            page.act(".depth [data-act=lock]")
        assert [event["data"]["act"] for event in gate.events(kind="officer_act")] == ["lock"]
