# SPDX-License-Identifier: MIT
"""hal/gpio.h on a chip of the kernel, found by its label: libgpiod, the character device, its
events."""

import re

ROUNDS = 100


def test_the_contract_of_the_lines_holds_on_a_real_chip(gate):
    said = gate.guest("CMOCKA_MESSAGE_OUTPUT=TAP taskset 1 test_gpio")
    planned = int(re.search(r"^1\.\.(\d+)$", said, re.M).group(1))
    passed = re.findall(r"^ok \d+ - (\w+)", said, re.M)
    assert len(passed) == planned >= 7, said
    assert "edges_come_oldest_first" in passed


def test_every_pull_of_a_line_comes_out_as_one_edge_and_a_loss_is_told(gate):
    gate.guest("for i in 0 1 2 3; do echo edge-$i in; done >/tmp/edges; chip edges /tmp/edges")
    said = gate.guest(f"taskset 1 edges edges $(cat /run/chip-edges) {ROUNDS}", within_s=120)
    gate.guest("chip --remove edges")
    print(said)
    found = re.search(r"EDGES PASS pulled=(\d+) taken=(\d+) lost=0 flood=told", said)
    assert found, said
    assert int(found.group(1)) == int(found.group(2)) == 4 * ROUNDS


def test_the_lines_of_the_board_are_driven_though_the_kernel_knows_no_name_of_theirs(gate):
    names = gate.guest("cat /sys/kernel/config/gpio-sim/kakou-gate/bank0/line*/name").split()
    assert names == []
    assert 'board = "qemu-virt"' in gate.guest("cat /vm/site.conf")
    beat = gate.line_file("in1.heartbeat", "value")
    seen = gate.guest(f"for i in $(seq 200); do cat {beat}; done").split()
    assert set(seen) == {"0", "1"}


def test_a_board_of_another_machine_is_refused_on_the_machine_too(gate):
    gate.guest("sed 's/linux,dummy-virt/kakou,other/' /vm/boards/qemu-virt/board.conf "
               ">/tmp/other.conf && sed 's#board = \"qemu-virt\"#board = \"/tmp/other.conf\"#' "
               "/vm/site.conf >/tmp/other-site.conf")
    status, said = gate.guest_raw("kakoud --config /tmp/other-site.conf 2>&1")
    assert status == 1
    assert 'this machine is "linux,dummy-virt"' in said and "no line is driven" in said


SURVEY = re.compile(r"lines in1 +(\d+) lines are there, (\d+) free, (\d+) held by kakoud")


def look(gate):
    """The self-test on the board: lines, devices, customs."""
    return gate.guest_raw("kakou --socket /run/kakou/kakoud.sock provision test "
                          "--config /vm/site.conf --user root", within_s=120)[1]


def survey(gate):
    """What it says of the lane's lines: (there, free, held by kakoud)."""
    said = look(gate)
    found = SURVEY.search(said)
    assert found, said
    return tuple(map(int, found.groups()))


def test_the_self_test_looks_at_lines_by_their_number_and_takes_none(gate):
    assert survey(gate) == (16, 0, 16)
    gate.signal_kakoud("TERM")
    gate.guest("while /vm/start --is-running; do sleep 0.1; done")
    assert survey(gate) == (16, 16, 0)
    offset = list(gate.cabinet()).index("in1.lower")
    gate.guest("for chip in /sys/class/gpio/gpiochip*; do "
               "[ $(cat $chip/label) != kakou-gate ] || base=$(cat $chip/base); done; "
               f"echo $((base + {offset})) | tee /tmp/held >/sys/class/gpio/export")
    said = look(gate)
    gate.guest("cat /tmp/held >/sys/class/gpio/unexport")
    assert 'line in1.lower is held by "sysfs"' in said, said


def test_the_key_of_the_board_makes_it_blank_when_it_is_let_go_and_never_when_it_sticks(gate):
    key = "$(cat /run/chip-kakou-panel)/sim_gpio0/pull"
    reset = ("kakou --socket /run/none factory-reset --board /vm/boards/qemu-virt/board.conf "
             "--config /tmp/blank/kakou.conf --state /tmp/blank/state --user root --hold 3")
    gate.guest("mkdir -p /tmp/blank/state; cd /tmp/blank; "
               "touch kakou.conf gate.key state/people state/journal.db")
    assert "reset is not held: everything stays" in gate.guest(reset)
    gate.guest(f"echo pull-up >{key}")
    status, said = gate.guest_raw(reset)
    assert status == 1 and "reset is still held 20 s later" in said
    assert "gate.key" in gate.guest("ls /tmp/blank")
    said = gate.guest(f"(sleep 6; echo pull-down >{key}) & {reset}")
    assert "reset was held for 3 s: 3 files of site, keys and people are removed" in said
    assert gate.guest("find /tmp/blank -type f | sort").split() == \
        ["/tmp/blank/state/journal.db", "/tmp/blank/state/notes"]


def test_the_gates_chip_is_not_the_first_of_the_machine(gate):
    labels = gate.guest("for chip in /sys/bus/gpio/devices/gpiochip*; do "
                        "gpio=$(basename $chip); echo $gpio; done").split()
    assert len(labels) > 1
    chip = gate.guest("basename $(cat /run/chip-kakou-gate)").strip()
    assert chip != "gpiochip0"
