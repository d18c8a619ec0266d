# SPDX-License-Identifier: MIT
"""From a blank disk to a gate that was updated and went back from a broken version, as a technician
does it and with the product's own times."""

import os
import subprocess
import time

import pytest

from image_provision import provision
from image_rig import BUILT, NAME, ROOT, Machine
from image_update import boot_after, expect_gate, insert_updates, next_boot, told
from kakou_rig import BUILD, make_certs
from world import World

INSTALL = "timeout 1200 kakou update install /run/updates/{}.raucb"
DISK_MIB = 2048
REPORT = ROOT / os.environ.get("BUILD", "build") / "report/image-story"


class Clock:
    """How long each part took; kept in a file, for whoever states it."""

    def __init__(self):
        self.lines, self.at = [], time.monotonic()

    def tell(self, what, value=None):
        now = time.monotonic()
        self.lines.append(f"{what:44} {value or f'{now - self.at:.0f} s'}")
        self.at = now
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text("\n".join(self.lines) + "\n")


def flash(image, disk, key):
    """kakou-flash writes the image to a disk; its exit status and what it said."""
    device = subprocess.run(["losetup", "--find", "--show", disk], check=True, capture_output=True,
                            text=True).stdout.strip()
    try:
        done = subprocess.run([BUILD / "kakou-flash", "--key", key, "--fixed", "--yes", image, device],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr
    finally:
        subprocess.run(["losetup", "-d", device], check=True)


def blank_disk_with_image(folder):
    """The card of a machine, written by kakou-flash and by nobody else."""
    image, disk, stranger = BUILT / f"{NAME}.img", folder / "card.img", folder / "stranger"
    with open(disk, "wb") as card:
        card.truncate(DISK_MIB << 20)
    subprocess.run(f"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {stranger}.key "
                   f"&& openssl pkey -in {stranger}.key -pubout -out {stranger}.pub", shell=True,
                   check=True, capture_output=True)
    assert flash(image, disk, f"{stranger}.pub")[0] == 1
    assert not any(open(disk, "rb").read(1 << 20))
    status, said = flash(image, disk, BUILT / f"{NAME}.pub")
    assert status == 0 and "read back and complete" in said, said


@pytest.fixture(name="disk", scope="module")
def make_disk(versions, tmp_path_factory):
    """A new version and a broken one, as a technician brings them on a stick."""
    versions.next(), versions.crashing()
    disk = tmp_path_factory.mktemp("stick") / "updates.squashfs"
    versions.disk(disk, "next", "crashing")
    return disk


@pytest.mark.limit(5400)
def test_a_blank_disk_becomes_a_gate_that_is_updated_and_goes_back_from_a_broken_version(
        disk, versions, tmp_path):
    clock, certs = Clock(), make_certs(tmp_path / "certs")
    clock.tell("root file system", f"{versions.image.stat().st_size / 1e6:.1f} MB")
    blank_disk_with_image(tmp_path)
    clock.tell("flash")
    with Machine(tmp_path, disks=[disk]) as gate:
        gate.start()
        clock.tell("boot, from power on to all units started")
        clock.tell("  of which kernel and units", gate.run("systemd-analyze time").splitlines()[0])

        provision(gate, certs)
        clock.tell("provision")
        world = World(gate, certs)
        plates = [world.clear_truck()]
        assert world.link()["tls_version"].startswith("TLSv1") and world.link()["answers"] > 0
        clock.tell("start of the gate, a truck over mutual TLS")
        expect_gate(gate, versions, "A")

        insert_updates(gate)
        slot = boot_after(gate, INSTALL.format("next"))
        clock.tell("update, quiet lanes, restart")
        assert slot == "B"
        world.start()
        plates.append(world.clear_truck())
        gate.wait("kakou events --kind update --limit 1 | grep confirmed", 900)
        clock.tell("a truck, the update is confirmed")
        expect_gate(gate, versions, "B", versions.newer(1))

        before = len(gate.slots_tried())
        insert_updates(gate)
        slot = boot_after(gate, INSTALL.format("crashing"))
        while slot != "B":
            slot = next_boot(gate)
        assert gate.slots_tried()[before:] == "AB"
        clock.tell("broken update, and back")
        world.start()
        plates.append(world.clear_truck())
        expect_gate(gate, versions, "B", versions.newer(1))
        gate.wait("kakou events --kind update --limit 1 | grep rolled_back", 300)
        clock.tell("a truck, the record verifies")

        words, last = told(gate)
        assert [word for word in words if word != "booted"] == [
            "begun", "installed", "tried", "confirmed", "begun", "installed", "tried", "gave_up",
            "rolled_back"]
        assert last["why"] == "kakoud does not answer"
        passages = gate.run("kakou passages")
        assert all(plate in passages for plate in plates)
    print("\n".join(clock.lines))
