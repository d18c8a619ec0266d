# SPDX-License-Identifier: MIT
"""One sick device harms only itself: 16 Modbus TCP devices, one dead and one trickling.

The age of a value is judged where it is oldest, just before the next one. Runs with and without
faults go on side by side, so that a machine that is busy with other things is busy for both; what
remains is allowed for by the 95th percentile and by a floor of the polling period.
"""

import json
import socket
import struct
import subprocess
import threading

import pytest

from kakou_rig import BUILD, ROOT

DEVICES = 16
DEAD, TRICKLING = 5, 11
PERIOD_MS = 100
RUN_MS = 4000
MAP = ROOT / "board/maps/kakou-weighbridge.map"
HEALTHY = [n for n in range(DEVICES) if n not in (DEAD, TRICKLING)]


def receive(conn, size):
    data = b""
    while len(data) < size:
        more = conn.recv(size - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


class Device:
    """A Modbus TCP server for some units; `sick` says which are dead or trickle a byte each
    50 ms."""

    def __init__(self, sick=None):
        self.sick = sick or {}
        self.stop = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                conn, _ = self.server.accept()
            except OSError:
                return
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(conn,), daemon=True).start()

    def serve(self, conn):
        with conn:
            try:
                while not self.stop.is_set():
                    self.answer(conn, receive(conn, 12))
            except OSError:
                pass

    def answer(self, conn, request):
        transaction, _, _, unit, function, _, count = struct.unpack(">HHHBBHH", request)
        frame = struct.pack(">HHHBBB", transaction, 0, 3 + 2 * count, unit, function, 2 * count)
        frame += bytes(2 * count)
        illness = self.sick.get(unit)
        if illness == "dead":
            return
        if illness == "trickling":
            for byte in frame:
                conn.sendall(bytes([byte]))
                if self.stop.wait(0.05):
                    return
            return
        conn.sendall(frame)

    def close(self):
        self.stop.set()
        self.server.close()


@pytest.fixture
def device():
    made = []

    def make(**arguments):
        made.append(Device(**arguments))
        return made[-1]

    yield make
    for one in made:
        one.close()


def start(mode, answer_ms, places):
    return subprocess.Popen(
        [BUILD / "tests/system/bus_probe", mode, MAP, str(RUN_MS), str(answer_ms), "127.0.0.1",
         *(f"{port}:{unit}" for port, unit in places)],
        stdout=subprocess.PIPE)


def finish(probe):
    output, _ = probe.communicate(timeout=30)
    assert probe.returncode == 0
    return json.loads(output)


def own_ports(device, sick):
    """Each device behind a port of its own, unit 1."""
    return [(device(sick={1: sick[n]} if n in sick else None).port, 1) for n in range(DEVICES)]


def one_port(device, sick):
    """All devices behind one gateway, units 1 to 16."""
    gateway = device(sick={n + 1: illness for n, illness in sick.items()})
    return [(gateway.port, n + 1) for n in range(DEVICES)]


SICK = {DEAD: "dead", TRICKLING: "trickling"}


def check_isolation(well, ill):
    """The oldest age of each healthy device stays within three times that of the run without
    faults."""
    fault_free_ms = max(max(well[n]["p95"] for n in HEALTHY), PERIOD_MS)
    for n in HEALTHY:
        assert ill[n]["health"] == "well"
        assert ill[n]["p95"] <= 3 * fault_free_ms, (n, ill[n], fault_free_ms)
        assert ill[n]["p50"] <= 1.5 * fault_free_ms, (n, ill[n], fault_free_ms)
        assert ill[n]["values"] >= well[n]["values"] * 0.6
    for n in (DEAD, TRICKLING):
        assert ill[n]["values"] == 0
        assert ill[n]["health"] == "lost"
        assert ill[n]["backoff_ms"] >= 800
        assert ill[n]["requests"] <= 8, "back-off is on: 40 at its period"


def test_a_dead_and_a_trickling_device_leave_the_ports_of_the_others_alone(device):
    well = start("buses", 500, own_ports(device, {}))
    ill = start("buses", 500, own_ports(device, SICK))
    plain = start("plain", 500, own_ports(device, SICK))
    well, ill, plain = finish(well), finish(ill), finish(plain)
    check_isolation(well, ill)
    # The same devices polled one after the other: the yardstick has the fault it should have.
    assert min(plain[n]["p50"] for n in HEALTHY) >= 515


def test_a_dead_and_a_trickling_unit_leave_the_others_on_their_port_their_turn(device):
    well = start("buses", 150, one_port(device, {}))
    ill = start("buses", 150, one_port(device, SICK))
    check_isolation(finish(well), finish(ill))
