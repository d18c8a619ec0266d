# SPDX-License-Identifier: MIT
"""The officers' console: logging in over HTTPS, the lanes live, and acts in a person's name."""

import gzip

import pytest

from console_help import Browser
from gate_help import drive_in, lane_of, scenario, wait_state
from kakou_rig import Gate, wait_until


@pytest.fixture(scope="module")
def gate(certs):
    """One gate for all tests that leave it as they found it."""
    with Gate(scenario=scenario({"state": 0}), certs=certs) as gate:
        gate.start()
        gate.start("console")
        yield gate


@pytest.fixture
def officer(gate):
    browser = Browser(gate)
    browser.log_in()
    return browser


def test_nobody_sees_the_gate_without_a_login(gate):
    stranger = Browser(gate)
    for path in ("state", "lanes", "events", "people", "stream", "orders"):
        answer = stranger.get(path)
        assert (answer.status, answer.code) == (401, "not_logged_in"), path
    assert b"Kakou" in stranger.ask("GET", "/").body


def test_a_wrong_password_is_refused_and_in_the_record(gate, officer):
    stranger = Browser(gate)
    answer = stranger.post("login", {"name": "officer", "password": "wrong"})
    assert (answer.status, answer.code) == (401, "login_refused")
    assert "Set-Cookie" not in answer.headers
    refused = gate.wait_event("login_refused")
    assert refused["data"]["screen"] == "web 127.0.0.1"


def test_the_browser_gets_a_cookie_and_never_the_ticket(gate):
    browser = Browser(gate)
    answer = browser.log_in()
    cookie = answer.headers["Set-Cookie"]
    for word in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert word in cookie
    assert answer.json["role"] == "officer"
    assert "ticket" not in answer.body.decode()
    assert "ticket" not in browser.get("session").body.decode()


def test_a_truck_is_seen_live_and_sent_back_by_the_officer(gate, officer):
    wait_state(gate, "idle")
    with officer.stream() as stream:
        name, _, data = stream.until(lambda name, _: name == "lanes")
        assert [lane["name"] for lane in data["lanes"]] == ["in1", "out1"]
        drive_in(gate)

        def is_held(name, data):
            return name == "lanes" and any(
                lane["name"] == "in1" and lane["state"] == "held" for lane in data["lanes"])

        stream.until(is_held, 60)
        passage = lane_of(gate)["passage"]
        answer = officer.post("lanes/in1/acts", {"act": "return", "passage": passage,
                                                 "reason": "no order"})
        assert answer.status == 200 and answer.json["accepted"], answer.body
        _, number, event = stream.until(lambda name, data: name == "record" and
                                        data["bytes"]["kind"] == "officer_act")
        assert number == answer.json["seq"]
        assert event["bytes"]["data"]["actor"] == "officer"
        assert event["bytes"]["data"]["screen"] == "web 127.0.0.1"
    again = officer.post("lanes/in1/acts", {"act": "return", "passage": passage + 1,
                                            "reason": "gone"})
    assert again.status == 409 and again.code == "gone"


def test_a_page_that_comes_back_misses_no_event(gate, officer):
    first = officer.get("state").json["last"]
    officer.post("lanes/out1/acts", {"act": "lock", "reason": "test"})
    officer.post("lanes/out1/acts", {"act": "open", "reason": "test"})
    last = gate.events(after=first)[-1]["seq"]
    wait_until(lambda: officer.get("state").json["last"] >= last, 20,
               lambda: "the page's server has followed")
    with officer.stream(after=first) as stream:
        numbers = []
        while not numbers or numbers[-1] < last:
            name, number, _ = stream.next()
            assert name != "missed"
            if name == "record":
                numbers.append(number)
    assert numbers == list(range(first + 1, numbers[-1] + 1))


def test_a_page_that_was_away_too_long_is_told_what_to_ask_for(gate, officer):
    with officer.stream(after=10**9) as stream:
        _, _, gap = stream.until(lambda name, _: name == "missed")
    assert gap["after"] == 0 and gap["until"] >= 1


def test_acts_need_the_second_name_of_the_session(gate, officer):
    act = {"act": "lock", "reason": "test"}
    for headers in ({"X-CSRF-Token": None}, {"X-CSRF-Token": "0" * 64},
                    {"Origin": "https://evil.invalid"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = officer.post("lanes/in1/acts", act, **headers)
        assert (answer.status, answer.code) == (403, "csrf"), headers
    assert not lane_of(gate)["is_locked"]


def test_a_viewer_sees_and_may_not_act(gate):
    viewer = Browser(gate)
    viewer.log_in("watcher", "viewer")
    assert viewer.get("lanes").status == 200
    answer = viewer.post("lanes/in1/acts", {"act": "lock", "reason": "test"})
    assert (answer.status, answer.code) == (403, "denied")
    assert gate.wait_event("access_refused")["data"]["actor"] == "watcher"


def test_logging_out_ends_session_stream_and_ticket(gate):
    browser = Browser(gate)
    browser.log_in("leaver", "officer")
    cookie = browser.cookie
    with browser.stream() as stream:
        assert browser.post("logout").status == 200
        stream.until(lambda name, _: name == "ended")
        assert stream.next() is None
    browser.cookie = cookie
    assert browser.get("lanes").status == 401
    assert gate.wait_event("logout")["data"]["actor"] == "leaver"


def test_a_person_who_is_locked_is_out_at_once(gate, officer):
    browser = Browser(gate)
    browser.log_in("sacked", "officer")
    chief = Browser(gate)
    answer = chief.post("login", {"name": "chief", "password": "password of chief"})
    assert answer.status == 200
    assert chief.post("people/sacked/lock").status == 200
    wait_until(lambda: browser.get("lanes").status == 401, 10, lambda: "the session ends")


def test_a_password_that_another_gave_is_changed_first(gate, officer):
    chief = Browser(gate)
    assert chief.post("login", {"name": "chief", "password": "password of chief"}).status == 200
    assert chief.post("people", {"name": "novice", "role": "officer",
                                 "password": "given to novice"}).status == 200
    novice = Browser(gate)
    assert novice.post("login", {"name": "novice",
                                 "password": "given to novice"}).json["must_change"]
    for path in ("lanes", "stream", "events"):
        answer = novice.get(path)
        assert (answer.status, answer.code) == (403, "must_change"), path
    first = novice.cookie
    # The page has words for it in the officer's language.
    wrong = novice.post("password", {"password": "not the one", "fresh": "known to novice"})
    assert (wrong.status, wrong.code) == (401, "login_refused")
    answer = novice.post("password", {"password": "given to novice", "fresh": "known to novice"})
    assert answer.status == 200 and not answer.json["must_change"], answer.body
    assert novice.get("lanes").status == 200
    assert novice.cookie != first


def test_a_release_against_customs_takes_two_people_where_the_site_says_so(new_gate):
    gate = new_gate(scenario=scenario({"state": 0}))
    text = gate.site.read_text("utf-8")
    gate.site.write_text(text.replace('lane "in1" {', 'lane "in1" {\n\trelease_needs_second = true'),
                         "utf-8")
    gate.start()
    gate.start("console")
    officer = Browser(gate)
    officer.log_in()
    wait_state(gate, "idle")
    drive_in(gate)
    wait_state(gate, "held", within_s=60)
    release = {"act": "release", "reason": "papers seen", "passage": lane_of(gate)["passage"]}

    def approved_by(name, password):
        return officer.post("lanes/in1/acts", {**release,
                                               "second": {"name": name, "password": password}})

    alone = officer.post("lanes/in1/acts", release)
    assert (alone.status, alone.code) == (409, "second_needed")
    assert "approval besides" in alone.json["error"]["message"]
    assert gate.wait_event("act_refused")["data"]["code"] == "second_needed"
    assert approved_by("chief", "wrong").code == "login_refused"
    assert approved_by("officer", "password of officer").code == "denied"
    assert approved_by("chief", "password of chief").status == 200
    act = gate.wait_event("officer_act")["data"]
    assert (act["actor"], act["second"]) == ("officer", "chief")
    gate.wait_event("lift_commanded")


def test_the_shift_is_handed_over_on_the_same_page(gate):
    browser = Browser(gate)
    browser.log_in("early", "officer")
    gate.log_in("late", "officer")
    wrong = browser.post("handover", {"name": "late", "password": "no", "reason": "shift"})
    assert (wrong.status, wrong.code) == (401, "login_refused")
    assert browser.get("session").json["name"] == "early"
    answer = browser.post("handover", {"name": "late", "password": "password of late",
                                       "reason": "shift"})
    assert answer.status == 200, answer.body
    assert (answer.json["handover"]["from"], answer.json["handover"]["to"]) == ("early", "late")
    assert browser.get("session").json["name"] == "late"


def test_what_is_not_asked_for_is_refused_with_what_was_expected(gate, officer):
    cases = [
        ("GET", "/api/v1/events?limit=x", None, 400, "limit"),
        ("GET", "/api/v1/events?limit=5&limit=6", None, 400, "twice"),
        ("GET", "/api/v1/events?colour=red", None, 400, "colour"),
        ("GET", "/api/v1/lanes/nowhere", None, 400, "nowhere"),
        ("GET", "/api/v1/nothing", None, 404, "no such"),
        ("DELETE", "/api/v1/lanes", None, 405, "method"),
        ("POST", "/api/v1/lanes/in1/acts", "[]", 400, "object"),
        ("POST", "/api/v1/lanes/in1/acts", "[" * 100, 400, "object"),
        ("POST", "/api/v1/lanes/in1/acts", {"act": "lock"}, 400, "reason"),
        ("POST", "/api/v1/lanes/in1/acts", {"act": 5, "reason": "x"}, 400, "act"),
        ("POST", "/api/v1/lanes/in1/acts", {"act": "fly", "reason": "x"}, 400, "fly"),
        ("POST", "/api/v1/lanes/in1/acts", "x" * 70000, 413, "larger"),
    ]
    for method, path, body, status, word in cases:
        answer = officer.ask(method, path, body)
        assert answer.status == status, (path, answer.status, answer.body)
        assert word in answer.json["error"]["message"], (path, answer.body)
    plain = officer.post("lanes/in1/acts", {"act": "lock", "reason": "x"},
                         **{"Content-Type": "text/plain"})
    assert (plain.status, plain.code) == (415, "wrong_type")


def test_every_reply_forbids_what_the_page_does_not_need(gate, officer):
    for path in ("/", "/main.js", "/api/v1/state", "/nothing", "/api/v1/nothing"):
        headers = officer.ask("GET", path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "max-age" in headers["Strict-Transport-Security"]
    assert officer.ask("GET", "/api/v1/state").headers["Cache-Control"] == "no-store"


def test_a_file_of_the_page_is_not_sent_twice_and_nothing_outside_is(gate, officer):
    first = officer.ask("GET", "/main.js")
    again = officer.ask("GET", "/main.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    for path in ("/../main.c", "/..%2fmain.c", "/%2e%2e/main.c", "//etc/passwd", "/.git/config"):
        assert officer.ask("GET", path).status == 404, path


def test_a_browser_that_can_unpack_gets_the_page_packed(officer):
    plain = officer.ask("GET", "/words.js")
    packed = officer.ask("GET", "/words.js", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    for accepted in (None, "br", "gzip;q=0"):
        other = officer.ask("GET", "/words.js", headers={"Accept-Encoding": accepted})
        assert "Content-Encoding" not in other.headers and other.body == plain.body


def test_an_answer_of_the_interface_is_never_packed(officer):
    """What is secret must not be measured by its length beside what somebody else chose (BREACH)."""
    for path in ("session", "events", "history?plate=guess", "lanes"):
        answer = officer.get(path, **{"Accept-Encoding": "gzip"})
        assert answer.status == 200 and "Content-Encoding" not in answer.headers, path


def test_guessing_passwords_is_slowed_down(new_gate):
    gate = new_gate(scenario=scenario())
    gate.start()
    gate.start("console")
    stranger = Browser(gate)
    codes = [stranger.post("login", {"name": f"n{i}", "password": "x"}).status
             for i in range(14)]
    assert codes[:10] == [401] * 10
    assert 429 in codes


def test_the_page_says_when_the_gate_is_away_and_who_must_log_in_again(new_gate):
    gate = new_gate(scenario=scenario())
    gate.start()
    gate.start("console")
    browser = Browser(gate)
    browser.log_in()
    with browser.stream() as stream:
        stream.until(lambda name, data: name == "beat" and data["is_live"])
        gate.kakoud.kill()
        stream.until(lambda name, data: name == "beat" and not data["is_live"])
        assert browser.get("status").code == "unreachable"
        gate.start("kakoud")
        stream.until(lambda name, _: name == "ended")
    assert browser.get("state").status == 401
    browser.log_in()
    wait_until(lambda: browser.get("state").json["is_live"], 10, lambda: "the lanes are live")


def test_its_page_and_certificate_are_read_anew_without_a_restart(new_gate):
    gate = new_gate(scenario=scenario())
    gate.start()
    gate.start("console")
    browser = Browser(gate)
    browser.log_in()
    pid = gate.programs["console"].pid
    with browser.stream() as stream:
        stream.next()
        gate.programs["console"].signal(1)
        while stream.next() is not None:
            pass
    assert browser.get("state").status == 200
    assert gate.programs["console"].pid == pid and gate.programs["console"].is_running
    assert gate.programs["console"].stop() == 0
