# SPDX-License-Identifier: MIT
"""Versions of an image as updates, and a board with a site, for the tests of updates."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from image_rig import BUILT, NAME, ROOT
from world import place_site

BOARD = "qemu-virt"
KEYS = BUILT.parent / "update-certs"
# The trial of the product lasts minutes; that of these versions is as strict, and shorter.
WATCH = """[Service]
ExecStart=
ExecStart=/usr/bin/kakou update watch --healthy {healthy} --within {within}
"""
CRASHES = "#!/bin/sh\nexit 1\n"
# Healthy for a moment, then every thread stands: nobody kicks anything any more.
HANGS = """#!/bin/sh
(
	until grep -qx active /sys/class/watchdog/*/state; do sleep 1; done
	sleep 3
	kill -STOP $$
) &
exec /usr/bin/kakoud.real "$@"
"""
BACK_S = 1500
NO_SERVICE_WATCHDOG = "[Service]\nWatchdogSec=0\n"


def run(*command, env=None, **options):
    done = subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, **(env or {})}, check=False, **options)
    if done.returncode:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


class Versions:
    """Bundles of one image, each changed a little; built once for each image, as `folder/NAME.raucb`."""

    def __init__(self, folder):
        self.image = BUILT / f"{NAME}.squashfs"
        self.folder = pathlib.Path(folder) / str(self.image.stat().st_mtime_ns)
        if not self.folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        says = run("unsquashfs", "-cat", self.image, "usr/lib/kakou/image")
        self.running = re.search(r"^VERSION=(.*)$", says, re.M).group(1)
        self.root = None

    def close(self):
        """What was unpacked goes; the bundles stay."""
        if self.root:
            shutil.rmtree(self.root.parent)
            self.root = None

    def newer(self, number):
        return f"{self.running}+{number}"

    def unpack(self):
        if not self.root:
            self.root = pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / "root"
            run("unsquashfs", "-quiet", "-no-progress", "-d", self.root, self.image)
        return self.root

    def build(self, name, version, changes=None, board=BOARD, keys="signer", whole=True):
        """A bundle; `changes` are files of the root file system, None takes one away. Not whole: a
        few bytes with a label, for what is refused before it is copied."""
        out = self.folder / f"{name}.raucb"
        if out.exists():
            return out
        root = self.unpack() if whole else self.folder / f"{name}.root"
        files = {"usr/lib/kakou/image": f"NAME=Kakou\nBOARD={board}\nVERSION={version}\n",
                 **(changes or {})}
        if not whole:
            (root / "usr/lib/kakou").mkdir(parents=True)
            (root / "payload").write_bytes(os.urandom(65536))
        kept = {path: self.change(root / path, text) for path, text in files.items()}
        squashfs = self.folder / f"{name}.squashfs"
        run("mksquashfs", root, squashfs, "-quiet", "-no-progress", "-no-xattrs", "-no-exports",
            "-comp", "zstd", "-Xcompression-level", "1", "-b", "256K", "-noappend")
        for path, old in kept.items():
            self.restore(root / path, old)
        run("tools/build-bundle", board, squashfs, env={
            "OUT": str(out), "KAKOU_UPDATE_CERT": str(KEYS / f"{keys}.pem"),
            "KAKOU_UPDATE_KEY": str(KEYS / f"{keys}.key"),
            "KAKOU_UPDATE_CA": str(KEYS / ("rogue-ca.pem" if keys == "rogue" else "ca.pem"))})
        return out

    @staticmethod
    def change(path, text):
        """What was there, to be restored: (bytes, mode), or None."""
        old = (path.read_bytes(), path.stat().st_mode) if path.is_file() else None
        path.unlink(missing_ok=True)
        if text is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            path.chmod(0o755 if path.parent.name == "bin" else 0o644)
        return old

    @staticmethod
    def restore(path, old):
        path.unlink(missing_ok=True)
        if old:
            path.write_bytes(old[0])
            path.chmod(old[1])

    def watched(self, healthy=10, within=90):
        return {"usr/lib/systemd/system/kakou-update.service.d/test.conf":
                WATCH.format(healthy=healthy, within=within)}

    def good(self):
        return self.build("good", self.newer(1), self.watched())

    def next(self):
        """With the product's own trial."""
        return self.build("next", self.newer(1))

    def crashing(self):
        return self.build("crashing", self.newer(2), {**self.watched(), "usr/bin/kakoud": CRASHES})

    def hanging(self):
        """Hangs so that only the machine's watchdog is left."""
        real = (self.unpack() / "usr/bin/kakoud").read_bytes()
        return self.build("hanging", self.newer(3), {
            **self.watched(healthy=600, within=3000), "usr/bin/kakoud": HANGS,
            "usr/bin/kakoud.real": real,
            "usr/lib/systemd/system/kakoud.service.d/test.conf": NO_SERVICE_WATCHDOG})

    def dead(self):
        """Has no kernel."""
        return self.build("dead", self.newer(4), {"boot/vmlinuz": None})

    def refused(self):
        """What is refused: a board, an age, a key, a change."""
        wrong_board = self.build("board", self.newer(5), board="cm4", whole=False)
        older = self.build("older", "0.0.1", whole=False)
        rogue = self.build("rogue", self.newer(5), keys="rogue", whole=False)
        changed = self.folder / "changed.raucb"
        data = bytearray(self.good().read_bytes())
        data[len(data) // 2] ^= 1
        changed.write_bytes(data)
        return wrong_board, older, rogue, changed

    def disk(self, out, *names):
        """A disk for the machine with these bundles on it."""
        place = self.folder / "disk"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for name in names:
            os.link(self.folder / f"{name}.raucb", place / f"{name}.raucb")
        run("mksquashfs", place, out, "-quiet", "-no-progress", "-noappend", "-noI", "-noD", "-noF")
        return out


def place_gate(machine, certs):
    """A site of two lanes that are out of service: nobody moves trucks in this machine."""
    place_site(machine, certs)
    machine.run("systemctl start kakoud || { journalctl -u kakoud --no-pager; false; }")
    wait_kakoud(machine)
    machine.run("""set -e
        export KAKOU_TICKET=/run/ticket
        echo 'password of chief' | kakou people add chief supervisor
        echo 'password of chief' | kakou login chief
        for lane in in1 out1; do kakou lock $lane --reason 'no trucks here'; done
        kakou logout""")


def wait_kakoud(machine, within_s=240):
    machine.wait("kakou status >/dev/null", within_s, "kakoud answers")


def told(machine):
    """What the record has of updates: ["begun", "installed", …], and the last event's data."""
    text = machine.run("kakou events --kind update --limit 1000 --json")
    data = [event["bytes"]["data"] for event in json.loads(text)["events"]]
    return [one["what"] for one in data], data[-1] if data else {}


def expect_gate(machine, versions, slot, version=None):
    """A gate that runs, in this slot, with a record that verifies."""
    wait_kakoud(machine)
    state = machine.boot_state()
    assert state["slot"] == slot, state
    said = machine.run("cat /usr/lib/kakou/image")
    assert f"VERSION={version or versions.running}\n" in said, said
    assert "record   well" in machine.run("kakou status")
    machine.run("kakou log verify")


def insert_updates(machine):
    """The disk of Versions.disk(), where INSTALL looks for updates."""
    machine.run("mkdir -p /run/updates && { mountpoint -q /run/updates || "
                "mount -t squashfs -o ro /dev/vda /run/updates; }")


def boot_after(machine, script, within_s=BACK_S):
    """Runs a script that restarts the machine; the slot that it comes up in, whatever it is."""
    number, end = machine.send(script), time.monotonic() + within_s
    while True:
        answered, status, said = machine.receive(max(0, end - time.monotonic()))
        if answered == number and status:
            raise AssertionError(f"in the guest: {script}: exit status {status}\n{said}")
        if answered == 0 and said != machine.boot_id:
            machine.boot_id = said
            return slot_now(machine)


def next_boot(machine, within_s=BACK_S):
    """Waits until the machine has begun anew by itself, however it ended; its slot."""
    return boot_after(machine, "true", within_s)


def slot_now(machine):
    return machine.run("grep -o 'rauc.slot=.' /proc/cmdline").strip()[-1]
