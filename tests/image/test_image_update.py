# SPDX-License-Identifier: MIT
"""Updates in the virtual machine, with real U-Boot and RAUC: each ends in a gate that runs and a
record that verifies."""

import pytest

from image_rig import Machine
from image_update import boot_after, expect_gate, insert_updates, next_boot, place_gate, told
from kakou_rig import make_certs

INSTALL = "kakou update install /run/updates/{}.raucb --quiet 0 --no-restart"
INSTALL_S = 900


@pytest.fixture(name="gate", scope="module")
def make_gate(versions, tmp_path_factory):
    """A board with a site, and a disk with updates."""
    folder = tmp_path_factory.mktemp("gate")
    versions.crashing(), versions.hanging(), versions.dead(), versions.refused()
    disk = folder / "updates.squashfs"
    versions.disk(disk, "crashing", "hanging", "dead", "board", "older", "rogue", "changed")
    with Machine(folder, disks=[disk]) as machine:
        machine.start()
        place_gate(machine, make_certs(folder / "certs"))
        yield machine


def install(machine, name, status=0):
    """Installs without a restart; what was said."""
    insert_updates(machine)
    got, said = machine.run_raw(INSTALL.format(name), INSTALL_S)
    assert got == status, said
    return said


def go_back_by_itself(machine, starts):
    """Restarts into the update; the machine comes back to slot A after so many starts of B."""
    before = len(machine.slots_tried())
    slot = boot_after(machine, "kakou update restart --quiet 0")
    while slot != "A":
        slot = next_boot(machine)
    tried = machine.slots_tried()[before:]
    assert tried == "B" * starts + "A", tried


def expect_rolled_back(gate, versions, version):
    """Slot A runs again; the last event of updates, once kakoud was told."""
    expect_gate(gate, versions, "A")
    gate.wait("kakou events --kind update --limit 1 | grep rolled_back", 300)
    words, last = told(gate)
    assert last["version"] == version, last
    return words, last["why"]


def test_what_is_not_for_this_board_is_refused_and_changes_nothing(gate, versions):
    before = gate.boot_state()
    assert 'for "cm4", this board is "qemu-virt"' in install(gate, "board", 1)
    assert "needs a supervisor" in install(gate, "older", 1)
    assert "signature verification failed" in install(gate, "rogue", 1)
    assert gate.boot_state() == before
    expect_gate(gate, versions, "A")


def test_root_alone_talks_to_rauc(gate):
    """The officers' page is what an attacker from the network would have."""
    for who, may in (("root", True), ("kakou", False), ("kakou-console", False)):
        got, said = gate.run_raw(f"setpriv --reuid={who} --clear-groups rauc status")
        assert (got == 0) == may, said


def test_a_bundle_that_was_changed_on_the_way_is_not_switched_to(gate, versions):
    """The label holds, the content does not: verity sees it while it is copied."""
    said = install(gate, "changed", 1)
    assert "what runs is not changed" in said
    gate.reboot()
    expect_gate(gate, versions, "A")
    assert "failed" in told(gate)[0]


@pytest.mark.limit(2400)
def test_a_version_that_does_not_start_is_left_after_three_tries(gate, versions):
    install(gate, "dead")
    go_back_by_itself(gate, 3)
    assert expect_rolled_back(gate, versions, versions.newer(4))[1] == "it did not come up"


@pytest.mark.limit(2400)
def test_a_version_whose_kakoud_crashes_is_left_after_one_start(gate, versions):
    install(gate, "crashing")
    go_back_by_itself(gate, 1)
    words, why = expect_rolled_back(gate, versions, versions.newer(2))
    assert why == "kakoud does not answer"
    assert words[-4:] == ["tried", "gave_up", "booted", "rolled_back"]


@pytest.mark.limit(3000)
def test_a_version_that_hangs_is_reset_by_the_watchdog_until_the_tries_are_used_up(gate, versions):
    install(gate, "hanging")
    go_back_by_itself(gate, 3)
    expect_rolled_back(gate, versions, versions.newer(3))
