# SPDX-License-Identifier: MIT
"""Peers of the customs link that can't be trusted: what is refused, by whose words, and what then.

Each refusal names the check that failed, and the next good connection works.
"""

import ssl
import subprocess

import pytest

from customs_help import FORGED_RECORD, PART_OF_A_RECORD, Peer, answer, dial, free_port
from gate_help import scenario
from kakou_rig import BUILD, wait_until

# That Python deprecates the old versions of TLS is no news: they are shown to be refused.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")

SEQ = "20240726120000000001"
WHOLE = answer(SEQ)
NO_COMMON_VERSION = "no TLS version or cipher in common"

# Who shows this certificate is refused with these words, whoever of the two has dialled.
CERTIFICATES = {
    "wrong-issuer": ("rogue-customs", "not signed by a trusted issuer"),
    "wrong-name": ("other", "name mismatch: certificate is for other.sim.invalid, "
                            "expected customs.sim.invalid"),
    "expired": ("expired-customs", "certificate expired"),
    "not-yet-valid": ("future-customs", "certificate not yet valid"),
    "revoked": ("revoked-customs", "certificate revoked"),
    "wrong-key-usage": ("signer-customs", "another key usage"),
    "sha-1": ("sha1-customs", "weak digest"),
}
VERSIONS = {
    "tls-1.0": (ssl.TLSVersion.TLSv1, NO_COMMON_VERSION),
    "tls-1.1": (ssl.TLSVersion.TLSv1_1, NO_COMMON_VERSION),
}

# What a platform does that we dial, as changes of a good one: {row: (changes, words)}
AS_SERVER = {
    **{row: ({"name": name}, words) for row, (name, words) in CERTIFICATES.items()
       if row != "wrong-key-usage"},  # neither OpenSSL nor mbedtls shows it as a server
    **{row: ({"version": version}, words) for row, (version, words) in VERSIONS.items()},
    "for-clients-only": ({"name": "client-customs"}, "another extended key usage"),
    "no-close-notify": ({"behave": "rude"}, "closed without a close_notify"),
    "truncated-record": ({"behave": PART_OF_A_RECORD}, "closed without a close_notify"),
    "forged-record": ({"behave": FORGED_RECORD}, "not valid TLS"),
}
# What a platform does that dials us, as arguments of dial(), with what it sends.
AS_CLIENT = {
    **{row: ({"name": name}, WHOLE, words) for row, (name, words) in CERTIFICATES.items()},
    **{row: ({"version": version}, WHOLE, words) for row, (version, words) in VERSIONS.items()},
    "for-servers-only": ({"name": "server-customs"}, WHOLE, "another extended key usage"),
    "no-certificate": ({"name": None}, WHOLE, "no client certificate, expected customs.sim.invalid"),
    "no-close-notify": ({"close": "rude"}, WHOLE[:50], "ended within a frame, after 50 bytes"),
    "truncated-record": ({"close": PART_OF_A_RECORD}, WHOLE[:50],
                         "ended within a frame, after 50 bytes"),
    "forged-record": ({"close": FORGED_RECORD}, WHOLE[:50], "not valid TLS"),
}


def knock(certs, address, changes, data):
    """Dials in as the row says; a refusal at our own end is expected, and comes late under TLS 1.3."""
    try:
        if "close" in changes:
            dial(certs, address, data, **changes)
        else:
            tls = dial(certs, address, data, close="keep", **changes)
            while tls.recv(100):
                pass
    except (OSError, ssl.SSLError):
        pass


def spoil(peer, **changes):
    """From now on the peer is a good one but for this."""
    for key, value in {"name": "customs", "version": None, "behave": "clean", **changes}.items():
        setattr(peer, key, value)


# ---- the link alone -------------------------------------------------------------------------

@pytest.mark.parametrize("row", AS_SERVER)
def test_a_platform_that_fails_a_check_gets_nothing_and_a_good_one_is_heard(
        new_peer, new_probe, certs, row):
    changes, words = AS_SERVER[row]
    peer = new_peer()
    spoil(peer, **changes)
    probe = new_probe(peer, crl=certs / "crl.pem", resend_ms=100, resend_max_ms=100)
    probe.ask(SEQ)
    assert words in probe.news("failed")["why"]
    assert words in probe.health()["last_error"] and not probe.health()["is_up"]
    if "behave" not in changes:
        assert peer.frames.empty()
    assert not any(line.get("news") == "sent" for line in probe.seen)
    spoil(peer)
    probe.news("sent", seq_no=SEQ)
    assert probe.health()["is_up"]


@pytest.mark.parametrize("row", AS_CLIENT)
def test_who_dials_in_and_fails_a_check_is_not_heard_and_a_good_one_is(
        new_peer, new_probe, certs, row):
    changes, data, words = AS_CLIENT[row]
    probe = new_probe(new_peer(), crl=certs / "crl.pem")
    knock(certs, probe.address, changes, data)
    kind = "garbled" if "close" in changes else "refused"
    told = probe.news(kind)["why"]
    assert words in told and "127.0.0.1:" in told
    assert words in probe.health()["last_refusal"]
    dial(certs, probe.address, answer("next"))
    assert probe.news("answer")["seq_no"] == "next"  # and none before it
    assert probe.health()["refused"] == (kind == "refused")


def test_a_gate_is_no_platform(probe, certs):
    """A client of the right authority, with a right of its own, but another name."""
    knock(certs, probe.address, {"name": "gate"}, WHOLE)
    assert "certificate is for gate.sim.invalid" in probe.news("refused")["why"]


def test_a_platform_that_refuses_our_certificate_is_told_apart(new_peer, new_probe):
    peer = new_peer()
    probe = new_probe(peer, name="rogue-gate")
    probe.ask(SEQ)
    failed = probe.news("failed")
    assert failed["error"] == "refused" and "peer:" in failed["why"], failed
    assert peer.frames.empty()


# ---- the whole gate -------------------------------------------------------------------------

def status_of(gate):
    return gate.kakou_raw("status").stdout


@pytest.mark.limit(180)
def test_each_refusal_of_the_platform_is_in_the_record_and_in_the_status(new_gate):
    gate = new_gate(scenario=scenario())
    gate.edit_site('area_id = "3301500001"', 'area_id = "3301500001"\n'
                   '\tcrl_file = "@RUN@/certs/crl.pem"\n\tresend_ms = 500\n\tresend_max_ms = 500')
    peer = Peer(gate.certs, f"{gate.slot.net}.2", port=9001, name="rogue-customs")
    gate.start("yard", "kakoud")
    gate.rpc("yard", "start")
    try:
        for row, (changes, words) in AS_SERVER.items():
            spoil(peer, **changes)
            wait_until(lambda: any(words in event["data"]["why"]
                                   for event in gate.events(kind="inquiry_failed")), 30, row)
            wait_until(lambda: words in status_of(gate), 30, lambda: f"{row}: {status_of(gate)}")
        assert not gate.events(kind="inquiry_sent")
    finally:
        peer.close()
    gate.start("customs")
    assert gate.wait_event("passage_closed", within_s=60)["data"]["verdict"] == "release"
    assert gate.kakou("log", "verify")["is_whole"]


@pytest.mark.limit(180)
def test_each_refusal_of_a_caller_is_in_the_record_and_in_the_status(new_gate):
    gate = new_gate(scenario=scenario())
    gate.edit_site('area_id = "3301500001"', 'area_id = "3301500001"\n'
                   '\tcrl_file = "@RUN@/certs/crl.pem"')
    gate.start()
    address = (f"{gate.slot.net}.1", 9002)

    def is_told(changes, data, words):
        knock(gate.certs, address, changes, data)  # what comes within a second is only counted
        return any(words in event["data"]["why"] for event in gate.events(kind="peer_refused"))

    for row, (changes, data, words) in AS_CLIENT.items():
        wait_until(lambda: is_told(changes, data, words), 30, row, every_s=0.2)
        wait_until(lambda: words in status_of(gate), 30, lambda: f"{row}: {status_of(gate)}")
    gate.rpc("yard", "start")
    assert gate.wait_event("passage_closed", within_s=60)["data"]["verdict"] == "release"
    assert gate.kakou("log", "verify")["is_whole"]


# ---- sessions -------------------------------------------------------------------------------

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


def replace_file(folder, name, source):
    """As a technician does: the new file beside the old one, then over it."""
    new = folder / f"new-{name}"
    new.write_bytes(source.read_bytes())
    new.chmod(0o600)
    new.rename(folder / name)


def replace_files(folder, certs, name):
    for suffix in (".key", ".pem"):
        replace_file(folder, f"gate{suffix}", certs / f"{name}{suffix}")


@pytest.fixture
def own_files(certs, tmp_path):
    """A folder with the gate's four files, which a test may replace."""
    folder = tmp_path / "own"
    folder.mkdir()
    replace_file(folder, "ca.pem", certs / "ca.pem")
    replace_file(folder, "crl.pem", certs / "empty-crl.pem")
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


def is_heard(probe, certs, name):
    """Whether who dials in with this certificate is heard: its answer, or its refusal, is told."""
    knock(certs, probe.address, {"name": name, "close": "rude"}, answer(name))
    told = probe.take(lambda line: line.get("news") in ("answer", "refused"))
    return told["news"] == "answer"


def test_a_new_authority_alone_is_taken_without_a_restart(new_peer, new_probe, certs, own_files):
    peer = new_peer()
    replace_file(own_files, "ca.pem", certs / "rogue-ca.pem")
    probe = new_probe(peer, ca=own_files / "ca", resend_ms=100, resend_max_ms=100)
    probe.ask("1")
    assert "not signed by a trusted issuer" in probe.news("failed")["why"]
    assert not is_heard(probe, certs, "customs")
    replace_file(own_files, "ca.pem", certs / "ca.pem")
    assert "rotated" in probe.news("certificates")["why"]
    probe.news("sent", seq_no="1")
    assert is_heard(probe, certs, "customs") and not is_heard(probe, certs, "rogue-customs")


def test_a_new_revocation_list_alone_ends_who_was_welcome(new_peer, new_probe, certs, own_files):
    peer = new_peer(name="revoked-customs")
    probe = new_probe(peer, crl=own_files / "crl.pem", resend_ms=60000, resend_max_ms=60000)
    for seq in "12":
        probe.ask(seq)
        probe.news("sent", seq_no=seq)
    assert is_heard(probe, certs, "revoked-customs")
    replace_file(own_files, "crl.pem", certs / "crl.pem")
    assert "rotated" in probe.news("certificates")["why"]
    probe.ask("3")
    assert "certificate revoked" in probe.news("failed", seq_no="3")["why"]
    assert not is_heard(probe, certs, "revoked-customs") and is_heard(probe, certs, "customs")
    peer.name = "customs"
    probe.ask("4")
    probe.news("sent", seq_no="4")


@pytest.mark.parametrize("name, source", [("ca.pem", "ca.pem"), ("crl.pem", "crl.pem")])
def test_no_session_outlives_an_authority_or_a_revocation_list(new_platform_process, new_probe,
                                                              certs, own_files, name, source):
    probe = new_probe(new_platform_process.address, ca=own_files / "ca",
                      crl=own_files / "crl.pem", resend_ms=60000, resend_max_ms=60000)

    def resumed(seq):
        """Whether the message under this number resumed a session."""
        before = probe.health()["resumed"]
        probe.ask(seq)
        probe.news("sent", seq_no=seq)
        return probe.health()["resumed"] > before

    assert not resumed("1")
    if probe.health()["tls"] == "TLSv1.2":
        assert resumed("2")
    replace_file(own_files, name, certs / source)
    assert "rotated" in probe.news("certificates")["why"]
    assert not resumed("3")


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


NEAR, OVER = 0, 1


def test_an_alarm_of_what_ends_begins_in_time_and_is_over_with_the_new_file(new_peer, new_probe,
                                                                            certs, own_files):
    replace_files(own_files, certs, "ending-gate")
    probe = new_probe(new_peer(), cert=own_files / "gate.pem", key=own_files / "gate.key")
    begun = probe.news("expiry")
    assert (begun["level"], begun["is_on"]) == (NEAR, True)
    assert "certificate gate.sim.invalid ends on" in begun["why"]
    # It ends unnoticed; then it is renewed.
    for name, changes in (("expired-gate", [(NEAR, False), (OVER, True)]), ("gate", [(OVER, False)])):
        replace_files(own_files, certs, name)
        for change in changes:
            told = probe.news("expiry")
            assert (told["level"], told["is_on"]) == change
