# SPDX-License-Identifier: MIT
"""What kakoud learns about its peer and its own certificates stays in the record."""

import shutil

from gate_help import scenario
from kakou_rig import wait_until


def replace(gate, suffix, source):
    """As a technician does: the new file beside the old one, then over it."""
    new = gate.certs / f"new{suffix}"
    shutil.copy(gate.certs / f"{source}{suffix}", new)
    new.chmod(0o600)
    new.rename(gate.certs / f"gate{suffix}")


def whys(gate, kind):
    return [event["data"]["why"] for event in gate.events(kind=kind)]


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

    def says(word):
        return lambda: any(word in why for why in whys(gate, "certificates"))

    replace(gate, ".pem", "other")
    wait_until(says("the old ones stay"), 30, lambda: whys(gate, "certificates"))
    replace(gate, ".key", "other")
    wait_until(says("rotated"), 30, lambda: whys(gate, "certificates"))
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
