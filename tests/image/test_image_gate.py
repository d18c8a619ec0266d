# SPDX-License-Identifier: MIT
"""A gate runs from the image: its site comes from the data partition, trucks pass, the power goes."""

from kakou_rig import make_certs
from world import World, place_site


def test_trucks_are_released_before_and_after_a_power_cut_and_the_record_verifies(board):
    certs = make_certs(board.folder / "certs")
    place_site(board, certs)
    world = World(board, certs)
    plate = world.clear_truck()
    board.power_cut()

    board.start()
    # Of itself, as after any boot: the site is there, so it runs.
    assert board.run("systemctl is-active kakoud").strip() == "active"
    assert board.boot_state()["slot"] == "A"
    world.start()
    assert plate in board.run("kakou passages")
    world.clear_truck()
    world.verify()
