# SPDX-License-Identifier: MIT
"""Power that goes while an update is copied and switched to, in the virtual machine."""

import pytest

from image_card import Card
from image_rig import Machine
from image_update import expect_gate, insert_updates, place_gate, told, wait_kakoud
from kakou_rig import make_certs, wait_until

INSTALL = "kakou update install /run/updates/{}.raucb --quiet 0 --no-restart"
# Copying goes on while the rig looks on.
BESIDE = "systemd-run --quiet --collect --unit=installs "
INSTALL_S = 900


@pytest.fixture(name="gate", scope="module")
def make_gate(versions, tmp_path_factory):
    """A board with a site, and a disk with a good update."""
    folder = tmp_path_factory.mktemp("cuts")
    versions.good()
    disk = folder / "updates.squashfs"
    versions.disk(disk, "good")
    with Machine(folder, disks=[disk]) as machine:
        machine.start()
        place_gate(machine, make_certs(folder / "certs"))
        yield machine


@pytest.mark.limit(3000)
def test_power_that_goes_while_an_update_is_copied_leaves_the_version_before(gate, versions):
    """Real cuts: with the first block, early, in the middle and late in the copy."""
    image = versions.folder / "good.squashfs"
    card = Card(gate, {"old": versions.image})
    for part in (0, 0.05, 0.5, 0.95):
        insert_updates(gate)
        card.spoil("B")
        gate.run(BESIDE + INSTALL.format("good"))
        wait_until(lambda: card.has_part("B", image, part), INSTALL_S, f"{part} of it is copied", 0.02)
        gate.power_cut()
        assert card.next_slot() == "A" and card.holds("A") == "old"
        gate.start()
        expect_gate(gate, versions, "A")
        gate.wait("kakou events --kind update --limit 1 | grep failed", 300)
        assert told(gate)[1]["why"] == "the machine ended while it was copied"


@pytest.mark.limit(3000)
def test_power_that_goes_as_it_is_switched_to_starts_a_good_version_that_is_whole(gate, versions):
    """At each moment before, the card is what a cut would leave: the slot that U-Boot would take is
    whole. The cut comes with the first moment in which that is the new one."""
    card = Card(gate, {"old": versions.image, "new": versions.folder / "good.squashfs"})
    insert_updates(gate)
    gate.run(BESIDE + INSTALL.format("good"))
    seen = []

    def is_switched():
        state, slot = card.environment(), card.next_slot()
        assert state, "no copy of the environment is whole"
        if not seen or seen[-1] != state:
            seen.append(state)
            assert slot and (slot == "B" or card.holds(slot) == "old"), state
        return slot == "B"

    wait_until(is_switched, INSTALL_S, lambda: f"slot B is switched to: {seen}", 0.02)
    gate.power_cut()
    assert len(seen) >= 2, seen
    assert card.holds("B") == "new"
    gate.start()
    expect_gate(gate, versions, "B", versions.newer(1))
    gate.wait("kakou events --kind update --limit 1 | grep confirmed", 300)
    assert gate.boot_state()["left"]["B"] == 3
    # A start that kakoud could not be told of yet may come between the others; the cut came before "installed".
    steps = [word for word in told(gate)[0] if word not in ("booted", "installed")]
    assert steps[-3:] == ["begun", "tried", "confirmed"]
    gate.reboot()
    wait_kakoud(gate)
    expect_gate(gate, versions, "B", versions.newer(1))
