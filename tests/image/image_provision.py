# SPDX-License-Identifier: MIT
"""A board becomes a gate as a technician makes it one: kakou provision, the key never leaves."""

import subprocess

from world import NET, RUN, SITE, WATCHDOG, slowed

ANSWERS = f"""name = "emulated"
area_id = "3301500001"
host = "{NET}.2"
peer_name = "customs.sim.invalid"
listen_host = "{NET}.1"
gate_name = "gate.sim.invalid"
gpio = "yard:{RUN}/gpio.sock"
watchdog = "{WATCHDOG}"

lane "in1" {{
	chnl_no = "3301500101"
	direction = I
	plate = "kakou-plate-camera {NET}.1:5101"
	tag = "kakou-tag-reader {NET}.1:5102"
	box = "kakou-box-reader {NET}.1:5103"
	card = "kakou-driver-post {NET}.1:5104"
	seal = "kakou-seal-reader {NET}.1:5105"
	sign = "kakou-sign {NET}.1:5106"
	weight = "seneca-ze-sg3 {RUN}/tty-scale-in1"
	climate = "xy-md02 {RUN}/tty-climate-in1"
}}
person "chief" {{
	role = supervisor
}}
"""
NO_CERTIFICATE = 4


def sign(certs, request):
    """The authority's certificate for a gate that asked for one."""
    asked, made, use = (certs / f"board.{end}" for end in ("csr", "pem", "cnf"))
    asked.write_text(request)
    use.write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                   "extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:gate.sim.invalid\n")
    subprocess.run(["openssl", "x509", "-req", "-in", asked, "-CA", certs / "ca.pem", "-CAkey",
                    certs / "ca.key", "-set_serial", "77", "-days", "365", "-extfile", use,
                    "-out", made], check=True, capture_output=True)
    return made.read_text()


def provision(board, certs):
    """What a technician does at the serial line: answers, request out, certificate in."""
    board.write("/run/answers.conf", ANSWERS)
    status, said = board.run_raw("kakou provision --from /run/answers.conf", 300)
    assert status == NO_CERTIFICATE and "chief, supervisor, with the password" in said, said
    board.write("/run/gate.pem", sign(certs, board.run("kakou provision request gate")))
    board.write("/run/ca.pem", (certs / "ca.pem").read_text())
    # What it tests at its end does not run yet.
    _, said = board.run_raw("kakou provision certificate gate /run/gate.pem --ca /run/ca.pem", 300)
    assert "set      the certificate of the gate" in said, said
    socket = 'control_socket = "/run/kakou/kakoud.sock"\n'
    board.write("/run/site", slowed(socket + board.run(f"cat {SITE}")))
    board.run(f"cat /run/site >{SITE} && sync {SITE}")
