# SPDX-License-Identifier: MIT
"""The officers' page in a real Chromium: a truck's whole way, one lane in depth, the past, numbers,
what is on file, languages, and what it says when it is not live."""

import re

import pytest

from console_help import Browser
from console_schema import DOCUMENT, expect_fits
from gate_help import drive_in, lane_of, scenario, wait_state
from kakou_rig import ROOT, Gate, wait_until
from page_help import Page
from registry_help import order, write_lines

PAGE = ROOT / "firmware/console/page"

# One gate and one browser for all of them; a busy machine draws pages slowly.
pytestmark = [pytest.mark.together, pytest.mark.first, pytest.mark.limit(240)]


@pytest.fixture(scope="module")
def gate(certs):
    """Trucks have no approved order here: each is held for an officer."""
    with Gate(scenario=scenario({"state": 0}), certs=certs) as gate:
        gate.start()
        gate.start("console")
        yield gate


page = Page.for_module()


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
    # A clock per stage, the last of which goes on; what customs was asked, and what it said.
    assert [word.split()[0].strip("› ") for word in page.text(".stages").splitlines() if word] == \
        ["采集", "询问", "等候"]
    held = page.text(".stages .runs b")
    wait_until(lambda: page.text(".stages .runs b") != held, 20, "the clock of the hold goes on")
    asked = page.text("[aria-label=海关]")
    assert "浙A12345" in asked and "CSQU3054383" in asked and "37,000 kg" in asked
    assert "海关答复" in asked and "未关联单据" in asked
    told = DOCUMENT["paths"]["/api/v1/passages/{passage}"]["get"]["responses"]["200"]["content"]
    expect_fits(page.call("GET", f"passages/{passage}"), told["application/json"]["schema"])
    # As a passage it is not over yet, and has words for that too.
    page.go(f"passage/{passage}")
    page.wait(".passage .timeline li")
    assert page.untranslated() is None
    page.go("lane/in1")
    page.wait_text(".depth h2", f"过卡 {passage}")
    page.click(".depth [data-act=return]")
    page.fill("dialog [name=reason]", "no papers")
    page.click("dialog [name=submit_act]")
    assert gate.wait_event("officer_act", passage=passage)["data"]["reason"] == "no papers"
    wait_state(gate, "idle", 60)


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
    assert "330102600101" in page.text(".passage .evidence") and "海关答复" in page.text(".passage")
    assert "37000 kg" in page.driver.execute_script(
        "return document.querySelector('.slip').textContent")
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


def test_what_passed_is_in_the_page_as_kakou_stats_tells_it(gate, page):
    """The words of the table are the page's, every figure is of the command."""
    passage = hold_one(gate)
    gate.act("release", "in1", gate.ticket(), passage=passage, reason="papers seen")
    gate.wait_event("passage_closed", passage=passage, within_s=60)
    told = gate.kakou("stats")
    row, = [row for row in told["rows"] if row["direction"] == "I"]
    page.go("lanes")
    page.wait(".lanes")
    page.go("numbers")
    page.wait("table.tally tbody tr")
    cells = [cell.text for cell in page.find("table.tally")[0].find_elements(
        "css selector", "tbody tr:first-child td")]

    def known(value, unknown):
        return f"{value} +{unknown}?" if unknown else str(value)

    rate = row["automatic_permille"]
    def plain(*names):
        return [str(row[name]) for name in names]

    assert cells == ["进区", *plain("passages", "automatic", "manual", "not_lifted"),
                     "–" if rate is None else f"{rate / 10:.1f} %",
                     *plain("passed", "loaded", "empty", "load_unknown"),
                     known(row["boxes"], row["boxes_unknown"]),
                     known(row["teu"], row["boxes_without_size"]),
                     known(f"{row['gross_kg'] / 1000:.1f}", row["not_weighed"])]
    assert row["passed"] > 0 and row["boxes_without_size"] > 0
    assert "类型不明" in page.text("#view") and "officer\t车辆未关联核放单" in page.text("#view")


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


def test_orders_on_file_are_imported_whole_found_by_a_part_and_changed_with_a_reason(gate, page):
    page.go("onfile")
    page.wait("[data-import=orders]")
    bad = write_lines(gate.run / "bad.jsonl", [order(1), order(2, goods_kg="18,400")])
    page.open("[data-import=orders]")
    page.wait("dialog [name=file]").send_keys(str(bad))
    page.click("dialog .preset")
    page.click("dialog [name=submit_act]")
    page.wait_text("dialog", "有 1 行不对，没有导入")
    assert 'goods_kg: got "18,400"' in page.text("dialog table")
    # More than one request takes.
    good = write_lines(gate.run / "good.jsonl", [
        order(n, plate="浙B20417", tag=None, seal=f"SEAL-{n}") for n in range(1, 301)])
    page.wait("dialog [name=file]").send_keys(str(good))
    page.click("dialog [name=submit_act]")
    page.wait_text("#toast", "已导入 300 条，其中新增 300 条")
    page.wait_text("table.history", order(1)["number"])
    assert len(page.find("table.history tbody tr")) == 50 and "下一页" in page.text("#view")
    page.fill("[name=find]", "seal-77")
    page.click(".search button")
    wait_until(lambda: len(page.find("table.history tbody tr")) == 1, 20, "one order is left")
    page.open("tbody button.link")
    assert "浙B20417" in page.text("dialog") and "37,000 kg" in page.text("dialog")
    page.act("dialog [data-change=void]")
    page.wait_text("table.history", "已作废")
    changed = gate.wait_event("registry_changed", count=2)[-1]["data"]
    assert changed["actor"] == "officer" and changed["reason"]


def test_a_vehicle_is_registered_for_some_days_and_expired(gate, page):
    page.go("onfile/vehicles")
    page.open("#add_vehicle")
    page.fill("dialog [name=plate]", "浙A7")
    page.driver.execute_script("document.querySelector('dialog [name=valid_to]').value = '2099-12-30'")
    page.fill("dialog [name=max_kg]", "3500")
    page.fill("dialog [name=approver]", "li")
    page.click("dialog .preset")
    page.click("dialog [name=submit_act]")
    page.wait_text("dialog .complaint", "expected 7 or 8")
    page.fill("dialog [name=plate]", "浙A77002")
    page.confirm()
    page.wait_text("table.history", "… – 2099-12-30")
    assert "3,500 kg" in page.text("[data-key=浙A77002]")
    page.act("[data-key=浙A77002] [data-change=expire]")
    wait_until(lambda: "2099" not in page.text("[data-key=浙A77002]"), 20, "it is no longer valid")


def test_several_lanes_are_seen_in_depth_beside_each_other(page):
    page.go("lane/in1")
    page.wait(".depth[data-lane=in1]")
    page.driver.execute_script("document.querySelector('.besides a').click()")
    page.wait(".depth[data-lane=out1]")
    assert len(page.find(".depth")) == 2
    page.driver.execute_script("document.querySelector('[data-lane=in1] .besides a').click()")
    wait_until(lambda: len(page.find(".depth")) == 1, 20, "one is left")
    assert page.find(".depth[data-lane=out1]")


def test_devices_and_buses_are_read_anew_while_somebody_looks(gate, page):
    page.go("devices")
    page.wait_text(".devices", "seal-in1")
    assert "RTU" in page.text(".devices") and "轮询周期" in page.text(".devices")
    first = page.text(".devices p")
    wait_until(lambda: page.text(".devices p") not in ("", first), 30, "it is read anew")


def test_a_supervisor_changes_a_persons_role_and_password(gate):
    gate.log_in("novice", "viewer")
    with Page(gate) as page:
        page.log_in("chief", "supervisor")
        page.go("people")
        page.open("[data-focus='novice change_role']")
        page.driver.execute_script("document.querySelector('dialog [name=role]').value = 'officer'")
        page.confirm()
        page.wait_text("#view table", "关员")
        page.open("[data-focus='novice new_password']")
        page.fill("dialog [name=secret]", "given to novice")
        page.confirm()
        page.wait_text("#view table", "须换密码")
        page.go("lanes")
        page.log_out()
        page.fill("#login [name=person]", "novice")
        page.fill("#login [name=secret]", "given to novice")
        page.click("#login button")
        page.wait("#login [name=fresh]")
        page.fill("#login [name=secret]", "given to novice")
        page.fill("#login [name=fresh]", "known to novice")
        page.click("#login button")
        page.wait_text("#who", "novice (关员)")
        assert page.complaints() == []


# Draws each alarm as it calls and as it was, and an event of each kind that says the same; tells what is read.
DRAW = """
const [codes, details, kinds, errors, sentence, done] = arguments;
Promise.all(["alarms", "passage"].map((name) => import(`/${name}.js`))).then(([alarms, passage]) => {
  const place = document.createElement("div");
  document.body.append(place);
  place.innerHTML = '<ul class="now"></ul><table></table>';
  const lane = { name: "in1", at: Date.now(), alarms: codes, acknowledged: [], shelved: [], reason: "no_order", passage: 7 };
  alarms.refreshAlarms(place, new Map([["in1", lane]]), "officer", true);
  const raised = codes.flatMap((code) => ["", ...details].map((detail) => ({ code, detail, text: sentence, lane: "in1", begun_ms: 1 })));
  place.querySelector("table").append(...raised.map(alarms.past));
  const events = [...raised.map((data) => ({ kind: "alarm", data })), ...details.map((code) => ({ kind: "safety", data: { rule: "S7", code, what: sentence } })),
    ...kinds.map((kind) => ({ kind, data: { slot: "plate", what: "help", number: "Z1", why: sentence,
      reason: ["hold", "verdict"].includes(kind) ? "no_order" : sentence, text: kind === "picture" ? "" : sentence } })),
    ...errors.flatMap((error) => ["inquiry_failed", "picture_missing", "device"].map((kind) => ({ kind, data: { slot: "plate", device: "1", health: "lost", error, why: sentence } }))),
    ...["backed_out", "arm_unseen", "record_failed", "officer", "offline", "not_passed", "release"].flatMap((code) => ["lift_withdrawn", "inquiry_withdrawn"].map((kind) => ({ kind, data: { code, reason: sentence, seq_no: "1" } }))),
    ...["absent", "HYT-1 low battery"].map((text) => ({ kind: "evidence", data: { slot: "seal", state: "collected", text } }))];
  place.append(passage.timelineOf({ events: events.map((bytes, seq) => ({ seq, leaf: "", bytes: { mono_ms: 0, wall_ms: 1, ...bytes } })) }));
  const text = place.innerText;
  place.remove();
  done(text);
}).catch((error) => done(String(error.stack)));
"""


def found_in(path, pattern):
    return re.findall(pattern, (ROOT / path).read_text("utf-8"))


def test_every_alarm_that_the_gate_can_raise_is_said_in_the_readers_language(page):
    alarms = [code for path, pattern in (
        ("firmware/lane/lane_record.c", r'\[ALARM_\w+\] = "(\w+)"'),
        ("firmware/care/health.c", r'= "(machine_\w+)"'),
        ("firmware/record/writer_disk.c", r'"code", "(\w+)"'),
        ("firmware/record/writer_sign.c", r'"code", "(\w+)"'),
        ("firmware/rpc/rpc_people.c", r'"code", "(\w+)"'),
        ("firmware/control/control_news.c", r'"(certificate_\w+)"'),
        ("firmware/delivery/delivery.c", r'"code", "(customs_\w+)"')) for code in found_in(path, pattern)]
    details = (found_in("firmware/lane/interlock_words.c", r'\{NOTE_\w+, "S\d+", "(\w+)"') +
               found_in("firmware/lane/reason.c", r'\] =\s*\{"([a-z_]+)"') +
               found_in("firmware/control/control_news.c", r'\[TLS_\w+\] = "(\w+)"'))
    kinds = sorted(set(found_in("firmware/record/event.h", r'X\(\w+, "(\w+)"\)')) -
                   {"evidence", "vote", "weight_check", "officer_act", "lookup"})
    assert len(alarms) > 20 and len(details) > 40 and len(kinds) > 40
    errors = found_in("hal/err.c", r'case KAKOU_E_\w+: return "(\w+)"')
    assert len(errors) > 10
    sentence = "the controller says it in English"
    page.go("lanes")
    page.wait(".lanes")
    text = page.driver.execute_async_script(DRAW, alarms, details, kinds, errors, sentence)
    assert len(text) > 10000, text
    # Codes stand beside the words, marked as such or in a line of their own.
    shown = re.sub(rf"\[[a-z_]+\]|代码 [a-z_]+|HYT-1|^({'|'.join(alarms)})\t", "", text, flags=re.M)
    assert re.findall(r".*[A-Za-z]{3}.*", shown) == []
    assert text.count("车辆已退出") == 2 and text.count("超时，没有等到") == 3 and "封志 没有 ·" in text
    assert page.untranslated() is None
    page.click("#language")
    page.wait_text("#nav", "History")
    text = page.driver.execute_async_script(DRAW, alarms, details, kinds, errors, sentence)
    assert sentence in text and not re.findall(r".*[一-鿿].*", text)
    assert text.count("the vehicle backed out") == 2 and "arm_unseen" not in text
    assert page.untranslated() is None
    page.click("#language")
    page.wait_text("#nav", "历史")


def test_both_languages_say_everything(gate, page):
    english = re.compile(r"[a-z]{3}")
    for view in ("lanes", "lane/in1", "alarms", "history", "numbers", "onfile", "onfile/vehicles",
                 "onfile/offline", "devices", "people"):
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


def test_a_small_tablet_needs_no_sideways_scrolling(page):
    for view in ("lanes", "lane/in1", "lane/in1,out1", "alarms", "history", "onfile",
                 "onfile/vehicles", "devices", "people"):
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
