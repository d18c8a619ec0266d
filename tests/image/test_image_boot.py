# SPDX-License-Identifier: MIT
"""The image boots through real U-Boot: slots, tries, the environment in two copies."""

import os

from image_rig import ENV_AT, ENV_SIZE, read_environment


def boots_until(machine, slots):
    """Lets the machine run until the boot script has started so many slots."""
    from kakou_rig import wait_until
    wait_until(lambda: len(machine.slots_tried()) >= slots, 600,
               lambda: f"slot {slots} started\n{machine.console_tail()}", 0.2)


def wait_marked(board):
    """Until the slot that runs has its tries back: nothing is on trial."""
    board.wait("fw_printenv -n BOOT_A_LEFT | grep -qx 3 && ! systemctl -q is-active kakou-update",
               what="the slot is marked good")


def test_a_new_card_boots_from_slot_a_and_the_try_is_counted_and_given_back(board):
    assert 'kakou: slot A of "A B", left A 2 B 3' in board.console()
    wait_marked(board)
    assert board.boot_state() == {"slot": "A", "order": "A B", "left": {"A": 3, "B": 3}}


def test_all_units_start_and_the_gate_waits_for_a_site(board):
    assert board.run("systemctl --failed --no-legend").strip() == ""
    assert "ConditionPathExists=/etc/kakou/kakou.conf" in board.run(
        "systemctl show kakoud -p ConditionResult -p Conditions; systemctl status kakoud || true")


def test_the_tools_of_linux_and_the_boot_loader_take_turns_at_the_two_copies(board):
    board.run("fw_setenv BOOT_A_LEFT 3 && fw_setenv kakou_test one && fw_setenv kakou_test two")
    board.run("sync")
    variables, whole = read_environment(board.card)
    assert whole == 2
    assert variables["kakou_test"] == "two" and variables["BOOT_A_LEFT"] == "3"
    board.reboot()
    assert board.console().count('kakou: slot A of "A B", left A 2 B 3') == 2
    wait_marked(board)
    assert board.run("fw_printenv -n kakou_test").strip() == "two"
    board.run("fw_setenv kakou_test")


def test_a_slot_that_nobody_marks_good_is_left_after_three_tries_and_the_gate_never_stays_dead(machine):
    for tries in range(1, 8):
        machine.power_on()
        boots_until(machine, tries)
        machine.power_cut()
    assert machine.slots_tried() == "AAABBBA"
    assert machine.card_state()["left"] == {"A": 2, "B": 3}


def test_a_torn_copy_of_the_environment_is_not_believed(machine):
    machine.power_on()
    boots_until(machine, 1)
    machine.power_cut()
    before, whole = read_environment(machine.card)
    assert whole == 2 and before["BOOT_A_LEFT"] == "2"
    newer = newer_copy(machine.card)
    with open(machine.card, "r+b") as card:
        card.seek(ENV_AT[newer] + 512)
        card.write(os.urandom(ENV_SIZE - 512))
    machine.power_on()
    boots_until(machine, 2)
    machine.power_cut()
    after, whole = read_environment(machine.card)
    # The older copy had three tries; the second boot counted from there, into the torn place.
    assert whole == 2 and after["BOOT_A_LEFT"] == "2" and machine.slots_tried() == "AA"


def newer_copy(path):
    """Which of the two copies counts."""
    with open(path, "rb") as card:
        flags = []
        for at in ENV_AT:
            card.seek(at + 4)
            flags.append(card.read(1)[0])
    return 1 if 0 < (flags[1] - flags[0]) % 256 < 128 else 0
