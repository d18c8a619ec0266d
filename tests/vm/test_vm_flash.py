# SPDX-License-Identifier: MIT
"""kakou-flash with USB sticks: what it finds, what it refuses, and what is left when the stick is
pulled, refuses a write, or the program is killed in the middle."""

import json
import os
import random
import re
import socket
import struct
import subprocess

import pytest

from kakou_rig import Program, Slot, wait_until
from vm_rig import BUILT, CACHE, HERE

MB = 1 << 20
IMAGE_MB, STICK_MB, SMALL_MB = 48, 64, 16
SLOW = MB // 2          # bytes a second of the stick that is pulled
BAD_SECTOR = 26 * 2048  # of the stick that refuses a write
BOOT_S, STEP_S, MACHINE_S = 120, 120, 900
# Where the image has data; the first piece is where a partition table is.
DATA = ((0, 8192), (MB, 4 * MB), (24 * MB, 4 * MB))
ENV = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
FLASH = "kakou-flash --key /data/maker.pub"


def run(*command, **more):
    subprocess.run([str(word) for word in command], check=True, env=ENV, **more)


def make_image(folder):
    """An image, its map, its signature and the key, as a disk for the guest."""
    data = folder / "data"
    data.mkdir()
    noise = random.Random(11)
    with open(data / "gate.img", "wb") as image:
        image.truncate(IMAGE_MB * MB)
        for at, length in DATA:
            image.seek(at)
            image.write(noise.randbytes(length))
    run("bmaptool", "--quiet", "create", "-o", data / "gate.img.bmap", data / "gate.img")
    run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
        folder / "maker.pem", stderr=subprocess.DEVNULL)
    run("openssl", "pkey", "-in", folder / "maker.pem", "-pubout", "-out", data / "maker.pub")
    run("openssl", "dgst", "-sha256", "-sign", folder / "maker.pem", "-out",
        data / "gate.img.sig", data / "gate.img.bmap")
    run("mke2fs", "-q", "-F", "-t", "ext4", "-d", data, folder / "own.img", "96M")


def make_partition(path):
    """A stick with one partition, from the first megabyte on, and ext4 in it."""
    entry = bytes([0, 0, 0, 0, 0x83, 0, 0, 0]) + struct.pack("<II", 2048, (STICK_MB - 1) * 2048)
    with open(path, "wb") as stick:
        stick.truncate(STICK_MB * MB)
        stick.seek(446)
        stick.write(entry)
        stick.seek(510)
        stick.write(b"\x55\xaa")
    run("mke2fs", "-q", "-F", "-t", "ext4", "-E", f"offset={MB}", path, f"{STICK_MB - 1}M")


class Machine:
    """A machine whose sticks are plugged and pulled."""

    def __init__(self, folder):
        self.folder, self.slot = folder, Slot()
        make_image(folder)
        (folder / "fixed.img").write_bytes(random.Random(5).randbytes(MB) * STICK_MB)
        run(HERE / "make-initrd", CACHE, BUILT, folder / "initrd", "flash")
        self.program = Program("machine", [
            "timeout", "--kill-after=10", str(MACHINE_S), "setpriv", "--pdeathsig", "KILL",
            "qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a57", "-smp", "2",
            "-m", "1024", "-accel", "tcg,thread=multi",
            "-nodefaults", "-no-user-config", "-display", "none",
            "-kernel", CACHE / "kernel/vmlinuz", "-initrd", folder / "initrd",
            "-append", "console=ttyAMA0 panic=-1 loglevel=4 rdinit=/vm/init-flash",
            "-serial", f"file:{folder}/console.log",
            "-qmp", f"unix:{folder}/qmp.sock,server=on,wait=off",
            "-drive", f"if=none,id=own,format=raw,file={folder}/own.img",
            "-device", "virtio-blk-pci,drive=own",
            "-drive", f"if=none,id=fixed,format=raw,file={folder}/fixed.img",
            "-device", "virtio-blk-pci,drive=fixed,serial=S-fixed", "-device", "qemu-xhci,id=usb",
            "-netdev", f"user,id=net,restrict=on,hostfwd=tcp:{self.slot.net}.3:7001-10.0.2.15:7001",
            "-device", "virtio-net-pci,netdev=net,romfile="], folder)
        wait_until(self.is_up, BOOT_S, lambda: f"the machine is up: {self.console()[-2000:]}", 0.2)
        self.qmp = socket.socket(socket.AF_UNIX)
        self.qmp.connect(str(folder / "qmp.sock"))
        self.answers = self.qmp.makefile("r")
        self.answers.readline()
        self.ask("qmp_capabilities")

    def console(self):
        path = self.folder / "console.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def is_up(self):
        assert self.program.is_running, self.console()[-2000:] + self.program.tail()
        assert "VM FAIL" not in self.console(), self.console()[-2000:]
        return "VM READY" in self.console()

    def ask(self, command, **arguments):
        self.qmp.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        while True:
            said = json.loads(self.answers.readline())
            if "return" in said or "error" in said:
                assert "return" in said, said
                return said["return"]

    def shell(self, script, within_s=STEP_S):
        """Exit status and words of a script in the guest."""
        with socket.create_connection((f"{self.slot.net}.3", 7001), within_s) as shell:
            shell.sendall(script.encode() + b"\n.\n")
            said = b"".join(iter(lambda: shell.recv(65536), b""))
        text, _, status = said.decode("utf-8", "replace").rpartition("\n== status ")
        return int(status), text

    def plug(self, name, size_mb=STICK_MB, slow=False, bad=False, keep=False):
        """Plugs a stick with noise on it; its device in the guest."""
        path = self.folder / f"{name}.img"
        if not keep:
            path.write_bytes(random.Random(name).randbytes(MB) * size_mb)
        under = {"driver": "file", "filename": str(path)}
        if bad:
            under = {"driver": "blkdebug", "image": under, "inject-error": [
                {"event": "pwritev", "sector": BAD_SECTOR, "errno": 5}]}
        self.ask("blockdev-add", **{"node-name": f"{name}-raw", "driver": "raw", "file": under})
        node = f"{name}-raw"
        if slow:
            self.ask("object-add", **{"qom-type": "throttle-group", "id": f"{name}-pace",
                                      "limits": {"bps-write": SLOW}})
            self.ask("blockdev-add", **{"node-name": f"{name}-slow", "driver": "throttle",
                                        "throttle-group": f"{name}-pace", "file": node})
            node = f"{name}-slow"
        self.ask("device_add", driver="usb-storage", id=name, drive=node, serial=f"S-{name}",
                 removable="on")
        return wait_until(lambda: self.find(name), 60, f"the guest sees {name}", 0.5)["path"]

    def find(self, name):
        return next((disk for disk in self.disks() if disk["serial"] == f"S-{name}"), None)

    def disks(self):
        status, said = self.shell("kakou-flash --json")
        assert status == 0, said
        return json.loads(said)

    def pull(self, name):
        self.ask("device_del", id=name)
        wait_until(lambda: not self.find(name), 60, f"{name} is gone for the guest", 0.5)

    def holds_image(self, name):
        """On the stick itself, from outside."""
        stick = (self.folder / f"{name}.img").read_bytes()
        image = (self.folder / "data/gate.img").read_bytes()
        return all(stick[at:at + length] == image[at:at + length] for at, length in DATA)

    def head(self, name):
        with open(self.folder / f"{name}.img", "rb") as stick:
            return stick.read(60)

    def close(self):
        self.qmp.close()
        self.program.kill()
        self.slot.release()


@pytest.fixture(scope="module")
def machine(prepared, tmp_path_factory):
    guest = Machine(tmp_path_factory.mktemp("flash"))
    yield guest
    guest.close()


def begin_in_background(machine, device):
    """Starts a write and waits until data, not only the mark, has come to the stick."""
    machine.shell(f"{FLASH} --yes /data/gate.img {device} >/tmp/said 2>&1 & echo $! >/tmp/flash")
    block = device.rpartition("/")[2]
    wait_until(lambda: int(machine.shell(f"cut -c1-200 /sys/block/{block}/stat")[1].split()[6])
               > MB // 512, STEP_S, "the write has begun", 0.2)


def ended(machine):
    """What the write in the background said, once it has ended."""
    wait_until(lambda: machine.shell("kill -0 $(cat /tmp/flash)")[0] != 0, STEP_S,
               lambda: f"it ends: {machine.shell('cat /tmp/said')[1]}", 0.5)
    return machine.shell("cat /tmp/said")[1]


@pytest.mark.limit(400)
def test_a_stick_is_found_by_itself_written_and_read_back(machine):
    device = machine.plug("good")
    found = machine.find("good")
    assert (found["bus"], found["is_removable"], found["is_ready"]) == ("usb", True, True)
    assert found["bytes"] == STICK_MB * MB and found["use"] == "" and "QEMU" in found["model"]
    own = next(disk for disk in machine.disks() if disk["path"] == "/dev/vda")
    assert (own["use"], own["is_ready"]) == ("mounted on /data", False)
    status, said = machine.shell(f"{FLASH} --yes /data/gate.img")
    assert status == 0, said
    assert f"{device} holds gate.img, read back and complete" in said
    print(re.findall(r"(?:writing|reading back): \S+ MB in .*", said))
    machine.pull("good")
    assert machine.holds_image("good")


@pytest.mark.limit(300)
def test_a_disk_that_is_built_in_is_written_only_when_it_is_named_and_allowed(machine):
    fixed = machine.find("fixed")
    device = fixed["path"]
    assert re.fullmatch(r"/dev/vd[a-z]", device) and not fixed["is_removable"]
    assert (fixed["bytes"], fixed["is_ready"]) == (STICK_MB * MB, False)
    before = machine.head("fixed")
    status, said = machine.shell(f"{FLASH} --yes /data/gate.img")
    assert status == 1, said
    status, said = machine.shell(f"{FLASH} --yes /data/gate.img {device}")
    assert status == 1 and "--fixed allows this one" in said, said
    assert machine.head("fixed") == before
    status, said = machine.shell(f"{FLASH} --yes --fixed /data/gate.img {device}")
    assert status == 0 and f"{device} holds gate.img, read back and complete" in said, said
    assert machine.holds_image("fixed")


@pytest.mark.limit(300)
def test_the_disk_of_the_machine_a_mounted_stick_a_partition_and_a_small_one_are_refused(machine):
    small = machine.plug("small", SMALL_MB)
    status, said = machine.shell(f"{FLASH} --yes /data/gate.img {small}")
    assert status == 1 and "expected at least 50.3 MB" in said
    machine.pull("small")
    status, said = machine.shell(f"{FLASH} --yes --fixed /data/gate.img /dev/vda")
    assert status == 1 and "/dev/vda is in use: mounted on /data" in said
    make_partition(machine.folder / "parted.img")
    device = machine.plug("parted", keep=True)
    status, said = machine.shell(f"mkdir -p /run/stick && mount -t ext4 {device}1 /run/stick")
    assert status == 0, said
    status, said = machine.shell(f"{FLASH} --yes /data/gate.img {device}")
    assert status == 1 and f"{device} is in use: mounted on /run/stick" in said
    status, said = machine.shell(f"umount /run/stick; {FLASH} --yes /data/gate.img {device}1")
    assert status == 1 and f"is partition 1 of {device[5:]}, expected the whole disk" in said
    assert not machine.head("parted").startswith(b"kakou-flash")
    machine.pull("parted")


@pytest.mark.limit(400)
def test_a_stick_that_is_pulled_in_the_middle_is_said_to_be_gone_and_is_started_over(machine):
    begin_in_background(machine, machine.plug("pulled", slow=True))
    machine.ask("device_del", id="pulled")
    said = ended(machine)
    assert "has gone: it was pulled out, or it is broken. It is not complete and does not boot" \
        in said
    assert machine.head("pulled").startswith(b"kakou-flash: writing gate.img was begun ")
    wait_until(lambda: "pulled" not in str(machine.ask("query-block")), 60, "QEMU lets go of it",
               0.5)
    for node in ("pulled-slow", "pulled-raw"):
        machine.ask("blockdev-del", **{"node-name": node})
    device = machine.plug("pulled2", keep=False)
    (machine.folder / "pulled2.img").write_bytes((machine.folder / "pulled.img").read_bytes())
    assert "is not complete" in machine.find("pulled2")["state"]
    status, said = machine.shell(f"{FLASH} --yes /data/gate.img {device}")
    assert status == 0 and "writing gate.img was begun" in said, said
    machine.pull("pulled2")
    assert machine.holds_image("pulled2")


@pytest.mark.limit(400)
def test_a_write_that_is_killed_leaves_a_stick_that_says_so(machine):
    device = machine.plug("killed", slow=True)
    begin_in_background(machine, device)
    machine.shell("kill -9 $(cat /tmp/flash)")
    wait_until(lambda: machine.shell("pidof python3 || pidof python3.11")[0] != 0, STEP_S,
               "bmaptool ends with it", 0.5)
    assert "is not complete" in machine.find("killed")["state"]
    assert machine.head("killed").startswith(b"kakou-flash: ")
    status, said = machine.shell(f"{FLASH} --yes /data/gate.img {device}")
    assert status == 0, said
    machine.pull("killed")
    assert machine.holds_image("killed")


@pytest.mark.limit(300)
def test_a_stick_that_refuses_a_write_is_no_stick_with_an_image(machine):
    device = machine.plug("bad", bad=True)
    status, said = machine.shell(f"{FLASH} --yes /data/gate.img {device}")
    assert status == 1
    assert "bmaptool: " in said or "can't be" in said
    assert f"{device} is not complete and does not boot, and says so itself." in said
    machine.pull("bad")
    assert machine.head("bad").startswith(b"kakou-flash: ")
