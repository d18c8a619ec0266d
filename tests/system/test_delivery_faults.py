# SPDX-License-Identifier: MIT
"""Whatever happens between gate and customs, and to both of them: nothing is lost, nothing counts
twice, nothing forged opens. tests/delivery_checker.py holds the records of both sides against
each other afterwards."""

import random
import subprocess
import sys
import time

import pytest
from chaos_help import DOWN, HALF_OPEN, HOLE, TRICKLE, UP, EveryByte, Fate, Proxy
from gate_help import ORDER, Clock, drive_in, lane_of, section
from kakou_rig import BUILD, LONG, ROOT, RpcError, wait_until
from site_help import lane, site

sys.path.insert(0, str(ROOT / "tests"))
import delivery_checker  # noqa: E402

LANES = 16
QUICK = "\tresend_ms = 500\n\tresend_max_ms = 500\n\tconnect_ms = 1000\n"


class Link:
    """Both directions of a gate's link through proxies, and a platform that stores."""

    def __init__(self, gate):
        self.gate, self.net = gate, gate.slot.net
        self.store = gate.run / "customs.store"
        gate.edit_site('area_id = "3301500001"\n', 'area_id = "3301500001"\n' + QUICK)
        gate.extra["customs"] = ["--listen", f"{self.net}.3:9001", "--gate", f"{self.net}.4:9002",
                                 "--delay-ms", "20", "--connect-ms", "1000",
                                 "--store", str(self.store)]
        self.out = Proxy((f"{self.net}.2", 9001), (f"{self.net}.3", 9001))
        self.back = Proxy((f"{self.net}.4", 9002), (f"{self.net}.1", 9002))

    def use(self, out=None, back=None):
        for proxy, plan in ((self.out, out), (self.back, back)):
            proxy.choose = plan.choose if plan else Fate
            proxy.ended = plan.ended if plan else lambda fate: None

    def kill(self, name):
        """kill -9, and back again: without a moment's grace."""
        self.gate.programs[name].kill()
        self.gate.start(name)

    def backlog(self):
        return self.gate.rpc("kakoud", "link")["backlog"]

    def is_settled(self):
        backlog = self.backlog()
        return backlog["waiting"] == 0 and backlog["is_whole"]

    def settle(self, within_s=60):
        """The faults are over: waits until nothing is left to deliver."""
        self.use()
        wait_until(self.is_settled, within_s,
                   lambda: f"the backlog is empty: {self.backlog()}", 0.2)

    def check(self):
        """The verdict on both histories; what it says is shown."""
        export = self.gate.run / "export"
        done = self.gate.kakou_raw("log", "export", "--output", export)
        assert done.returncode == 0, done.stderr
        verdict = delivery_checker.check(delivery_checker.read_export(export),
                                         delivery_checker.read_store(self.store))
        print("\n".join(verdict.lines()))
        assert self.gate.kakou("log", "verify")["is_whole"]
        return verdict

    def close(self):
        self.out.close()
        self.back.close()


@pytest.fixture
def new_link(new_gate):
    made = []

    def make(**arguments):
        made.append(Link(new_gate(**arguments)))
        return made[-1]

    yield make
    for link in made:
        link.close()


def outage(link, count):
    """A record with so many vehicles that passed while customs was away; no yard is needed."""
    state = link.gate.run / "state"
    state.mkdir(0o700)
    subprocess.run([BUILD / "tests/system/record_probe", state, "sim-gate", str(count),
                    *(f"n{n}/33015001{n:02d}" for n in range(1, LANES + 1))], check=True)


def blind_gate():
    return site(*(lane(n, evidence=("plate",)) for n in range(1, LANES + 1)))


class Mixed:
    """Each connection has one of these, in turn."""

    def __init__(self, *kinds):
        self.kinds, self.turn = kinds, 0

    def choose(self):
        self.turn += 1
        return Fate(self.kinds[self.turn % len(self.kinds)])

    def ended(self, fate):
        pass


@pytest.mark.fault
@pytest.mark.limit(900)
def test_cut_at_every_byte_killed_and_starved_nothing_is_lost_or_doubled(new_link, rounds):
    link = new_link(site=blind_gate())
    count = rounds(200, 8000)
    outage(link, count)
    plans = [EveryByte(rounds(331, 1)), EveryByte(rounds(331, 1))]
    link.use(*plans)
    link.gate.start("customs", "kakoud")
    end = time.monotonic() + rounds(40, 600)
    kills = 0
    while not all(plan.is_done for plan in plans) and time.monotonic() < end and \
            not link.is_settled():
        time.sleep(rounds(1, 8))
        link.kill("customs")
        link.kill("kakoud")
        kills += 1
    for kind in (HOLE, TRICKLE, HALF_OPEN):
        link.use(Mixed(kind, kind, "pass"), Mixed(kind, "pass"))
        time.sleep(rounds(1.5, 20))
    link.settle(rounds(60, 300))
    verdict = link.check()
    print(f"cut {plans[0].cuts} out, {plans[1].cuts} back, at most at byte "
          f"{plans[0].longest} and {plans[1].longest}; {kills} kills of each")
    assert verdict.is_clean
    assert verdict.counts["owed"] == verdict.counts["stored"] == count
    for plan in plans:
        assert plan.cuts[UP] > 3 and (plan.cuts[DOWN] > 0 or not LONG)
    assert kills > 0


def test_a_platform_that_answers_before_it_stores_is_caught(new_link):
    link = new_link(site=blind_gate())
    outage(link, 40)
    link.gate.extra["customs"] += ["--store-late", "yes"]
    link.gate.start("customs", "kakoud")
    link.gate.wait_event("answer")  # most are still to come: it has answered what it does not hold
    link.gate.customs.kill()
    link.gate.extra["customs"][-1] = "no"
    link.gate.start("customs")
    link.settle()
    verdict = link.check()
    assert verdict.lost and "customs does not hold" in verdict.lost[0]
    assert not verdict.double and not verdict.forged


# ---- with trucks ---------------------------------------------------------------------------

YEAR_S = 365 * 24 * 3600
RELEASE = "00000000001002000000"


def truck_of(n):
    return {"plate": f"浙A2{n:04d}", "tag": f"E2003412AC{n:06d}", "card": f"3301027{n:05d}",
            "seal": f"HYT-25{n:06d}"}


def orders(count):
    return "".join(section("order", f"Z3111I2611010000000{n:05d}",
                           {**ORDER, **truck_of(n), "card": ""}) for n in range(1, count + 1))


class Lane:
    """in1, with an officer who helps whatever stands there."""

    def __init__(self, link):
        self.link, self.gate = link, link.gate

    def state(self):
        return lane_of(self.gate, "in1")

    def _act(self, verb, **params):
        try:
            self.gate.act(verb, "in1", **params)
        except RpcError:
            self.gate.tickets = {}  # its time was over: the clock went ahead

    def help(self):
        """What a person would do now."""
        lane = self.state()
        if lane["state"] in ("held", "silent"):
            self._act("release", passage=lane["passage"])
        elif lane["state"] == "blocked":
            self._act("reset")
        return lane

    def wait_asked(self):
        """The number under which the truck in the lane is asked for; None: it was not."""
        end = time.monotonic() + 25
        while time.monotonic() < end:
            lane = self.state()
            if lane["state"] in ("asking", "silent", "held"):
                asked = self.gate.events(kind="inquiry", passage=lane["passage"])
                return asked[-1]["data"]["seq_no"] if asked else None
            if lane["state"] == "blocked":
                return None
            time.sleep(0.05)
        return None

    def wait_gone(self, helps=True):
        """Until the truck has passed; an officer helps."""
        def is_gone():
            lane = self.help() if helps else self.state()
            return lane["state"] == "idle" and not lane["passage"]

        wait_until(is_gone, 90, lambda: f"the lane is idle: {self.state()}", 0.3)


def cut_off(link, lane, clock):
    """Nothing reaches customs; the truck is let through by hand."""
    link.use(Mixed(HOLE), None)
    lane.wait_asked()


def unheard(link, lane, clock):
    """Customs releases and nobody hears it."""
    link.use(None, Mixed(HOLE))
    lane.wait_asked()


def forged(link, lane, clock):
    """Releases under other numbers, and a silent platform: the lane must not open."""
    gate = link.gate
    gate.rpc("customs", "behave", {"fault": "silent", "count": 1000})
    number = lane.wait_asked()
    older = [e["data"]["seq_no"] for e in gate.events(kind="inquiry")][:-1]
    for other in (*older[-2:], (number or "1")[:-1] + "X"):
        gate.rpc("customs", "answer", {"channel": "3301500101", "area_id": "3301500001",
                                       "direction": "I", "seq_no": other, "word": RELEASE})
    gate.wait_event("answer", count=len(gate.events(kind="answer")) + 1)
    time.sleep(0.5)
    assert not gate.events(kind="lift_authorised", passage=lane.state()["passage"])
    gate.rpc("customs", "behave", {"fault": "off"})


def back_a_year(link, lane, clock):
    """Certificates are not valid yet; the numbers go on."""
    clock.shift(-YEAR_S)
    lane.wait_asked()


def ahead_a_year(link, lane, clock):
    clock.shift(YEAR_S)
    lane.wait_asked()


def customs_dies(link, lane, clock):
    lane.wait_asked()
    link.kill("customs")


def gate_dies(link, lane, clock):
    lane.wait_asked()
    link.kill("kakoud")


def gate_dies_anywhere(link, lane, clock):
    time.sleep(random.uniform(0.5, 6))
    link.kill("kakoud")


def trickles(link, lane, clock):
    link.use(Mixed(TRICKLE, "pass"), Mixed(TRICKLE, HALF_OPEN, "pass"))
    lane.wait_asked()


FAULTS = [cut_off, unheard, forged, back_a_year, ahead_a_year, customs_dies, gate_dies,
          gate_dies_anywhere, trickles]


@pytest.mark.long
@pytest.mark.limit(600)
def test_trucks_pass_once_and_customs_knows_of_each_whatever_fails(new_link):
    count = len(FAULTS)
    link = new_link(scenario=orders(count), pace=5)
    gate, clock, lane = link.gate, Clock(link.gate), Lane(link)
    gate.env.update(clock.env)
    gate.start()
    gate.rpc("yard", "start")
    for n in range(1, count + 1):
        drive_in(gate, **truck_of(n))
        FAULTS[(n - 1) % len(FAULTS)](link, lane, clock)
        lane.wait_gone()
        link.use()
        clock.shift(0)
    link.settle()
    verdict = link.check()
    assert verdict.is_clean
    assert verdict.counts["owed"] >= count - 2 and verdict.counts["lifts"] >= count
