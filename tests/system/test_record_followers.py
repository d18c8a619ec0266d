# SPDX-License-Identifier: MIT
"""Nobody but kakoud opens its record, and whoever follows it through the control socket changes
nothing: not by stalling, not by flooding, not by dying. (That commits and log are the same to the byte is
in tests/unit/test_record_followers.c; here is the whole kakoud, whose other events come when they come.)"""

import json
import os
import socket
import subprocess
import sys
import threading

import pytest

from kakou_rig import RpcError, wait_until

ACTS = 120
# What the log may hold at most before it is moved (WRITER_FULL_PAGES), and a group beyond it.
LOG_MAX = (4000 + 300) * 4120


def record_of(gate):
    return gate.rpc("kakoud", "status")["record"]


def burst(gate, ticket):
    """Acts that are refused, each an event with a commit of its own."""
    before = record_of(gate)
    with gate.connect("kakoud") as officer:
        for n in range(ACTS):
            with pytest.raises(RpcError):
                officer.call("act", {"lane": "in1", "passage": 999, "act": "hold",
                                     "reason": f"n {n}", "screen": "test", "ticket": ticket})
    after = record_of(gate)
    assert after["last_seq"] - before["last_seq"] >= after["commits"] - before["commits"] >= ACTS
    assert after["failures"] == before["failures"] == 0
    assert os.path.getsize(gate.run / "state" / "journal.db-wal") < LOG_MAX


def ask(gate):
    """A connection that has asked for a page of the record and reads nothing."""
    asker = socket.socket(socket.AF_UNIX)
    asker.connect(str(gate.socket_path("kakoud")))
    asker.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "events.read",
                              "params": {"limit": 1000}}).encode() + b"\n")
    return asker


def flood(gate, stop):
    while not stop.is_set():
        with gate.connect("kakoud") as follower:
            for _ in range(20):
                follower.call("events.read", {"limit": 1000})


def die(gate, stop):
    """Followers that go in the middle of a question, and in the middle of an answer."""
    while not stop.is_set():
        ask(gate).close()
        half = socket.socket(socket.AF_UNIX)
        half.connect(str(gate.socket_path("kakoud")))
        half.sendall(b'{"jsonrpc": "2.0", "id": 1, "meth')
        half.close()
        stop.wait(0.02)


@pytest.mark.limit(120)
def test_followers_that_stall_flood_or_die_change_neither_commits_nor_the_log(new_gate):
    gate = new_gate()
    gate.start("kakoud")
    ticket = gate.ticket()
    burst(gate, ticket)
    stop = threading.Event()
    stalled = [ask(gate) for _ in range(4)]
    others = [threading.Thread(target=flood, args=(gate, stop)),
              threading.Thread(target=flood, args=(gate, stop)),
              threading.Thread(target=die, args=(gate, stop))]
    for other in others:
        other.start()
    try:
        burst(gate, ticket)
    finally:
        stop.set()
        for other in others:
            other.join()
        for follower in stalled:
            follower.close()
    gate.kakoud.stop()
    assert gate.kakou("log", "verify", gate.run / "state")["is_whole"]


def test_another_user_can_t_open_the_live_record(new_gate):
    if os.geteuid():
        pytest.skip("only root can become another user")
    gate = new_gate()
    gate.start("kakoud")
    wait_until(lambda: record_of(gate)["last_seq"] > 1, 30, lambda: "events")
    state = gate.run / "state"
    os.chmod(gate.run, 0o755)
    opened = subprocess.run(
        [sys.executable, "-c", "import os, sys\nos.setgid(65534); os.setuid(65534)\n"
         "for name in ('journal.db', 'journal.db-wal', 'journal.db-shm', 'record.key'):\n"
         "    try:\n        open(os.path.join(sys.argv[1], name), 'rb')\n"
         "        print('opened', name)\n"
         "    except PermissionError:\n        pass\n", str(state)],
        capture_output=True, text=True, check=True)
    assert opened.stdout == ""
    for name in ("journal.db", "journal.db-wal", "journal.db-shm", "record.key"):
        assert (state / name).stat().st_mode & 0o077 == 0, name
