# SPDX-License-Identifier: MIT
"""The customs link between peers that misbehave: real sockets, real mutual TLS."""

import itertools
import socket
import ssl
import threading
import time

import pytest

from customs_help import (AREA, CHANNEL, OTHER_CHANNEL, RELEASE, Probe, answer, command, dial,
                          frame, free_port, root)
from kakou_rig import wait_until

SEQ = "20240726120000000001"
NUMBERS = itertools.count(1)


# ---- out ------------------------------------------------------------------------------------

def test_an_inquiry_is_sent_when_the_peer_has_closed_cleanly(new_peer, new_probe):
    peer = new_peer()
    probe = new_probe(peer)
    probe.ask(SEQ)
    got = peer.next()
    assert (got.code, got.area, got.channel, got.direction) == (0x21, AREA, CHANNEL, "I")
    assert got.seq == SEQ and got.tag("VE_NAME") == "浙A12345"
    sent = probe.news("sent")
    assert (sent["seq_no"], sent["attempt"], sent["lane"]) == (SEQ, 1, 0)
    health = probe.health()
    assert health["is_up"] and health["sent"] == 1 and health["pending"] == 1
    assert health["tls"].startswith("TLSv1.")


def test_a_peer_may_close_as_soon_as_the_frame_is_complete(new_peer, new_probe):
    probe = new_probe(new_peer(behave="early"))
    probe.ask(SEQ)
    assert probe.news("sent")["attempt"] == 1


@pytest.mark.parametrize("settings, big", [({}, False), ({"byte_order": 1, "encoding": 1}, True)])
def test_the_dialect_is_the_sites(new_peer, new_probe, settings, big):
    peer = new_peer()
    probe = new_probe(peer, **settings)
    probe.ask(SEQ)
    got = peer.next()
    assert got.big == big and got.ident == b"\0" * 4
    assert ('encoding="GB18030"' in got.xml) == big and got.tag("VE_NAME") == "浙A12345"


def test_a_resend_keeps_its_number_and_its_bytes(new_peer, new_probe):
    peer = new_peer()
    probe = new_probe(peer, resend_ms=100, resend_max_ms=300)
    probe.ask(SEQ)
    frames = [peer.next() for _ in range(4)]
    assert len({got.data for got in frames}) == 1
    assert [probe.news("sent")["attempt"] for _ in range(4)] == [1, 2, 3, 4]


def test_a_final_answer_stops_the_resends(new_peer, new_probe, certs):
    peer = new_peer()
    probe = new_probe(peer, resend_ms=400)
    probe.ask(SEQ)
    probe.news("sent")
    dial(certs, probe.address, answer(SEQ))
    news = probe.news("answer")
    assert (news["seq_no"], news["verdict"], news["lane"]) == (SEQ, "release", 0)
    assert (news["word"], news["hint"]) == (RELEASE, "放行 请通过")
    assert probe.health()["pending"] == 0
    before = probe.health()["sent"]
    time.sleep(2)
    assert probe.health()["sent"] <= before + 1  # one may have been under way


def test_a_foreign_or_interim_answer_does_not_stop_the_resends(new_peer, new_probe, certs):
    peer = new_peer()
    probe = new_probe(peer, resend_ms=600, resend_max_ms=600)
    probe.ask(SEQ)
    probe.news("sent", attempt=1)
    dial(certs, probe.address, answer("19990101000000000001"))
    assert probe.news("answer")["seq_no"] == "19990101000000000001"
    probe.news("sent", attempt=2)
    dial(certs, probe.address, answer(SEQ, "V1000000001002000000"))
    assert probe.news("answer")["verdict"] == "interim"
    probe.news("sent", attempt=3)
    dial(certs, probe.address, answer(SEQ))
    dial(certs, probe.address, answer(SEQ))
    assert probe.news("answer")["seq_no"] == SEQ
    assert probe.news("answer")["seq_no"] == SEQ  # repeated: handed over all the same


def test_a_cancelled_and_a_replaced_inquiry_are_not_sent_again(new_peer, new_probe):
    peer = new_peer()
    probe = new_probe(peer, resend_ms=300, resend_max_ms=300)
    probe.ask("1")
    probe.ask("a", lane=1)
    assert {peer.next().seq, peer.next().seq} == {"1", "a"}
    probe.say("cancel", 1, "a")
    probe.ask("2")
    probe.news("sent", seq_no="2")
    while not peer.frames.empty():
        peer.frames.get()
    seen = [peer.next().seq for _ in range(6)]
    assert max(seen.count("1"), seen.count("a")) <= 1  # it was under way
    assert seen.count("2") >= 4


def test_both_lanes_are_asked_about_at_once(new_peer, new_probe):
    mute = new_peer(behave="mute")
    probe = new_probe(mute, connect_ms=60000)
    probe.ask("1")
    probe.ask("2", lane=1)
    wait_until(lambda: len(mute.kept) == 2, 20, "two connections")
    assert probe.health()["failed"] == 0


def test_a_peer_that_never_answers_fails_at_the_deadline_and_is_tried_again(new_peer, new_probe):
    probe = new_probe(new_peer(behave="mute"), connect_ms=500)
    probe.ask(SEQ)
    failed = probe.news("failed")
    assert failed["error"] == "timeout" and "TLS handshake" in failed["why"]
    assert probe.news("failed")["attempt"] == 2
    assert not probe.health()["is_up"]


def test_a_peer_that_leaves_without_close_notify_took_nothing(new_peer, new_probe):
    probe = new_probe(new_peer(behave="rude"))
    probe.ask(SEQ)
    assert probe.news("failed")["error"] == "link"
    assert probe.news("failed")["attempt"] == 2
    assert probe.has_no_news("sent", 0)


def test_nobody_at_the_platforms_address(net, new_peer, new_probe):
    address = (f"{net}.2", free_port(f"{net}.2"))
    probe = new_probe(address)
    probe.ask(SEQ)
    first, second = probe.news("failed"), probe.news("failed")
    assert first["error"] == "link" and "refused" in first["why"]
    assert second["at_ms"] - first["at_ms"] >= 400
    peer = new_peer(port=address[1])
    assert probe.news("sent")["attempt"] >= 3
    assert peer.next().seq == SEQ


def test_a_result_is_sent_once(new_peer, new_probe):
    peer = new_peer()
    probe = new_probe(peer, resend_ms=200)
    probe.say("result", 0, SEQ, "0" * 20)
    got = peer.next()
    assert got.code == 0x32 and got.tag("EXECUTE_RESULT") == "0" * 20
    assert probe.delivered()["error"] == "ok"
    time.sleep(0.6)
    assert peer.frames.empty()


def test_a_message_of_the_backlog_is_tried_once_and_its_outcome_told(new_peer, new_probe, certs):
    peer = new_peer()
    probe = new_probe(peer, resend_ms=200)
    probe.say("late", 0, SEQ, "浙A12345/42")
    assert peer.next().seq == SEQ
    assert probe.delivered()["error"] == "ok"
    dial(certs, probe.address, answer(SEQ))
    news = probe.news("answer")
    assert (news["seq_no"], news["passage"]) == (SEQ, 42)


def test_a_failed_delivery_is_told_once_and_left_to_the_caller(net, new_probe):
    nobody = (f"{net}.2", free_port(f"{net}.2"))
    probe = new_probe(nobody, resend_ms=200)
    probe.say("late", 0, SEQ, "浙A12345/43")
    failed = probe.delivered()
    assert failed["error"] == "link" and "%s:%d" % nobody in failed["why"]
    time.sleep(0.8)
    health = probe.health()
    assert (health["failed"], health["pending"]) == (1, 0)


# ---- in -------------------------------------------------------------------------------------

@pytest.mark.parametrize("dialect", [
    {}, {"big": True, "ones": True}, {"encoding": "GB18030"}, {"encoding": "GB2312", "ones": True},
    {"wide": True}, {"wide": True, "big": True}, {"bare": True}, {"bare": True, "encoding": "GBK"},
])
def test_every_dialect_is_understood(probe, certs, dialect):
    dial(certs, probe.address, answer(SEQ, **dialect))
    assert probe.news("answer")["hint"] == "放行 请通过"


def test_a_complete_frame_counts_before_the_connection_ends(probe, certs):
    tls = dial(certs, probe.address, answer("1") + answer("2"), close="keep")
    assert [probe.news("answer")["seq_no"] for _ in range(2)] == ["1", "2"]
    tls.sendall(command("3"))
    news = probe.news("command")
    assert (news["seq_no"], news["verdict"], news["op_id"]) == ("3", "release", "officer")
    tls.unwrap().close()


def test_a_peer_that_leaves_rudely_has_been_heard(probe, certs):
    dial(certs, probe.address, answer(SEQ), close="rude")
    assert probe.news("answer")["seq_no"] == SEQ


def test_bare_xml_without_close_notify_may_be_cut_and_does_not_count(probe, certs):
    dial(certs, probe.address, answer(SEQ, bare=True), close="rude")
    assert "ended within a frame" in probe.news("garbled")["why"]
    assert probe.has_no_news("answer", 0.1)


def test_a_frame_in_single_bytes_is_one_frame(probe, certs):
    tls = dial(certs, probe.address, b"", close="keep")
    for byte in answer(SEQ):
        tls.sendall(bytes([byte]))
    assert probe.news("answer")["seq_no"] == SEQ
    tls.unwrap().close()


def test_a_word_that_is_not_understood_is_an_answer_that_holds(probe, certs):
    dial(certs, probe.address, answer(SEQ, "0000000000"))
    news = probe.news("answer")
    assert (news["verdict"], news["error"]) == ("hold", "garbled") and "0000000000" in news["why"]


@pytest.mark.parametrize("data, quotes", [
    (answer(SEQ, channel="3301509999"), "3301509999"),
    (answer(SEQ, area="9999999999"), "9999999999"),
    (answer(SEQ, channel=OTHER_CHANNEL, direction="I"), "direction I"),
    (frame(0x21, root("GATHER_INFO", SEQ, "")), "0x21"),
    (frame(0x22, b"<COMMAND_INFO"), "XML"),
    (frame(0x22, root("COMMAND_INFO", SEQ, "", channel=OTHER_CHANNEL)), OTHER_CHANNEL),
    (b"GET / HTTP/1.1\r\n\r\n", "head mark"),
    (answer(SEQ)[:-1], "ended within a frame"),
])
def test_what_is_not_for_us_is_told_and_costs_nothing(probe, certs, data, quotes):
    dial(certs, probe.address, data, close="rude")
    assert quotes in probe.news("garbled")["why"]
    dial(certs, probe.address, answer(SEQ))
    assert probe.news("answer")["seq_no"] == SEQ


def test_plain_text_on_the_listener_costs_nothing(probe, certs):
    for data in (b"\xe2\x5c\x4b\x89", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\0" * 99):
        with socket.create_connection(probe.address) as raw:
            raw.sendall(data)
    dial(certs, probe.address, answer(SEQ))
    assert probe.news("answer")["seq_no"] == SEQ


def test_a_peer_that_trickles_is_cut_by_the_deadline(probe, certs):
    tls = dial(certs, probe.address, b"", close="keep", timeout_s=8)
    with pytest.raises((OSError, ssl.SSLError)):
        for byte in answer(SEQ)[:40]:
            tls.sendall(bytes([byte]))
            time.sleep(1)
    news = probe.news("garbled")
    assert news["error"] == "timeout" and "no whole frame" in news["why"]


def test_no_answer_is_lost_while_nobody_takes_the_news(probe, certs):
    count = 80
    probe.say("hold")
    data = b"".join(answer(str(number)) for number in range(count))
    sender = threading.Thread(target=dial, args=(certs, probe.address, data),
                              kwargs={"timeout_s": 20})
    sender.start()
    time.sleep(6)  # longer than a connection's deadline: it is not the peer's fault
    dial(certs, probe.address, answer("beside"), close="rude")
    probe.say("resume")
    numbers = [probe.news("answer")["seq_no"] for _ in range(count + 1)]
    sender.join()
    assert "beside" in numbers
    numbers.remove("beside")
    assert numbers == [str(number) for number in range(count)]
    assert probe.health()["answers"] == count + 1


def test_a_flood_of_garbage_is_counted_not_told(probe, certs):
    tls = dial(certs, probe.address, b"", close="keep")
    for number in range(60):
        tls.sendall(answer(str(number), channel="3301509999"))
    tls.sendall(answer(SEQ))
    probe.news("answer")
    told = sum(line.get("news") == "garbled" for line in probe.seen)
    assert 10 <= told < 60 and probe.health()["dropped"] == 60 - told
    tls.unwrap().close()


def test_a_flood_of_answers_to_nothing_does_not_keep_the_awaited_one_out(new_peer, new_probe,
                                                                         certs):
    probe = new_probe(new_peer())
    probe.ask(SEQ)
    probe.news("sent")
    tls = dial(certs, probe.address, b"", close="keep")
    for number in range(400):
        tls.sendall(answer(str(number)))
    tls.sendall(answer(SEQ))
    told = 0
    while probe.news("answer")["seq_no"] != SEQ:
        told += 1
    assert 64 <= told < 400 and probe.health()["dropped"] == 400 - told
    tls.unwrap().close()


# ---- the end ----------------------------------------------------------------------------------

def test_it_stops_without_waiting_for_what_is_under_way(new_peer, new_probe, certs):
    probe = new_probe(new_peer(behave="mute"), connect_ms=60000)
    for lane in (0, 1):
        probe.ask(next(NUMBERS), lane=lane)
    tls = dial(certs, probe.address, answer(SEQ)[:20], close="keep")
    idle = [socket.create_connection(probe.address) for _ in range(3)]
    time.sleep(0.2)
    assert probe.stop() < 3000  # the deadline of a connection is 5 s
    tls.close()
    for raw in idle:
        raw.close()


def test_an_address_in_use_is_a_reason_not_to_start(new_peer, net, certs, tmp_path):
    peer = new_peer()
    with pytest.raises(AssertionError, match="did not start"):
        Probe(tmp_path, certs, peer.address, peer.address)
