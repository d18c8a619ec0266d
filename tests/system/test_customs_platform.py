# SPDX-License-Identifier: MIT
"""kakou-customs: what it answers, what it refuses, and what it holds for good. The link of kakoud in
front of it is in test_customs_pair.py."""

import json
import re
import signal
import socket
import ssl
import stat
import subprocess
import time

import pytest

from customs_help import (CHANNEL, OTHER_CHANNEL, REFUSED, RELEASE, Peer, dial, frame, free_port,
                          history, inquiry, root, wait_history)
from kakou_rig import BUILD, ROOT, RpcError, wait_until
from platform_help import ORDER, ORDERS, Platform, wait_clear


@pytest.fixture
def gate(net, certs):
    """The gate's listener, by OpenSSL."""
    peer = Peer(certs, f"{net}.1", name="gate")
    yield peer
    peer.close()


@pytest.fixture
def platform(new_platform, gate):
    return new_platform(gate.address)


@pytest.fixture
def ask(platform, gate, certs):
    """ask(seq, …): sends a 0x21 and returns the 0x22 that comes back. What is asked while its
    answer is still on its way gets no second one, so the way is clear first."""
    def send(seq, **fields):
        wait_clear(platform)
        dial(certs, platform.address, inquiry(seq, **fields), name="gate")
        return gate.next()

    return send


def word(code, position=None, total=None):
    """The release word with the given finding in it."""
    text = list(RELEASE)
    text[0], text[1] = total or code, "1"
    if position:
        text[position - 1] = code
    return "".join(text)


# ---- decisions ------------------------------------------------------------------------------

def test_a_matching_order_is_released_and_booked(platform, ask):
    got = ask("1", plate="浙A12345", tag="E2003412AB000001", weight="37000.2",
              boxes=("CSQU3054383", "CBHU3202732"), seal="HYT-1")
    assert (got.code, got.channel, got.direction, got.seq) == (0x22, CHANNEL, "I", "1")
    assert got.tag("CHECK_RESULT") == RELEASE and got.tag("OP_HINT") == "放行 请通过"
    assert (got.tag("FORM_TYPE"), got.tag("FORM_ID")) == ("7", ORDER.format(1))
    assert got.ident == b"\xff" * 4 and not got.big and 'encoding="GB18030"' in got.xml
    order = platform.rpc.call("orders")["orders"][0]
    assert (order["number"], order["state"], order["booked"]) == (ORDER.format(1), 2, True)


@pytest.mark.parametrize("fields, expected, hint", [
    ({"plate": "浙X99999"}, REFUSED, "未关联单据"),
    ({"plate": "浙B00010"}, REFUSED, "未关联单据"),
    ({"plate": "浙B00011"}, REFUSED, "未关联单据"),
    ({"plate": "浙B00002", "weight": "8600", "boxes": ()}, RELEASE, "空车放行"),
    ({"plate": "浙B00002", "weight": "17000", "boxes": ()}, word("q", 5), "重量不符"),
    ({"plate": "浙A12345", "weight": "44400"}, word("o", 5), "重量不符"),
    ({"plate": "浙A12345", "weight": "38800"}, RELEASE, "放行 请通过"),
    ({"plate": "浙A12345", "weight": "0"}, RELEASE, "放行 请通过"),
    ({"plate": "浙A12345", "weight": ""}, RELEASE, "放行 请通过"),
    ({"plate": "浙A12345", "boxes": ("MSKU0000001",)}, word("z", 3), "箱号不符 请等候"),
    ({"plate": "浙A12345", "boxes": ("CSQU3054383", "MSKU0000001")}, word("z", 4),
     "箱号不符 请等候"),
    ({"plate": "浙A12345", "seal": "HYT-2"}, word("x", 8, total="1"), "封志不符 请等候"),
    ({"plate": "浙A12345", "tag": "E2003412AB000002"}, word("r", 7), "车牌不符 请等候"),
    ({"plate": "", "card": "330102600001"}, RELEASE, "放行 请通过"),
    ({"plate": "", "tag": "E2003412AB000001"}, RELEASE, "放行 请通过"),
    ({"plate": "浙B00003", "weight": "0", "boxes": ()}, word("w", 3), "请到查验区"),
    ({"plate": "浙B00004", "weight": "0", "boxes": ()}, word("v", 3), "请等候人工"),
])
def test_each_situation_has_its_word_and_hint(ask, fields, expected, hint):
    got = ask("1", **fields)
    assert (got.tag("CHECK_RESULT"), got.tag("OP_HINT")) == (expected, hint)


def test_findings_add_up_and_the_first_one_speaks(ask):
    got = ask("1", plate="浙A12345", weight="60000", boxes=("MSKU0000001",), seal="HYT-2")
    assert got.tag("CHECK_RESULT") == "o1z0o00x001002000000"
    assert got.tag("OP_HINT") == "重量不符"


def test_direction_and_channel_must_fit(ask):
    exits = {"plate": "浙B00011", "weight": "0", "boxes": (), "direction": "E"}
    assert ask("1", **exits).tag("CHECK_RESULT") == REFUSED
    got = ask("2", channel="3301500199", **exits)
    assert (got.tag("CHECK_RESULT"), got.tag("FORM_TYPE")) == (RELEASE, "8")
    assert got.channel == "3301500199" and got.direction == "E"


def test_one_number_always_gets_one_answer(platform, ask, gate):
    first = ask("1")
    assert first.tag("CHECK_RESULT") == RELEASE
    again = ask("1")
    assert again.data == first.data
    assert ask("2").tag("CHECK_RESULT") == RELEASE  # a re-gather within the minute
    outcomes = [entry["outcome"] for entry in history(platform.rpc, code="0x21")]
    assert outcomes == ["answered", "answered again", "answered"]


def test_a_resend_while_the_answer_is_on_its_way_makes_no_second_one(new_platform, gate, certs):
    platform = new_platform(gate.address, **{"connect-ms": 60000})
    gate.behave = "mute"  # whoever brings an answer waits
    for _ in range(3):
        dial(certs, platform.address, inquiry("1"), name="gate")
    wait_until(lambda: gate.kept, 20, "the answer is on its way")
    assert [entry["outcome"] for entry in wait_history(platform.rpc, code="0x21", count=3)] == [
        "answered", "pending", "pending"]
    gate.behave = "clean"
    gate.kept.pop().close()  # and it is brought again
    assert gate.next().tag("CHECK_RESULT") == RELEASE
    wait_clear(platform)
    assert gate.frames.empty()


# ---- behaviour ------------------------------------------------------------------------------

PLAIN = {"weight": "0", "boxes": ()}


def test_a_silent_order_ignores_the_first_inquiries(platform, gate, certs):
    for _ in range(3):
        dial(certs, platform.address, inquiry("1", plate="浙B00006", **PLAIN), name="gate")
    assert gate.next().tag("CHECK_RESULT") == RELEASE
    assert [entry["outcome"] for entry in history(platform.rpc, code="0x21")] == [
        "ignored", "ignored", "answered"]
    wait_clear(platform)
    assert gate.frames.empty()


def test_a_repeated_answer_comes_twice(ask, gate):
    assert ask("1", plate="浙B00007", **PLAIN).data == gate.next().data


def test_a_foreign_answer_comes_first_and_would_open(ask, gate):
    foreign = ask("1", plate="浙B00008", **PLAIN)
    assert foreign.seq != "1" and foreign.tag("CHECK_RESULT") == RELEASE
    assert gate.next().seq == "1"


def test_an_interim_answer_comes_before_the_final_one(ask, gate):
    assert ask("1", plate="浙B00009", **PLAIN).tag("CHECK_RESULT").startswith("V1")
    assert gate.next().tag("CHECK_RESULT") == RELEASE


def test_a_late_answer_takes_at_least_fifteen_seconds(platform, certs):
    dial(certs, platform.address, inquiry("1", plate="浙B00012", **PLAIN), name="gate")
    time.sleep(1)
    assert platform.rpc.call("status")["waiting"] == 1


@pytest.mark.parametrize("fault, seqs", [("repeat", ["1", "1"]), ("foreign", ["7", "1"])])
def test_faults_of_the_platform_last_as_long_as_told(platform, ask, gate, fault, seqs):
    platform.rpc.call("behave", {"fault": fault, "count": 1})
    assert platform.rpc.call("status")["fault"] == {"kind": fault, "left": 1}
    assert [ask("1").seq, gate.next().seq] == seqs
    assert platform.rpc.call("status")["fault"] == {"kind": "off", "left": 0}
    assert ask("2").seq == "2"
    wait_clear(platform)
    assert gate.frames.empty()


def test_a_silent_slow_and_garbled_platform(platform, ask, gate, certs):
    platform.rpc.call("behave", {"fault": "silent", "count": 2})
    for _ in range(2):
        dial(certs, platform.address, inquiry("1"), name="gate")
    platform.rpc.call("behave", {"fault": "slow", "ms": 700})
    began = time.monotonic()
    assert ask("1").tag("CHECK_RESULT") == RELEASE and time.monotonic() - began > 0.6
    platform.rpc.call("behave", {"fault": "garbled"})
    dial(certs, platform.address, inquiry("2"), name="gate")
    assert gate.next().xml == '<COMMAND_INFO AREA_ID="'
    assert ask("2").tag("CHECK_RESULT") == RELEASE


def test_an_answer_is_brought_again_when_the_gate_was_not_there(net, new_platform, certs):
    address = (f"{net}.1", free_port(f"{net}.1"))
    platform = new_platform(address)
    with socket.create_server(address) as nobody:
        nobody.settimeout(20)
        dial(certs, platform.address, inquiry("1"), name="gate")
        nobody.accept()[0].close()
    gate = Peer(certs, f"{net}.1", name="gate", port=address[1])
    assert gate.next().seq == "1"
    sent = wait_history(platform.rpc, way="out")[0]
    assert sent["outcome"] == "sent" and sent["attempts"] > 1
    gate.close()


# ---- the officer's side ---------------------------------------------------------------------

def test_an_officer_operates_the_current_inquiry(platform, ask, gate):
    ask("1", plate="浙X99999")
    platform.rpc.call("operate", {"channel": CHANNEL, "op_id": "关员 7", "op_reason": "查验完毕"})
    got = gate.next()
    assert (got.code, got.seq, got.channel, got.direction) == (0x31, "1", CHANNEL, "I")
    assert got.tag("EXCUTE_COMMAND") == "0" * 20 and got.tag("OP_TYPE") == "0"
    assert (got.tag("OP_ID"), got.tag("OP_REASON")) == ("关员 7", "查验完毕")
    platform.rpc.call("operate", {"channel": CHANNEL, "seq_no": "older", "op_type": "2",
                                  "command": "01" + "0" * 18})
    got = gate.next()
    assert (got.seq, got.tag("OP_TYPE"), got.tag("EXCUTE_COMMAND")[:2]) == ("older", "2", "01")


def test_a_return_opens_the_order_again(platform, ask, gate):
    ask("1")
    assert platform.rpc.call("orders")["orders"][0]["state"] == 2
    platform.rpc.call("operate", {"channel": CHANNEL, "op_type": "2"})
    assert gate.next().code == 0x31
    assert platform.rpc.call("orders")["orders"][0]["state"] == 1


def test_an_officer_approves_an_order_again(platform, ask):
    ask("1")
    assert platform.rpc.call("orders")["orders"][0]["state"] == 2
    platform.rpc.call("approve", {"number": ORDER.format(1)})
    assert platform.rpc.call("orders")["orders"][0]["state"] == 1


def test_any_answer_can_be_sent(platform, gate):
    platform.rpc.call("answer", {"channel": OTHER_CHANNEL, "area_id": "3301500001",
                                 "direction": "E", "seq_no": "99", "word": "nonsense",
                                 "hint": "你好"})
    got = gate.next()
    assert (got.channel, got.direction, got.seq) == (OTHER_CHANNEL, "E", "99")
    assert (got.tag("CHECK_RESULT"), got.tag("OP_HINT")) == ("nonsense", "你好")


@pytest.mark.parametrize("method, params, code, quotes", [
    ("operate", {"channel": "3301599999"}, -32602, "seq_no"),
    ("operate", {}, -32602, "channel"),
    ("answer", {"channel": CHANNEL, "seq_no": "1"}, -32602, "area_id"),
    ("behave", {"fault": "lazy"}, -32602, "fault"),
    ("behave", {"fault": "silent", "count": 0}, -32602, "count"),
    ("history", {"limit": 100000}, -32602, "limit"),
    ("approve", {"number": "Z1"}, -32602, "Z1"),
    ("enrol", {"channel": CHANNEL, "area_id": "1", "direction": "I", "seq_no": "1", "code": "0x62"},
     -32602, "0x63"),
    ("frobnicate", {}, -32601, "frobnicate"),
])
def test_wrong_calls_are_named(platform, method, params, code, quotes):
    with pytest.raises(RpcError) as raised:
        platform.rpc.call(method, params)
    assert raised.value.code == code and quotes in str(raised.value)


def test_what_is_no_call_is_answered_and_the_connection_lives_on(platform):
    stream = platform.rpc.stream
    for line, code in ((b"{", -32700), (b"[]", -32600), (b'{"jsonrpc":"2.0","id":1}', -32600)):
        stream.write(line + b"\n")
        stream.flush()
        assert json.loads(stream.readline())["error"]["code"] == code
    stream.write(b'{"jsonrpc":"2.0","method":"status"}\n')  # a notification: no answer
    stream.flush()
    assert platform.rpc.call("status")["inquiries"] == 0


def test_history_and_journal_hold_every_message(platform, ask, gate, certs):
    ask("1", weight="37000.25", card="330102600001")
    dial(certs, platform.address,
         frame(0x32, root("COMMAND_INFO", "1", f"<EXECUTE_RESULT>{'0' * 20}</EXECUTE_RESULT>")),
         name="gate")
    wait_history(platform.rpc, code="0x32", outcome="taken")
    entries = wait_history(platform.rpc, count=3)
    assert [entry["id"] for entry in entries] == [1, 2, 3]
    asked = entries[0]
    assert asked["fields"]["plate"] == "浙A12345" and asked["fields"]["gross_g"] == 37000250
    assert asked["order"] == ORDER.format(1) and asked["because"] == "all agrees"
    sent = history(platform.rpc, way="out")[0]
    assert sent["fields"]["check_result"] == RELEASE and sent["attempts"] == 1
    lines = [json.loads(line) for line in platform.journal.read_text("utf-8").splitlines()]
    assert lines == entries
    after = platform.rpc.call("history", {"after": 2})
    assert [entry["id"] for entry in after["entries"]] == [3] and after["last"] == 3


# ---- who may, and the process ---------------------------------------------------------------

@pytest.mark.parametrize("name, check", [
    (None, "no client certificate"),
    ("rogue-gate", "not signed by a trusted issuer"),
    ("other", "other.sim.invalid"),
    ("expired-gate", "expired"),
])
def test_a_gate_that_fails_a_check_is_refused_and_named(platform, ask, certs, name, check):
    with pytest.raises((OSError, ssl.SSLError)):
        tls = dial(certs, platform.address, inquiry("1"), name=name, close="keep")
        while tls.recv(100):
            pass
        raise ssl.SSLError("ended")
    refused = wait_history(platform.rpc, outcome="refused")[0]
    assert check in refused["why"]
    assert platform.rpc.call("status")["refused"] == 1
    assert ask("2").tag("CHECK_RESULT") == RELEASE


@pytest.mark.parametrize("name, check", [
    ("rogue-gate", "not signed by a trusted issuer"), ("other", "other.sim.invalid")])
def test_the_gates_certificate_is_checked_when_the_platform_dials(
        net, new_platform, certs, name, check):
    gate = Peer(certs, f"{net}.1", name=name)
    platform = new_platform(gate.address)
    dial(certs, platform.address, inquiry("1"), name="gate")
    failed = wait_history(platform.rpc, way="out", outcome="failed")[0]
    assert check in failed["why"] and gate.frames.empty()
    gate.close()


@pytest.mark.parametrize("data, quotes", [
    (b"GET / HTTP/1.1\r\n\r\n", "head mark"),
    (frame(0x21, b"<GATHER_INFO>"), "AREA_ID"),
    (frame(0x21, b"<!DOCTYPE a><GATHER_INFO/>"), "document type"),
])
def test_garbage_costs_nothing(platform, ask, certs, data, quotes):
    dial(certs, platform.address, data, name="gate", close="rude")
    assert quotes in wait_history(platform.rpc, outcome="garbled")[0]["why"]
    assert ask("1").tag("CHECK_RESULT") == RELEASE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_ends_when_told(platform, gate, certs, number):
    assert platform.first_line == "kakou-customs: listening on %s:%d\n" % platform.address
    assert stat.S_IMODE(platform.socket.stat().st_mode) == 0o600
    dial(certs, platform.address, inquiry("1", plate="浙B00012", **PLAIN), name="gate")
    platform.process.send_signal(number)
    assert platform.process.wait(10) == 0  # an answer that waits 15 s does not hold it
    assert not platform.socket.exists()


@pytest.mark.parametrize("arguments, quotes", [
    ([], "cert is not given"),
    (["--listen", "9001"], "expected HOST:PORT"),
    (["--tolerance-pct", "200"], "expected 0 to 100"),
    (["--ident", "twos"], "expected ones|zeroes"),
    (["--frob", "1"], '"--frob" is not known'),
    (["--cert"], "--cert: expected a value"),
    (["--config", "/nowhere/customs.conf"], "/nowhere/customs.conf"),
])
def test_wrong_arguments_are_named(arguments, quotes):
    done = subprocess.run([BUILD / "kakou-customs", *arguments], capture_output=True, text=True,
                          timeout=30, check=False)
    assert done.returncode == 2 and quotes in done.stderr


def test_the_manual_page_names_every_argument():
    done = subprocess.run([BUILD / "kakou-customs", "--help"], capture_output=True, text=True,
                          timeout=30, check=True)
    page = (ROOT / "tools/customs/kakou-customs.1").read_text("utf-8")
    arguments = re.findall(r"^  --([a-z-]+)", done.stdout, re.M)
    assert len(arguments) == 33
    assert [name for name in arguments if f"Fl -{name} " not in page] == []


def test_a_file_may_hold_the_settings(net, certs, gate, tmp_path):
    (tmp_path / "orders").write_text(ORDERS, "utf-8")
    port = free_port(f"{net}.2")
    (tmp_path / "customs.conf").write_text(
        f'listen = "{net}.2:1"\ngate = "%s:%d"\ncert = "{certs}/customs.pem"\n'
        f'key = "{certs}/customs.key"\nca = "{certs}/ca.pem"\norders = "{tmp_path}/orders"\n'
        'ident = "zeroes"\nbyte_order = "big"\nencoding = "utf8"\n' % gate.address, "utf-8")
    process = subprocess.Popen(
        [BUILD / "kakou-customs", "--listen", f"{net}.2:{port}", "--config",
         tmp_path / "customs.conf"], stderr=subprocess.PIPE, text=True)
    try:
        assert "listening" in process.stderr.readline()
        dial(certs, (f"{net}.2", port), inquiry("1"), name="gate")
        got = gate.next()
        assert got.big and got.ident == b"\0" * 4 and 'encoding="UTF-8"' in got.xml
    finally:
        process.kill()
        process.communicate()


def test_an_order_that_is_wrong_is_named_with_its_line(tmp_path, certs):
    (tmp_path / "orders").write_text(
        'order "Z3111I240726000000000001" {\n\tplate = "A"\n\tdirection = "I"\n'
        '\tgoods_kg = "1.2345"\n}\n', "utf-8")
    done = subprocess.run(
        [BUILD / "kakou-customs", "--cert", certs / "customs.pem", "--key", certs / "customs.key",
         "--ca", certs / "ca.pem", "--orders", tmp_path / "orders"],
        capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1 and re.search(r"orders:4: .*1\.2345", done.stderr)


# ---- what it holds for good --------------------------------------------------------------------

def stored(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_what_was_decided_is_stored_before_it_is_answered_and_after_a_kill(new_platform, gate,
                                                                           certs, tmp_path):
    store = tmp_path / "store"
    platform = new_platform(gate.address, store=store)
    dial(certs, platform.address, inquiry("1"), name="gate")
    first = gate.next()
    held = stored(store)
    assert [(line["seq_no"], line["release"], line["order"]) for line in held] == \
        [("1", True, ORDER.format(1))]
    platform.process.kill()
    platform.process.wait()
    with open(store, "a", encoding="utf-8") as file:
        file.write('{"code":"0x21","seq_no":"cut o')  # a crash in the middle of a line
    platform = new_platform(gate.address, store=store)
    dial(certs, platform.address, inquiry("1"), name="gate")
    assert gate.next().tag("CHECK_RESULT") == first.tag("CHECK_RESULT")
    orders = platform.rpc.call("orders")["orders"]
    assert next(o for o in orders if o["number"] == ORDER.format(1))["booked"]
    dial(certs, platform.address, inquiry("2"), name="gate")
    gate.next()
    assert [line["seq_no"] for line in stored(store)] == ["1", "2"]


def test_a_store_that_is_none_is_refused(tmp_path, net, certs, gate):
    store = tmp_path / "store"
    store.write_text("something else\n")
    with pytest.raises(OSError):  # it ends before its control socket is there
        Platform(tmp_path, net, certs, gate.address, store=store)
