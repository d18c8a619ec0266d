# SPDX-License-Identifier: MIT
"""What the running image is: a root that nobody writes, a data partition that keeps, and what is open."""

import json
import re

from image_rig import BUILT, NAME

OUTSIDE = """
ip netns add out
ip link add gate type veth peer name far netns out
ip address add 192.0.2.1/24 dev gate
ip -n out address add 192.0.2.7/24 dev far
ip -n out address add 192.0.2.8/24 dev far
ip link set gate up
ip -n out link set far up
for port in 22 80 443 8443 9002 9100; do
	systemd-run --quiet --unit=listen-$port busybox nc -ll -p $port -e /bin/true
done
"""
# Who sends from where reaches which port: to a refused one the filter is silent.
REACHES = """ip -n out route replace 192.0.2.1/32 dev far src {source}
ip netns exec out busybox nc -w {wait} 192.0.2.1 {port} </dev/null"""
SITE = """customs "platform" {{
	host = "192.0.2.7"
	port = 9001
	listen_port = 9002
}}
"""


def reaches(board, port, source="192.0.2.8", wait=10):
    return board.run_raw(REACHES.format(port=port, source=source, wait=wait))[0] == 0


def test_nothing_of_the_root_file_system_can_be_written(board):
    assert board.run("findmnt -n -o FSTYPE,OPTIONS /").split()[0] == "squashfs"
    for folder in ("/", "/etc", "/usr/bin", "/var/lib", "/boot"):
        status, said = board.run_raw(f"touch {folder}/written")
        assert status and "Read-only file system" in said, folder


def test_what_a_gate_keeps_is_there_after_a_power_cut(board):
    board.write("/etc/kakou/kept", "site\n")
    board.write("/var/lib/kakou/kept", "record\n", owner="kakou:kakou")
    board.power_cut()
    board.start()
    assert board.run("cat /etc/kakou/kept /var/lib/kakou/kept") == "site\nrecord\n"
    assert board.run("stat -c '%U %a' /var/lib/kakou").strip() == "kakou 700"
    assert board.run("systemctl --failed --no-legend").strip() == ""
    board.run("rm /etc/kakou/kept /var/lib/kakou/kept")


def test_the_first_boot_lets_the_data_reach_to_the_end_of_the_card(board):
    sectors, start, size = map(int, board.run(
        "cat /sys/block/mmcblk0/size /sys/block/mmcblk0/mmcblk0p4/start "
        "/sys/block/mmcblk0/mmcblk0p4/size").split())
    assert start + size == sectors
    assert int(board.run("df --output=size -B1M /data | tail -n 1")) > 500


def test_the_machines_id_stays_the_same_without_being_kept(board):
    before = board.run("cat /etc/machine-id")
    board.reboot()
    assert board.run("cat /etc/machine-id") == before and re.fullmatch(r"[0-9a-f]{32}\n", before)


def test_nobody_can_log_in_with_an_account_and_nothing_listens_outwards(board):
    assert board.run("getent shadow | grep -v ':[!*]' || true").strip() == ""
    assert "sshd" not in board.run("ls /usr/sbin /usr/bin")
    assert board.run("ss -Hlnt | grep -v '127\\.0\\.0\\.' || true").strip() == ""
    udp = [line.split()[3] for line in board.run("ss -Hlnu").splitlines()]
    assert [at for at in udp if not at.startswith("127.0.0.") and not at.endswith((":68", ":546"))] == []


def test_only_the_page_and_the_customs_listener_are_open_and_the_latter_to_its_peers(board):
    board.run("true" if "out" in board.run("ip netns list") else OUTSIDE)
    board.write("/etc/kakou/kakou.conf.off", SITE.format())
    board.run("/usr/lib/kakou/customs-peers /etc/kakou/kakou.conf.off /nothing | nft -f -")
    assert reaches(board, 443)
    assert reaches(board, 9002, source="192.0.2.7")
    assert not reaches(board, 9002, source="192.0.2.8")
    for port in (22, 80, 8443, 9100):
        assert not reaches(board, port), port
    board.run("echo 'customs {' >/etc/kakou/kakou.conf.off; "
              "/usr/lib/kakou/customs-peers /etc/kakou/kakou.conf.off | nft -f -")
    assert not reaches(board, 9002, source="192.0.2.7")
    board.run("rm /etc/kakou/kakou.conf.off")


def test_the_bill_of_materials_has_every_package_of_the_board(board):
    bill = json.loads((BUILT / f"{NAME}.spdx.json").read_text("utf-8"))
    listed = {(package["name"], package["versionInfo"]) for package in bill["packages"]}
    installed = {tuple(line.split()) for line in board.run(
        "dpkg-query -W -f '${Package} ${Version}\\n'").splitlines()}
    assert installed and installed <= listed
    # Beside them the image itself, and what its boot partition has.
    assert {name for name, _ in listed - installed} == {"kakou-qemu-virt", "u-boot"}
    for package in bill["packages"]:
        if (package["name"], package["versionInfo"]) in installed:
            assert re.match(r"/\S+ sha256:\w{64}", package["licenseComments"]), package["name"]
