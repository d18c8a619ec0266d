# SPDX-License-Identifier: MIT
"""A blank folder becomes a gate that customs knows, and clears a truck."""

import json
import os
import pty
import re
import select
import subprocess
import time

import pytest

from gate_help import scenario
from kakou_rig import BUILD, wait_until

ANSWERS = """
name = "prov-gate"
template = "template.conf"
area_id = "3301500001"
host = "@NET@.2"
peer_name = "customs.sim.invalid"
listen_host = "@NET@.1"
gate_name = "gate.sim.invalid"
console_name = "console.sim.invalid"
gpio = "yard:@RUN@/gpio.sock"

lane "in1" {
	chnl_no = "3301500101"
	direction = I
	plate = "kakou-plate-camera @NET@.1:5101"
	tag = "kakou-tag-reader @NET@.1:5102"
	box = "kakou-box-reader @NET@.1:5103"
	card = "kakou-driver-post @NET@.1:5104"
	seal = "kakou-seal-reader @NET@.1:5105"
	sign = "kakou-sign @NET@.1:5106"
	weight = "seneca-ze-sg3 @RUN@/tty-scale-in1"
	climate = "xy-md02 @RUN@/tty-climate-in1"
}
person "chief" {
	role = supervisor
}
person "lin" {
	role = officer
	password_file = "lin.password"
}
"""
# What a board's own files would say: where state is, and which maps there are.
TEMPLATE = """# kept: a comment of the template
state_dir = "@RUN@/state"
allow_volatile_state = true
control_socket = "@RUN@/kakoud.sock"
maps_dir = "@MAPS@"

customs "platform" {
	ca_file = "ca.pem"
	cert_file = "gate.pem"
	key_file = "gate.key"
	register_s = 7200
}
"""


class Bench:
    """A gate's folder without a site, and the command that provisions it."""

    def __init__(self, gate):
        self.gate = gate
        self.run = gate.run
        gate.site.rename(self.run / "sim-site.conf")
        self.gate.write("template.conf", TEMPLATE)
        self.answers = self.gate.write("answers.conf", ANSWERS)
        secret = self.gate.write("lin.password", "a first password\n")
        secret.chmod(0o600)

    def kakou(self, *words, stdin=subprocess.DEVNULL):
        return subprocess.run(
            [BUILD / "kakou", "provision", *words, "--config", self.run / "site.conf",
             "--user", "root", "--page-user", "root"],
            stdin=stdin, capture_output=True, text=True, timeout=60)

    def set(self, *words):
        return self.kakou("--from", self.answers, *words)

    def answer(self, old, new):
        text = self.answers.read_text()
        assert text.count(old) == 1, f"answers have {text.count(old)} times {old!r}"
        self.answers.write_text(text.replace(old, self.gate.render(new)))

    def sign(self, name, authority="ca", days="365", usage="digitalSignature",
             extended="serverAuth,clientAuth", alternative=None, request=None):
        """The certificate for the request NAME.csr, by the rig's throw-away authority."""
        certs = self.run / "certs"
        subject = alternative or {"gate": "gate.sim.invalid",
                                  "console": "console.sim.invalid"}[name]
        (self.run / "leaf.cnf").write_text(
            f"[leaf]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,{usage}\n"
            f"extendedKeyUsage={extended}\nsubjectAltName=DNS:{subject}\n")
        made = self.run / f"{name}.signed.pem"
        command = ["openssl", "x509", "-req", "-in", request or self.run / f"{name}.csr", "-CA",
                   certs / f"{authority}.pem", "-CAkey", certs / f"{authority}.key",
                   "-set_serial", "77", "-days", days, "-extfile", self.run / "leaf.cnf",
                   "-extensions", "leaf", "-out", made]
        subprocess.run(command, check=True, capture_output=True)
        return made

    def lines(self, outcome):
        """{test: text} of the self-test's lines with this outcome."""
        tests = json.loads(self.kakou("test", "--json").stdout)["tests"]
        return {t["test"]: t["text"] for t in tests if t["outcome"] == outcome}

    def files(self):
        """What lies there, but for what a self-test touches."""
        return {p.name: (p.read_bytes(), p.stat().st_mode, p.stat().st_mtime_ns)
                for p in self.run.iterdir() if p.is_file()}


@pytest.fixture
def bench(new_gate):
    return Bench(new_gate(scenario=scenario(), pace=5))


def test_a_blank_board_becomes_a_gate_that_clears_a_truck_over_mutual_tls(bench):
    gate = bench.gate
    first = bench.set()
    assert first.returncode == 4, first.stdout + first.stderr  # no certificate yet
    assert re.search(r"^added    chief, supervisor, with the password (\S+);", first.stdout, re.M)
    assert "BEGIN CERTIFICATE REQUEST" in first.stdout
    key = bench.run / "gate.key"
    assert key.stat().st_mode & 0o7777 == 0o400
    asked = subprocess.run(["openssl", "req", "-in", bench.run / "gate.csr", "-noout", "-text",
                            "-verify"], check=True, capture_output=True, text=True).stdout
    assert re.search("CN ?= ?gate.sim.invalid", asked)  # OpenSSL 3.0, and 3.5
    for part in ("DNS:gate.sim.invalid", "prime256v1",
                 "Digital Signature", "TLS Web Server Authentication, TLS Web Client"):
        assert part in asked
    made = bench.kakou("certificate", "gate", bench.sign("gate"), "--ca",
                       bench.run / "certs/ca.pem")
    assert "set      the certificate of the gate" in made.stdout, made.stderr

    text = (bench.run / "site.conf").read_text()
    assert "# kept: a comment of the template" in text and "register_s = 7200" in text
    gate.start()
    gate.rpc("yard", "start")
    gate.wait_event("lift_observed", within_s=60)
    link = gate.rpc("kakoud", "link")
    assert link["tls_version"].startswith("TLSv1") and link["answers"] > 0
    passed = bench.lines("pass")
    for line in ("site", "key gate", "certificate gate", "people", "disk", "kakoud", "customs",
                 "device plate-in1", "device scale-in1", "record"):
        assert line in passed, bench.kakou("test").stdout
    assert "365 days" in passed["certificate gate"] or "364 days" in passed["certificate gate"]
    changes = gate.events(kind="people_changed")
    assert [tuple(e["data"][k] for k in ("person", "role", "actor")) for e in changes[:2]] == [
        ("chief", "supervisor", "root"), ("lin", "officer", "root")]
    with gate.connect("kakoud") as line:
        ticket = line.call("login", {"name": "lin", "password": "a first password",
                                     "screen": "test"})
        assert ticket["must_change"] is True
    notes = bench.run / "state/notes"
    wait_until(lambda: not notes.exists(), 30, "the notes are in the record")


def test_a_second_run_changes_nothing_and_says_so_and_a_changed_answer_changes_only_that(bench):
    bench.set()
    before = bench.files()
    again = bench.set()
    assert "nothing to change" in again.stdout, again.stdout
    assert bench.files() == before
    site = bench.run / "site.conf"
    site.write_text(site.read_text().replace("register_s = 7200",
                                             "register_s = 3000 # by hand"))
    bench.answer('@NET@.2"'.replace("@NET@", bench.gate.slot.net), '@NET@.3"')
    bench.answer(".1:5104", ".1:5124")
    former = site.read_text()
    changed = bench.set()
    now = site.read_text()
    assert [line for line in now.splitlines() if line not in former.splitlines()] == [
        f'\thost = "{bench.gate.slot.net}.3"', "\ttcp_port = 5124"]
    assert (bench.run / "site.conf.former").read_text() == former
    assert "register_s = 3000 # by hand" in now
    assert "changed  customs host" in changed.stdout
    assert bench.files()["gate.key"] == before["gate.key"]


def test_a_file_that_does_not_hold_changes_nothing_and_the_complaint_quotes_it(bench):
    for old, new, complaint in (
            ('area_id = "3301500001"', 'area_id = "33015"', '"33015", expected exactly 10'),
            ('gate_name = "gate.sim.invalid"', 'gate_name = "gate 1"', '"gate 1", expected a DNS'),
            ("direction = I", "direction = N", '"N", expected one of I|E'),
            ("kakou-box-reader ", "kakou-box-reader port ", "expected MAP ADDRESS"),
            ("kakou-tag-reader ", "kakou-tag-writer ", "kakou-tag-writer"),
            ('chnl_no = "3301500101"', "", "chnl_no: got no answer")):
        text = bench.answers.read_text()
        bench.answer(old, new)
        refused = bench.set()
        assert refused.returncode == 1, refused.stdout
        assert complaint in refused.stderr, refused.stderr
        assert not (bench.run / "site.conf").exists()
        assert not (bench.run / "site.conf.new").exists()
        bench.answers.write_text(text)


def test_a_template_without_customs_gets_a_section_of_its_own_and_keeps_the_rest(bench):
    template = bench.run / "template.conf"
    template.write_text(template.read_text().partition("customs ")[0] + "# the end\n")
    made = bench.set()
    assert made.returncode == 4, made.stderr  # no certificate yet
    text = (bench.run / "site.conf").read_text()
    assert "# kept: a comment of the template" in text and "# the end\n" in text
    assert "set      customs area_id" in made.stdout and '\tkey_file = "gate.key"' in text
    bench.answer('area_id = "3301500001"', "")
    (bench.run / "site.conf").unlink()
    assert "area_id: got no answer" in bench.set().stderr


def test_nothing_is_provisioned_over_half_a_restore_and_the_test_tells_of_it(bench):
    bench.set()
    before = bench.files()
    begun = bench.run / "restore-begun"
    begun.write_text("stamp 20261127T120000Z\n")
    for refused in (bench.set("--new-identity"),
                    bench.kakou("certificate", "gate", bench.sign("gate"))):
        assert refused.returncode == 1 and "kakou restore --undo" in refused.stderr, refused.stderr
    assert "did not end" in bench.lines("FAIL")["restore"]
    begun.unlink()
    assert "restore" not in bench.lines("FAIL")
    now = bench.files()
    assert {name: now[name] for name in before} == before


def test_a_certificate_that_is_not_ours_is_refused_by_the_check_that_failed(bench):
    bench.set()
    ca = ["--ca", bench.run / "certs/ca.pem"]
    other = bench.run / "other.csr"
    subprocess.run(["openssl", "req", "-new", "-key", bench.run / "certs/other.key", "-subj",
                    "/CN=gate.sim.invalid", "-out", other], check=True, capture_output=True)
    cases = [
        ({"request": other}, "key: "),
        ({"authority": "rogue-ca"}, "chain: a certificate by \"rogue-ca\" was not issued by"),
        ({"alternative": "gate4.sim.invalid"}, 'name: it is for "gate4.sim.invalid", expected'),
        ({"usage": "keyAgreement"}, "use: its key usage lacks digitalSignature"),
        ({"extended": "serverAuth"}, "use: its extended key usage lacks clientAuth"),
        ({"days": "0"}, "validity: it ended on"),
    ]
    for change, complaint in cases:
        if change.get("days"):
            time.sleep(1.1)  # a certificate of no days ends with the second it begins in
        signed = bench.sign("gate", **change)
        if change.get("days"):
            time.sleep(1.1)
        refused = bench.kakou("certificate", "gate", signed, *ca)
        assert refused.returncode == 1 and complaint in refused.stderr, refused.stderr
        assert not (bench.run / "gate.pem").exists()
        assert not (bench.run / "ca.pem").exists()


def test_a_key_is_replaced_only_when_its_new_certificate_comes(bench):
    bench.set()
    bench.kakou("certificate", "gate", bench.sign("gate"), "--ca", bench.run / "certs/ca.pem")
    first_key, first_cert = ((bench.run / n).read_bytes() for n in ("gate.key", "gate.pem"))
    bench.set("--new-identity")
    assert (bench.run / "gate.key").read_bytes() == first_key
    assert "pass" in bench.kakou("test").stdout
    assert "certificate gate" in bench.lines("pass")
    assert "nothing to change" in bench.set("--new-identity").stdout
    done = bench.kakou("certificate", "gate", bench.sign("gate"))
    assert "set      the certificate" in done.stdout, done.stderr
    assert (bench.run / "gate.key").read_bytes() != first_key
    assert (bench.run / "gate.key.former").read_bytes() == first_key
    assert (bench.run / "gate.pem.former").read_bytes() == first_cert
    assert (bench.run / "gate.key").stat().st_mode & 0o7777 == 0o400
    assert "certificate gate" in bench.lines("pass")


def answer_questions(bench, replies):
    """Types a reply whenever a question stands at the end; returns all that was shown."""
    pid, master = pty.fork()
    if pid == 0:
        os.execv(BUILD / "kakou", ["kakou", "provision", "--config",
                                   str(bench.run / "site.conf"), "--user", "root",
                                   "--page-user", "root"])
    shown = b""
    replies = list(replies)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([master], [], [], 0.5)[0]:
            if shown.endswith(b": ") and replies:
                os.write(master, replies.pop(0).encode() + b"\n")
            continue
        try:
            shown += os.read(master, 4096)
        except OSError:
            break
        if shown.endswith(b": ") and replies:
            os.write(master, replies.pop(0).encode() + b"\n")
    _, status = os.waitpid(pid, 0)
    return shown.decode().replace("\r", ""), os.waitstatus_to_exitcode(status)


def test_questions_on_a_terminal_take_defaults_and_ask_again_for_what_does_not_hold(bench):
    bench.set()
    shown, status = answer_questions(bench, [
        "", "33015", "3301500009", "", "", "", "", "", "", "", "", "", "", "",  # the gate
        "3301500109", "", "", "",                      # lane in1, which is there
        "", ""])                                       # no more lanes, nobody new
    assert status == 4, shown
    assert 'AREA_ID [3301500001]: 33015\n  got "33015", expected exactly 10' in shown, shown
    assert 'changed  customs area_id: was "3301500001", is "3301500009"' in shown
    assert 'changed  lane in1 chnl_no: was "3301500101", is "3301500109"' in shown
    assert shown.count("changed ") == 2, shown


def test_what_is_wrong_with_a_machine_is_a_line_that_says_what_to_do(bench):
    bench.set()
    failed = bench.lines("FAIL")
    assert "certificate gate" in failed and "device plate-in1" in failed
    assert "people" not in failed
    (bench.run / "gate.key").chmod(0o440)
    assert "mode 0440" in bench.lines("FAIL")["key gate"]
    assert "mended   mode and owner" in bench.set().stdout
    assert "key gate" not in bench.lines("FAIL")
    text = bench.kakou("test").stdout
    assert "to do: have" in text and "kakou provision certificate gate FILE" in text
