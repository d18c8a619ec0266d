# SPDX-License-Identifier: MIT
"""A site on a board: terminals instead of pins, and what kakoud refuses before it drives a line."""

import json
import re

import pytest

from gate_help import scenario, wait_state
from kakou_rig import BUILD, ROOT, wait_until

SHIM = BUILD / "tests/fault/serial_direction.so"
SER_RS485_ENABLED, SER_RS485_RTS_ON_SEND = 1, 2
ON_BOARD = 'boards_dir = "@ROOT@/board/boards"\nboard = "qemu-virt"\n'


@pytest.fixture(name="gate")
def make_gate(new_gate):
    gate = new_gate(scenario=scenario())
    gate.edit_site('maps_dir = "@MAPS@"\n'.replace("@MAPS@", str(ROOT / "board/maps")),
                   f'maps_dir = "{ROOT}/board/maps"\n{ON_BOARD}')
    return gate


def own_board(gate, old, new):
    """The board with one thing changed, as a file beside the site."""
    text = (ROOT / "board/boards/qemu-virt/board.conf").read_text("utf-8")
    assert text.count(old) == 1
    gate.write("board.conf", text.replace(old, new))
    gate.edit_site('board = "qemu-virt"', 'board = "./board.conf"')


def refusal(gate):
    """What kakoud says when it does not start, and that the check says the same."""
    gate.start("kakoud", wait=False)
    assert gate.kakoud.process.wait(20) == 1
    said = gate.kakoud.tail()
    checked = gate.kakou_raw("config", "check", gate.site)
    assert checked.returncode == 1
    assert checked.stderr.split("site.conf:", 1)[1].strip() in said
    return said


def test_a_truck_is_cleared_by_the_terminals_of_a_board(gate):
    gate.start()
    wait_state(gate, "idle")
    gate.rpc("yard", "start")
    assert gate.wait_event("passage_closed", within_s=60)["data"]["verdict"] == "release"


def test_an_unknown_terminal_one_used_twice_and_one_that_would_move_keep_kakoud_from_starting(gate):
    gate.start("customs", "yard")
    line = 'name = "in1.raise"\n'
    gate.edit_site(line, 'name = "out9"\n')
    assert re.search(r'got "out9", expected an output of board qemu-virt: in1\.raise', refusal(gate))
    gate.edit_site('name = "out9"\n', 'name = "in1.lower"\n')
    assert "in1.lower\", which is line raise of lane \"in1\" already" in refusal(gate)
    gate.edit_site('line "raise" {\n\t\tname = "in1.lower"\n',
                   'line "raise" {\n\t\tname = "in1.raise"\n\t\tactive_low = true\n')
    assert "line raise would be active" in refusal(gate)


def test_a_sleeping_chip_keeps_kakoud_from_starting(gate):
    gate.start("customs", "yard")
    own_board(gate, 'label = "kakou-gate"\n\tbus = soc', 'label = "kakou-gate"\n\tbus = i2c')
    assert re.search(r'got "in1\.\w+" for line \w+, which moves or protects: its chip "sim" sleeps',
                     refusal(gate))


def test_an_output_without_a_safe_value_keeps_kakoud_from_starting(gate):
    gate.start("customs", "yard")
    text = (ROOT / "board/boards/qemu-virt/board.conf").read_text("utf-8")
    where = text.index('line "in1.raise"')
    gate.write("board.conf", text[:where] + text[where:].replace("\tsafe = off\n", "", 1))
    gate.edit_site('board = "qemu-virt"', 'board = "./board.conf"')
    assert 'line "in1.raise" is an output with safe none' in refusal(gate)


def test_no_line_of_a_board_is_driven_on_another_machine(gate):
    text = gate.site.read_text("utf-8")
    gate.site.write_text(re.sub(r'^\tgpio = .*\n', "", text, flags=re.M), "utf-8")
    own_board(gate, "linux,dummy-virt", "kakou,no-such-machine")
    assert gate.kakou_raw("config", "check", gate.site).returncode == 0
    gate.start("kakoud", wait=False)
    assert gate.kakoud.process.wait(20) == 1
    said = gate.kakoud.tail()
    assert "no line is driven: the site is for board qemu-virt" in said
    assert 'compatible with "kakou,no-such-machine"' in said
    assert not (gate.run / "state").exists()


def on_rs485(gate):
    own_board(gate, 'tty = "/dev/ttyS0"\n\tdirection = auto', 'tty = "@RUN@/tty-scale-in1"\n'
              "\tdirection = rts\n\tafter_ms = 2")
    gate.edit_site(f'tty = "{gate.run}/tty-scale-in1"', 'tty = "rs485-1"')


def test_the_direction_of_rs485_is_turned_as_the_board_says(gate):
    if BUILD.name == "asan":
        pytest.skip("the sanitizers want to be preloaded first")
    on_rs485(gate)
    asked = gate.run / "rs485"
    gate.start("customs", "yard")
    gate.start("kakoud", env={"LD_PRELOAD": str(SHIM), "KAKOU_RS485_FILE": str(asked)})
    wait_state(gate, "idle")
    gate.rpc("yard", "start")
    assert gate.wait_event("passage_closed", within_s=60)["data"]["verdict"] == "release"
    expected = f"{SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND} 0 2"
    assert set(asked.read_text().splitlines()) == {expected}


def test_a_port_that_can_t_turn_its_direction_is_said_to_be_none(gate):
    on_rs485(gate)
    gate.start()
    wait_until(lambda: "its direction can't be turned" in json.dumps(gate.rpc("kakoud", "buses")),
               20, lambda: f"the port says why: {gate.rpc('kakoud', 'buses')}")
