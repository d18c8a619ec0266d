# SPDX-License-Identifier: MIT
"""The officers' console looks back: passages by what is known of them, numbers, alarms."""

import csv
import hashlib
import io
import time
import urllib.parse

import pytest

from console_help import Browser
from console_schema import DOCUMENT, expect_fits
from gate_help import ORDER_NO, drive_in, lane_of, scenario, wait_state
from kakou_rig import Gate, wait_until


@pytest.fixture(scope="module")
def gate(certs):
    """A gate through which one truck has passed, and where another was sent back by an officer."""
    with Gate(scenario=scenario(truck={"box_sizes": ["45G1"]}), certs=certs) as gate:
        gate.start()
        gate.start("console")
        gate.rpc("yard", "start")
        gate.wait_event("passage_closed", within_s=60)
        wait_state(gate, "idle")
        drive_in(gate, plate="沪B99887", trailer_plate="沪B1111挂", tag="E2003412AB000999",
                 boxes=["CBHU3202732"], seal="HYT-777")
        wait_state(gate, "held", within_s=60)
        gate.act("return", "in1", passage=lane_of(gate)["passage"])
        gate.wait_event("passage_closed", count=2, within_s=60)  # else it changes under a test
        yield gate


@pytest.fixture(scope="module")
def officer(gate):
    browser = Browser(gate)
    browser.log_in()
    last = gate.events()[-1]["seq"]
    wait_until(lambda: browser.ask("GET", "/healthz").json["search"] >= last, 20,
               lambda: "the search database has followed the record")
    return browser


def found(browser, query):
    answer = browser.get(f"history?{query}")
    assert answer.status == 200, answer.body
    return [item["passage"] for item in answer.json["items"]]


def test_a_passage_is_found_by_each_thing_that_is_known_of_it(officer):
    for query, passages in (("plate=浙A12345", [1]), ("plate=12345", [1]), ("plate=沪B 998", [2]),
                            ("box=cbhu320", [2]), ("box=CSQU3054383", [1]),
                            (f"order={ORDER_NO}", [1]), ("seal=HYT-777", [2]),
                            ("card=330102600101", [2, 1]), ("officer=officer", [2]),
                            ("verdict=release", [1]), ("lane=in1", [2, 1]), ("lane=out1", []),
                            ("plate=浙A12345&lane=in1&verdict=release", [1]),
                            ("plate=浙A12345&box=CBHU3202732", []), ("plate=%25", []),
                            ("plate=' OR 1=1", [])):
        quoted = urllib.parse.quote(query, safe="=&%")
        assert found(officer, quoted) == passages, query


def test_a_passage_has_its_whole_timeline(officer):
    passage = officer.get("passages/1").json
    kinds = [row["bytes"]["kind"] for row in passage["events"]]
    assert kinds[0] == "passage_opened" and "passage_closed" in kinds
    item = officer.get("history?plate=12345").json["items"][0]
    assert item["order_no"] == ORDER_NO and item["boxes"] == "CSQU3054383"
    assert item["is_open"] == 0 and item["lift"] == "00" and item["gather_ms"] > 0


def test_a_picture_is_shown_when_it_is_what_the_record_says(gate, officer):
    shots = gate.wait_event("picture", count=2)
    for shot in shots:
        answer = officer.get(f"pictures/{shot['data']['sha256']}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/jpeg")
        assert hashlib.sha256(answer.body).hexdigest() == shot["data"]["sha256"]
    name = shots[0]["data"]["sha256"]
    kept = next((gate.run / "state/pictures").glob(f"*/{name}*"))
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    answer = officer.get(f"pictures/{name}")
    assert (answer.status, answer.code) == (502, "changed")
    assert officer.get("pictures/" + "0" * 64).code == "not_found"
    assert officer.get("pictures/..").status in (400, 404)


def test_an_export_and_a_proof_hold_against_the_public_key_alone(gate, officer, tmp_path):
    key = tmp_path / "key.pem"
    key.write_text(gate.kakou_raw("log", "key").stdout)

    def verify(text):
        path = tmp_path / "exported"
        path.write_bytes(text)
        return gate.kakou_raw("log", "verify", "--key", key, path)

    exported = officer.get("events.jsonl?first=3&last=20")
    assert exported.headers["Content-Type"] == "application/jsonl"
    assert len(exported.body.splitlines()) == 19
    done = verify(exported.body)
    assert done.returncode == 0, done.stdout + done.stderr
    assert verify(exported.body.replace(b"in1", b"in2", 1)).returncode == 1
    proof = officer.get("events/7/proof")
    done = verify(proof.body)
    assert done.returncode == 0, done.stdout + done.stderr
    assert officer.get("events.jsonl?first=999999").code == "not_found"


def test_history_comes_page_by_page_newest_first(officer):
    first = officer.get("history?limit=1").json
    assert [item["passage"] for item in first["items"]] == [2] and first["next"] == 2
    rest = officer.get("history?limit=1&before=2").json
    assert [item["passage"] for item in rest["items"]] == [1] and rest["next"] is None


def test_a_time_has_its_passages_and_no_others(officer):
    opened = officer.get("history?plate=12345").json["items"][0]["opened_ms"]
    assert found(officer, f"from={opened}&until={opened + 1}") == [1]
    assert found(officer, f"until={opened}") == []


def test_numbers_agree_with_the_record(gate, officer):
    now = int(time.time() * 1000)
    for by in ("hour", "day", "shift"):
        told = officer.get(f"statistics?from=0&until={now}&by={by}").json
        assert sum(row["passages"] for row in told["rows"]) == 2
    whole = told["whole"]
    assert (whole["passages"], whole["automatic"], whole["held"]) == (2, 1, 1)
    assert whole["verdicts"]["release"] == 1
    closed = gate.events(kind="passage_closed", passage=1)[0]["data"]
    total = sum(closed[f"{stage}_ms"] for stage in ("gather", "ask", "record", "lift", "leave"))
    assert whole["stages"]["total"] == {"count": 1, "median_ms": total, "p95_ms": total}
    assert [reason["count"] for reason in told["reasons"]] == [1]
    reads = {row["device"]: row["count"] for row in told["reads"] if row["state"] == "collected"}
    assert reads["plate-in1"] == 2
    assert officer.get(f"statistics?from=0&until={now}&by=moon").code == "bad_request"
    assert officer.get("statistics?from=0").code == "bad_request"


def test_what_passed_is_told_as_kakou_stats_tells_it(gate, officer):
    """By day and by the console's shifts, with boxes and TEU; what was sent back counts apart."""
    today = time.strftime("%Y-%m-%d")
    for by, shifts in (("day", ()), ("shift", ("--shifts", "0,8,16"))):
        told = officer.get(f"tally?by={by}&from={today}&to={today}").json
        assert told == gate.kakou("stats", "--from", today, "--to", today, *shifts), by
        expect_fits(told, DOCUMENT["paths"]["/api/v1/tally"]["get"]["responses"]["200"]
                    ["content"]["application/json"]["schema"])
        assert {row["shift"] is None for row in told["rows"]} == {by == "day"}
        whole = told["whole"]
        assert (whole["passages"], whole["passed"], whole["boxes"], whole["teu"]) == (2, 1, 1, 2)
    assert officer.get("tally").json["whole"]["teu"] == 2  # without days: today
    assert officer.get("tally?lane=out1").json["whole"]["passages"] == 0
    assert officer.get("tally?by=hour").code == "bad_request"
    assert officer.get("tally?from=monday").code == "bad_request"


def test_numbers_are_kept_to_compare_with_by_a_supervisor(gate, officer):
    until = int(time.time() * 1000)
    assert officer.get("baseline").json == {"baseline": None}
    wanted = {"name": "before the new camera", "from": 0, "until": until}
    assert officer.post("baseline", wanted).code == "denied"
    chief = Browser(gate)
    assert chief.post("login", {"name": "chief", "password": "password of chief"}).status == 200
    assert chief.post("baseline", {**wanted, "until": 1}).code == "bad_request"
    kept = chief.post("baseline", wanted).json["baseline"]
    assert (kept["name"], kept["by"]) == ("before the new camera", "chief")
    assert kept["whole"] == officer.get(f"statistics?from=0&until={until}").json["whole"]
    assert officer.get("baseline").json["baseline"] == kept


def test_an_alarm_is_found_with_who_saw_it(gate, officer):
    hold = officer.get("alarms?code=hold").json["items"][0]
    assert hold["lane"] == "in1" and hold["passage"] == 2 and hold["begun_ms"] > 0


def test_what_is_told_of_the_past_is_as_the_document_says(gate, officer):
    chief = Browser(gate)
    chief.log_in("chief", "supervisor")
    for asked in ("history", "alarms", "statistics?from=0&until=99999999999999&by=day", "baseline",
                  "events?limit=1000", "people", "session", "state", "checkpoint"):
        path = f"/api/v1/{asked.split('?')[0]}"
        answer = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]
        told = officer.get(asked).json
        assert told.get("items", True), asked
        expect_fits(told, answer["application/json"]["schema"])
    kept = chief.post("baseline", {"name": "week", "from": 0, "until": 99999999999999})
    expect_fits(kept.json["baseline"], "Baseline")
    expect_fits(officer.get("statistics?from=0&until=99999999999999").json["whole"], "Numbers")
    expect_fits(chief.post("lanes/out1/acts", {"act": "lock", "reason": "test"}).json, "Accepted")
    expect_fits(chief.post("lanes/out1/acts", {"act": "open", "reason": "test"}).json, "Accepted")


def test_the_csv_is_what_the_page_shows(officer):
    answer = officer.get("history.csv?lane=in1")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert [row["passage"] for row in rows] == ["2", "1"]
    assert rows[1]["plate"] == "浙A12345" and rows[1]["verdict"] == "release"


def test_the_search_database_is_made_anew_when_it_is_gone(gate, officer):
    console = gate.programs["console"]
    before = officer.get("history").json["items"]
    assert console.stop() == 0
    (gate.run / "console/search.db").write_bytes(b"this is no database" * 1000)
    gate.start("console")
    browser = Browser(gate)
    browser.log_in()
    wait_until(lambda: browser.get("history").json["items"] == before, 20,
               lambda: f"{browser.get('history').json} is {before}")


def test_machines_ask_without_a_login_from_where_they_may(gate):
    browser = Browser(gate)
    health = browser.ask("GET", "/healthz")
    assert health.status == 200 and health.json["status"] == "ok"
    text = browser.ask("GET", "/metrics").body.decode()
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert values["kakou_up"] == "1"
    assert int(values["kakou_control_scans"]) > 0
    assert values['kakou_lane_alarms{lane="out1"}'] == "0"
    assert int(values['kakou_unit_requests{device="plate-in1"}']) > 0
    named = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert {name.split("{")[0] for name in values} <= named
