# SPDX-License-Identifier: MIT
"""Pages that somebody has open: each follows the stream, asks the API now and then, goes and comes back; and
tells whether it missed an event. HTTPS, a session and an address of its own each."""

import http.client
import itertools
import multiprocessing
import random
import threading
import time

from console_help import Browser, Stream
from kakou_rig import CONSOLE_PORT

EACH_PERSON = 7  # kakoud gives one person eight tickets
ASKED = ("state", "lanes", "status", "devices", "history?limit=20", "alarms?open=true", "orders",
         "vehicles", "offline?open=true", "events?newest_first=true&limit=50")
ASKS_EVERY_S = (2, 8)
GOES_EVERY_S = (40, 90)


class OwnAddress(Browser):
    """A browser that comes from an address of its own."""

    def __init__(self, gate, number):
        super().__init__(gate, timeout_s=30)
        self.address = f"{gate.slot.net}.{100 + number}"

    def connect(self):
        connection = http.client.HTTPSConnection(
            self.host, CONSOLE_PORT, timeout=self.timeout_s, context=self.context,
            source_address=(self.address, 0))
        connection.connect()
        return connection


class Page:
    """One open page."""

    def __init__(self, gate, number):
        self.number = number
        self.browser = OwnAddress(gate, number)
        self.last = None  # number of the newest event
        self.events = self.visits = self.asked = 0
        self.faults = []

    def log_in(self):
        name = f"viewer{self.number // EACH_PERSON}"
        answer = self.browser.post("login", {"name": name, "password": f"password of {name}"})
        assert answer.status == 200, answer.body

    def take(self, name, number):
        if name == "record":
            if self.last is not None and number != self.last + 1:
                self.faults.append(f"event {number} after {self.last}")
            self.last = number
            self.events += 1
        elif name in ("missed", "ended"):
            self.faults.append(f"{name} after event {self.last}")

    def visit(self, until_s, target):
        """Follows the stream until then, or until the target event was seen."""
        self.visits += 1
        with Stream(self.browser, self.last) as stream:
            while time.monotonic() < until_s and not self.is_done(target):
                line = stream.response.readline()
                if not line:
                    self.faults.append("the stream ended")
                    return
                # The lanes' pictures are not parsed: fifty pages are one process here.
                if line.startswith(b"event: "):
                    name = line[7:].strip().decode()
                    if name in ("missed", "ended"):
                        self.take(name, None)
                elif line.startswith(b"id: "):
                    self.take("record", int(line[4:]))

    def is_done(self, target):
        return target.value and self.last is not None and self.last >= target.value

    def follow(self, target):
        try:
            while not self.is_done(target):
                self.visit(time.monotonic() + random.uniform(*GOES_EVERY_S), target)
        except Exception as error:  # pylint: disable=broad-except
            self.faults.append(f"{type(error).__name__}: {error}")

    def ask(self, target):
        for path in itertools.cycle(random.sample(ASKED, len(ASKED))):
            time.sleep(random.uniform(*ASKS_EVERY_S))
            if target.value:
                return
            try:
                status = self.browser.ask("GET", f"/api/v1/{path}",
                                          headers={"X-Kakou-Background": "1"}).status
            except OSError as error:
                status = error
            self.asked += 1
            if status != 200:
                self.faults.append(f"{path}: {status}")


def _run(gate, count, target, told):
    pages = [Page(gate, number) for number in range(count)]
    for page in pages:
        page.log_in()
    told.put("open")
    threads = [threading.Thread(target=work, args=(target,), daemon=True)
               for page in pages for work in (page.follow, page.ask)]
    for thread in threads:
        thread.start()
    while not target.value:
        time.sleep(0.5)
    end = time.monotonic() + 60
    for thread in threads:
        thread.join(max(0.1, end - time.monotonic()))
    told.put([(page.number, page.events, page.visits, page.asked, page.last, page.faults)
              for page in pages])


class Pages:
    """So many of them, in a process beside this one."""

    def __init__(self, gate, count):
        for person in range((count + EACH_PERSON - 1) // EACH_PERSON):
            gate.log_in(f"viewer{person}", "viewer")
        fork = multiprocessing.get_context("fork")
        self.target = fork.Value("q", 0)
        self.told = fork.Queue()
        self.process = fork.Process(target=_run, args=(gate, count, self.target, self.told))
        self.process.start()
        assert self.told.get(timeout=120) == "open"

    def close(self, target):
        """Ends them when each has seen the event; what each says."""
        self.target.value = target
        told = self.told.get(timeout=120)
        self.process.join(30)
        return told
