# SPDX-License-Identifier: MIT
"""The rig itself: what it starts ends, what it claims is its own, what it waits for is said."""

import os
import signal
import subprocess
import sys
import time

import pytest

from kakou_rig import Gate, Program, RigError, Rpc, RpcError, Slot, wait_until

SERVER = """
import json, socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
while True:
    peer, _ = server.accept()
    for line in peer.makefile("rb"):
        ask = json.loads(line)
        answer = {"jsonrpc": "2.0", "id": ask["id"]}
        if ask["method"] == "echo":
            answer["result"] = ask["params"]
        else:
            answer["error"] = {"code": -32601, "message": "method not found"}
        peer.sendall(json.dumps(answer).encode() + b"\\n")
"""


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_slots_in_use_at_once_differ():
    slots = [Slot() for _ in range(20)]
    assert len({slot.net for slot in slots}) == 20
    for slot in slots:
        slot.release()


def test_a_killed_program_takes_its_children_along(tmp_path):
    program = Program("sh", ["sh", "-c", "sleep 60 & echo $!; wait"], tmp_path)
    child = int(wait_until(program.log.read_text, 5, "the child's number"))
    assert is_alive(child)
    assert program.kill() == -signal.SIGKILL
    wait_until(lambda: not is_alive(child), 5, "the end of the child")


def test_a_program_ends_with_the_rig(tmp_path):
    code = ("import pathlib, sys, time; from kakou_rig import Program;"
            "print(Program('sleep', ['sleep', '60'], pathlib.Path(sys.argv[1])).pid, flush=True);"
            "time.sleep(60)")
    with subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE,
                          env={**os.environ, "PYTHONPATH": os.path.dirname(__file__)}) as rig:
        pid = int(rig.stdout.readline())
        assert is_alive(pid)
        rig.kill()
    wait_until(lambda: not is_alive(pid), 5, "the end of the program")


def test_a_program_that_ignores_sigterm_is_a_failure_and_gone(tmp_path):
    program = Program("deaf", ["sh", "-c", "trap '' TERM; echo up; sleep 60"], tmp_path)
    wait_until(program.log.read_text, 5, "its first word")
    with pytest.raises(AssertionError, match="still there"):
        program.stop(within_s=0.3)
    assert not program.is_running


def test_a_call_returns_its_result_or_raises_its_error(tmp_path):
    path = tmp_path / "s.sock"
    program = Program("server", [sys.executable, "-c", SERVER, path], tmp_path)
    try:
        wait_until(path.exists, 5, "the socket")
        time.sleep(0.05)
        with Rpc(path) as connection:
            assert connection.call("echo", {"a": 1}) == {"a": 1}
            with pytest.raises(RpcError, match="method not found") as caught:
                connection.call("gone")
            assert caught.value.code == -32601
            program.kill()
            with pytest.raises(OSError):
                connection.call("echo")
    finally:
        program.kill()


def test_placeholders_are_replaced_and_an_edit_must_fit(certs):
    with Gate(site='net = "@NET@"\nrun = "@RUN@"\n', certs=certs) as gate:
        assert gate.site.read_text() == f'net = "{gate.slot.net}"\nrun = "{gate.run}"\n'
        gate.edit_site("run =", "other =")
        with pytest.raises(RigError, match="0 times"):
            gate.edit_site("run =", "other =")
        folder = gate.run
        assert (folder / "certs/gate.pem").exists()
        assert (folder / "certs/gate.key").stat().st_mode & 0o777 == 0o600
    assert not folder.exists()
