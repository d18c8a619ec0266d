# SPDX-License-Identifier: MIT
"""kakou-demo as a newcomer meets it: its records, its table, and that nothing stays behind."""

import contextlib
import http.client
import json
import os
import pathlib
import pty
import re
import select
import signal
import ssl
import subprocess
import time

import pytest
from demo_help import (DEMO, SCENARIO, assert_nothing_stays, finish, is_alive, run_folder, start,
                       wait_for_children)
from kakou_rig import ROOT, wait_until


def test_two_demonstrations_run_side_by_side():
    processes = [start("--trucks", 2) for _ in range(2)]
    for process in processes:
        lines, err, status = finish(process, 100)
        assert lines[-1][0] == "DEMO PASS", (lines, err)
        assert status == 0


def test_an_altered_expectation_fails_the_demonstration(tmp_path):
    text = SCENARIO.read_text("utf-8")
    first, second = text.index('truck "01"'), text.index('truck "02"')
    altered = (text[:first]
               + text[first:second].replace('expect = "release"', 'expect = "return"', 1)
               + text[second:].replace('expect_outcome = "passed"',
                                       'expect_outcome = "returned"', 1))
    scenario = tmp_path / "altered.scenario"
    scenario.write_text(altered, "utf-8")
    lines, err, status = finish(start("--trucks", 2, "--scenario", scenario), 100)
    assert status == 1
    assert [(word, values["result"]) for word, values in lines[:2]] == [("TRUCK", "fail")] * 2
    assert "truck 01 (normal): verdict is release, expected return" in err
    assert "truck 02 (two_boxes): outcome is passed, expected returned" in err
    assert lines[2][0] == "DEMO FAIL"
    assert lines[2][1]["ok"] == "0"
    assert lines[2][1]["record"] == "verified", "only the expectations were wrong"
    assert "fault" not in lines[2][1]


def test_ctrl_c_ends_everything_and_nothing_stays_behind():
    process = start("--live")
    children = wait_for_children(process)
    time.sleep(3)
    site = (run_folder(process.pid) / "site.conf").read_text("utf-8")
    assert site.count('right = {"order", "emergency"}') == site.count('\nlane "') == 3
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    finish(process, 15)
    assert time.monotonic() - began < 10
    assert_nothing_stays(process.pid, children)


def test_the_first_login_that_is_printed_opens_the_page_once_its_password_is_replaced(tmp_path):
    said = tmp_path / "said"
    with said.open("w") as stderr:
        process = subprocess.Popen([DEMO, "--root", ROOT, "--live"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=stderr)
    try:
        found = wait_until(lambda: re.search(
            r"https://([\d.]+):(\d+)/\s+name +(\S+)\s+password +(\S+)", said.read_text("utf-8")),
            60, said.read_text)
        context = ssl._create_unverified_context()  # pylint: disable=protected-access

        def post(path, body, **headers):
            connection = http.client.HTTPSConnection(found[1], int(found[2]), timeout=10,
                                                     context=context)
            connection.request("POST", f"/api/v1/{path}", json.dumps(body),
                               {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return answer, json.loads(answer.read())

        def login():
            with contextlib.suppress(OSError):
                return post("login", {"name": found[3], "password": found[4]})
            return None
        answer, session = wait_until(login, 30, said.read_text)
        assert (answer.status, session["must_change"]) == (200, True)
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        _, session = post("password", {"password": found[4], "fresh": "my own password"},
                          **{"Cookie": cookie, "X-CSRF-Token": session["csrf"]})
        assert (session["role"], session["must_change"]) == ("supervisor", False)
        assert post("login", {"name": found[3], "password": found[4]})[0].status == 401
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def test_children_end_when_the_demonstration_is_killed():
    process = start("--live")
    children = wait_for_children(process)
    process.kill()
    process.wait(5)
    wait_until(lambda: not any(map(is_alive, children)), 5, f"all of {children} to be gone")


def test_a_program_that_dies_is_named_with_its_last_words():
    process = start("--trucks", 3)
    children = wait_for_children(process)
    kakoud = next(pid for pid in children
                  if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "kakoud")
    time.sleep(1)
    os.kill(kakoud, signal.SIGKILL)
    lines, err, status = finish(process, 30)
    assert status == 1
    assert lines[-1][0] == "DEMO FAIL"
    assert "kakoud_ended_with_status_137" in lines[-1][1]["fault"]
    assert "kakoud ended with status 137" in err
    assert_nothing_stays(process.pid, children)


def read_terminal(fd, within_s, enough):
    """What a terminal gets, until `enough` says so or the other side is gone."""
    text = b""
    end = time.monotonic() + within_s
    while time.monotonic() < end and not enough(text):
        if select.select([fd], [], [], 0.2)[0]:
            try:
                text += os.read(fd, 65536)
            except OSError:
                break
    return text.decode("utf-8", "replace")


def test_a_terminal_gets_a_table_and_a_pipe_the_records():
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
    process = subprocess.Popen([DEMO, "--root", ROOT, "--trucks", "1"], stdin=theirs,
                               stderr=theirs, stdout=subprocess.PIPE, env=environment,
                               start_new_session=True)
    os.close(theirs)
    screen = read_terminal(ours, 90, lambda text: process.poll() is not None)
    out = process.communicate(timeout=10)[0].decode()
    os.close(ours)
    assert process.returncode == 0, screen
    assert re.fullmatch(r"TRUCK n=01 .*\nDEMO PASS .*\n", out)
    assert "\033" not in out
    for text in ("车道", "Lane", "证据 Evidence", "浙A12345", "放行 请通过", "01 normal"):
        assert text in screen
    assert re.search(r"\033\[\d+A", screen), "redrawn in place"
    assert "\033[?25h" in screen[-40:], "the cursor is back"
    assert not re.search(r"\033\[[0-9;]*m", screen), "NO_COLOR is respected"


@pytest.mark.parametrize("arguments", [["--trucks", "0"], ["--trucks", "501"], ["--pace", "6"],
                                       ["--pace", "1"], ["--nonsense"], ["extra"]])
def test_wrong_usage_is_explained(arguments):
    done = subprocess.run([DEMO, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage: kakou-demo" in done.stderr
    assert done.stdout == ""
