# SPDX-License-Identifier: MIT
"""kakou-customs by itself, for tests of its own and of the link in front of it."""

import subprocess

from customs_help import free_port
from kakou_rig import BUILD, Rpc, wait_until

ORDER = "Z3111I240726000000000{:03}"
ORDERS = """
order "Z3111I240726000000000001" {
	plate = "浙A12345"
	tag = "E2003412AB000001"
	card = "330102600001"
	direction = "I"
	vehicle_kg = 8600
	frame_kg = 6200
	container_kg = 3800
	goods_kg = "18400.5"
	boxes = {"CSQU3054383", "CBHU3202732"}
	seal = "HYT-1"
	delay_ms = 50
}
order "Z3111I240726000000000002" { plate = "浙B00002" direction = "I" type = 6 vehicle_kg = 8600 delay_ms = 50 }
order "Z3111I240726000000000003" { plate = "浙B00003" direction = "I" targeted = yes delay_ms = 50 }
order "Z3111I240726000000000004" { plate = "浙B00004" direction = "I" delay_ms = 50 }
order "Z3111I240726000000000005" { plate = "浙B00004" direction = "I" delay_ms = 50 }
order "Z3111I240726000000000006" { plate = "浙B00006" direction = "I" behaviour = "silent" count = 2 delay_ms = 50 }
order "Z3111I240726000000000007" { plate = "浙B00007" direction = "I" behaviour = "repeat" delay_ms = 50 }
order "Z3111I240726000000000008" { plate = "浙B00008" direction = "I" behaviour = "foreign" delay_ms = 50 }
order "Z3111I240726000000000009" { plate = "浙B00009" direction = "I" behaviour = "interim" delay_ms = 50 }
order "Z3111I240726000000000010" { plate = "浙B00010" direction = "I" state = 0 delay_ms = 50 }
order "Z3111I240726000000000011" { plate = "浙B00011" direction = "E" chnl_no = "3301500199" delay_ms = 50 }
order "Z3111I240726000000000012" { plate = "浙B00012" direction = "I" behaviour = "late" delay_ms = 200 }
"""


class Platform:
    """kakou-customs with a socket of its own."""

    def __init__(self, run, net, certs, gate, name="customs", orders=ORDERS, **more):
        self.address = (f"{net}.2", free_port(f"{net}.2"))
        self.socket, self.journal = run / "customs.sock", run / "customs.journal"
        (run / "orders").write_text(orders, "utf-8")
        arguments = {
            "listen": "%s:%d" % self.address, "gate": "%s:%d" % gate,
            "peer-name": "gate.sim.invalid", "cert": certs / f"{name}.pem",
            "key": certs / f"{name}.key", "ca": certs / "ca.pem", "orders": run / "orders",
            "control": self.socket, "journal": self.journal, **more}
        command = [BUILD / "kakou-customs"]
        for key, value in arguments.items():
            command += [f"--{key}", str(value)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.first_line = self.process.stderr.readline()
        self.rpc = Rpc(self.socket)

    def close(self):
        self.rpc.close()
        self.process.kill()
        self.process.communicate()


def wait_clear(platform):
    """Until nothing is on its way to the gate."""
    wait_until(lambda: platform.rpc.call("status")["waiting"] == 0, 20,
               lambda: f"a clear way: {platform.rpc.call('status')}")
