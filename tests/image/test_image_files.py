# SPDX-License-Identifier: MIT
"""The files of the CM4's image, which no machine here can boot: what lies where, and who signed it."""

import hashlib
import json
import re
import subprocess

import pytest

from image_rig import BUILT, ROOT, SLOT_AT, read_environment, state_of

IMAGE = BUILT / "kakou-cm4.img"
FAT = f"{IMAGE}@@16M"

pytestmark = pytest.mark.skipif(not IMAGE.exists(), reason="make image BOARD=cm4 has not built it")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout


def of_boot(name):
    """A file of the boot partition."""
    return run("mtype", "-i", FAT, f"::{name}")


def test_the_boot_loader_of_the_processor_finds_its_files_and_u_boot():
    names = run("mdir", "-i", FAT, "-b", "::").decode().split()
    config = dict(re.findall(r"^(\w+)=(.*)$", of_boot("config.txt").decode(), re.M))
    for name in ("start4.elf", "fixup4.dat", config["kernel"], config["device_tree"], "boot.scr"):
        assert f"::/{name}" in names, name
    assert of_boot(config["kernel"]) == (BUILT / "kakou-cm4.u-boot.bin").read_bytes()


def test_the_device_tree_has_the_boards_ports_and_the_emmc_as_the_first_medium(tmp_path):
    (tmp_path / "dtb").write_bytes(of_boot("kakou.dtb"))

    def alias(name):
        return run("fdtget", tmp_path / "dtb", "/aliases", name).decode().strip()

    assert alias("mmc0") == "/emmc2bus/mmc@7e340000"
    for name in ("serial3", "serial4"):
        assert run("fdtget", tmp_path / "dtb", alias(name), "status").decode().strip() == "okay"


def test_both_slots_hold_the_root_file_system_and_all_tries_are_left():
    squashfs = (BUILT / "kakou-cm4.squashfs").read_bytes()
    with open(IMAGE, "rb") as image:
        for at in SLOT_AT.values():
            image.seek(at)
            assert hashlib.sha256(image.read(len(squashfs))).digest() == \
                hashlib.sha256(squashfs).digest()
    variables, whole = read_environment(IMAGE)
    assert whole == 2 and state_of(variables) == {
        "slot": None, "order": "A B", "left": {"A": 3, "B": 3}}


def test_the_script_speaks_to_the_boards_console_and_takes_its_device_tree():
    script = of_boot("boot.scr").decode("utf-8", "replace")
    assert "console=ttyS1,115200" in script and "${fdt_addr}" in script
    assert not re.search(r"@[A-Z]+@", script)


def test_the_block_map_is_signed_and_a_changed_one_is_not(tmp_path):
    verify = ["openssl", "dgst", "-sha256", "-verify", BUILT / "kakou-cm4.pub",
              "-signature", BUILT / "kakou-cm4.img.sig"]
    run(*verify, BUILT / "kakou-cm4.img.bmap")
    changed = tmp_path / "bmap"
    changed.write_bytes((BUILT / "kakou-cm4.img.bmap").read_bytes() + b"\n")
    assert subprocess.run([*verify, changed], capture_output=True, check=False).returncode == 1


def test_the_bill_of_materials_is_spdx_and_names_the_boot_loaders():
    bill = json.loads((BUILT / "kakou-cm4.spdx.json").read_text("utf-8"))
    assert bill["spdxVersion"] == "SPDX-2.3" and bill["dataLicense"] == "CC0-1.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", bill["creationInfo"]["created"])
    known = [bill["SPDXID"]] + [package["SPDXID"] for package in bill["packages"]]
    assert len(set(known)) == len(known)
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", name) for name in known)
    for package in bill["packages"]:
        assert package["name"] and package["versionInfo"] and package["downloadLocation"]
    named = {(one["relationshipType"], one["relatedSpdxElement"]) for one in bill["relationships"]}
    assert {name for _, name in named} == set(known[1:])
    names = {package["name"] for package in bill["packages"]}
    assert {"u-boot", "raspi-firmware", "kakou", "linux-image-arm64"} <= names


def test_no_product_has_the_test_channel():
    assert "test-channel" not in (BUILT / "kakou-cm4.files").read_text("utf-8")
    assert (ROOT / "board/image/test/root/usr/lib/kakou/test-channel").exists()
