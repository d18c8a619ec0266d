# SPDX-License-Identifier: MIT
"""The rig of the system tests: a whole gate of real programs in a folder of its own.

    with Gate(scenario="board/sim/demo.scenario") as gate:
        gate.start()
        gate.rpc("yard", "start")
        closed = gate.wait_event("passage_closed", within_s=60)

A gate has a private run folder, throw-away certificates, and an address slot 127.77.N.*, so
several run side by side. It starts kakou-customs, kakou-yard and kakoud from build/$VARIANT,
waits until their control sockets answer, speaks JSON-RPC 2.0 to all three, and ends what it
started whatever happens. Standard library only.
"""

import contextlib
import ctypes
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build") / os.environ.get("VARIANT", "gcc")
LONG = os.environ.get("KAKOU_LONG") == "1"

READY_S = 10
STOP_S = 3
SLOTS = 250
SLOT_LOCK_PORT = 47777
UNIX_PATH_MAX = 100
PR_SET_PDEATHSIG = 1
# What kakou does only for who has logged in.
ACTS = ("release", "inspect", "return", "hold", "reset", "orders", "vehicles", "offline",
        "emergency-mode", "correct", "enter", "choose", "regather", "ask", "lock", "open",
        "emergency", "ack", "shelve", "answer", "turn")

# program: (its name in build/, its arguments)
PROGRAMS = {
    "customs": ("kakou-customs", [
        "--listen", "{net}.2:9001", "--gate", "{net}.1:9002", "--peer-name", "gate.sim.invalid",
        "--cert", "{run}/certs/customs.pem", "--key", "{run}/certs/customs.key",
        "--ca", "{run}/certs/ca.pem", "--orders", "{run}/scenario",
        "--control", "{run}/customs.sock", "--journal", "{run}/customs.journal"]),
    "yard": ("kakou-yard", [
        "--site", "{run}/site.conf", "--scenario", "{run}/scenario",
        "--control", "{run}/yard.sock", "--gpio", "{run}/gpio.sock", "--pace", "{pace}",
        "--log", "{run}/yard.events"]),
    "kakoud": ("kakoud", ["--config", "{run}/site.conf"]),
    "console": ("kakou-console", ["--config", "{run}/console.conf"]),
}
GATE = ("customs", "yard", "kakoud")  # what runs unless something else is asked for
CONSOLE_PORT = 8443
CONSOLE_CONF = """
listen_host = "@NET@.1"
listen_port = 8443
cert_file = "@RUN@/certs/console.pem"
key_file = "@RUN@/certs/console.key"
control_socket = "@RUN@/kakoud.sock"
page_dir = "@ROOT@/firmware/console/page"
state_dir = "@RUN@/console"
"""


class RigError(Exception):
    """The rig could not do its part; the text says what, with the end of the log."""


class RpcError(Exception):
    """A program answered with a JSON-RPC error."""

    def __init__(self, method, error):
        super().__init__(f"{method}: {error.get('message')} ({error.get('code')})")
        self.code, self.message, self.data = (error.get(k) for k in ("code", "message", "data"))


def wait_until(probe, within_s, what, every_s=0.02):
    """Returns probe()'s first true value; an AssertionError names `what` when none comes."""
    end = time.monotonic() + within_s
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"not within {within_s} s: {what() if callable(what) else what}")
        time.sleep(every_s)


def make_certs(folder):
    """Throw-away certificates; see tools/certs/make-certs.sh for their names."""
    subprocess.run([ROOT / "tools/certs/make-certs.sh", folder], check=True)
    return pathlib.Path(folder)


class Slot:
    """An address range 127.77.N.* that nobody else uses, for as long as its lock is held."""

    def __init__(self):
        first = random.randrange(SLOTS)
        for n in range(SLOTS):
            self.number = 1 + (first + n) % SLOTS
            self.lock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self.lock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                self.lock.bind((f"{self.net}.250", SLOT_LOCK_PORT))
                self.lock.listen(1)
                return
            except OSError:
                self.lock.close()
        raise RigError(f"all {SLOTS} address slots 127.77.N are in use")

    @property
    def net(self):
        return f"127.77.{self.number}"

    def release(self):
        self.lock.close()


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """One started program; its output goes to a log in the run folder."""

    def __init__(self, name, command, run, env=None):
        self.name = name
        self.log = run / f"{name}.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, cwd=run, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **(env or {})}, start_new_session=True,
                preexec_fn=_die_with_parent)

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process.poll() is None

    def tail(self, lines=40):
        text = self.log.read_text("utf-8", "replace").splitlines()[-lines:]
        return "\n".join(f"{self.name}| {line}" for line in text)

    def signal(self, number):
        if self.is_running:
            self.process.send_signal(number)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        """SIGKILL to the program and all it started; returns its exit status."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        return self.process.wait()

    def stop(self, within_s=STOP_S):
        """SIGTERM, and a failure when it does not end in time; returns its exit status."""
        self.signal(signal.SIGTERM)
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} was still there {within_s} s after SIGTERM\n"
                                 f"{self.tail()}") from None

    def memory_kb(self, field="RssAnon"):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            key, _, value = line.partition(":")
            if key == field:
                return int(value.split()[0])
        raise RigError(f"/proc/{self.pid}/status has no {field}")


class Rpc:
    """One connection to a control socket: newline-delimited JSON-RPC 2.0."""

    def __init__(self, path, timeout_s=5):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout_s)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise
        self.stream = self.socket.makefile("rwb")
        self.ids = itertools.count(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.stream.close()
        self.socket.close()

    def call(self, method, params=None):
        """The result; RpcError for an error answer, ConnectionError when the peer is gone."""
        number = next(self.ids)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}
        self.stream.write(json.dumps(request).encode() + b"\n")
        self.stream.flush()
        line = self.stream.readline()
        if not line:
            raise ConnectionError(f"{method}: the connection ended without an answer")
        answer = json.loads(line)
        if answer.get("id") != number:
            raise RigError(f"{method}: asked as {number}, answered as {answer.get('id')}")
        if "error" in answer:
            raise RpcError(method, answer["error"])
        return answer["result"]


class Gate:
    """One gate: its folder, its addresses, its programs."""

    def __init__(self, scenario="", site="board/sim/site.conf", certs=None, pace=4):
        """`scenario` and `site` are paths from the root, or texts (with a newline, or empty).
        `pace`: driving and people so many times faster than in life, 1 to 5."""
        self.slot = Slot()
        self.run = self._make_run_folder()
        self.programs = {}
        self.env = {}
        self.extra = {}  # program: further arguments
        self.certs = self.run / "certs"
        if certs:
            shutil.copytree(certs, self.certs)
        else:
            make_certs(self.certs)
        self.site = self.write("site.conf", self.read(site))
        self.scenario = self.write("scenario", self.read(scenario))
        self.console_conf = self.write("console.conf", CONSOLE_CONF)
        self.pace = pace
        self.tickets = {}  # pid of kakoud: the officer's ticket
        self.ticket_file = self.run / "ticket"

    @staticmethod
    def _make_run_folder():
        parent = ROOT / "build/run"
        if len(str(parent)) > UNIX_PATH_MAX - 30:
            parent = pathlib.Path(tempfile.gettempdir())
        parent.mkdir(parents=True, exist_ok=True)
        return pathlib.Path(tempfile.mkdtemp(prefix="t-", dir=parent))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.close(keep=kind is not None)

    # ---- files ------------------------------------------------------------------------------

    @staticmethod
    def read(source):
        return source if "\n" in source or not source else (ROOT / source).read_text("utf-8")

    def render(self, text):
        places = {"@RUN@": str(self.run), "@NET@": self.slot.net, "@ROOT@": str(ROOT),
                  "@MAPS@": str(ROOT / "board/maps")}
        for place, value in places.items():
            text = text.replace(place, value)
        return text

    def write(self, name, text):
        """Writes a file of the run folder with its placeholders replaced."""
        path = self.run / name
        path.write_text(self.render(text), "utf-8")
        return path

    def edit_site(self, old, new):
        """Replaces a text of the site file that must be there exactly once."""
        text = self.site.read_text("utf-8")
        if text.count(old) != 1:
            raise RigError(f"site.conf has {text.count(old)} times {old!r}, expected one")
        self.site.write_text(text.replace(old, self.render(new)), "utf-8")

    # ---- programs ---------------------------------------------------------------------------

    def start(self, *names, env=None, wait=True):
        """Starts the programs (all three when none is named) and waits until they answer."""
        for name in names or GATE:
            binary, arguments = PROGRAMS[name]
            old = self.programs.get(name)
            if old and old.is_running:
                raise RigError(f"{name} is running already")
            places = {"run": self.run, "net": self.slot.net, "pace": self.pace}
            command = [BUILD / binary, *(a.format(**places) for a in arguments),
                       *self.extra.get(name, [])]
            self.programs[name] = Program(name, command, self.run, {**self.env, **(env or {})})
            if wait:
                self.wait_ready(name)

    def socket_path(self, name):
        return self.run / f"{name}.sock"

    def wait_ready(self, name, within_s=READY_S):
        program = self.programs[name]

        def answers():
            if not program.is_running:
                raise RigError(f"{name} ended with {program.process.returncode} before it was "
                               f"ready\n{program.tail()}")
            try:
                if name == "console":
                    socket.create_connection((f"{self.slot.net}.1", CONSOLE_PORT), 1).close()
                else:
                    Rpc(self.socket_path(name)).close()
                return True
            except OSError:
                return False

        wait_until(answers, within_s, lambda: f"{name} answers\n{program.tail()}")

    @property
    def kakoud(self):
        return self.programs["kakoud"]

    @property
    def yard(self):
        return self.programs["yard"]

    @property
    def customs(self):
        return self.programs["customs"]

    def close(self, keep=False):
        """Ends every program by its process group, kakoud first; keeps the folder of a failure."""
        for name in ("console", "kakoud", "yard", "customs"):
            program = self.programs.get(name)
            if program:
                program.resume()
                program.signal(signal.SIGTERM)
        end = time.monotonic() + STOP_S
        for program in self.programs.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.process.wait(max(0.0, end - time.monotonic()))
            program.kill()
        self.slot.release()
        if keep:
            print(f"kept: {self.run}")
            for program in self.programs.values():
                print(program.tail())
        else:
            shutil.rmtree(self.run, ignore_errors=True)

    # ---- talking ----------------------------------------------------------------------------

    def connect(self, name, timeout_s=5):
        return Rpc(self.socket_path(name), timeout_s)

    def rpc(self, name, method, params=None):
        """One call on a connection of its own."""
        with self.connect(name) as connection:
            return connection.call(method, params)

    def log_in(self, name="officer", role="officer"):
        """A ticket of a person of this role; who is not there yet is added first."""
        def login(person):
            return self.rpc("kakoud", "login", {"name": person, "screen": "test",
                                                "password": f"password of {person}"})["ticket"]

        def add(person, as_role, **ticket):
            self.rpc("kakoud", "people.add", {"name": person, "role": as_role, "screen": "test",
                                              "password": f"password of {person}", **ticket})

        there = [person["name"] for person in self.rpc("kakoud", "people")["people"]]
        if not there:
            add("chief", "supervisor")
        if name not in ("chief", *there):
            add(name, role, ticket=login("chief"))
        return login(name)

    def act(self, verb, lane, ticket=None, **params):
        """An act over the control socket, as `name`'s or the officer's ticket has it."""
        return self.rpc("kakoud", "act", {
            "ticket": ticket or self.ticket(), "lane": lane, "act": verb, "reason": "test",
            "screen": "test", **params})

    def ticket(self):
        """The officer's ticket for the kakoud that runs now."""
        if self.tickets.get(self.kakoud.pid) is None:
            self.tickets = {self.kakoud.pid: self.log_in()}
        return self.tickets[self.kakoud.pid]

    def ticket_env(self):
        """An environment in which kakou is logged in as the officer."""
        self.ticket_file.touch(0o600)
        self.ticket_file.write_text(self.ticket())
        return {**os.environ, "KAKOU_TICKET": str(self.ticket_file)}

    def kakou_raw(self, *arguments, timeout_s=10, text=None):
        """Runs kakou against this gate, logged in as an officer unless it logs in itself; the
        finished process with its texts. `text` is its standard input."""
        if arguments[0] in ACTS:
            self.ticket_env()
        given = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
        return subprocess.run(
            [BUILD / "kakou", "--socket", self.socket_path("kakoud"), *map(str, arguments)],
            **given, capture_output=True, text=True, timeout=timeout_s, check=False,
            env={**os.environ, "KAKOU_TICKET": str(self.ticket_file)})

    def kakou(self, *arguments):
        """What `kakou … --json` says, parsed; a failure when it does not exit with 0."""
        done = self.kakou_raw(*arguments, "--json")
        if done.returncode:
            raise AssertionError(f"kakou {' '.join(map(str, arguments))}: exit status "
                                 f"{done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    # ---- the record -------------------------------------------------------------------------

    def events(self, after=0, kind=None, passage=None, lane=None):
        """The record's events after number `after`, oldest first, as dictionaries."""
        wanted = {"kind": kind, "passage": passage, "lane": lane}
        question = {key: value for key, value in wanted.items() if value is not None}
        found = []
        with self.connect("kakoud") as connection:
            while True:
                rows = connection.call("events.read", {**question, "after": after,
                                                       "limit": 500})["events"]
                if not rows:
                    return found
                found += [row["bytes"] for row in rows]
                after = rows[-1]["seq"]

    def wait_event(self, kind, within_s=30, count=1, **filters):
        """The first `count` events of a kind (the event itself when it is one)."""
        def probe():
            found = self.events(kind=kind, **filters)
            return found[:count] if len(found) >= count else None

        found = wait_until(probe, within_s, lambda: f"{count} event(s) {kind} {filters}; the "
                           f"record has {[e.get('kind') for e in self.events()][-30:]}", 0.1)
        return found[0] if count == 1 else found
