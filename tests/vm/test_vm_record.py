# SPDX-License-Identifier: MIT
"""The record on ext4 of a real kernel, whose disk is logged write by write and flush by flush: at
any place where the power may go, the file system comes back and the record in it is whole and
has every event that was acknowledged."""

import json
import os
import random
import re
import shutil
import subprocess

import pytest

from kakou_rig import ROOT
from vm_rig import CACHE, HERE, BUILT
from write_log import WriteLog, cut, with_some

HOST = ROOT / os.environ.get("BUILD", "build") / os.environ.get("VARIANT", "gcc")
FS_MB, DISK_MB = 32, 33
SECTOR = FS_MB * 2048  # of the acknowledgements, behind the file system
COMMITS = 240
MACHINE_S = 150
IMAGES = 160
ENV = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LC_ALL": "C"}


def run(*command, ok=(0,), **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=ENV,
                          check=False, **options)
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode in ok, f"{command}: {done.returncode}\n{said}"
    return said


def disk_options(name, folder):
    return ["-blockdev", f"driver=file,node-name={name}-file,filename={folder}/{name}.img",
            "-blockdev", f"driver=file,node-name={name}-log,filename={folder}/{name}.log",
            "-blockdev", f"driver=blklogwrites,node-name={name},file={name}-file,log={name}-log",
            "-device", f"virtio-blk-pci,drive={name}"]


@pytest.fixture(scope="module")
def logged(prepared, tmp_path_factory):
    """Runs the guest to its end; the folder with both disks as they were, and their logs."""
    folder = tmp_path_factory.mktemp("disks")
    run(HERE / "make-initrd", CACHE, BUILT, folder / "initrd")
    for name in ("honest", "lying"):
        with open(folder / f"{name}.img", "wb") as image:
            image.truncate(DISK_MB << 20)
        open(folder / f"{name}.log", "wb").close()
        run("mke2fs", "-q", "-F", "-t", "ext4", folder / f"{name}.img", f"{FS_MB}M")
        (folder / f"{name}.base").write_bytes((folder / f"{name}.img").read_bytes())
    said = run("timeout", "--kill-after=10", str(MACHINE_S), "qemu-system-aarch64",
               "-M", "virt", "-cpu", "cortex-a57", "-smp", "2", "-m", "512",
               "-accel", "tcg,thread=multi", "-nodefaults", "-no-user-config",
               "-display", "none", "-no-reboot", "-serial", "stdio",
               "-kernel", CACHE / "kernel/vmlinuz", "-initrd", folder / "initrd",
               "-append", "console=ttyAMA0 panic=-1 loglevel=4 rdinit=/vm/init-record "
               f"commits={SECTOR},{COMMITS}",
               *disk_options("honest", folder), *disk_options("lying", folder),
               stdin=subprocess.DEVNULL)
    assert "VM DONE" in said and "FAIL" not in said, said
    assert len(re.findall("COMMITS PASS", said)) == 2, said
    return folder


def judge(image, folder, acknowledged):
    """What is wrong with the record in an image of the disk; None: nothing."""
    path, state = folder / "cut.img", folder / "cut" / "state"
    path.write_bytes(image)
    # The kernel's journal of ext4 is replayed as at a boot; 1: something was set right.
    said = run("e2fsck", "-f", "-p", path, ok=(0, 1))
    shutil.rmtree(state.parent, ignore_errors=True)
    state.parent.mkdir()
    said += run("debugfs", "-R", f"rdump /state {state.parent}", path)
    if not (state / "journal.db").exists():
        return None if acknowledged == 0 else f"no record\n{said}"
    os.chmod(state, 0o700)
    opened = subprocess.run([HOST / "tests/vm/commits", "open", state], capture_output=True,
                            text=True, check=False)
    if opened.returncode:
        return opened.stdout + opened.stderr
    if int(opened.stdout) < acknowledged:
        return f"{opened.stdout.strip()} events, {acknowledged} were acknowledged"
    verdict = subprocess.run([HOST / "kakou", "--json", "log", "verify", state],
                             capture_output=True, text=True, check=False)
    found = json.loads(verdict.stdout)
    return None if found["is_whole"] and not found["unsigned"] else verdict.stdout


def cut_everywhere(folder, name, images):
    """Cuts at acknowledgements and between; what was wrong where, and how many images there were."""
    log = WriteLog(folder / f"{name}.log")
    marks = log.marks(SECTOR * 512)
    assert len(marks) == COMMITS
    dice = random.Random(1)
    at_marks = dict(dice.sample(marks, images // 2))
    between = [dice.randrange(marks[0][0], len(log.entries)) for _ in range(images // 2)]
    base = (folder / f"{name}.base").read_bytes()
    wrong = []
    for place, disk, waiting in cut(base, log, [*at_marks, *between]):
        done = max((seq for index, seq in marks if index <= place), default=0)
        image = disk if place in at_marks else with_some(disk, waiting, dice)
        found = judge(image, folder, done)
        if found:
            wrong.append((place, found))
    flushes = sum(is_flush for _, _, is_flush in log.entries)
    print(f"{name}: {len(log.entries)} writes and flushes, {flushes} flushes, {images} images, "
          f"{len(wrong)} wrong {wrong[:2]}")
    return wrong


@pytest.mark.limit(400)
def test_on_ext4_a_power_cut_loses_nothing_that_was_acknowledged(logged):
    assert cut_everywhere(logged, "honest", IMAGES) == []


@pytest.mark.limit(150)
def test_on_ext4_a_program_whose_syncs_do_nothing_is_caught(logged):
    """Otherwise the test above would prove nothing."""
    assert len(cut_everywhere(logged, "lying", 24)) > 6
