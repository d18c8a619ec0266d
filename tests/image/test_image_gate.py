# SPDX-License-Identifier: MIT
"""A gate runs from the image: its site comes from the data partition, trucks pass, the power goes."""

from world import World


def test_trucks_are_released_before_and_after_a_power_cut_and_the_record_verifies(board):
    world = World(board)
    plate = world.drive_in()
    board.wait(f"kakou passages | grep -F '{plate}' | grep -w release", 240,
               lambda: f"{plate} released: {board.run('kakou lanes; kakou events')}")
    last = board.run("kakou events --limit 1 --json")
    board.power_cut()

    board.start()
    # Of itself, as after any boot: the site is there, so it runs.
    assert board.run("systemctl is-active kakoud").strip() == "active"
    assert board.boot_state()["slot"] == "A"
    world.start()
    assert plate in board.run("kakou passages"), last
    plate = world.drive_in()
    board.wait(f"kakou passages | grep -F '{plate}' | grep -w release", 240,
               lambda: f"{plate} released: {board.run('kakou lanes; kakou events')}")
    world.verify()
