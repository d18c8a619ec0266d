# SPDX-License-Identifier: MIT
"""What kakoud learns about its peer and its own certificates stays in the record."""

import shutil
import time

from customs_help import answer
from gate_help import Clock, scenario
from kakou_rig import wait_until
from test_customs_tls import knock


def replace(gate, suffix, source):
    """As a technician does: the new file beside the old one, then over it."""
    new = gate.certs / f"new{suffix}"
    shutil.copy(gate.certs / f"{source}{suffix}", new)
    new.chmod(0o600)
    new.rename(gate.certs / f"gate{suffix}")


def whys(gate, kind):
    return [event["data"]["why"] for event in gate.events(kind=kind)]


# What the site says and the platform does not do, as far as its answers show it, and the words.
WRONG = {
    "generation = smart": "the traditional generation, configured the smart generation",
    "framing = bare_xml": "framed, configured bare XML",
    "byte_order = big": "little-endian, configured big-endian",
    "ident = zeroes": "ident FF, configured ident 00",
    "code_width = 4": "code of 1 byte, configured code of 4 bytes",
    "encoding = gb2312": "GB18030, configured GB2312",
    "status_table = regional": "status word of annex B, configured regional status word",
    "verdict = plain": "verdict of 20 characters, configured plain verdict",
}


def test_every_wrong_setting_is_named_once_in_the_record(new_gate):
    gate = new_gate(scenario=scenario())
    gate.edit_site('area_id = "3301500001"', 'area_id = "3301500001"\n' + "".join(
        f"\t{setting}\n" for setting in WRONG))
    gate.edit_site("\tpictures_wait_ms = 800\n", "")  # neither bare XML nor the smart generation has any
    gate.start()
    for _ in range(2):
        gate.rpc("customs", "answer", {"channel": "3301500101", "area_id": "3301500001",
                                       "direction": "I", "seq_no": "1", "hint": "放行",
                                       "word": "0000000x001000000000"})  # x: of annex B alone
    gate.wait_event("answer", count=2)

    def untold():
        told = "; ".join(whys(gate, "peer_dialect"))
        return [words for words in WRONG.values() if words not in told]

    wait_until(lambda: not untold(), 30, untold)  # the last of them comes after its answer
    told = "; ".join(whys(gate, "peer_dialect"))
    assert [words for words in WRONG.values() if told.count(words) != 1] == [], told
    link = gate.kakou("link")["dialect"]
    assert all(words in link for words in WRONG.values())


def test_another_dialect_and_new_certificates_are_in_a_record_that_verifies(new_gate):
    gate = new_gate(scenario=scenario())
    gate.edit_site('area_id = "3301500001"', 'area_id = "3301500001"\n\tbyte_order = big')
    gate.start()
    gate.rpc("yard", "start")
    closed = gate.wait_event("passage_closed", within_s=60)["data"]
    assert closed["verdict"] == "release"  # a wrong setting is told, and costs no passage
    told = gate.wait_event("peer_dialect")["data"]
    assert "peer answers little-endian, configured big-endian" in told["why"]
    assert told["seq_no"]
    assert len(gate.events(kind="peer_dialect")) == 1

    replace(gate, ".pem", "other")
    wait_until(says(gate, "the old ones stay"), 30, lambda: whys(gate, "certificates"))
    replace(gate, ".key", "other")
    wait_until(says(gate, "rotated"), 30, lambda: whys(gate, "certificates"))
    assert gate.kakou("log", "verify")["is_whole"]


DAY_S = 24 * 3600
VALID_S = 3650 * DAY_S  # of each throw-away certificate


def says(gate, word):
    return lambda: any(word in why for why in whys(gate, "certificates"))


def alarms(gate, kind="alarm"):
    """What was told of certificates, by code."""
    return {event["data"]["code"]: event["data"] for event in gate.events(kind=kind)
            if event["data"]["code"].startswith("certificate")}


def test_what_ends_is_in_the_record_thirty_days_before_and_again_each_day(new_gate):
    gate = new_gate(scenario=scenario())
    clock = Clock(gate)
    gate.start("yard", "customs")
    clock.shift(VALID_S - 30 * DAY_S - DAY_S // 2)
    gate.start("kakoud", env=clock.env)
    # The files are looked at by then: new ones would be told, too.
    replace(gate, ".pem", "gate")
    wait_until(says(gate, "rotated"), 30, lambda: whys(gate, "certificates"))
    assert not says(gate, "ends on")()
    for n, days in enumerate((29, 28), 1):
        clock.shift(VALID_S - days * DAY_S - DAY_S // 2)
        wait_until(lambda: sum("ends on" in why for why in whys(gate, "certificates")) == n, 30,
                   lambda: whys(gate, "certificates"))
        assert f", {days} days left" in whys(gate, "certificates")[-1]
    assert abs(gate.kakou("link")["expires_s"] - time.time() - VALID_S) < DAY_S
    assert "ends     " in gate.kakou_raw("link").stdout
    begun = alarms(gate)
    assert list(begun) == ["certificate_ends"]
    assert begun["certificate_ends"]["detail"] in ("own_certificate", "authority")
    assert ", 29 days left" in begun["certificate_ends"]["text"]  # told once, and not each day
    clock.shift(VALID_S + DAY_S)
    wait_until(lambda: list(alarms(gate)) == ["certificate_ends", "certificate_ended"], 30,
               lambda: alarms(gate))
    assert list(alarms(gate, "alarm_ended")) == ["certificate_ends"]
    clock.shift(0)
    wait_until(lambda: len(alarms(gate, "alarm_ended")) == 2, 30,
               lambda: alarms(gate, "alarm_ended"))
    assert gate.kakou("log", "verify")["is_whole"]


def test_a_clock_that_stands_in_1970_keeps_no_truck_out_and_is_in_the_record(new_gate):
    gate = new_gate(scenario=scenario())
    clock = Clock(gate)
    clock.shift(-int(time.time()) + 100)
    gate.start("yard", "customs")
    gate.start("kakoud", env=clock.env)
    wait_until(says(gate, "the clock stands before the beginning of our own certificate"), 30,
               lambda: whys(gate, "certificates"))
    # What is not a matter of time is refused as ever.
    knock(gate.certs, (f"{gate.slot.net}.1", 9002), {"name": "rogue-customs"}, answer("1"))
    assert "not signed by a trusted issuer" in gate.wait_event("peer_refused")["data"]["why"]
    gate.rpc("yard", "start")
    closed = gate.wait_event("passage_closed", within_s=60)
    assert (closed["data"]["verdict"], closed["data"]["by"]) == ("release", "customs")
    assert closed["wall_ms"] < DAY_S * 1000
    assert not gate.events(kind="clock_step")
    clock.shift(0)
    step = gate.wait_event("clock_step")
    assert step["data"]["by_ms"] > 50 * 365 * DAY_S * 1000
    assert step["wall_ms"] - step["data"]["by_ms"] < DAY_S * 1000
    wait_until(says(gate, "the clock is set: validity is checked again"), 30,
               lambda: whys(gate, "certificates"))
    knock(gate.certs, (f"{gate.slot.net}.1", 9002), {"name": "expired-customs"}, answer("1"))
    wait_until(lambda: any("certificate expired" in why for why in whys(gate, "peer_refused")), 30,
               lambda: whys(gate, "peer_refused"))
    assert gate.kakou("log", "verify")["is_whole"]


def test_each_lane_registers_and_the_record_has_what_came_of_it(new_gate):
    gate = new_gate(scenario=scenario())
    secret = gate.run / "password"
    gate.edit_site('area_id = "3301500001"', 'area_id = "3301500001"\n\tuser_id = "gate01"\n'
                   f'\tpassword_file = "{secret}"\n\tresend_max_ms = 2000')
    secret.write_text("wrong one\n")
    secret.chmod(0o600)
    gate.extra["customs"] = ["--user", "gate01", "--password", "open sesame"]
    gate.start()

    def said(word):
        return lambda: {e["lane"] for e in gate.events(kind="registered")
                        if word in e["data"]["why"]} == {"in1", "out1"}

    def history():
        return gate.rpc("customs", "history", {"after": 0})["entries"]

    def asked():
        return [e for e in history() if e["code"] == "0x61"]

    wait_until(said("refused: the password"), 30, lambda: whys(gate, "registered"))
    assert "refused: the password" in gate.kakou("link")["registration"]
    wait_until(lambda: len(asked()) >= 6, 30, asked)  # a third time each: the second was answered
    secret.write_text("open sesame\n")  # read whenever it is sent: no restart
    wait_until(said("gate01 registered, rights 2"), 30, lambda: whys(gate, "registered"))
    assert asked()[0]["fields"]["user_id"] == "gate01"
    assert "sesame" not in str(history())
    # Answers that say the same again are no news.
    assert len([w for w in whys(gate, "registered") if "refused" in w]) == 2


def test_a_password_that_others_may_read_is_not_sent(new_gate):
    gate = new_gate(scenario=scenario())
    secret = gate.run / "password"
    gate.edit_site('area_id = "3301500001"', 'area_id = "3301500001"\n\tuser_id = "gate01"\n'
                   f'\tpassword_file = "{secret}"')
    secret.write_text("open sesame\n")
    secret.chmod(0o644)
    gate.start()
    wait_until(lambda: "expected 0600" in gate.kakou("link")["last_error"], 20,
               lambda: gate.kakou("link"))
    history = gate.rpc("customs", "history", {"after": 0})["entries"]
    assert not [e for e in history if e["code"] == "0x61"]
