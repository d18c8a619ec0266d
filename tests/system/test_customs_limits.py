# SPDX-License-Identifier: MIT
"""What a peer of the customs link can make the gate spend: a bounded amount, and customs is heard.

Counts, not times: anonymous memory in KB and open descriptors of the process, while the attack goes
on. The good answer comes while it goes on, too. With VARIANT=asan the sanitizers look on, and one
allocation of more than a megabyte ends the process.
"""

import contextlib
import os
import socket
import ssl
import struct
import threading

import pytest

from customs_help import HEAD_MARK, answer, context, dial, frame, root
from kakou_rig import BUILD, wait_until

SEQ = "20240726120000000001"
# Sixteen TLS connections of 40 KB, a frame of 32 KB each, and what a heap keeps back; a sanitizer
# puts guards around all of it, and keeps what was freed.
GROWTH_KB = 32768 if BUILD.name == "asan" else 4096
# Sixteen with a TLS connection, sixty-four that have not said hello.
PLACES = 16
DESCRIPTORS = PLACES + 64
ATTRIBUTES = "".join(f' a{number}="x"' for number in range(2000)).encode()
ENTITIES = (b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">'.encode() for i in range(9)) + b"]>"
    b"<COMMAND_INFO>&j;</COMMAND_INFO>")


def huge(order, total, xml):
    """A head that announces so much, and what would be the beginning of it."""
    return (HEAD_MARK + struct.pack(order + "I", total) + b"\x22" + b"33015000013301500101I" + b"\0" * 4 +
            struct.pack(order + "I", xml) + b"x" * 500)


# What one who is trusted may send: data, and the words for it.
MESSAGES = {
    "4-gb-little-endian": (huge("<", 0xFFFFFFFF, 0xFFFFFFD7), "total length"),
    "4-gb-big-endian": (huge(">", 0xFFFFFFFF, 0xFFFFFFD7), "total length"),
    "4-gb-of-xml-in-a-small-frame": (huge("<", 540, 0xFFFFFFFF), "XML length"),
    "entities": (frame(0x22, ENTITIES), "document type"),
    "depth": (frame(0x22, root("COMMAND_INFO", SEQ, "<a>" * 2000 + "</a>" * 2000)), "deep"),
    "attributes": (frame(0x22, b"<COMMAND_INFO" + ATTRIBUTES + b"/>"), "AREA_ID is missing"),
    "a-name-that-never-ends": (frame(0x22, b"<COMMAND_INFO " + b"A" * 30000), "XML"),
    "a-head-that-never-ends": (b"<?xml version='1.0'" + b" " * 200000, "32"),
    "garbage-that-never-ends": (b"\xe2\x5c\x4b" + b"\xe2" * 200000, "head mark"),
}


@pytest.fixture(autouse=True)
def strict_sanitizer(monkeypatch):
    monkeypatch.setenv("ASAN_OPTIONS", "quarantine_size_mb=4:max_allocation_size_mb=1:"
                                       "allocator_may_return_null=0")


def memory_kb(probe):
    with open(f"/proc/{probe.process.pid}/status", encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("RssAnon")).split()[1])


def descriptors(probe):
    return len(os.listdir(f"/proc/{probe.process.pid}/fd"))


def be_heard(probe, certs, seq):
    dial(certs, probe.address, answer(seq), timeout_s=60)
    assert probe.news("answer", within_s=60)["seq_no"] == seq


@contextlib.contextmanager
def going_on(*attacks):
    """Each attack again and again, in a thread of its own, until the test has seen enough."""
    is_over = threading.Event()

    def repeat(attack):
        while not is_over.is_set():
            with contextlib.suppress(OSError):
                attack(is_over)

    threads = [threading.Thread(target=repeat, args=(attack,)) for attack in attacks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("row", MESSAGES)
def test_a_message_that_would_cost_memory_costs_none_and_the_next_is_heard(probe, certs, row):
    data, words = MESSAGES[row]
    be_heard(probe, certs, "before")
    before_kb, before = memory_kb(probe), descriptors(probe)
    with contextlib.suppress(OSError):  # it hangs up before all is sent
        dial(certs, probe.address, data, close="rude")
    assert words in probe.news("garbled")["why"]

    def attack(_):
        dial(certs, probe.address, data, close="rude")

    with going_on(attack, attack):
        for number in range(5):
            be_heard(probe, certs, f"n{number}")
            assert memory_kb(probe) - before_kb < GROWTH_KB
            assert descriptors(probe) - before <= DESCRIPTORS


# What one who is not may do, each on a connection of its own: its first bytes, and one each time.
HELLO = bytes.fromhex("160301020001000201fc0303") + b"r" * 505
CROWDS = {
    "half-open": (b"", b""),
    "a-byte-a-second": (b"", HELLO),
    "half-a-hello": (HELLO[:200], b""),
}


@pytest.mark.parametrize("row", CROWDS)
def test_a_thousand_who_say_nothing_or_little_do_not_keep_customs_out(probe, certs, net, row):
    first, trickle = CROWDS[row]
    be_heard(probe, certs, "before")
    before_kb, before = memory_kb(probe), descriptors(probe)
    reached = []

    def crowd(is_over):
        """A thousand at a time; who is cut off comes again."""
        held = []
        try:
            while not is_over.is_set():
                while len(held) < 250 and not is_over.is_set():
                    held.append(socket.create_connection(probe.address, 20, (f"{net}.66", 0)))
                    held[-1].sendall(first)
                reached.append(len(held))
                for at, raw in enumerate(held):
                    raw.settimeout(0)
                    with contextlib.suppress(BlockingIOError):
                        raw.sendall(trickle[:1])
                        if not raw.recv(1):
                            raw.close()
                            held[at] = None
                held = [raw for raw in held if raw]
                is_over.wait(0.05 if not trickle else 0.5)
        finally:
            for raw in held:
                if raw:
                    raw.close()

    with going_on(crowd, crowd, crowd, crowd):
        for number in range(8):
            be_heard(probe, certs, f"n{number}")
            assert memory_kb(probe) - before_kb < GROWTH_KB
            assert descriptors(probe) - before <= DESCRIPTORS
        wait_until(lambda: len(reached) >= 4, 60, "a thousand have knocked, and more")
        be_heard(probe, certs, "among-them")
    be_heard(probe, certs, "after")


def whole_hello(certs):
    """What a client says first, and all that these ever say."""
    sent = ssl.MemoryBIO()
    tls = context(certs, "customs", False).wrap_bio(ssl.MemoryBIO(), sent)
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return sent.read()


def test_who_stops_after_its_hello_makes_room_for_customs(probe, certs):
    before = descriptors(probe)
    with contextlib.ExitStack() as held:
        for _ in range(PLACES):
            raw = held.enter_context(socket.create_connection(probe.address, 20))
            raw.sendall(whole_hello(certs))
        wait_until(lambda: descriptors(probe) == before + PLACES, 20, "all places are taken", 0.001)
        be_heard(probe, certs, SEQ)
        assert any("others wait" in line.get("why", "") for line in probe.seen), probe.seen
