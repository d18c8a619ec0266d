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
