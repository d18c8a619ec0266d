# SPDX-License-Identifier: MIT
"""A network that fails as it is told: stands between a dialler and its peer, byte by byte."""

import contextlib
import socket
import struct
import threading
import time

PASS, RESET, HOLE, TRICKLE, HALF_OPEN = "pass", "reset", "hole", "trickle", "half_open"
UP, DOWN = "up", "down"  # from the dialler to its peer, and back
HELD_S = 20  # a connection that nobody ends


class Fate:
    """What becomes of one connection."""

    def __init__(self, kind=PASS, way=UP, at=0):
        self.kind, self.way, self.at = kind, way, at
        self.passed = {UP: 0, DOWN: 0}
        self.was_reset = False

    def __repr__(self):
        return f"{self.kind} {self.way} at {self.at}, passed {self.passed}"


def _abort(*sockets):
    """Closes with a reset instead of a goodbye; who waits to read from it wakes up first."""
    for one in sockets:
        with contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.shutdown(socket.SHUT_RD)
        one.close()


class Proxy:
    """Listens on `listen`, dials `target` for each connection; `choose()` gives its Fate and
    `ended(fate)` hears of its end. Both are called from the proxy's threads, one at a time."""

    def __init__(self, listen, target, choose=Fate, ended=lambda fate: None):
        self.target, self.choose, self.ended = target, choose, ended
        self.lock = threading.Lock()
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(listen)
        self.socket.listen(64)
        self.is_closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.is_closed = True
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _accept(self):
        while not self.is_closed:
            try:
                near, _ = self.socket.accept()
            except OSError:
                return
            with self.lock:
                fate = self.choose()
            threading.Thread(target=self._serve, args=(near, fate), daemon=True).start()

    def _serve(self, near, fate):
        far = None
        try:
            near.settimeout(HELD_S)
            if fate.kind == HOLE:
                while near.recv(4096):  # taken, and nothing ever comes of it
                    pass
                return
            far = socket.create_connection(self.target, 5)
            far.settimeout(HELD_S)
            back = threading.Thread(target=self._pump, args=(far, near, fate, DOWN), daemon=True)
            back.start()
            self._pump(near, far, fate, UP)
            back.join()
        except OSError:
            pass
        finally:
            near.close()
            if far:
                far.close()
            with self.lock:
                self.ended(fate)

    def _pump(self, source, sink, fate, way):
        try:
            while data := source.recv(1 if fate.kind == TRICKLE else 65536):
                if fate.kind == TRICKLE:
                    time.sleep(1)
                if fate.kind == HALF_OPEN and way == DOWN:
                    continue
                if fate.kind == RESET and way == fate.way:
                    left = fate.at - fate.passed[way]
                    if len(data) > left:
                        sink.sendall(data[:left])
                        fate.passed[way] += left
                        fate.was_reset = True
                        _abort(source, sink)
                        return
                sink.sendall(data)
                fate.passed[way] += len(data)
            if fate.kind == HALF_OPEN and way == DOWN:
                time.sleep(HELD_S)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            _abort(source, sink)


class EveryByte:
    """Fates that cut every second connection, at byte 0, `step`, 2 × `step` … of the way up, then
    of the way down, until connections come through whole; then `after()` decides."""

    def __init__(self, step=1, after=Fate):
        self.step, self.after = step, after
        self.way, self.at, self.turn, self.whole = UP, 0, 0, 0
        self.cuts = {UP: 0, DOWN: 0}
        self.longest = {UP: 0, DOWN: 0}

    @property
    def is_done(self):
        return self.way is None

    def choose(self):
        self.turn += 1
        if self.is_done or self.turn % 2 == 0:
            return self.after()
        fate = Fate(RESET, self.way, self.at)
        self.at += self.step
        return fate

    def ended(self, fate):
        if fate.kind != RESET:
            return
        if fate.was_reset:
            self.whole = 0
            self.cuts[fate.way] += 1
            self.longest[fate.way] = max(self.longest[fate.way], fate.at)
        elif fate.way == self.way and fate.passed[fate.way] <= fate.at and fate.passed[DOWN]:
            self.whole += 1
            if self.whole >= 5:
                self.way, self.at, self.whole = (DOWN if self.way == UP else None), 0, 0
