# SPDX-License-Identifier: MIT
"""The customs link between peers that misbehave: real sockets, real mutual TLS."""

import itertools
import socket
import ssl
import subprocess
import threading
import time

import pytest

from customs_help import (AREA, CHANNEL, OTHER_CHANNEL, RELEASE, Peer, Probe, answer, command, dial,
                          frame, free_port, root)
from kakou_rig import BUILD, Slot, wait_until

SEQ = "20240726120000000001"
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def net():
    slot = Slot()
    yield slot.net
    slot.release()


@pytest.fixture
def new_peer(net, certs):
    made = []

    def make(**arguments):
        made.append(Peer(certs, f"{net}.2", **arguments))
        return made[-1]

    yield make
    for peer in made:
        peer.close()


@pytest.fixture
def new_probe(net, certs, tmp_path):
    made = []

    def make(platform, **settings):
        address = (f"{net}.1", free_port(f"{net}.1"))
        target = platform.address if isinstance(platform, Peer) else platform
        made.append(Probe(tmp_path, certs, target, address, **settings))
        return made[-1]

    yield make
    for probe in made:
        probe.close()


@pytest.fixture
def new_platform_process(net, certs, tmp_path):
    """kakou-customs, as a server that gives session tickets."""
    (tmp_path / "orders").write_text("")
    address = (f"{net}.2", free_port(f"{net}.2"))
    process = subprocess.Popen(
        [BUILD / "kakou-customs", "--listen", "%s:%d" % address, "--gate", f"{net}.9:9",
         "--cert", certs / "customs.pem", "--key", certs / "customs.key", "--ca", certs / "ca.pem",
         "--orders", tmp_path / "orders"], stderr=subprocess.PIPE, text=True)
    process.stderr.readline()
    process.address = address
    yield process
    process.kill()
    process.communicate()


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
    probe.ask("2")
    probe.say("cancel", 1, "a")
    probe.news("sent", seq_no="2", attempt=2)
    while not peer.frames.empty():
        peer.frames.get()
    assert {peer.next().seq for _ in range(3)} == {"2"}


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

@pytest.fixture
def probe(new_peer, new_probe):
    return new_probe(new_peer())


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


def test_twenty_idle_connections_do_not_keep_an_answer_out(probe, certs):
    idle = [socket.create_connection(probe.address) for _ in range(20)]
    dial(certs, probe.address, answer(SEQ), timeout_s=30)
    assert probe.news("answer", within_s=30)["seq_no"] == SEQ
    for raw in idle:
        raw.close()


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


def test_what_would_cost_memory_is_bounded_and_the_next_answer_counts(new_probe, new_peer, certs):
    """4 GB announced, a bomb of entities, a thousand connections that say nothing."""
    probe = new_probe(new_peer())
    huge = bytes.fromhex("E25C4B89FFFFFFFF22") + b"x" * 60
    bomb = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">'.encode() for i in range(9)) + b"]>"
    dial(certs, probe.address, huge, close="rude")
    assert "total length" in probe.news("garbled")["why"]
    dial(certs, probe.address, frame(0x22, bomb + b"<COMMAND_INFO>&j;</COMMAND_INFO>"))
    assert "document type" in probe.news("garbled")["why"]

    def memory_kb():
        with open(f"/proc/{probe.process.pid}/status", encoding="ascii") as status:
            return int(next(line for line in status if line.startswith("RssAnon")).split()[1])

    before, idle = memory_kb(), []
    for _ in range(1000):
        raw = socket.socket()
        raw.setblocking(False)
        raw.connect_ex(probe.address)
        idle.append(raw)
    time.sleep(1)
    assert memory_kb() - before < 4096  # sixteen connections at once, however many knock
    for raw in idle:
        raw.close()
    dial(certs, probe.address, answer(SEQ), timeout_s=30)
    assert probe.news("answer", within_s=30)["seq_no"] == SEQ


# ---- who may ----------------------------------------------------------------------------------

@pytest.mark.parametrize("name, ca, check", [
    ("rogue-customs", "ca", "not signed by a trusted issuer"),
    ("other", "ca", "other.sim.invalid"),
    ("client-customs", "ca", "extended key usage"),
])
def test_the_platforms_certificate_is_checked_when_we_dial(new_peer, new_probe, name, ca, check):
    peer = new_peer(name=name, ca=ca)
    probe = new_probe(peer)
    probe.ask(SEQ)
    failed = probe.news("failed")
    assert failed["error"] == "refused" and check in failed["why"]
    assert peer.frames.empty()


def test_a_platform_that_refuses_our_certificate_is_told_apart(new_peer, new_probe):
    peer = new_peer()
    probe = new_probe(peer, name="rogue-gate")
    probe.ask(SEQ)
    failed = probe.news("failed")
    assert failed["error"] == "refused" and "peer:" in failed["why"], failed
    assert peer.frames.empty()


@pytest.mark.parametrize("name, check", [
    (None, "no client certificate"),
    ("rogue-customs", "not signed by a trusted issuer"),
    ("other", "other.sim.invalid"),
    ("gate", "gate.sim.invalid"),
])
def test_who_dials_in_is_checked(probe, certs, name, check):
    with pytest.raises((OSError, ssl.SSLError)):
        tls = dial(certs, probe.address, answer(SEQ), name=name, close="keep")
        while tls.recv(100):  # under TLS 1.3 the refusal comes last
            pass
        raise ssl.SSLError("ended")
    refused = probe.news("refused")
    assert check in refused["why"] and "127.0.0.1:" in refused["why"]
    assert probe.has_no_news("answer", 0) and probe.health()["refused"] == 1
    dial(certs, probe.address, answer(SEQ))
    assert probe.news("answer")["seq_no"] == SEQ


def test_a_revoked_certificate_is_refused_where_lists_are_checked(new_peer, new_probe, certs):
    probe = new_probe(new_peer(), peer="gate", crl=certs / "crl.pem")
    with pytest.raises((OSError, ssl.SSLError)):
        dial(certs, probe.address, answer(SEQ), name="revoked-gate")
    assert "revoked" in probe.news("refused")["why"]


def test_many_messages_need_one_whole_handshake(new_platform_process, new_probe):
    platform = new_platform_process
    probe = new_probe(platform.address, resend_ms=60000, resend_max_ms=60000)
    for number in range(10):
        probe.ask(f"n{number}")
        probe.news("sent", seq_no=f"n{number}")
    health = probe.health()
    assert health["handshakes"] == 10
    if health["tls"] == "TLSv1.2":  # 1.3 resumes otherwise, and is not asked to
        assert health["resumed"] == 9


def replace_files(folder, certs, name):
    for suffix in (".key", ".pem"):
        new = folder / f"new{suffix}"
        new.write_bytes((certs / f"{name}{suffix}").read_bytes())
        new.chmod(0o600)
        new.rename(folder / f"gate{suffix}")


@pytest.fixture
def own_files(certs, tmp_path):
    """A folder whose gate.pem and gate.key a test may replace."""
    folder = tmp_path / "own"
    folder.mkdir()
    for name in ("ca.pem",):
        (folder / name).write_bytes((certs / name).read_bytes())
    replace_files(folder, certs, "gate")
    return folder


def test_certificates_are_rotated_without_a_restart(new_peer, new_probe, certs, own_files):
    peer = new_peer()
    probe = new_probe(peer, cert=own_files / "gate.pem", key=own_files / "gate.key",
                      resend_ms=60000, resend_max_ms=60000)
    probe.ask("before")
    probe.news("sent", seq_no="before")
    kept = dial(certs, probe.address, answer("1")[:30], close="keep")
    replace_files(own_files, certs, "rogue-gate")
    assert "rotated" in probe.news("certificates")["why"]
    probe.ask("after")
    assert "peer:" in probe.news("failed", seq_no="after")["why"]  # it shows the new one
    kept.sendall(answer("1")[30:])  # who was connected goes on
    assert probe.news("answer")["seq_no"] == "1"
    kept.close()
    replace_files(own_files, certs, "gate")
    assert "rotated" in probe.news("certificates")["why"]
    probe.news("sent", seq_no="after")


def test_files_that_do_not_fit_are_told_and_the_old_ones_stay(new_peer, new_probe, certs,
                                                             own_files):
    probe = new_probe(new_peer(), cert=own_files / "gate.pem", key=own_files / "gate.key")
    (own_files / "gate.pem").write_bytes((certs / "other.pem").read_bytes())
    assert "the old ones stay" in probe.news("certificates")["why"]
    probe.ask(SEQ)
    assert probe.news("sent")["seq_no"] == SEQ


def test_what_ends_within_thirty_days_is_warned_of(new_peer, new_probe):
    probe = new_probe(new_peer(), name="expired-gate")
    assert "certificate gate.sim.invalid ended on 2021-01-01" in probe.news("certificates")["why"]


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
