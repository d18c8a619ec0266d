# SPDX-License-Identifier: MIT
"""kakou-flash on loop devices: what it writes and compares, what it refuses, and in which state it
leaves a disk when it is stopped in the middle."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import types

import pytest

from kakou_rig import BUILD, wait_until

FLASH = BUILD / "kakou-flash"
MB = 1 << 20
DATA = ((0, 8192), (MB, 3 * MB), (10 * MB, 2 * MB))
IMAGE_BYTES = 16 * MB

if os.geteuid() != 0 or not os.path.exists("/dev/loop-control"):
    pytest.skip("loop devices need root and /dev/loop-control", allow_module_level=True)
for tool in ("losetup", "bmaptool", "openssl", "zstd"):
    if not shutil.which(tool):
        pytest.skip(f"no {tool} on this machine", allow_module_level=True)


def run(*command, **more):
    return subprocess.run([str(word) for word in command], check=True, **more)


def sign(folder, key, name="gate.img"):
    run("openssl", "dgst", "-sha256", "-sign", folder / f"{key}.pem", "-out",
        folder / f"{name}.sig", folder / f"{name}.bmap")


@pytest.fixture(name="image", scope="module")
def make_image(tmp_path_factory):
    """An image of three pieces of data with its map and signature, and two pairs of keys."""
    folder = tmp_path_factory.mktemp("image")
    noise = random.Random(7)
    with open(folder / "gate.img", "wb") as image:
        image.truncate(IMAGE_BYTES)
        for at, length in DATA:
            image.seek(at)
            image.write(noise.randbytes(length))
    run("bmaptool", "--quiet", "create", "-o", folder / "gate.img.bmap", folder / "gate.img")
    for key in ("maker", "other"):
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-out", folder / f"{key}.pem", stderr=subprocess.DEVNULL)
        run("openssl", "pkey", "-in", folder / f"{key}.pem", "-pubout", "-out",
            folder / f"{key}.pub")
    sign(folder, "maker")
    return folder / "gate.img"


class Disk:
    """A file that is a disk."""

    def __init__(self, path, size, *options):
        self.path = path
        noise = random.Random(size).randbytes(MB)
        path.write_bytes((noise * (size // MB + 1))[:size])
        self.device = run("losetup", "--find", "--show", *options, path, capture_output=True,
                          text=True).stdout.strip()

    def digest(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def holds(self, image):
        with open(self.path, "rb") as disk, open(image, "rb") as source:
            for at, length in DATA:
                disk.seek(at)
                source.seek(at)
                if disk.read(length) != source.read(length):
                    return False
        return True

    def head(self):
        with open(self.path, "rb") as disk:
            return disk.read(60)

    def release(self):
        subprocess.run(["losetup", "-d", self.device], check=False)


@pytest.fixture(name="new_disk")
def make_disks(tmp_path):
    disks = []

    def make(size=20 * MB, *options):
        disks.append(Disk(tmp_path / f"disk{len(disks)}", size, *options))
        return disks[-1]

    yield make
    for disk in disks:
        disk.release()


def arguments(image, disk, *more, key="maker"):
    return [str(FLASH), "--key", str(image.parent / f"{key}.pub"), *more, str(image),
            disk.device]


def flash(image, disk, *more, key="maker", answer=None, **env):
    return subprocess.run(arguments(image, disk, "--fixed", *more, key=key), input=answer or "",
                          capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, **env})


def refuse(image, disk, *more, says, key="maker"):
    """Refused before anything is written."""
    before = disk.digest()
    done = flash(image, disk, "--yes", *more, key=key)
    assert done.returncode == 1
    assert says in done.stderr, done.stderr
    assert disk.digest() == before
    return done


def half_way(tmp_path, then):
    """A folder for PATH whose bmaptool writes two megabytes of something, and then does `then`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    tool = folder / "bmaptool"
    tool.write_text("#!/bin/sh\nfor disk; do :; done\n"
                    "dd if=/dev/urandom of=$disk bs=1M count=2 seek=1 conv=notrunc 2>/dev/null\n"
                    f"touch {tmp_path}/half\n{then}\n")
    tool.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "zstd"])
def test_an_image_is_written_and_read_back(image, new_disk, packed):
    disk = new_disk()
    if packed:
        run("zstd", "-q", "-f", image)
        image = image.with_suffix(".img.zst")
    done = flash(image, disk, "--yes")
    assert done.returncode == 0, done.stderr
    assert f"{disk.device} holds {image.name}, read back and complete" in done.stdout
    assert "reading back: 5.2 MB" in done.stderr
    assert disk.holds(str(image).removesuffix(".zst"))
    assert "reading back: 20 %" in done.stderr and "[#" not in done.stderr


def test_a_terminal_is_shown_a_bar(image, new_disk):
    disk = new_disk()
    command = " ".join(arguments(image, disk, "--fixed", "--yes"))
    done = run("script", "-qec", command, "/dev/null", capture_output=True)
    assert b"\rreading back [" in done.stdout and b" %" in done.stdout


def test_one_question_names_the_disk_and_no_means_no(image, new_disk):
    disk = new_disk()
    before = disk.digest()
    for answer in ("n\n", ""):
        done = flash(image, disk, answer=answer)
        assert done.returncode == 1
        assert f"Write gate.img (5.2 MB in 16.7 MB) to {disk.device}: " in done.stderr
        assert ", 20.9 MB, loop?\nAll that is on it will be lost. [y/N] " in done.stderr
        assert f"Nothing was written to {disk.device}." in done.stderr
    assert disk.digest() == before
    assert flash(image, disk, answer="y\n").returncode == 0
    assert disk.holds(image)


def test_a_disk_that_can_t_be_pulled_out_needs_to_be_allowed_and_named(image, new_disk):
    disk = new_disk()
    before = disk.digest()
    done = subprocess.run(arguments(image, disk, "--yes"), capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and "can't be pulled out" in done.stderr
    unnamed = arguments(image, disk, "--yes", "--fixed")[:-1]
    done = subprocess.run(unnamed, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "got --fixed without DISK" in done.stderr
    assert disk.digest() == before


def test_a_disk_that_is_too_small_or_read_only_is_refused(image, new_disk):
    refuse(image, new_disk(8 * MB), says="has 8.3 MB (8388608 bytes), expected at least 16.7 MB "
                                         "(16777216 bytes)")
    refuse(image, new_disk(20 * MB, "--read-only"), says="is read-only")


def test_a_mounted_disk_is_refused(image, new_disk, tmp_path):
    disk = new_disk()
    run("mke2fs", "-q", "-F", disk.device)
    place = tmp_path / "mounted"
    place.mkdir()
    run("mount", disk.device, place)
    try:
        refuse(image, disk, says=f"{disk.device} is in use: mounted on {place}")
    finally:
        run("umount", place)
    assert flash(image, disk, "--yes").returncode == 0


def test_what_is_no_disk_is_refused(image, new_disk, tmp_path):
    file = Disk.__new__(Disk)
    file.path = tmp_path / "file"
    file.path.write_bytes(b"")
    file.device = str(file.path)
    refuse(image, file, says="is no block device, expected a disk such as /dev/sdb")
    missing = flash(image, types.SimpleNamespace(device="/dev/sdzz"), "--yes")
    assert missing.returncode == 1 and "/dev/sdzz: No such file" in missing.stderr


def test_another_key_and_a_map_that_was_changed_are_refused(image, new_disk, tmp_path):
    disk = new_disk()
    refuse(image, disk, key="other", says="another key, or a map that was changed")
    changed = tmp_path / "changed.bmap"
    changed.write_text((image.parent / "gate.img.bmap").read_text().replace("16777216",
                                                                            "16777215"))
    refuse(image, disk, "--bmap", changed, says="another key, or a map that was changed")
    refuse(image, disk, "--signature", tmp_path / "none.sig", says="none.sig")


def test_an_image_that_was_changed_does_not_become_bootable(image, new_disk, tmp_path):
    disk = new_disk()
    changed = tmp_path / "gate.img"
    data = bytearray(image.read_bytes())
    data[11 * MB] ^= 1
    changed.write_bytes(data)
    beside = ("--bmap", image.parent / "gate.img.bmap", "--signature",
              image.parent / "gate.img.sig")
    done = subprocess.run([FLASH, "--key", image.parent / "maker.pub", "--fixed", "--yes", *beside,
                           changed, disk.device], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "checksum mismatch" in done.stderr, done.stderr
    assert "is not complete and does not boot, and says so itself. Start over" in done.stderr
    assert disk.head().startswith(b"kakou-flash: writing gate.img was begun ")
    assert flash(image, disk, "--yes").returncode == 0
    assert disk.holds(image)


def test_a_write_that_was_killed_leaves_no_bootable_disk_and_starts_over(image, new_disk, tmp_path):
    disk = new_disk()
    env = half_way(tmp_path, f"echo $$ >{tmp_path}/tool; exec sleep 60")
    victim = subprocess.Popen(arguments(image, disk, "--fixed", "--yes"),
                              env={**os.environ, **env}, stderr=subprocess.DEVNULL)
    wait_until(lambda: (tmp_path / "tool").exists() and (tmp_path / "tool").read_text(), 20,
               "bmaptool is half way")
    tool = int((tmp_path / "tool").read_text())
    victim.kill()
    victim.wait()
    wait_until(lambda: not os.path.exists(f"/proc/{tool}"), 10, "bmaptool ends with it")
    assert disk.head().startswith(b"kakou-flash: writing gate.img was begun ")
    done = flash(image, disk, "--yes")
    assert done.returncode == 0, done.stderr
    assert "writing gate.img was begun 2" in done.stderr and "is not complete" in done.stderr
    assert disk.holds(image)


def test_a_write_that_is_interrupted_says_in_which_state_the_disk_is(image, new_disk, tmp_path):
    disk = new_disk()
    env = half_way(tmp_path, "exec sleep 60")
    victim = subprocess.Popen(arguments(image, disk, "--fixed", "--yes"),
                              env={**os.environ, **env}, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: (tmp_path / "half").exists(), 20, "bmaptool is half way")
    second = flash(image, disk, "--yes")
    assert second.returncode == 1 and "is being written by another program" in second.stderr
    victim.send_signal(signal.SIGINT)
    said = victim.communicate(timeout=20)[1]
    assert victim.returncode == 1
    assert "the write was stopped" in said
    assert f"{disk.device} is not complete and does not boot, and says so itself." in said


def test_a_write_that_did_not_arrive_is_found_by_reading_back(image, new_disk, tmp_path):
    disk = new_disk()
    done = flash(image, disk, "--yes", **half_way(tmp_path, "exit 0"))
    assert done.returncode == 1
    assert "does not hold what was written: blocks 256 to 1023 have another SHA-256" in done.stderr
    assert disk.head().startswith(b"kakou-flash: ")


def test_a_disk_is_compared_with_an_image_without_being_written(image, new_disk):
    disk = new_disk()
    assert flash(image, disk, "--check").returncode == 1
    assert flash(image, disk, "--yes").returncode == 0
    before = disk.digest()
    assert f"{disk.device} holds gate.img" in flash(image, disk, "--check").stdout
    assert disk.digest() == before
    with open(disk.device, "r+b") as device:
        device.seek(11 * MB)
        device.write(b"\0" * 512)
        os.fsync(device.fileno())
    assert "have another SHA-256" in flash(image, disk, "--check").stderr


def test_without_bmaptool_it_says_which_package_is_missing(image, new_disk, tmp_path):
    disk = new_disk()
    (tmp_path / "empty").mkdir()
    done = flash(image, disk, "--yes", PATH=str(tmp_path / "empty"))
    assert done.returncode == 1 and "Debian's package bmap-tools" in done.stderr


def test_scripts_get_the_list_as_json():
    listed = subprocess.run([FLASH, "--json"], capture_output=True, text=True, check=True).stdout
    for disk in json.loads(listed):
        assert set(disk) == {"path", "bytes", "bus", "model", "serial", "is_removable",
                             "is_read_only", "use", "state", "is_ready"}
        assert disk["bytes"] > 0
    table = subprocess.run([FLASH], capture_output=True, text=True, check=True).stdout
    assert table.split()[:6] == ["DISK", "SIZE", "BUS", "MODEL", "SERIAL", "STATE"]
