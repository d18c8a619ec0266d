# SPDX-License-Identifier: MIT
"""What somebody who means harm sends to the console: odd requests, paths, bodies, foreign cookies."""

import contextlib
import socket
import time

import pytest

from console_help import Browser
from gate_help import scenario
from kakou_rig import Gate

LOGIN = b'{"name":"nobody","password":"nothing"}'
POST = b"POST /api/v1/login HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\n"
WELL = b"GET /healthz HTTP/1.1\r\nHost: gate\r\n\r\n"


@pytest.fixture(scope="module")
def gate(certs):
    with Gate(scenario=scenario(), certs=certs) as gate:
        gate.start("kakoud", "console")
        yield gate


def exchange(gate, *parts, within_s=10):
    """Sends the bytes on one connection; what came back, and whether the console then hung up."""
    connection = Browser(gate, timeout_s=within_s).connect()
    answer, is_over = b"", False
    with contextlib.suppress(socket.timeout), contextlib.closing(connection):
        for part in parts:
            connection.sock.sendall(part)
        connection.sock.settimeout(1)
        while True:
            some = connection.sock.recv(65536)
            if not some:
                is_over = True
                break
            answer += some
    return answer, is_over


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


ODD = {
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: gate\r\nHost: other\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "a host with a path": b"GET /healthz HTTP/1.1\r\nHost: gate/x\r\n\r\n",
    "a length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  b"0\r\n\r\n",
    "chunks and a length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
                                  b"0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 38\r\nContent-Length: 5\r\n\r\n" + LOGIN,
    "a list of lengths": POST + b"Content-Length: 38, 5\r\n\r\n" + LOGIN,
    "a signed length": POST + b"Content-Length: +38\r\n\r\n" + LOGIN,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n" + LOGIN,
    "another encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two encodings": POST + b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n"
                            b"0\r\n\r\n",
    "a control character": POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "a blank before the colon": POST + b"Content-Length : 38\r\n\r\n" + LOGIN,
    "a negative chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
    "no version": b"GET /healthz\r\n\r\n",
}


@pytest.mark.parametrize("what", ODD)
def test_what_two_servers_could_read_in_two_ways_is_refused_and_hung_up_on(gate, what):
    answer, is_over = exchange(gate, ODD[what] + WELL)
    assert status_of(answer) == 400, answer
    assert is_over and b'"status":"ok"' not in answer, answer


def test_a_body_without_end_is_refused_before_it_comes(gate):
    for length, more in ((10**12, b""), (2 * 10**6, b""), (70000, b"Expect: 100-continue\r\n")):
        answer, is_over = exchange(gate, POST + more + b"Content-Length: %d\r\n\r\n" % length)
        assert status_of(answer) == 413 and is_over, answer
    endless = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with contextlib.suppress(ConnectionError, BrokenPipeError):
        answer, _ = exchange(gate, POST + b"Transfer-Encoding: chunked\r\n\r\n", endless, endless,
                             b"0\r\n\r\n")
        assert status_of(answer) == 413, answer


def test_more_header_fields_than_there_is_memory_for_are_refused(gate):
    for fields in (b"X: " + b"y" * 30000 + b"\r\n", b"".join(b"X%d: y\r\n" % n for n in range(3000))):
        answer, is_over = exchange(gate, b"GET / HTTP/1.1\r\nHost: gate\r\n" + fields + b"\r\n")
        assert status_of(answer) == 431 and is_over


def test_no_path_leads_out_of_the_page(gate):
    for path in ("/../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "//etc/passwd",
                 "/%2e%2e/%2e%2e/etc/passwd", "/index.html%00.js", "/%00", "/.", "/main.js/",
                 "/..\\..\\etc\\passwd", "http://other/", "/words.js%2f..%2fmain.js"):
        answer, _ = exchange(gate, f"GET {path} HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n"
                             .encode())
        assert status_of(answer) in (400, 404) and b"root:" not in answer, (path, answer)


def test_no_other_method_does_anything(gate):
    browser = Browser(gate)
    browser.log_in()
    for method in ("TRACE", "OPTIONS", "PUT", "DELETE", "CONNECT", "PATCH", "get"):
        for path in ("/", "/api/v1/session"):
            answer = browser.ask(method, path)
            assert answer.status == 405 and b"__Host-kakou" not in answer.body, (method, path)


def test_the_name_of_the_host_leads_nobody_elsewhere(gate):
    answer, _ = exchange(gate, b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\n"
                               b"X-Forwarded-Host: elsewhere.example\r\n\r\n")
    assert status_of(answer) == 200
    assert b"elsewhere" not in answer and b"\r\nLocation:" not in answer


def test_nothing_of_a_request_becomes_a_header_of_the_reply(gate):
    for path in ("/%0d%0aSet-Cookie:%20a=b", "/api/v1/%0d%0aSet-Cookie:%20a=b"):
        answer, _ = exchange(gate, f"GET {path} HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n"
                             .encode())
        assert b"Set-Cookie" not in answer.split(b"\r\n\r\n")[0], answer


def test_a_session_that_somebody_else_chose_is_never_taken(gate):
    for planted in ("0" * 64, "x", ""):
        browser = Browser(gate)
        browser.cookie = planted
        browser.log_in()
        assert browser.cookie != planted
        victim = Browser(gate)
        victim.cookie = planted
        assert victim.get("session").status == 401


def test_an_earlier_session_opens_nothing_after_login_logout_and_a_new_password(gate):
    gate.log_in("careful", "officer")
    browser = Browser(gate)
    browser.log_in("careful")
    earlier = Browser(gate)
    earlier.cookie, earlier.csrf = browser.cookie, browser.csrf
    changed = browser.post("password", {"password": "password of careful",
                                        "fresh": "another password"})
    assert changed.status == 200, changed.body
    assert earlier.get("session").status == 401
    earlier.cookie, earlier.csrf = browser.cookie, browser.csrf
    assert browser.post("logout").status == 200
    assert earlier.get("session").status == 401


def test_a_gate_that_was_just_installed_lets_nobody_in(new_gate):
    fresh = new_gate()
    fresh.start("kakoud", "console")
    assert fresh.rpc("kakoud", "people")["people"] == []
    for name in ("admin", "root", "kakou", "supervisor", "chief"):
        for password in ("admin", "kakou", "password", "12345678", ""):
            answer = Browser(fresh).post("login", {"name": name, "password": password})
            assert answer.status in (400, 401, 429), (name, password, answer.body)


def test_two_cookies_of_the_name_are_no_way_around_a_session(gate):
    browser = Browser(gate)
    browser.log_in()
    cookies = f"__Host-kakou={'0' * 64}; __Host-kakou={browser.cookie}"
    assert browser.get("session", Cookie=cookies).status == 401


def test_an_object_that_names_a_member_twice_or_nests_without_end_is_refused(gate):
    browser = Browser(gate)
    browser.log_in()
    for body in ('{"act":"lock","act":"open","reason":"abc"}', '{"a":' * 3000,
                 '{"act":"lock","reason":' + "[" * 3000, '\x00{}', '{"act":"\\ud800"}'):
        answer = browser.ask("POST", "/api/v1/lanes/in1/acts", body)
        assert (answer.status, answer.code) == (400, "bad_request"), body[:20]


@pytest.mark.long
def test_who_never_ends_a_body_is_cut(gate):
    connection = Browser(gate, timeout_s=60).connect()
    began = time.monotonic()
    connection.sock.sendall(POST + b"Content-Length: 5000\r\n\r\n")
    connection.sock.settimeout(1)
    is_over = False
    while not is_over and time.monotonic() - began < 60:
        try:
            connection.sock.sendall(b" ")
            with contextlib.suppress(socket.timeout):
                is_over = connection.sock.recv(1) == b""
        except (ConnectionError, BrokenPipeError):
            is_over = True
    assert is_over


def test_passwords_may_be_pasted_and_kept_by_a_manager(gate):
    browser = Browser(gate)
    page = "".join(browser.ask("GET", f"/{name}.js").body.decode()
                   for name in ("main", "people", "acts", "dom"))
    assert 'autocomplete: "current-password"' in page and 'autocomplete: "new-password"' in page
    assert "paste" not in page
