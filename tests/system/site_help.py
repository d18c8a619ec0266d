# SPDX-License-Identifier: MIT
"""Site files made by tests: as many lanes as wanted, each with the devices wanted."""

HEAD = """
name = "sim-gate"
state_dir = "@RUN@/state"
allow_volatile_state = true
control_socket = "@RUN@/kakoud.sock"
maps_dir = "@MAPS@"

customs "platform" {
	host = "@NET@.2"
	port = 9001
	listen_host = "@NET@.1"
	listen_port = 9002
	peer_name = "customs.sim.invalid"
	ca_file = "@RUN@/certs/ca.pem"
	cert_file = "@RUN@/certs/gate.pem"
	key_file = "@RUN@/certs/gate.key"
	area_id = "3301500001"
}
"""

# evidence: (map, part of the device's name)
DEVICES = {
    "plate": ("kakou-plate-camera", "plate"), "tag": ("kakou-tag-reader", "tag"),
    "box": ("kakou-box-reader", "box"), "weight": ("kakou-weighbridge", "scale"),
    "card": ("kakou-driver-post", "post"), "seal": ("kakou-seal-reader", "seal"),
}
LINES = ["safety_loop", "beam", "limit_up", "limit_down", "raise", "lower", "beam_test",
         "loop_test", "heartbeat", "approach", "exit", "red", "green"]
# A second barrier, behind the approach loop.
ENTRY_LINES = ["entry_loop", "entry_beam", "entry_limit_up", "entry_limit_down", "entry_raise",
               "entry_lower", "entry_beam_test", "entry_loop_test"]


def lane(number, direction="I", evidence=("plate", "card"), deck=False, lines=(), **keys):
    """Ports, devices and section of lane `number` (from 1): one TCP port, a unit for each
    device; `lines` are roles beside the usual ones, `keys` further keys of the lane."""
    name = f"n{number}"
    text = (f'port "{name}" {{\n\ttype = tcp\n\thost = "@NET@.1"\n'
            f"\ttcp_port = {5000 + number}\n}}\n")
    devices = {kind: DEVICES[kind] for kind in evidence}
    devices["sign"] = ("kakou-sign", "sign")
    for unit, (map_name, part) in enumerate(devices.values(), 1):
        text += (f'device "{part}-{name}" {{\n\tport = "{name}"\n\tunit = {unit}\n'
                 f'\tmap = "{map_name}"\n}}\n')
    roles = LINES + (["scale_entry", "scale_exit"] if deck else []) + list(lines)
    text += (f'lane "{name}" {{\n\tchnl_no = "33015001{number:02d}"\n'
             f'\tdirection = {direction}\n\tgpio = "yard:@RUN@/gpio.sock"\n'
             f'\tsign = "sign-{name}"\n')
    if "card" in evidence:
        text += f'\tpost = "post-{name}"\n'
    text += "".join(f"\t{key} = {value}\n" for key, value in keys.items())
    text += "".join(f'\tline "{role}" {{ name = "{name}.{role}" }}\n' for role in roles)
    text += "".join(f'\tevidence "{kind}" {{ device = "{devices[kind][1]}-{name}" }}\n'
                    for kind in evidence)
    return text + "}\n"


def site(*lanes):
    """A whole site file of lanes as lane() makes them."""
    return HEAD + "".join(lanes)
