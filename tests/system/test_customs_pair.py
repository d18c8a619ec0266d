# SPDX-License-Identifier: MIT
"""The link of kakoud and kakou-customs in front of each other: every dialect, the smart generation,
devices, enrolment, and either that goes and comes back."""

import pytest

from customs_help import (CHANNEL, RELEASE, Probe, dial, frame, free_port, history, root,
                          wait_history)
from platform_help import ORDER, Platform


@pytest.fixture
def pair(net, new_platform, certs, tmp_path):
    """kakoud's link and kakou-customs, each with its own certificate."""
    address = (f"{net}.1", free_port(f"{net}.1"))
    platform = new_platform(address)
    probe = Probe(tmp_path, certs, platform.address, address, resend_ms=1000, ident=1, encoding=1)
    yield probe, platform
    probe.close()


def test_the_link_and_the_platform_understand_each_other(pair):
    probe, platform = pair
    probe.ask("20240726120000000001")
    answer = probe.news("answer")
    assert (answer["seq_no"], answer["verdict"]) == ("20240726120000000001", "release")
    assert (answer["hint"], answer["form_id"]) == ("放行 请通过", ORDER.format(1))
    probe.ask("20240726120000000002", plate="浙X99999")
    assert probe.news("answer")["verdict"] == "hold"
    platform.rpc.call("operate", {"channel": CHANNEL, "op_id": "7"})
    operated = probe.news("command")
    assert (operated["seq_no"], operated["verdict"], operated["op_id"]) == (
        "20240726120000000002", "release", "7")
    probe.say("result", 0, "20240726120000000002", "0" * 20)
    assert wait_history(platform.rpc, code="0x32")[0]["fields"]["result"] == "0" * 20
    health = probe.health()
    assert health["pending"] == 0 and health["failed"] == 0


# Each row: what differs from the defaults of kakou-customs, as its settings and as the link's.
DIALECTS = {
    "big_wide": {"byte_order": ("big", 1), "code_width": ("4", 1), "ident": ("zeroes", 0)},
    "bare_xml": {"framing": ("bare_xml", 1), "encoding": ("gb18030_as_utf8", 4)},
    "field": {"ic_block": ("flat", 1), "seal_key_tag": ("seal_key", 1),
              "vehicle_weight_tag": ("ve_weight", 1), "absent_devices": ("no_tags", 1),
              "conta_reco": ("one_recognised", 1), "verdict": ("plain", 1),
              "encoding": ("gb2312", 2)},
    "regional": {"status_table": ("regional", 1), "encoding": ("utf8", 0),
                 "code_width": ("4", 1)},
}


def speak(net, new_platform, certs, tmp_path, platform=None, gate=None):
    """The platform in one dialect, and strict; the link in another, or the same."""
    address = (f"{net}.1", free_port(f"{net}.1"))
    made = new_platform(address, strict="yes", **{
        name.replace("_", "-"): words[0] for name, words in (platform or {}).items()})
    settings = {"ident": 1, "encoding": 1,
                **{name: words[1] for name, words in (gate or {}).items()}}
    return made, Probe(tmp_path, certs, made.address, address, resend_ms=1000, **settings)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_strict_platform_understands_its_own_dialect(net, new_platform, certs, tmp_path, name):
    dialect = DIALECTS[name]
    platform, probe = speak(net, new_platform, certs, tmp_path, dialect, dialect)
    probe.ask("20240726120000000001")
    answer = probe.news("answer")
    assert (answer["verdict"], answer["hint"]) == ("release", "放行 请通过")
    assert answer["word"] == ("Y" if name == "field" else RELEASE)
    probe.say("result", 0, "20240726120000000001", "0" * 20)
    assert wait_history(platform.rpc, code="0x32", outcome="taken")
    assert probe.health()["dialect"] == "" and probe.has_no_news("dialect", 0)
    probe.close()


SMART = {"generation": ("smart", 1), "encoding": ("utf8", 0)}
SESSION = "20240726120000000001"


@pytest.fixture
def smart(net, new_platform, certs, tmp_path):
    platform, probe = speak(net, new_platform, certs, tmp_path, SMART, SMART)
    yield platform, probe
    probe.close()


def test_the_smart_generation_asks_and_is_answered(smart):
    platform, probe = smart
    probe.ask(SESSION)
    answer = probe.news("answer")
    assert (answer["seq_no"], answer["word"], answer["verdict"]) == (SESSION, "Y", "release")
    assert (answer["hint"], answer["form_id"]) == ("放行 请通过", ORDER.format(1))
    asked = history(platform.rpc, way="in", code="0x81")[0]
    assert (asked["seq_no"], asked["fields"]["plate"], asked["fields"]["mode"]) == (
        SESSION, "浙A12345", "A")
    assert probe.health()["pending"] == 0 and "dialect" not in asked
    probe.ask("20240726120000000002", plate="浙X99999")
    assert probe.news("answer")["verdict"] == "hold"


def test_a_gathering_by_hand_says_so_in_its_mode(smart):
    platform, probe = smart
    for letter in "MB":
        probe.say("mode", 0, letter)
        probe.ask(letter + "1")
        probe.news("answer", seq_no=letter + "1")
        assert history(platform.rpc, way="in", seq_no=letter + "1")[0]["fields"]["mode"] == letter


def test_an_officers_verdict_follows_the_interim_one_under_its_session(smart):
    platform, probe = smart
    probe.ask(SESSION, plate="浙B00009")  # its order answers M first
    assert probe.news("answer")["verdict"] == "interim"
    for op_type, verdict in (("3", "inspect"), ("2", "return"), ("0", "release")):
        platform.rpc.call("operate", {"channel": CHANNEL, "op_type": op_type, "op_id": "7"})
        command = probe.news("command")
        assert (command["code"], command["seq_no"], command["verdict"], command["op_id"]) == (
            0x85, SESSION, verdict, "7")
    probe.say("obey", 0, 1)  # there is no message that answers a 0x85
    assert probe.has_no_news("failed", 0.3)
    assert not history(platform.rpc, way="in", code="0x84")


def test_devices_that_are_not_there_answer_failed(smart):
    platform, probe = smart
    probe.ask(SESSION)
    probe.news("answer")
    platform.rpc.call("operate", {"channel": CHANNEL, "op_type": "", "seal_id": "S1",
                                  "seal_act": "U"})
    command = probe.news("command")
    assert (command["code"], command["verdict"]) == (0x83, "hold")
    probe.say("obey", 0, 0)
    result = wait_history(platform.rpc, code="0x84")[0]["fields"]
    assert (result["seal"], result["control"]) == ("S1", "2")


def test_a_seal_that_was_not_opened_answers_nine(pair):
    probe, platform = pair
    probe.ask(SESSION)
    probe.news("answer")
    platform.rpc.call("operate", {"channel": CHANNEL, "command": "00000002100000000000"})
    probe.news("command")
    probe.say("obey", 0, 1)
    assert wait_history(platform.rpc, code="0x32")[0]["fields"]["result"] == \
        "90000009900000000000"
    platform.rpc.call("operate", {"channel": CHANNEL, "code": "0x35"})
    assert probe.news("command")["code"] == 0x35
    probe.say("obey", 0, 0)
    assert wait_history(platform.rpc, code="0x36")[0]["fields"]["control"] == "3"


@pytest.fixture
def watched(net, new_platform, certs, tmp_path):
    address = (f"{net}.1", free_port(f"{net}.1"))
    platform = new_platform(address, strict="yes")
    probe = Probe(tmp_path, certs, platform.address, address, ident=1, encoding=1,
                  states_ms=3000)
    yield probe, platform
    probe.close()


def test_device_states_are_told_as_they_change_and_as_a_sign_of_life(watched):
    probe, platform = watched
    probe.say("states", 0, "1---111-")
    first = wait_history(platform.rpc, code="0x42", outcome="taken")[0]["fields"]
    assert first == {"10": "1", "14": "1", "15": "1", "16": "1"}
    assert not history(platform.rpc, code="0x43")
    probe.say("states", 0, "1---121-")
    changed = wait_history(platform.rpc, code="0x42", count=2)[1]["fields"]
    assert changed["15"] == "2"
    said = wait_history(platform.rpc, code="0x43", outcome="taken")[0]["fields"]
    assert (said["device_id"], said["name"], said["status"]) == ("15", "scale", "2")
    wait_history(platform.rpc, code="0x42", count=4)  # nothing changes any more
    assert len(history(platform.rpc, code="0x43")) == 1
    assert probe.has_no_news("sent", 0)  # no lane asked, so none is told


@pytest.mark.parametrize("device_id, status, control", [
    ("15", "1", "0"), ("15", "3", "0"), ("15", "0", "3"), ("16", "1", "3"), ("16", "2", "0"),
    ("12", "1", "1"), ("99", "1", "1"), ("x", "1", "1")])
def test_a_device_can_not_be_set_from_outside_and_that_is_said(watched, device_id, status,
                                                               control):
    probe, platform = watched
    probe.say("states", 0, "-----12-")
    wait_history(platform.rpc, code="0x42")
    platform.rpc.call("set_device", {"channel": CHANNEL, "area_id": "3301500001",
                                     "direction": "I", "seq_no": "1",
                                     "device_id": device_id, "status": status})
    answer = wait_history(platform.rpc, code="0x34", outcome="taken")[0]["fields"]
    assert (answer["device_id"], answer["control"]) == (device_id, control)
    assert f"device {device_id} to state {status}, answered {control}" in \
        probe.news("device")["why"]


@pytest.mark.parametrize("code", ["0x63", "0x64", "0x65", "0x66"])
def test_enrolment_of_a_seal_reader_is_told_and_not_carried_out(pair, certs, code):
    probe, platform = pair
    head = {"channel": CHANNEL, "area_id": "3301500001", "seq_no": "1", "code": code}
    platform.rpc.call("enrol", {**head, "direction": "I"})
    assert probe.news("device")["why"] == (f"{code}: enrolment of a seal reader, not carried out: "
                                           "there is none here that can be")
    for direction in "FH":  # fixed virtual and mobile channels: none of our lanes
        platform.rpc.call("enrol", {**head, "direction": direction})
        assert f"direction {direction}: none of our lanes" in probe.news("garbled")["why"]
    wait_history(platform.rpc, count=3, way="out", code=code, outcome="sent")
    dial(certs, platform.address, frame(int(code, 16), root("COMMAND_INFO", "1", "")), name="gate")
    assert wait_history(platform.rpc, way="in", code=code)[0]["outcome"] == "taken"


def test_a_strict_platform_names_what_it_does_not_take(net, new_platform, certs, tmp_path):
    platform, probe = speak(net, new_platform, certs, tmp_path, None, DIALECTS["big_wide"])
    probe.ask("20240726120000000001")
    said = wait_history(platform.rpc, outcome="another dialect")[0]["dialect"]
    assert "big-endian, configured little-endian" in said
    assert "code of 4 bytes, configured code of 1 byte" in said
    probe.close()


def test_a_wrong_setting_is_named_once_and_the_answer_counts(net, new_platform, certs, tmp_path):
    spoken = {"byte_order": ("big", 1), "verdict": ("plain", 1), "encoding": ("utf8", 0)}
    platform, probe = speak(net, new_platform, certs, tmp_path, spoken)
    for seq in ("1", "2"):
        platform.rpc.call("answer", {"channel": CHANNEL, "area_id": "3301500001",
                                     "direction": "I", "seq_no": seq, "word": "Y",
                                     "hint": "放行"})
        assert probe.news("answer", seq_no=seq)["verdict"] == "release"
    said = probe.news("dialect")["why"]
    assert said.startswith("peer answers big-endian, configured little-endian; UTF-8, "
                           "configured GB18030; plain verdict")
    assert probe.health()["dialect"] == said and probe.has_no_news("dialect", 0.2)
    probe.close()


def test_every_kind_of_answer_reaches_the_lane_with_its_number(pair):
    probe, _ = pair
    probe.ask("1", plate="浙B00008")
    assert [probe.news("answer")["seq_no"] for _ in range(2)] == ["7", "1"]
    probe.ask("2", plate="浙B00007")
    assert [probe.news("answer")["seq_no"] for _ in range(2)] == ["2", "2"]
    probe.ask("3", plate="浙B00009")
    assert [probe.news("answer")["verdict"] for _ in range(2)] == ["interim", "release"]


def test_a_silent_platform_is_asked_again_under_the_same_number(pair):
    probe, platform = pair
    probe.ask("1", plate="浙B00006")
    assert probe.news("answer")["seq_no"] == "1"
    asked = history(platform.rpc, code="0x21")
    assert [entry["received"] for entry in asked] == [1, 2, 3]
    assert {entry["seq_no"] for entry in asked} == {"1"}


def test_the_link_survives_a_platform_that_goes_and_comes_back(pair, certs, net, tmp_path):
    probe, platform = pair
    platform.process.kill()
    platform.process.wait()
    probe.ask("1")
    assert probe.news("failed")["error"] == "link"
    again = Platform(tmp_path, net, certs, probe.address,
                     listen="%s:%d" % platform.address)
    assert probe.news("answer")["seq_no"] == "1"
    again.close()
