# SPDX-License-Identifier: MIT
"""kakou-yard by itself: its ports, its lines and its faults, spoken to byte by byte."""

import os
import select
import socket
import struct
import time
import tty

import pytest

from kakou_rig import RpcError, wait_until

PLATE_PORT, SIGN_PORT, IO_PORT = 5101, 5106, 5206
SCALE, CLIMATE = "tty-scale-in1", "tty-climate-in1"
READ_PLATE = struct.pack(">BHH", 3, 0, 4)
READ_GROSS = struct.pack(">BHH", 3, 65, 2)
TRUCK = {"lane": "in1", "plate": "浙A12345", "card": "330102600101", "tare_kg": 9000,
         "body": "rigid"}


@pytest.fixture
def yard(new_gate):
    gate = new_gate(pace=5)
    gate.start("yard")
    return gate


class Tcp:
    """A Modbus master on one connection."""

    def __init__(self, gate, port):
        self.socket = socket.create_connection((f"{gate.slot.net}.1", port), 2)
        self.transaction = 0

    def ask(self, unit, pdu, within_s=1.0):
        """Unit and PDU of the answer, None without one in time."""
        self.transaction += 1
        self.socket.sendall(struct.pack(">HHHB", self.transaction, 0, len(pdu) + 1, unit) + pdu)
        data, end = b"", time.monotonic() + within_s
        while len(data) < 7 or len(data) < 6 + struct.unpack(">H", data[4:6])[0]:
            if not select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
                return None
            data += self.socket.recv(300)
        assert struct.unpack(">H", data[:2])[0] == self.transaction
        return data[6], data[7:]


class Rtu:
    """A Modbus master on a terminal."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)

    def ask(self, unit, pdu, length, within_s=1.0):
        os.write(self.fd, self.with_checksum(bytes([unit]) + pdu))
        data, end = b"", time.monotonic() + within_s
        while len(data) < length:
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                return None
            data += os.read(self.fd, 256)
        assert self.with_checksum(data[:-2]) == data
        return data[1:-2]

    @staticmethod
    def with_checksum(data):
        crc = 0xFFFF
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
        return data + struct.pack("<H", crc)


class Lines:
    """A holder of lines, as hal/gpio_yard.h says."""

    HELLO, READY, REFUSE, EDGE, SET = 1, 2, 3, 4, 5

    def __init__(self, gate, names):
        """`names`: line to True for an output."""
        self.names = list(names)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(2)
        self.socket.connect(str(gate.run / "gpio.sock"))
        hello = struct.pack("=II", self.HELLO, len(names))
        for name, is_output in names.items():
            hello += struct.pack("=32sBB", name.encode(), is_output, 0)
        self.socket.send(hello.ljust(8 + 48 * 34, b"\0"))
        packet = self.socket.recv(256)
        kind, _, _, levels = struct.unpack_from("=IIQQ", packet)
        self.refusal = packet[32:].split(b"\0")[0].decode() if kind == self.REFUSE else None
        self.levels = {name: bool(levels >> i & 1) for i, name in enumerate(self.names)}

    def set(self, **outputs):
        mask = levels = 0
        for name, level in outputs.items():
            bit = self.names.index(f"in1.{name}")
            mask |= 1 << bit
            levels |= level << bit
        self.socket.send(struct.pack("=IIQQq96x", self.SET, 0, mask, levels, 0))

    def next_edge(self):
        """Name, level and age in ms of the next change."""
        kind, line, _, level, at_ns = struct.unpack_from("=IIQQq", self.socket.recv(256))
        assert kind == self.EDGE
        return self.names[line], bool(level), (time.monotonic_ns() - at_ns) / 1e6


ARM = {"in1.limit_up": False, "in1.limit_down": False, "in1.beam": False,
       "in1.raise": True, "in1.lower": True, "in1.heartbeat": True, "in1.beam_test": True}


def arm(gate):
    return gate.rpc("yard", "status")["lanes"][0]["arm"]


def kinds(gate):
    return [event["kind"] for event in gate.rpc("yard", "events")["events"]]


def test_a_unit_that_is_not_there_stays_silent(yard):
    port = Tcp(yard, PLATE_PORT)
    assert port.ask(1, READ_PLATE) == (1, b"\x03\x08" + bytes(8))
    assert port.ask(2, READ_PLATE, 0.3) is None


def test_a_serial_line_answers_as_slowly_as_its_speed(yard):
    scale = Rtu(yard.run / SCALE)
    before = time.monotonic()
    assert scale.ask(1, READ_GROSS, 9) == b"\x03\x04" + bytes(4)
    # 8 bytes asked, 9 answered, two silences: 24 characters of 11 bits at 9600 bit/s
    assert 0.024 <= time.monotonic() - before < 0.3
    assert scale.ask(9, READ_GROSS, 9, 0.2) is None


@pytest.mark.parametrize("kind, value, answer, least_s", [
    ("silent", 0, None, 0),
    ("late", 300, (1, b"\x03\x08" + bytes(8)), 0.3),
    ("trickle", 0, None, 0),
    ("exception", 4, (1, b"\x83\x04"), 0),
    ("wrong_unit", 0, (2, b"\x03\x08" + bytes(8)), 0),
])
def test_a_device_can_be_sick_and_get_well(yard, kind, value, answer, least_s):
    yard.rpc("yard", "fault", {"device": "plate-in1", "kind": kind, "value": value})
    before = time.monotonic()
    assert Tcp(yard, PLATE_PORT).ask(1, READ_PLATE, 1.0) == answer
    assert time.monotonic() - before >= least_s
    yard.rpc("yard", "clear")
    assert Tcp(yard, PLATE_PORT).ask(1, READ_PLATE) == (1, b"\x03\x08" + bytes(8))


def test_a_cut_link_refuses_connections_until_it_is_mended(yard):
    yard.rpc("yard", "fault", {"device": "plate-in1", "kind": "link_down"})
    yard.rpc("yard", "fault", {"device": "scale-in1", "kind": "link_down"})
    wait_until(lambda: not os.path.lexists(yard.run / SCALE), 10, "no terminal")
    with pytest.raises(ConnectionRefusedError):
        Tcp(yard, PLATE_PORT)
    yard.rpc("yard", "clear")
    wait_until((yard.run / SCALE).exists, 10, "the terminal")
    assert Tcp(yard, PLATE_PORT).ask(1, READ_PLATE)
    assert Rtu(yard.run / SCALE).ask(1, READ_GROSS, 9)


def test_a_sign_shows_what_is_written_and_lights_follow_coils(yard):
    text = "放行 请通过".encode().ljust(32, b"\0")
    sign, remote = Tcp(yard, SIGN_PORT), Tcp(yard, IO_PORT)
    assert sign.ask(1, struct.pack(">BHHB", 16, 101, 16, 32) + text)[1][0] == 16
    assert text.rstrip(b"\0") in sign.ask(1, struct.pack(">BHH", 3, 0, 19))[1]
    assert remote.ask(1, struct.pack(">BHH", 5, 1, 0xFF00))[1][0] == 5
    lanes = yard.rpc("yard", "status")["lanes"]
    assert lanes[0]["sign"] == "放行 请通过"
    assert lanes[1]["outputs"]["green"] is True


def test_a_line_has_one_holder_and_falls_off_with_it(yard):
    lines = Lines(yard, ARM)
    assert lines.levels["in1.limit_down"]
    assert "held by somebody else" in Lines(yard, {"in1.beam": False}).refusal
    assert "not one of this yard's" in Lines(yard, {"in1.nothing": False}).refusal
    assert "is an output" in Lines(yard, {"in1.green": False}).refusal
    lines.set(**{"raise": True})
    assert lines.next_edge()[:2] == ("in1.limit_down", False)
    lines.socket.close()
    wait_until(lambda: arm(yard)["drive"] == "stops", 10, "the end of the movement")
    assert Lines(yard, ARM).refusal is None


def test_a_test_pulse_is_answered_at_once_with_the_time_of_the_edge(yard):
    lines = Lines(yard, ARM)
    took_ms = []
    for level in (True, False) * 5:
        before = time.monotonic()
        lines.set(beam_test=level)
        name, seen, age_ms = lines.next_edge()
        took_ms.append((time.monotonic() - before) * 1000)
        assert (name, seen) == ("in1.beam", level)
        assert age_ms <= took_ms[-1] + 1
    assert min(took_ms) < 50  # a busy machine is late now and then, and not always


def test_an_arm_lowers_only_while_the_heartbeat_beats(yard):
    lines = Lines(yard, ARM)
    lines.set(**{"raise": True})
    while lines.next_edge()[:2] != ("in1.limit_up", True):
        pass
    lines.set(**{"raise": False, "lower": True})
    time.sleep(0.4)
    assert arm(yard)["is_up"] and arm(yard)["is_cut"]
    for beat in range(40):
        lines.set(heartbeat=beat % 2 == 0)
        time.sleep(0.01)
    wait_until(lambda: arm(yard)["is_cut"], 10, "the relay drops out")
    assert 300 < arm(yard)["permille"] < 900
    summary = yard.rpc("yard", "summary")
    assert (summary["lift"], summary["heartbeat_lost"], summary["closing_cut"]) == (1, 1, 2)


def test_a_truck_comes_when_it_is_sent_and_is_read(yard):
    yard.rpc("yard", "truck", {**TRUCK, "name": "x", "fault": "reefer-in1 silent"})
    wait_until(lambda: "truck_stands" in kinds(yard), 10, "it stands")
    assert yard.rpc("yard", "status")["faults"][0]["device"] == "reefer-in1"
    scale, weight = Rtu(yard.run / SCALE), b"\x03\x04" + struct.pack(">f", 9000)
    wait_until(lambda: scale.ask(1, READ_GROSS, 9) == weight, 5, "its weight")
    pdu = Tcp(yard, PLATE_PORT).ask(1, struct.pack(">BHH", 3, 0, 21))[1]
    assert "浙A12345".encode() in pdu
    order = [kinds(yard).index(f"truck_{what}") for what in ("comes", "arrives", "stands")]
    assert order == sorted(order)


def test_what_makes_no_sense_is_refused_with_a_reason(yard):
    for method, params, words in (
            ("truck", {**TRUCK, "lane": "in9"}, "in9"),
            ("truck", {**TRUCK, "body": "bus"}, "articulated"),
            ("truck", {**TRUCK, "fault": "nothing silent"}, "nothing"),
            ("fault", {"device": "plate-in1", "kind": "tired"}, "kind"),
            ("fault", {"device": "nothing", "kind": "silent"}, "nothing"),
            ("fault", {"lane": "in1", "line": "nothing", "kind": "stuck_on"}, "in1/nothing"),
            ("events", {"after": -1}, "after"),
            ("dance", {}, "no such method")):
        with pytest.raises(RpcError, match=words):
            yard.rpc("yard", method, params)


def test_sigterm_ends_it_within_a_second_and_leaves_nothing(yard):
    assert (yard.run / SCALE).is_symlink() and (yard.run / CLIMATE).is_symlink()
    assert yard.yard.stop(within_s=1) == 0
    for name in (SCALE, CLIMATE, "gpio.sock", "yard.sock"):
        assert not os.path.lexists(yard.run / name)
