# SPDX-License-Identifier: MIT
"""kakou backup and kakou restore: a gate in one file, and back, whole or not at all."""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile

import pytest

from kakou_rig import BUILD, RigError, wait_until

PASSPHRASE = "twelve or more signs"
CUT_SHORT = BUILD / "tests/fault/cut_short.so"
CUTS_MAX = 80
USERS = ["--user", "root", "--page-user", "root"]


class Bench:
    """A gate with people and a record; its files lie in one folder, as on a board."""

    def __init__(self, gate):
        self.gate, self.run = gate, gate.run
        for old, new in (("certs/ca.pem", "gate-ca.pem"), ("certs/gate.pem", "gate.pem"),
                         ("certs/gate.key", "gate.key")):
            (self.run / new).write_bytes((self.run / old).read_bytes())
            gate.edit_site(f'"{self.run}/{old}"', f'"{new}"')
        (self.run / "gate.key").chmod(0o400)
        gate.start("kakoud")
        gate.log_in()
        self.archive = self.run / "backup.tar.gz"

    def kakou(self, *words, text="", env=None):
        return subprocess.run(
            [BUILD / "kakou", "--socket", self.gate.socket_path("kakoud"), *words, "--config",
             self.gate.site], input=text, capture_output=True, text=True, timeout=60,
            env={**os.environ, **(env or {})})

    def backup(self, *words):
        done = self.kakou("backup", self.archive, *words, text=PASSPHRASE + "\n")
        assert done.returncode == 0, done.stderr
        return done

    def restore(self, *words, text=PASSPHRASE + "\n", env=None):
        return self.kakou("restore", self.archive, *USERS, *words, text=text, env=env)

    def undo(self, env=None):
        return self.kakou("restore", "--undo", *USERS, env=env)

    def verify(self):
        return subprocess.run([BUILD / "kakou", "--socket", self.gate.socket_path("kakoud"),
                               "log", "verify"], capture_output=True, text=True, timeout=60)

    def stop(self):
        self.gate.kakoud.stop(10)

    def files(self):
        """What lies there of the gate's own, by its path."""
        return {str(p.relative_to(self.run)): p.read_bytes()
                for where in (self.run, self.run / "state") for p in where.iterdir()
                if p.is_file() and p != self.archive and not p.name.endswith(".log")}

    def repack(self, change):
        """The archive anew, after change(members) with members as {name: bytes}."""
        with tarfile.open(self.archive) as old:
            members = {m.name: old.extractfile(m).read() for m in old.getmembers() if m.isfile()}
        change(members)
        with tarfile.open(self.archive, "w:gz") as new:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                new.addfile(info, io.BytesIO(data))


@pytest.fixture
def bench(new_gate):
    return Bench(new_gate())


def test_what_was_backed_up_comes_back_and_what_it_replaced_is_kept(bench):
    gate = bench.gate
    bench.backup("--with-keys", "--with-record")
    assert bench.archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(bench.archive) as archive:
        everything = b"".join(archive.extractfile(m).read() for m in archive if m.isfile())
    key = (bench.run / "gate.key").read_text()
    assert key.splitlines()[1].encode() not in everything, "the key is in it in clear"
    people = (bench.run / "state/people").read_bytes()
    gate.rpc("kakoud", "logout", {"ticket": gate.log_in("later")})
    bench.stop()
    good = gate.site.read_text()
    gate.site.write_text(good + "# spoilt\n")
    newer = (bench.run / "state/journal.db").read_bytes()
    done = bench.restore("--with-keys", "--with-record")
    assert done.returncode == 0, done.stderr
    assert gate.site.read_text() == good
    assert (bench.run / "state/people").read_bytes() == people
    assert (bench.run / "gate.key").read_text() == key
    kept = next(bench.run.glob("replaced-*"))
    assert (kept / "site.conf").read_text() == good + "# spoilt\n"
    assert (next((bench.run / "state").glob("replaced-*")) / "journal.db").read_bytes() == newer
    gate.start("kakoud")
    restored = gate.wait_event("maintained")
    assert restored["data"]["what"] == "restored"
    assert "with keys, with the record" in restored["data"]["detail"]
    wait_until(lambda: not (bench.run / "state/notes").exists(), 30, "the note is taken")
    verified = bench.verify()
    assert verified.returncode == 0 and "whole" in verified.stdout, verified.stderr


def test_the_record_stays_unless_its_replacement_is_asked_for(bench):
    bench.backup("--with-record")
    bench.stop()
    record = (bench.run / "state/journal.db").read_bytes()
    key = (bench.run / "state/record.key").read_bytes()
    assert bench.restore().returncode == 0
    assert (bench.run / "state/journal.db").read_bytes() == record
    assert (bench.run / "state/record.key").read_bytes() == key


def test_nothing_is_restored_over_a_kakoud_that_runs_or_onto_another_board(bench):
    bench.backup()
    before = bench.files()
    refused = bench.restore()
    assert refused.returncode == 1 and "expected it stopped" in refused.stderr
    bench.stop()
    before = bench.files()
    (bench.run / "gate.key").rename(bench.run / "elsewhere")
    refused = bench.restore()
    assert refused.returncode == 1 and "made on another board" in refused.stderr
    (bench.run / "elsewhere").rename(bench.run / "gate.key")
    assert bench.files() == before
    (bench.run / "gate.key").unlink()
    assert bench.restore("--other-board").returncode == 0


def cut(at, **more):
    """The power goes before the nth name on the disk changes; full="1": it finds no room."""
    return {"LD_PRELOAD": str(CUT_SHORT), "KAKOU_CUT_AT": str(at),
            **{f"KAKOU_CUT_{name.upper()}": value for name, value in more.items()}}


def spoilt(bench):
    """A gate that was changed after its backup, as what is to be put back in its place."""
    bench.backup("--with-record")
    bench.stop()
    bench.gate.site.write_text(bench.gate.site.read_text() + "# newer\n")
    (bench.run / "state/people").chmod(0o600)
    (bench.run / "gate.pem").unlink()  # one that was not there before
    return own(bench)


def own(bench):
    """Without the notes for the record, and what a program that is cut leaves half written."""
    return {name: data for name, data in bench.files().items()
            if name != "state/notes" and not re.search(r"\.(restore|\w{6})$", name)}


@pytest.mark.skipif(BUILD.name == "asan", reason="the sanitizers want to be preloaded first")
def test_a_restore_that_the_power_ended_is_taken_back_wherever_it_was(bench):
    before = spoilt(bench)
    begun = 0
    for at in range(1, CUTS_MAX):
        done = bench.restore("--with-record", env=cut(at))
        assert done.returncode == -9, done.stderr
        if not (bench.run / "restore-begun").exists() and own(bench) != before:
            break  # all of it was in its place, only scratch was left to be tidied up
        if (bench.run / "restore-begun").exists():
            begun += 1
            if begun == 3:
                with pytest.raises(RigError, match="kakou restore --undo"):
                    bench.gate.start("kakoud")
                assert bench.undo(cut(2)).returncode == -9  # and once more in the midst of it
            assert bench.undo().returncode == 0
        assert own(bench) == before, f"cut before change {at}"
        assert not list(bench.run.glob("**/replaced-*"))
        assert "nothing to take back" in bench.undo().stdout
        # There are as many notes as there is room for; the next kakoud takes them.
        (bench.run / "state/notes").unlink(missing_ok=True)
    assert begun > 10, f"{begun} cuts in the midst, the last before change {at}"
    bench.gate.start("kakoud")
    verified = bench.verify()
    assert verified.returncode == 0 and "whole" in verified.stdout, verified.stderr


@pytest.mark.skipif(BUILD.name == "asan", reason="the sanitizers want to be preloaded first")
def test_a_restore_that_finds_no_room_changes_nothing_and_both_are_recorded(bench):
    before = spoilt(bench)
    kept = shutil.copytree(bench.run, bench.run.with_name(bench.run.name + "-kept"))
    failed = 0
    for at in range(1, CUTS_MAX):
        done = bench.restore("--with-record", env=cut(at, full="1"))
        if "cut_short: now" not in done.stderr:
            break
        if done.returncode == 0:  # what was only to be tidied up
            shutil.rmtree(bench.run)
            shutil.copytree(kept, bench.run)
            continue
        assert done.returncode == 1 and "No space left" in done.stderr, done.stderr
        assert own(bench) == before, f"no room at change {at}: {done.stderr}"
        assert not (bench.run / "restore-begun").exists()
        failed += "everything is as it was before" in done.stderr
        (bench.run / "state/notes").unlink(missing_ok=True)
    shutil.rmtree(kept)
    assert failed > 10, f"{failed} failures in the midst, the last at change {at}"


def test_a_restore_that_was_taken_back_is_in_the_record_as_both(bench):
    bench.backup()
    bench.stop()
    if BUILD.name != "asan":
        assert bench.restore(env=cut(12)).returncode == -9
        again = bench.restore()
        assert "did not end is taken back" in again.stderr, again.stderr
        bench.gate.start("kakoud")
        what = [e["data"]["what"] for e in bench.gate.wait_event("maintained", count=3)]
        assert what == ["restored", "restore_undone", "restored"]


def test_a_backup_that_does_not_hold_changes_nothing(bench):
    bench.backup("--with-keys", "--with-record")
    bench.stop()
    whole = bench.archive.read_bytes()
    before = bench.files()

    def spoil(name, data):
        def change(members):
            full = next(n for n in members if n.endswith("/" + name))
            members[full] = data(members[full])
        return change

    def forge(members):
        """A file and its digest: people that are none."""
        name = next(n for n in members if n.endswith("/state-people"))
        manifest = next(n for n in members if n.endswith("/manifest.json"))
        members[name] = b"nobody\n"
        listed = json.loads(members[manifest])
        for file in listed["files"]:
            if file["file"] == "state-people":
                file["sha256"] = hashlib.sha256(members[name]).hexdigest()
        members[manifest] = json.dumps(listed).encode()

    def lead_out(members):
        members["../outside"] = b"x"

    def lose(members):
        del members[next(n for n in members if n.endswith("/config-gate.pem"))]

    cases = [
        (spoil("config-site.conf", lambda d: d + b"#"), "it was changed"),
        (spoil("keys.sealed", lambda d: d[:-1] + bytes([d[-1] ^ 1])), "another passphrase, or"),
        (spoil("manifest.json", lambda d: d.replace(b'"format": 1', b'"format": 9')),
         "it has format 9, expected 1"),
        (forge, "its people: line 1"),
        (lead_out, "expected files in one folder and nothing else"),
        (lose, "it lacks config-gate.pem"),
    ]
    for change, complaint in cases:
        bench.archive.write_bytes(whole)
        bench.repack(change)
        refused = bench.restore("--with-keys", "--with-record")
        assert refused.returncode == 1 and complaint in refused.stderr, refused.stderr
        assert bench.files() == before, complaint
    bench.archive.write_bytes(whole[: len(whole) // 2])
    refused = bench.restore()
    assert refused.returncode == 1 and "expected a whole archive" in refused.stderr
    bench.archive.write_bytes(whole)
    assert "another passphrase" in bench.restore("--with-keys", text="something else\n").stderr
    assert bench.files() == before
    checked = bench.restore("--check")
    assert checked.returncode == 0 and "it holds: sim-gate" in checked.stdout
    assert bench.files() == before
