#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The host's end of the cabinet's wires: carries packets between the guest and the yard.

    relay.py LISTEN YARD QMP LOG

The cabinet in the guest comes in on the Unix stream socket LISTEN, one packet of hal/gpio_yard.h
after the other; the yard's lines are on the packet socket YARD. When the machine is reset, QEMU
says so on its socket QMP, and the wires fall off at once, as the pins of a chip go back to
inputs: the yard then sees every output off. LOG gets a line of JSON for each of these events.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time

HELLO_BYTES = 8 + 48 * 34
PACKET_BYTES = 128


class Relay:
    def __init__(self, listen, yard, qmp, log):
        self.yard_path, self.qmp_path = yard, qmp
        self.log = open(log, "a", encoding="utf-8", buffering=1)
        self.selector = selectors.DefaultSelector()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(listen)
        self.listener.listen(4)
        self.selector.register(self.listener, selectors.EVENT_READ, self.take_guest)
        self.guest = self.yard = self.qmp = None
        self.waiting = self.said = b""
        self.has_greeted = False

    def tell(self, event, **more):
        self.log.write(json.dumps({"t_mono_ms": time.monotonic_ns() // 10**6, "event": event,
                                   **more}) + "\n")

    # ---- the wires ------------------------------------------------------------------------------

    def cut(self, why):
        """The yard sees every output off."""
        if self.guest or self.yard:
            self.tell("cut", why=why)
        for end in (self.guest, self.yard):
            if end:
                self.selector.unregister(end)
                end.close()
        self.guest = self.yard = None

    def take_guest(self):
        guest, _ = self.listener.accept()
        self.cut("a new cabinet")
        self.guest, self.waiting, self.has_greeted = guest, b"", False
        self.selector.register(guest, selectors.EVENT_READ, self.hear_guest)

    def greet_yard(self, hello):
        self.yard = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.yard.connect(self.yard_path)
        self.yard.send(hello)
        self.selector.register(self.yard, selectors.EVENT_READ, self.hear_yard)
        self.has_greeted = True
        self.tell("wired")

    def hear_guest(self):
        data = self.guest.recv(65536)
        if not data:
            self.cut("the cabinet hung up")
            return
        self.waiting += data
        while len(self.waiting) >= (PACKET_BYTES if self.has_greeted else HELLO_BYTES):
            size = PACKET_BYTES if self.has_greeted else HELLO_BYTES
            packet, self.waiting = self.waiting[:size], self.waiting[size:]
            if self.has_greeted:
                self.yard.send(packet)
            else:
                self.greet_yard(packet)

    def hear_yard(self):
        packet = self.yard.recv(PACKET_BYTES)
        if packet:
            self.guest.sendall(packet)
        else:
            self.cut("the yard hung up")

    # ---- the machine ------------------------------------------------------------------------------

    def watch_machine(self):
        """QEMU may not be there yet; called again until it is."""
        with contextlib.suppress(OSError):
            qmp = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            qmp.connect(self.qmp_path)
            qmp.sendall(b'{"execute":"qmp_capabilities"}\n')
            self.qmp, self.said = qmp, b""
            self.selector.register(qmp, selectors.EVENT_READ, self.hear_machine)
            self.tell("machine")

    def hear_machine(self):
        data = self.qmp.recv(65536)
        if not data:
            self.selector.unregister(self.qmp)
            self.qmp.close()
            self.qmp = None
            self.cut("the machine is gone")
            return
        *lines, self.said = (self.said + data).split(b"\n")
        for line in lines:
            said = json.loads(line)
            if said.get("event") in ("RESET", "WATCHDOG"):
                self.tell(said["event"].lower(), **said.get("data", {}))
            if said.get("event") == "RESET":
                self.cut("reset")

    def run(self):
        while True:
            if not self.qmp:
                self.watch_machine()
            for key, _ in self.selector.select(0.2):
                try:
                    # One answer may have closed what another was about.
                    if key.fileobj.fileno() >= 0:
                        key.data()
                except OSError as error:
                    self.cut(str(error))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    Relay(*sys.argv[1:]).run()
