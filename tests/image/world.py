# SPDX-License-Identifier: MIT
"""A gate with its world inside one board: the simulated site on the data partition, yard and customs
beside kakoud. For images made with TEST=1, which have kakou-tools.

    world = World(board)            # site, certificates, scenario; starts yard, customs, kakoud
    world.drive_in()                # a truck that has an order
    world.passages()                # as kakou shows them
"""

import json
import sys

from image_rig import HERE, ROOT

sys.path.insert(0, str(HERE.parent / "vm"))

from gate_help import ORDER, TRUCK, section  # noqa: E402
from vm_rig import PROFILE, slowed  # noqa: E402

RUN, NET = "/run/world", "127.77.1"
SETUP = f"""set -e
install -d -o kakou -g kakou -m 750 {RUN}
[ -d /etc/kakou/certs ] || /usr/lib/kakou/make-certs.sh /etc/kakou/certs
chown -R kakou:kakou /etc/kakou/certs
cp -r /etc/kakou/certs {RUN}/
chown -R kakou:kakou {RUN}
"""
START = f"""set -e
start() {{
	systemctl reset-failed "$1" 2>/dev/null || true
	systemd-run --quiet --unit="$1" --uid=kakou --gid=kakou "${{@:2}}"
}}
start yard kakou-yard --site {RUN}/site.conf --scenario {RUN}/scenario --control {RUN}/yard.sock \\
	--gpio {RUN}/gpio.sock --pace 3 --log {RUN}/yard.events --relay-ms {PROFILE['yard_relay_ms']}
start customs kakou-customs --listen {NET}.2:9001 --gate {NET}.1:9002 --peer-name gate.sim.invalid \\
	--cert {RUN}/certs/customs.pem --key {RUN}/certs/customs.key --ca {RUN}/certs/ca.pem \\
	--orders {RUN}/scenario --control {RUN}/customs.sock --journal {RUN}/customs.journal
for _ in $(seq 300); do [ -S {RUN}/gpio.sock ] && break; sleep 0.2; done
systemctl restart kakoud
"""
ASK = """perl -MIO::Socket::UNIX -e '
	my $link = IO::Socket::UNIX->new(shift) or die "no answer: $!\\n";
	print $link shift, "\\n"; $link->flush; print scalar <$link>' '%s' '%s'"""
ORDERS = 8


def numbered(number):
    """What sets one truck and its order apart from the others."""
    return {"plate": f"浙A123{number:02}", "tag": f"E2003412AB0001{number:02}"}


def site():
    """board/sim/site.conf, with its state where the product keeps it, and the emulated limits."""
    text = (ROOT / "board/sim/site.conf").read_text("utf-8")
    for old, new in (
            ("\nallow_volatile_state = true", ""), ("@RUN@/state", "/var/lib/kakou"),
            ("@RUN@/kakoud.sock", "/run/kakou/kakoud.sock"), ("@RUN@/certs", "/etc/kakou/certs"),
            ("@MAPS@", "/usr/share/kakou/maps"), ("@RUN@", RUN), ("@NET@", NET)):
        text = text.replace(old, new)
    return slowed(text.replace("\nmaps_dir =", '\nwatchdog = "i6300ESB timer"\nmaps_dir ='))


class World:
    """Site and world of one board; after a boot start() begins the world again."""

    def __init__(self, board):
        self.board, self.trucks = board, 0
        self.start()

    def start(self):
        self.board.run(SETUP, 300)
        orders = "".join(section("order", f"Z3111I2611010000000000{n:02}", {**ORDER, **numbered(n)})
                         for n in range(1, ORDERS + 1))
        self.board.write(f"{RUN}/scenario", orders)
        self.board.write(f"{RUN}/site.conf", site())
        self.board.write("/etc/kakou/kakou.conf", site())
        self.board.run(START, 300)
        self.board.wait("kakou status", 240, "kakoud answers")
        self.ask("yard", "start")

    def ask(self, program, method, params=None):
        """One question to the control socket of yard or customs; its answer."""
        question = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}})
        answer = json.loads(self.board.run(ASK % (f"{RUN}/{program}.sock", question)))
        if "error" in answer:
            raise AssertionError(f"{program} {method}: {answer['error']}")
        return answer["result"]

    def drive_in(self):
        """Sends the next truck that has an order; its plate."""
        self.trucks += 1
        truck = {**TRUCK, **numbered(self.trucks)}
        self.ask("yard", "truck", truck)
        return truck["plate"]

    def passages(self):
        return json.loads(self.board.run("kakou passages --json"))["passages"]

    def verify(self):
        """What kakou log verify says of the whole record; a failure when it is not whole."""
        return self.board.run("kakou log verify", 300)
