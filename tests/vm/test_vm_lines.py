# SPDX-License-Identifier: MIT
"""hal/gpio.h on a chip of the kernel, found by its label: libgpiod, the character device, its
events."""

import re

ROUNDS = 100


def test_the_contract_of_the_lines_holds_on_a_real_chip(gate):
    said = gate.guest("CMOCKA_MESSAGE_OUTPUT=TAP test_gpio")
    planned = int(re.search(r"^1\.\.(\d+)$", said, re.M).group(1))
    passed = re.findall(r"^ok \d+ - (\w+)", said, re.M)
    assert len(passed) == planned >= 7, said
    assert "edges_come_oldest_first" in passed


def test_every_pull_of_a_line_comes_out_as_one_edge_and_a_loss_is_told(gate):
    gate.guest("for i in 0 1 2 3; do echo edge-$i in; done >/tmp/edges; chip edges /tmp/edges")
    said = gate.guest(f"edges edges $(cat /run/chip-edges) {ROUNDS}", within_s=120)
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


def test_the_gates_chip_is_not_the_first_of_the_machine(gate):
    labels = gate.guest("for chip in /sys/bus/gpio/devices/gpiochip*; do "
                        "gpio=$(basename $chip); echo $gpio; done").split()
    assert len(labels) > 1
    chip = gate.guest("basename $(cat /run/chip-kakou-gate)").strip()
    assert chip != "gpiochip0"
