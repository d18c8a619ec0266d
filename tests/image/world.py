# SPDX-License-Identifier: MIT
"""A gate with its world inside one board: a site on the data partition, yard and customs beside kakoud.
For images made with TEST=1, which have kakou-tools.

    place_site(board, certs)        # the simulated site, as if somebody had copied it there
    world = World(board, certs)     # starts yard, customs, kakoud
    world.clear_truck()             # a truck that has an order comes in and is released and leaves; its plate
    world.verify()                  # the whole record
"""

import json
import sys

from image_rig import BOOT_S, HERE, ROOT

sys.path.insert(0, str(HERE.parent / "vm"))

from gate_help import ORDER, TRUCK, section  # noqa: E402
from kakou_rig import wait_until  # noqa: E402
from vm_rig import PROFILE, WATCHDOG, slowed  # noqa: E402

RUN, NET = "/run/world", "127.77.1"
SITE = "/etc/kakou/kakou.conf"
START = f"""set -e
start() {{
	systemctl reset-failed "$1" 2>/dev/null || true
	systemd-run --quiet --unit="$1" --uid=kakou --gid=kakou "${{@:2}}"
}}
start yard kakou-yard --site {RUN}/site.conf --scenario {RUN}/scenario --control {RUN}/yard.sock \\
	--gpio {RUN}/gpio.sock --pace 3 --log {RUN}/yard.events --relay-ms {PROFILE['yard_relay_ms']}
start customs kakou-customs --listen {NET}.2:9001 --gate {NET}.1:9002 --peer-name gate.sim.invalid \\
	--cert {RUN}/customs.pem --key {RUN}/customs.key --ca {RUN}/ca.pem \\
	--orders {RUN}/scenario --control {RUN}/customs.sock --journal {RUN}/customs.journal
for _ in $(seq 300); do [ -S {RUN}/gpio.sock ] && break; sleep 0.2; done
systemctl restart kakoud
"""
ASK = """perl -MIO::Socket::UNIX -e '
	my $link = IO::Socket::UNIX->new(shift) or die "no answer: $!\\n";
	print $link shift, "\\n"; $link->flush; print scalar <$link>' '%s' '%s'"""
ORDERS = 12
RELEASED_S = 300
TICKET = "/run/officer.ticket"
PATIENCE_MS = 20000
# Whoever has provisioned the board made the first supervisor; a site that was copied has nobody yet.
OFFICER = f"""export KAKOU_TICKET={TICKET}
word='password of chief'
echo "$word" | kakou login chief || {{
	echo "$word" | kakou people password chief || echo "$word" | kakou people add chief supervisor
	echo "$word" | kakou login chief
}}"""


def numbered(number):
    """What sets one truck and its order apart from the others."""
    return {"plate": f"浙A123{number:02}", "tag": f"E2003412AB0001{number:02}"}


def sim_site():
    """board/sim/site.conf, with its state where the product keeps it, and the emulated limits."""
    text = (ROOT / "board/sim/site.conf").read_text("utf-8")
    for old, new in (
            ("\nallow_volatile_state = true", ""), ("@RUN@/state", "/var/lib/kakou"),
            ("@RUN@/kakoud.sock", "/run/kakou/kakoud.sock"), ("@RUN@/certs", "/etc/kakou/certs"),
            ("@MAPS@", "/usr/share/kakou/maps"), ("@RUN@", RUN), ("@NET@", NET)):
        text = text.replace(old, new)
    return slowed(text.replace("\nmaps_dir =", f'\nwatchdog = "{WATCHDOG}"\nmaps_dir ='))


def place_site(board, certs):
    """The simulated site with its certificate, whose key was made elsewhere."""
    board.run("install -d -o kakou -g kakou -m 750 /etc/kakou/certs")
    for name in ("ca.pem", "gate.pem", "gate.key"):
        board.write(f"/etc/kakou/certs/{name}", (certs / name).read_bytes(), "400", "kakou:kakou")
    board.write(SITE, sim_site(), "640", "root:kakou")


class World:
    """Yard and customs of one board that has a site; after a boot start() begins them again."""

    def __init__(self, board, certs):
        self.board, self.certs, self.trucks = board, certs, 0
        self.start()

    def start(self):
        self.board.run("systemctl is-system-running --wait || true", BOOT_S)
        self.board.run(f"install -d -o kakou -g kakou -m 750 {RUN} && "
                       f"install -o kakou -g kakou -m 640 {SITE} {RUN}/site.conf")
        for name in ("ca.pem", "customs.pem", "customs.key"):
            self.board.write(f"{RUN}/{name}", (self.certs / name).read_bytes(), "400", "kakou:kakou")
        orders = "".join(section("order", f"Z3111I2611010000000000{n:02}", {**ORDER, **numbered(n)})
                         for n in range(1, ORDERS + 1))
        self.board.write(f"{RUN}/scenario", orders)
        self.board.run(START, 300)
        self.board.wait("kakou status", 240, "kakoud answers")
        self.board.run(OFFICER)
        self.ask("yard", "start")

    def ask(self, program, method, params=None):
        """One question to the control socket of yard or customs; its answer."""
        question = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}})
        answer = json.loads(self.board.run(ASK % (f"{RUN}/{program}.sock", question)))
        if "error" in answer:
            raise AssertionError(f"{program} {method}: {answer['error']}")
        return answer["result"]

    def clear_truck(self):
        """The next truck that has an order comes in, is released and leaves; its plate."""
        self.trucks += 1
        truck = {**TRUCK, **numbered(self.trucks)}
        plate = truck["plate"]
        self.ask("yard", "truck", truck)
        self.board.wait(f"kakou passages | grep -F '{plate}' | grep -w release", RELEASED_S, lambda:
                        f"{plate} released: {self.board.run('kakou lanes; kakou link; kakou events')}")
        self.rest()
        return plate

    def rest(self, lane="in1"):
        """Until nobody is in the lane. Where an emulator was too slow for the arm or for who leaves, an
        officer looks, and sends on or resets, as at a gate whose sensors failed."""
        def act(word, passage):
            self.board.run_raw(f"KAKOU_TICKET={TICKET} kakou {word} {lane} --reason 'seen from the booth'"
                               + (f" --passage {passage}" if passage else ""))

        def is_at_rest():
            lanes = json.loads(self.board.run("kakou lanes --json"))["lanes"]
            now = next(one for one in lanes if one["name"] == lane)
            yard = next(one for one in self.ask("yard", "status")["lanes"] if one["lane"] == lane)
            if now["state"] in ("held", "silent"):
                act("release", now["passage"])
            elif not yard["vehicles"] and now["state"] != "idle" and now["state_age_ms"] > PATIENCE_MS:
                act("reset", now["passage"])
            return now["state"] == "idle" and not yard["vehicles"]

        wait_until(is_at_rest, RELEASED_S, lambda: f"{lane} at rest: {self.ask('yard', 'status')}\n"
                   f"{self.ask('yard', 'events', {'after': 0})}\n{self.board.run('kakou events')}", 2)

    def link(self):
        """The link to customs, as kakou link has it."""
        return json.loads(self.board.run("kakou link --json"))

    def verify(self):
        """What kakou log verify says of the whole record; a failure when it is not whole."""
        return self.board.run("kakou log verify", 300)
