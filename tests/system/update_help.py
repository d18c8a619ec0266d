# SPDX-License-Identifier: MIT
"""A machine with two slots, made of files: what `rauc` and `systemctl` say and are told."""

import json
import os
import subprocess

from kakou_rig import BUILD

# Says what the files beside it say, and writes down what it was asked to do.
RAUC = """#!/bin/sh
here=$(dirname "$0")
case "$1 $2" in
"status --detailed") cat "$here/status.json" ;;
"info --output-format=json")
	cat "$3" 2>/dev/null && exit 0
	echo "signature verification failed: certificate verify error" >&2
	exit 1 ;;
install\\ *)
	echo "$*" >>"$here/calls"
	echo "installing"
	[ ! -e "$here/install.fails" ] || { echo "LastError: no space left on the slot"; exit 1; } ;;
status\\ mark-*)
	echo "$2 $3" >>"$here/calls"
	[ ! -e "$here/mark.fails" ] ;;
*) echo "unexpected: $*" >&2; exit 1 ;;
esac
"""
SYSTEMCTL = """#!/bin/sh
echo "$*" >>"$(dirname "$0")/calls"
"""


class Machine:
    """Slots A and B of the board qemu-virt; A runs, with version 1.0."""

    def __init__(self, gate):
        self.gate, self.bin, self.state = gate, gate.run / "bin", gate.run / "update"
        self.bin.mkdir()
        for name, text in (("rauc", RAUC), ("systemctl", SYSTEMCTL)):
            (self.bin / name).write_text(text)
            (self.bin / name).chmod(0o755)
        self.release = gate.run / "image"
        self.good = {"A": True, "B": False}
        self.boot("A", "1.0")

    def boot(self, slot, version):
        """The machine comes up in this slot."""
        self.release.write_text(f"NAME=Kakou\nVERSION={version}\n")
        slots = [{f"rootfs.{i}": {
            "class": "rootfs", "bootname": name, "state": "booted" if name == slot else "inactive",
            "boot_status": "good" if self.good[name] else "bad", "slot_status": {}}}
            for i, name in enumerate("AB")]
        (self.bin / "status.json").write_text(json.dumps(
            {"compatible": "qemu-virt", "booted": slot, "slots": slots}))
        memory = self.state / "update"
        if memory.exists():
            lines = memory.read_text().splitlines()
            memory.write_text("".join(
                f"{line.split(' ')[0]} another\n" if line.startswith(("boot ", "told "))
                else line + "\n" for line in lines))

    def bundle(self, version, compatible="qemu-virt"):
        """A file whose signature holds."""
        path = self.gate.run / f"{version}.raucb"
        path.write_text(json.dumps({"compatible": compatible, "version": version}))
        return path

    @property
    def calls(self):
        """What RAUC and the service manager were told to do."""
        path = self.bin / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def command(self, *words):
        """The command line of kakou update for this machine."""
        return [BUILD / "kakou", "--socket", self.gate.socket_path("kakoud"), "update",
                *map(str, words), "--state", self.state, "--image", self.release,
                "--site", self.gate.site]

    @property
    def env(self):
        return {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}",
                "KAKOU_TICKET": str(self.gate.ticket_file)}

    def update(self, *words, status=0):
        """Runs it; what it said."""
        done = subprocess.run(self.command(*words), env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start(self, *words):
        """The same in the background."""
        return subprocess.Popen(self.command(*words), env=self.env, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def memory(self, key="phase"):
        """A line of what is remembered of the update."""
        for line in (self.state / "update").read_text().splitlines():
            if line.startswith(key + " "):
                return line[len(key) + 1:]
        raise AssertionError(f"no line {key}")

    def told(self, *what):
        """The record's events of updates of these kinds, in its order; waits for them."""
        events = self.gate.wait_event("update", count=len(what)) if len(what) > 1 else [
            self.gate.wait_event("update")]
        data = [event["data"] for event in events]
        assert [one["what"] for one in data] == list(what)
        return data
