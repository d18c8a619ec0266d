# SPDX-License-Identifier: MIT
"""What of a board's image can be tried without building one: whom the filter lets in, what is kept."""

import re
import subprocess

import pytest

from kakou_rig import ROOT

IMAGE = ROOT / "board/image"
FILES = IMAGE / "root"
SITE = """
# customs "of a comment" { host = "192.0.2.99" listen_port = 99 }
name = "gate"
customs "platform" {
	host = "192.0.2.7"
	port = 9001
	listen_host = "198.51.100.1"
	listen_port = 9002
}
port "plate" { host = "192.0.2.50" }
"""


def peers(tmp_path, site, more=None):
    """The elements of the filter's sets, as (family, address, port)."""
    (tmp_path / "site").write_text(site, "utf-8")
    if more is not None:
        (tmp_path / "more").write_text(more, "utf-8")
    said = subprocess.run(["sh", FILES / "usr/lib/kakou/customs-peers", tmp_path / "site",
                           tmp_path / "more"], capture_output=True, text=True, check=True).stdout
    lines = said.splitlines()
    assert lines[:2] == ["flush set inet kakou customs4", "flush set inet kakou customs6"]
    found = [re.fullmatch(r"add element inet kakou customs([46]) \{ (\S+) \. (\d+) \}", line)
             for line in lines[2:]]
    return {(int(m[1]), m[2], int(m[3])) for m in found}


def test_the_filter_lets_in_the_platform_of_the_site_and_nobody_else(tmp_path):
    assert peers(tmp_path, SITE) == {(4, "192.0.2.7", 9002)}


def test_more_peers_come_from_their_own_file(tmp_path):
    more = "# the platform's second centre\n198.51.100.0/24\n2001:db8::1 # by IPv6\n192.0.2.7\n"
    assert peers(tmp_path, SITE, more) == {
        (4, "192.0.2.7", 9002), (4, "198.51.100.0/24", 9002), (6, "2001:db8::1", 9002)}


@pytest.mark.parametrize("site", [
    "", 'customs "platform" {', 'customs "platform" {\n\thost = "a; drop"\n\tlisten_port = 9002\n}\n',
    'customs "platform" {\n\thost = "192.0.2.7"\n}\n'])
def test_a_site_that_is_not_understood_lets_nobody_in(tmp_path, site):
    assert peers(tmp_path, site, "198.51.100.9\n" if "192.0.2.7" in site else None) == set()


def test_the_boot_loaders_environment_is_where_linux_looks_for_it():
    def numbers(path, pattern):
        return [int(n, 16) for n in re.findall(pattern, (IMAGE / path).read_text("utf-8"), re.M)]

    uboot = numbers("uboot/common.config", r"^CONFIG_ENV_OFFSET(?:_REDUND)?=(0x\w+)$")
    size = numbers("uboot/common.config", r"^CONFIG_ENV_SIZE=(0x\w+)$")
    assert numbers("root/etc/fw_env.config", r"^/dev/kakou-disk (0x\w+) ") == uboot
    assert numbers("root/etc/fw_env.config", r"^/dev/kakou-disk 0x\w+ (0x\w+)$") == size * 2
    layout = (IMAGE / "layout").read_text("utf-8")
    at = re.search(r'^env_at_mib="(\d+) (\d+)"$', layout, re.M)
    assert [int(mib) << 20 for mib in at.groups()] == uboot
    assert f"env_size={size[0]}" in layout.splitlines()


def test_each_mount_of_the_data_partition_has_its_folder_made():
    fstab = (FILES / "etc/fstab").read_text("utf-8")
    mounted = {source for source, kind in re.findall(r"^/data/(\S+)\s+\S+\s+none (\w+)", fstab, re.M)
               if kind == "bind"}
    made = set(re.findall(r"^folder \d+ \S+ (\S+)$",
                          (FILES / "usr/lib/kakou/data-folders").read_text("utf-8"), re.M))
    assert mounted and mounted <= made
