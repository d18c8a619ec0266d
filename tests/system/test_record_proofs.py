# SPDX-License-Identifier: MIT
"""What leaves the gate proves itself: two verifiers that share no code, tests/verifier.py and
`kakou log verify`, agree on all of it, sound and forged."""

import base64
import contextlib
import csv
import hashlib
import json
import random
import shutil
import sqlite3
import subprocess
import sys

import pytest

from gate_help import scenario
from kakou_rig import ROOT, RpcError, wait_until

FORGED = random.Random(5)
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_party(folder, name):
    openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out",
            f"{name}.key")
    openssl(folder, "ec", "-in", f"{name}.key", "-pubout", "-out", f"{name}.pem")


class Proved:
    """A gate that ran and was stopped, and what was taken out of it."""

    def __init__(self, gate):
        self.gate, self.run = gate, gate.run
        self.key = self.take("key.pem", "log", "key")
        self.early = self.take("early.note", "log", "checkpoint")
        gate.rpc("kakoud", "log.prove", {"seq": 2})
        self.add(10)
        self.event = self.take("event.json", "log", "prove", 5)
        self.growth = self.take("growth.json", "log", "consistency", self.early)
        self.late = self.take("late.note", "log", "checkpoint")
        self.export = self.take("export.jsonl", "log", "export")
        self.part = self.take("part.jsonl", "log", "export", "--first", 4, "--last", 9)
        self.add(2)
        self.after = self.take("after.note", "log", "checkpoint")
        self.live = gate.kakou("log", "verify", "--key", self.key,
                               "--checkpoint", f"{self.early},{self.late}")
        gate.kakoud.stop()
        self.journal = self.run / "state" / "journal.db"
        self.csv = self.take_csv("export.csv")
        self.part_csv = self.take_csv("part.csv", "--first", 4, "--last", 9)

    def take(self, name, *arguments):
        done = self.gate.kakou_raw(*arguments)
        assert done.returncode == 0, done.stderr
        (self.run / name).write_bytes(done.stdout.encode())
        return self.run / name

    def take_csv(self, name, *arguments):
        """Its rows end with CR LF, which no text stream may touch."""
        done = self.gate.kakou_raw("log", "export", "--format", "csv", "--output",
                                   self.run / name, *arguments, self.run / "state")
        assert done.returncode == 0, done.stderr
        return self.run / name

    def add(self, count):
        """Acts that are refused, each an event: those of the truck may all have come by now."""
        for _ in range(count):
            with pytest.raises(RpcError):
                self.gate.act("hold", "in1", passage=999)

    def judge(self, path, *held, key=True):
        """Both verifiers' exit status; they must agree."""
        keys = [str(self.key)] if key else []
        ours = self.gate.kakou_raw(
            "log", "verify", *(["--key", keys[0]] if keys else []),
            *(["--checkpoint", ",".join(map(str, held))] if held else []), path)
        theirs = subprocess.run(
            [sys.executable, ROOT / "tests" / "verifier.py",
             *[part for name in keys for part in ("--key", name)],
             *[part for name in held for part in ("--checkpoint", str(name))], str(path)],
            capture_output=True, text=True, check=False)
        assert ours.returncode in (0, 1), ours.stderr
        assert ours.returncode == theirs.returncode, \
            f"{path}: {ours.stdout}{ours.stderr} but {theirs.stdout}{theirs.stderr}"
        return ours.returncode == 0

    def forge(self, path, data):
        forged = self.run / f"forged-{path.name}"
        forged.write_bytes(data)
        return forged


@pytest.fixture
def proved(new_gate):
    gate = new_gate(scenario=scenario())
    gate.start()
    gate.rpc("yard", "start")
    gate.wait_event("evidence")
    return Proved(gate)


@pytest.mark.limit(150)
def test_two_verifiers_agree_on_everything_that_leaves_a_gate(proved):
    assert proved.live["is_whole"] and proved.live["signatures_checked"]
    for path in (proved.export, proved.part, proved.csv, proved.part_csv, proved.event,
                 proved.growth, proved.early, proved.late, proved.journal):
        assert proved.judge(path), path
    assert proved.judge(proved.journal, proved.early, proved.late)
    assert proved.judge(proved.export, proved.early, proved.late)
    assert proved.judge(proved.journal, proved.after)
    assert not proved.judge(proved.export, proved.after), "it counts what the export lacks"
    assert proved.judge(proved.growth, proved.early)
    assert not proved.judge(proved.growth, proved.late)
    assert proved.judge(proved.csv, proved.early, proved.late)
    check_forged_lines(proved)
    check_forged_rows(proved)
    check_forged_bytes(proved)
    check_forged_journals(proved)


def check_forged_lines(proved):
    """Deleted, swapped, doubled, cut, added: of a whole export and of a part."""
    for path in (proved.export, proved.part):
        head, *lines = path.read_bytes().splitlines(keepends=True)
        at = len(lines) // 2
        swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2:]]
        for body in (lines[:at] + lines[at + 1:], swapped, [*lines[:at], *lines[at - 1:]],
                     lines[:-1], [*lines, lines[-1]], [], lines[1:]):
            assert not proved.judge(proved.forge(path, head + b"".join(body)))
        for key, value in (("first", 2), ("last", 7), ("origin", "other"), ("before", ["0" * 64]),
                           ("consistency", ["0" * 64])):
            changed = json.loads(head)
            changed[key] = value
            text = json.dumps(changed, sort_keys=True, ensure_ascii=False).encode()
            assert not proved.judge(proved.forge(path, text + b"\n" + b"".join(lines)))


def check_forged_rows(proved):
    """The same in CSV; and any bit of a row."""
    path = proved.part_csv
    columns, head, *rows = path.read_bytes().splitlines(keepends=True)
    assert len(rows) == len([*csv.DictReader(path.read_text("utf-8").splitlines())]) - 1 == 6
    swapped = [*rows[:2], rows[3], rows[2], *rows[4:]]
    for body in (rows[:2] + rows[3:], swapped, [*rows[:2], *rows[1:]], rows[:-1],
                 [*rows, rows[-1]], [], rows[1:]):
        assert not proved.judge(proved.forge(path, columns + head + b"".join(body)))
    assert not proved.judge(proved.forge(path, columns + b"".join(rows)))
    data = b"".join(rows)
    for _ in range(12):
        place = FORGED.randrange(len(data))
        forged = bytearray(data)
        forged[place] ^= 1 << FORGED.randrange(7)
        assert not proved.judge(proved.forge(path, columns + head + bytes(forged))), place


def check_forged_bytes(proved):
    """One bit anywhere in a proof or a checkpoint."""
    for path in (proved.event, proved.growth, proved.early, proved.part):
        data = bytearray(path.read_bytes().rstrip(b"\n"))
        for _ in range(12):
            at = FORGED.randrange(len(data))
            forged = bytearray(data)
            forged[at] ^= 1 << FORGED.randrange(7)
            proved.judge(proved.forge(path, bytes(forged) + b"\n"))
    # The letter before the filling has bits that mean nothing: no second way to write a proof.
    text = proved.early.read_text("utf-8")
    root = text.splitlines()[2]
    assert root.endswith("=") and len(base64.b64decode(root)) == 32
    for bits in (1, 2, 3):
        letter = BASE64[BASE64.index(root[-2]) ^ bits]
        assert not proved.judge(proved.forge(
            proved.early, text.replace(root, root[:-2] + letter + "=").encode()), key=False), bits


def check_forged_journals(proved):
    copy = proved.run / "forged.db"
    for change in ("UPDATE events SET bytes = CAST(bytes || ' ' AS BLOB) WHERE seq = 3",
                   "UPDATE events SET leaf = zeroblob(32) WHERE seq = 3",
                   "UPDATE events SET chain = zeroblob(32) WHERE seq = 3",
                   "UPDATE events SET kind = 'alarm' WHERE seq = 2",
                   "DELETE FROM events WHERE seq = 4",
                   "DELETE FROM events WHERE seq > 9",
                   "DELETE FROM checkpoints",
                   "UPDATE tree SET hash = zeroblob(32)",
                   "UPDATE checkpoints SET note = replace(note, 'synced', 'unsynced')"):
        shutil.copy(proved.journal, copy)
        with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as db:
            assert db.execute(change).rowcount > 0, change
        assert not proved.judge(copy), change


def test_a_receipt_is_kept_when_its_signature_and_its_tree_are_right(new_gate):
    gate = new_gate()
    make_party(gate.run, "customs-party")
    gate.edit_site("allow_volatile_state = true",
                   "allow_volatile_state = true\nreceipt_name = \"customs\"\n"
                   "receipt_key_file = \"@RUN@/customs-party.pem\"")
    gate.start("kakoud")
    note = gate.kakou("log", "checkpoint")["checkpoint"]
    refused = gate.run / "refused.note"
    refused.write_text(note, "utf-8")
    assert "is not signed by 'customs'" in gate.kakou_raw("log", "receipt", refused).stderr
    signed = countersign(gate.run, note)
    kept = gate.run / "receipt.note"
    kept.write_text(signed, "utf-8")
    assert gate.kakou_raw("log", "receipt", kept).returncode == 0
    event = gate.wait_event("receipt")["data"]
    lines = [event[f"line_{i}"] for i in range(1, 9) if f"line_{i}" in event]
    assert "\n".join(lines) + "\n" == signed
    # Once more, and one of a record that this one never was.
    assert "the record has one of" in gate.kakou_raw("log", "receipt", kept).stderr
    size = note.split("\n")[1]
    later = countersign(gate.run, note.replace(f"\n{size}\n", "\n999999\n", 1))
    refused.write_text(later, "utf-8")
    assert "cut or rolled back" in gate.kakou_raw("log", "receipt", refused).stderr
    assert len(gate.events(kind="receipt")) == 1


def test_a_checkpoint_that_lies_elsewhere_is_told_to_the_record(new_gate):
    gate = new_gate()
    gate.edit_site("allow_volatile_state = true",
                   "allow_volatile_state = true\nretention_days = 30")
    gate.start("kakoud")
    assert "no signed checkpoint is known to lie elsewhere" not in gate.kakou_raw(
        "log", "retain").stdout  # not looked at yet
    note = gate.kakou("log", "checkpoint")["checkpoint"]
    kept = gate.run / "kept.note"
    kept.write_text(note, "utf-8")
    assert gate.kakou_raw("log", "held", kept).returncode == 2  # where?
    held = gate.kakou_raw("log", "held", kept, "--reason", "safe of the office")
    assert held.returncode == 0, held.stderr
    event = gate.wait_event("checkpoint_held")["data"]
    assert event["size"] == int(note.split("\n")[1])
    assert event["reason"] == "safe of the office" and event["actor"]
    forged = gate.run / "forged.note"
    forged.write_text(note.replace("synced", "unsynced", 1).replace("unun", "", 1), "utf-8")
    done = gate.kakou_raw("log", "held", forged, "--reason", "nowhere")
    assert "no key that the record names signed" in done.stderr
    assert len(gate.events(kind="checkpoint_held")) == 1
    assert gate.kakou("log", "retain", "--now")["retention_days"] == 30
    wait_until(lambda: gate.kakou("log", "retain")["retention"] != "", 30,
               "a look at old events")
    assert gate.kakou("log", "retain")["removed_to"] == 0


def test_another_machine_keeps_checkpoints_and_sees_a_record_that_was_rolled_back(new_gate):
    """What kakou(1) says under "Keeping checkpoints", with pipes for ssh."""
    gate = new_gate()
    gate.start("kakoud")
    (gate.run / "gate.pem").write_text(gate.kakou_raw("log", "key").stdout, "utf-8")
    kept, fresh, growth = (gate.run / name for name in ("kept.note", "new.note", "growth.json"))

    def fetch(at):
        at.write_text(gate.kakou_raw("log", "checkpoint").stdout, "utf-8")
        return gate.kakou_raw("log", "verify", "--key", gate.run / "gate.pem", at).returncode

    def compare():
        done = gate.kakou_raw("log", "consistency", "/dev/stdin", text=kept.read_text("utf-8"))
        if done.returncode:
            return done.returncode
        growth.write_text(done.stdout, "utf-8")
        return gate.kakou_raw("log", "verify", "--key", gate.run / "gate.pem", "--checkpoint",
                              kept, growth).returncode

    wait_until(lambda: gate.rpc("kakoud", "status")["record"]["last_seq"] > 1, 30, lambda: "events")
    assert fetch(kept) == 0
    gate.kakoud.stop()
    shutil.copytree(gate.run / "state", gate.run / "yesterday")
    gate.start("kakoud")
    gate.wait_event("started")
    assert fetch(fresh) == 0
    assert compare() == 0
    fresh.replace(kept)
    gate.kakoud.stop()
    shutil.rmtree(gate.run / "state")
    (gate.run / "yesterday").rename(gate.run / "state")
    gate.start("kakoud")
    gate.wait_event("started")
    assert compare() == 1, "the kept checkpoint is not of this record"


def countersign(folder, note):
    """The note with one signature more, by the party's key."""
    text = note[:note.rindex("\n\n") + 1]
    (folder / "text").write_text(text, "utf-8")
    openssl(folder, "dgst", "-sha256", "-sign", "customs-party.key", "-out", "signature",
            "text")
    pem = (folder / "customs-party.pem").read_text().splitlines()[1:-1]
    key_id = hashlib.sha256(base64.b64decode("".join(pem))).digest()[:4]
    signature = key_id + (folder / "signature").read_bytes()
    return f"{note}— customs {base64.b64encode(signature).decode()}\n"
