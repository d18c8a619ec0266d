# SPDX-License-Identifier: MIT
"""What several system tests do with a gate: a scenario of one truck, and waiting on both sides."""

import struct

from kakou_rig import BUILD, wait_until

# An order and a truck that fit each other; tests replace single values.
ORDER = {
    "plate": "浙A12345", "tag": "E2003412AB000101", "direction": "I", "type": 2,
    "vehicle_kg": "8600", "frame_kg": "6200", "container_kg": "3800", "goods_kg": "18400",
    "boxes": ["CSQU3054383"], "seal": "HYT-24100101", "delay_ms": 300,
}
TRUCK = {
    "lane": "in1", "plate": "浙A12345", "trailer_plate": "浙A6101挂",
    "tag": "E2003412AB000101", "boxes": ["CSQU3054383"], "card": "330102600101",
    "tare_kg": 18600, "cargo_kg": 18400, "seal": "HYT-24100101",
}
ORDER_NO = "Z3111I261101000000000001"


def _value(value):
    if isinstance(value, list):
        return "{" + ", ".join(f'"{v}"' for v in value) + "}"
    return str(value) if isinstance(value, int) else f'"{value}"'


def section(name, title, values):
    """A section of a scenario file."""
    lines = "".join(f"\t{key} = {_value(value)}\n" for key, value in values.items())
    return f'{name} "{title}" {{\n{lines}}}\n'


def scenario(order=None, truck=None, number=ORDER_NO):
    """A scenario of one order and one truck, with some values replaced."""
    return (section("order", number, {**ORDER, **(order or {})}) +
            section("truck", "01", {**TRUCK, **(truck or {})}))


def lane_of(gate, name="in1"):
    """The lane as kakoud shows it."""
    return next(lane for lane in gate.rpc("kakoud", "lanes")["lanes"] if lane["name"] == name)


def yard_lane(gate, name="in1"):
    """The lane as the yard knows it."""
    return next(lane for lane in gate.rpc("yard", "status")["lanes"] if lane["lane"] == name)


def wait_state(gate, state, within_s=30, name="in1"):
    """Waits until the lane is in the state (or one of several); returns the lane."""
    wanted = (state,) if isinstance(state, str) else state

    def probe():
        lane = lane_of(gate, name)
        return lane if lane["state"] in wanted else None

    return wait_until(probe, within_s, lambda: f"{name} {wanted}: {lane_of(gate, name)}")


def yard_events(gate, kind=None):
    """The yard's events, of one kind when it is named."""
    events = gate.rpc("yard", "events", {"after": 0})["events"]
    return [e for e in events if kind is None or e["kind"] == kind]


def drive_in(gate, **truck):
    """Sends one truck into the yard, now."""
    return gate.rpc("yard", "truck", {**TRUCK, **truck})


class Clock:
    """The wall clock of the programs that are started with its `env`; the test sets it."""

    def __init__(self, gate):
        self.path = gate.run / "clock"
        self.shift(0)
        self.env = {"LD_PRELOAD": str(BUILD / "tests/fault/shifted_clock.so"),
                    "KAKOU_CLOCK_FILE": str(self.path)}

    def shift(self, seconds):
        # Written in place: the program has the file mapped.
        with open(self.path, "r+b" if self.path.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds))
