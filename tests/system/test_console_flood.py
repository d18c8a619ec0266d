# SPDX-License-Identifier: MIT
"""Whatever becomes of the console, the lanes go on: floods, slow clients, an end in the middle."""

import concurrent.futures
import contextlib
import re
import shutil
import socket
import ssl
import subprocess

import pytest

from console_help import Browser
from gate_help import scenario
from kakou_rig import CONSOLE_PORT, wait_until

TOOLS = ("slowhttptest", "wrk")


def needs(tool):
    return pytest.mark.skipif(not shutil.which(tool), reason=f"{tool} is not installed")


def with_console(new_gate):
    gate = new_gate(scenario=scenario())
    gate.start()
    gate.start("console")
    return gate, f"https://{gate.slot.net}.1:{CONSOLE_PORT}"


def control_of(gate):
    return gate.rpc("kakoud", "status")["control"]


def let_a_truck_pass(gate):
    """The truck of the scenario comes, and passes by itself."""
    before = control_of(gate)
    gate.rpc("yard", "start")
    closed = gate.wait_event("passage_closed", within_s=60)
    after = control_of(gate)
    assert closed["data"]["outcome"] == "passed" and closed["data"]["lift"] == "00"
    assert after["scans"] > before["scans"]
    assert after["allocations"] == 0
    return closed


@contextlib.contextmanager
def running(*command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


@needs("wrk")
def test_a_truck_passes_while_the_page_is_flooded(new_gate):
    gate, url = with_console(new_gate)
    with running("wrk", "-t1", "-c64", "-d60s", f"{url}/api/v1/state"):
        wait_until(lambda: gate.programs["console"].is_running, 1, lambda: "it runs")
        let_a_truck_pass(gate)
        # And the command still gets its answer beside it.
        assert gate.kakou("status")["site"]
    browser = Browser(gate)
    wait_until(lambda: browser.ask("GET", "/healthz").status == 200, 20, lambda: "it is well")
    assert gate.programs["console"].memory_kb() < 64 * 1024


@needs("slowhttptest")
@pytest.mark.long
def test_a_truck_passes_while_slow_clients_hold_every_connection(new_gate):
    gate, url = with_console(new_gate)
    with running("slowhttptest", "-H", "-c", "400", "-r", "200", "-i", "5", "-l", "60",
                 "-u", f"{url}/"):
        let_a_truck_pass(gate)
    browser = Browser(gate)
    wait_until(lambda: browser.ask("GET", "/healthz").status == 200, 40, lambda: "it is well")


@pytest.mark.long
def test_who_never_ends_a_request_is_cut(new_gate):
    gate, _ = with_console(new_gate)
    browser = Browser(gate, timeout_s=60)
    connection = browser.connect()
    connection.sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    connection.sock.settimeout(1)
    drips = 0
    with contextlib.suppress(ConnectionError, BrokenPipeError, OSError):
        while drips < 60:
            connection.sock.sendall(b"X: y\r\n")
            drips += 1
            with contextlib.suppress(socket.timeout):
                if connection.sock.recv(1) == b"":
                    break
    assert drips < 60


def test_a_truck_passes_while_the_console_is_killed(new_gate):
    gate, _ = with_console(new_gate)
    browser = Browser(gate)
    browser.log_in()
    gate.rpc("yard", "start")
    gate.wait_event("passage_opened")
    gate.programs["console"].kill()
    closed = gate.wait_event("passage_closed", within_s=60)
    assert closed["data"]["outcome"] == "passed"
    gate.start("console")
    browser = Browser(gate)
    browser.log_in()
    wait_until(lambda: browser.get("history").json["items"], 20, lambda: "it is found")


def test_more_than_there_is_room_for_is_refused_and_the_rest_goes_on(new_gate):
    gate, _ = with_console(new_gate)
    browser = Browser(gate)
    browser.log_in()
    streams = []
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            streams.append(stack.enter_context(browser.stream()))
        assert browser.get("stream").code == "full"
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            codes = list(pool.map(lambda _: browser.get("lanes").status, range(300)))
        assert codes.count(200) >= 200 and set(codes) <= {200, 429}
        assert all(stream.next() for stream in streams)


@needs("testssl")
@pytest.mark.long
def test_nothing_is_found_against_its_tls(new_gate, tmp_path):
    gate, _ = with_console(new_gate)
    report = tmp_path / "report.csv"
    subprocess.run(["testssl", "--quiet", "--color", "0", "--fast", "--warnings", "off",
                    "--csvfile", report, "--severity", "LOW", "-p", "-s", "-f", "-U", "-h",
                    "--ip", f"{gate.slot.net}.1", f"console.sim.invalid:{CONSOLE_PORT}"],
                   capture_output=True, timeout=80, check=False)
    rows = report.read_text().splitlines()[1:]
    # Taken for renegotiation is that the connection ends in good order; the next tests look. What is
    # compressed are the page's files, the same for everybody: there is no secret beside a guess
    # (BREACH); an answer of the API never is.
    worse = [row for row in rows if re.search(r'"(MEDIUM|HIGH|CRITICAL)"', row)
             and not row.startswith(('"secure_client_renego"', '"BREACH"'))]
    assert not worse, worse


def negotiate_anew(address, *options):
    """What a TLS 1.2 client hears after it has asked for another handshake: names of messages."""
    client = subprocess.Popen(
        ["openssl", "s_client", "-tls1_2", "-msg", *options, "-connect", address],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = ""
    while "Verify return code" not in said:
        line = client.stdout.readline()
        assert line, said
        said += line
    client.stdin.write("R\n")
    client.stdin.flush()
    with contextlib.suppress(subprocess.TimeoutExpired):
        client.wait(3)
    client.terminate()
    rest, _ = client.communicate(timeout=30)
    assert "RENEGOTIATING" in said + rest
    anew = (said + rest).split("RENEGOTIATING")[1]
    assert ">>> TLS 1.2, Handshake" in anew and "ClientHello" in anew, anew
    return re.findall(r"<<< TLS 1.2, \w+ \[length \w+\],? ?(.*)", anew)


# What testssl.sh calls secure_client_renego: it looks at the exit status of openssl, which is 0 when
# the server ends the connection in good order too.
@pytest.mark.parametrize("options", [(), ("-legacy_renegotiation",)])
def test_a_client_that_wants_to_negotiate_anew_is_hung_up_on(new_gate, options):
    gate, _ = with_console(new_gate)
    heard = negotiate_anew(f"{gate.slot.net}.1:{CONSOLE_PORT}", *options)
    assert "ServerHello" not in heard and "warning close_notify" in heard, heard
    assert Browser(gate).ask("GET", "/healthz").status == 200


def test_the_same_client_is_heard_by_a_server_that_negotiates_anew(new_gate):
    gate = new_gate()
    port = CONSOLE_PORT + 1
    with running("openssl", "s_server", "-accept", f"{gate.slot.net}.1:{port}", "-tls1_2",
                 "-client_renegotiation", "-cert", str(gate.certs / "console.pem"), "-key",
                 str(gate.certs / "console.key"), "-www"):
        def listens():
            with contextlib.suppress(OSError):
                socket.create_connection((f"{gate.slot.net}.1", port), 1).close()
                return True
        wait_until(listens, 10, lambda: "it listens")
        assert "ServerHello" in negotiate_anew(f"{gate.slot.net}.1:{port}")


def test_old_versions_of_tls_are_refused(new_gate):
    gate, _ = with_console(new_gate)
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        expect_refused(gate, version)
    assert Browser(gate).connect().sock.version() == "TLSv1.3"


def expect_refused(gate, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with socket.create_connection((f"{gate.slot.net}.1", CONSOLE_PORT), 10) as plain:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(plain)
