# SPDX-License-Identifier: MIT
"""Pictures from the folder a camera fills to the record, and back to who wants to see them."""

import hashlib
import json
import subprocess

import pytest

from gate_help import scenario
from kakou_rig import BUILD, RpcError, wait_until


def store_of(gate):
    return gate.run / "state/pictures"


def fetch(gate, sha256):
    """As `kakou picture SHA256 > file` does; the bytes."""
    return subprocess.run([BUILD / "kakou", "--socket", gate.socket_path("kakoud"), "picture",
                           sha256], capture_output=True, timeout=10, check=False)


def passed(gate, within_s=60):
    return gate.wait_event("passage_closed", within_s=within_s)["data"]


def test_each_read_has_its_picture_in_the_record_and_it_can_be_fetched(new_gate):
    gate = new_gate(scenario=scenario())
    gate.start()
    gate.rpc("yard", "start")
    assert passed(gate)["verdict"] == "release"
    shots = gate.wait_event("picture", count=4)
    sides = {(s["data"]["slot"], s["data"]["side"]): s for s in shots}
    assert set(sides) == {("plate", "front"), ("plate", "rear"), ("box", "front"), ("box", "rear")}
    assert sides["plate", "front"]["data"]["text"] == "浙A12345"
    assert sides["plate", "rear"]["data"]["text"] == "浙A6101挂"
    assert sides["box", "front"]["data"]["text"] == "CSQU3054383"
    assert {s["passage"] for s in shots} == {1}
    assert not gate.events(kind="picture_missing")

    # What the command shows and fetches is what the event says.
    listed = gate.kakou("passage", "1")["pictures"]
    assert [p["sha256"] for p in listed] == [s["data"]["sha256"] for s in shots]
    assert "浙A6101挂" in gate.kakou_raw("passage", "1").stdout
    for shot in shots:
        got = fetch(gate, shot["data"]["sha256"])
        assert got.returncode == 0, got.stderr
        assert got.stdout[:3] == b"\xff\xd8\xff"
        assert len(got.stdout) == shot["data"]["bytes"]
        assert hashlib.sha256(got.stdout).hexdigest() == shot["data"]["sha256"]
    assert fetch(gate, "0" * 64).returncode == 1
    assert fetch(gate, "../../etc/passwd").returncode == 2
    with pytest.raises(RpcError, match="64 lower-case hexadecimal digits"):
        gate.rpc("kakoud", "picture.read", {"sha256": "../state/record.key"})

    # The folders are empty again, and nobody else may look into the store.
    for device in ("plate-in1", "box-in1"):
        assert not list((gate.run / f"{device}.pictures").iterdir())
    assert store_of(gate).stat().st_mode & 0o777 == 0o700
    assert gate.kakou("status")["pictures"]["kept"] == 4

    # A picture that somebody changed is found, whoever asks.
    changed = next(store_of(gate).glob(f"*/{shots[0]['data']['sha256']}.jpg"))
    whole = gate.kakou("log", "verify", "--pictures", str(store_of(gate)))
    assert whole["pictures"]["kept"] == 4 and whole["pictures"]["changed"] == 0
    changed.write_bytes(changed.read_bytes()[:-1] + b"\0")
    done = gate.kakou_raw("log", "verify", "--pictures", str(store_of(gate)), "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["is_whole"] and found["pictures"]["changed"] == 1
    assert found["pictures"]["first_changed"] == shots[0]["data"]["sha256"]
    assert b"it was changed" in fetch(gate, shots[0]["data"]["sha256"]).stderr
    changed.unlink()
    assert gate.kakou("log", "verify", "--pictures", str(store_of(gate)))["pictures"]["gone"] == 1


@pytest.mark.parametrize("fault, why", [
    ("no_picture", "none came in time"), ("torn_picture", "torn"),
    ("bad_picture", "no JPEG"), ("huge_picture", "expected at most"),
])
def test_a_camera_without_good_pictures_costs_no_passage_and_is_said(new_gate, fault, why):
    gate = new_gate(scenario=scenario())
    gate.edit_site('control_socket', 'picture_wait_ms = 1000\ncontrol_socket')
    gate.start()
    gate.rpc("yard", "fault", {"device": "plate-in1", "kind": fault})
    gate.rpc("yard", "start")
    assert passed(gate)["verdict"] == "release"
    for event in gate.wait_event("picture_missing", count=2):
        assert event["data"]["device"] == "plate-in1"
        assert event["passage"] == 1
        assert why in event["data"]["why"]
    assert {p["data"]["device"] for p in gate.wait_event("picture", count=2)} == {"box-in1"}


def test_a_late_picture_is_kept_with_the_passage_it_belongs_to(new_gate):
    gate = new_gate(scenario=scenario())
    gate.edit_site('control_socket', 'picture_wait_ms = 500\ncontrol_socket')
    gate.start()
    gate.rpc("yard", "fault", {"device": "plate-in1", "kind": "late_picture", "value": 2500})
    gate.rpc("yard", "start")
    assert passed(gate)["verdict"] == "release"

    def late():
        return [p["data"] for p in gate.events(kind="picture") if p["data"]["late"]]

    wait_until(lambda: len(late()) == 2, 30, lambda: gate.events(kind="picture"))
    assert all(p["device"] == "plate-in1" and p["after_ms"] > 500 for p in late())
    assert len(gate.events(kind="picture_missing")) == 2


def test_a_folder_that_can_t_be_entered_holds_nobody_up(new_gate):
    gate = new_gate(scenario=scenario())
    gate.edit_site('pictures = "@RUN@/plate-in1.pictures"'.replace("@RUN@", str(gate.run)),
                   'pictures = "@RUN@/not-there/pictures"')
    gate.edit_site('control_socket', 'picture_wait_ms = 300\ncontrol_socket')
    gate.start()
    gate.rpc("yard", "start")
    assert passed(gate)["verdict"] == "release"
    assert "its folder is not there" in gate.wait_event("picture_missing")["data"]["why"]
    assert "not-there/pictures: No such file" in gate.kakou("status")["pictures"]["why"]


def history(gate, code, way="in"):
    entries = gate.rpc("customs", "history", {"after": 0})["entries"]
    return [e for e in entries if e["code"] == code and e["way"] == way] if entries else []


def shots_of(gate, passage=1):
    """SHA-256 of the newest picture at each position, as the record has them."""
    at = {("plate", "front"): "0", ("plate", "rear"): "3", ("box", "front"): "1",
          ("box", "rear"): "4"}
    return {at[e["data"]["slot"], e["data"]["side"]]: e["data"]["sha256"]
            for e in gate.events(kind="picture", passage=passage)}


def came(entry):
    assert all(p["is_jpeg"] for p in entry["pictures"])
    return {p["position"]: p["sha256"] for p in entry["pictures"]}


@pytest.mark.parametrize("dialect", [
    "", "byte_order = big\n\tcode_width = 4\n\tident = zeroes\n\tencoding = utf8",
])
def test_customs_gets_the_pictures_with_the_inquiry_and_may_fetch_them(new_gate, dialect):
    gate = new_gate(scenario=scenario())
    if dialect:
        gate.edit_site('area_id = "3301500001"', f'area_id = "3301500001"\n\t{dialect}')
        gate.extra["customs"] = ["--byte-order", "big", "--code-width", "4", "--ident", "zeroes",
                                 "--encoding", "utf8"]
    gate.start()
    gate.rpc("yard", "start")
    assert passed(gate)["verdict"] == "release"
    asked = history(gate, "0x21")[0]
    shots = shots_of(gate)
    assert came(asked) and came(asked).items() <= shots.items()
    assert {"0", "1"} <= set(came(asked))  # front plate and front box were there in time
    assert gate.events(kind="inquiry_sent")[0]["data"]["pictures"] == len(asked["pictures"])

    gate.rpc("customs", "fetch", {"channel": "3301500101"})
    got = wait_until(lambda: history(gate, "0x26"), 20, lambda: gate.rpc("customs", "status"))[0]
    assert came(got) == shots and len(shots) == 4
    assert got["seq_no"] == asked["seq_no"]
    told = gate.wait_event("pictures_fetched")
    assert told["data"] == {"seq_no": asked["seq_no"], "count": 4, "effect": "sent"}
    assert told["passage"] == 1

    # A number that nobody knows is answered with none.
    gate.rpc("customs", "fetch", {"channel": "3301500101", "seq_no": "20200101000000000001"})
    wait_until(lambda: len(history(gate, "0x26")) == 2, 20, lambda: history(gate, "0x26"))
    assert history(gate, "0x26")[1]["pictures"] == []
    assert gate.rpc("customs", "status")["garbled"] == 0


def test_an_inquiry_does_not_wait_longer_for_its_pictures_than_it_may(new_gate):
    gate = new_gate(scenario=scenario())
    gate.edit_site('control_socket', 'picture_wait_ms = 20000\ncontrol_socket')
    gate.start()
    for device in ("plate-in1", "box-in1"):
        gate.rpc("yard", "fault", {"device": device, "kind": "late_picture", "value": 15000})
    gate.rpc("yard", "start")
    closed = passed(gate)
    assert closed["verdict"] == "release"
    assert history(gate, "0x21")[0]["pictures"] == []
    assert "pictures" not in gate.events(kind="inquiry_sent")[0]["data"]
    inquiry = gate.events(kind="inquiry")[0]
    sent = gate.events(kind="inquiry_sent")[0]
    assert sent["mono_ms"] - inquiry["mono_ms"] >= 800  # it did wait
    # They come later, belong to the passage, and can be fetched.
    wait_until(lambda: len(shots_of(gate)) == 4, 40, lambda: shots_of(gate))
    gate.rpc("customs", "fetch", {"channel": "3301500101"})
    got = wait_until(lambda: history(gate, "0x26"), 20, lambda: gate.rpc("customs", "status"))[0]
    assert came(got) == shots_of(gate)


def test_a_picture_that_was_changed_meanwhile_is_not_sent(new_gate):
    gate = new_gate(scenario=scenario())
    gate.start()
    gate.rpc("yard", "start")
    passed(gate)
    gate.wait_event("picture", count=4)
    front = next(store_of(gate).glob(f"*/{shots_of(gate)['0']}.jpg"))
    front.write_bytes(front.read_bytes()[:-1] + b"\0")
    gate.rpc("customs", "fetch", {"channel": "3301500101"})
    got = wait_until(lambda: history(gate, "0x26"), 20, lambda: gate.rpc("customs", "status"))[0]
    assert set(came(got)) == {"1", "3", "4"}
