# SPDX-License-Identifier: MIT
"""The rig of the tests in a virtual machine: a gate whose kakoud runs on an arm64 kernel with a
real GPIO chip, while yard and customs stay on the host.

    with VmGate(scenario=…) as gate:
        gate.start()                    # customs, yard, the machine; kakoud starts at its boot
        gate.guest("cat /run/cabinet")  # a command in the guest
        gate.rpc("kakoud", "status")    # as in every system test

What is on the way: Modbus TCP, customs and the cabinet's wires through slirp's guestfwd, customs
dialling back and kakoud's control socket through hostfwd, Modbus RTU through PCI serial ports
on the yard's terminals.
"""

import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import types

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))

from gate_help import lane_of, yard_lane  # noqa: E402
from kakou_rig import ROOT, Gate, Program, RigError, RpcError, wait_until  # noqa: E402

BUILT = ROOT / os.environ.get("BUILD", "build") / "arm64"
CACHE = pathlib.Path(os.environ.get("KAKOU_VM_CACHE") or
                     ROOT / os.environ.get("BUILD", "build") / "vm").resolve()
CHIP = "kakou-gate"
WATCHDOG = "i6300ESB timer"
BOOT_S = 90
MACHINE_LIMIT_S = 700
GUEST_S = 60
OVERSTAY_MS = 30000


def read_profile(path=HERE / "profile-emulated.conf"):
    """The profile's numbers, and its name from the name of its file."""
    text = path.read_text("utf-8")
    pairs = re.findall(r"^(\w+) = (\d+)$", text, re.M)
    return {"name": path.stem.partition("-")[2], **{key: int(value) for key, value in pairs}}


PROFILE = read_profile()


def guest_site(text):
    """The site as the guest sees it: its own addresses and folders, and lines, serial ports and
    watchdog by the names of its board."""
    text = re.sub(r"^#.*\n", "", text, flags=re.M)
    for old, new in (
            ('name = "sim-gate"', f'name = "{PROFILE["name"]}"'),
            ('listen_host = "@NET@.1"', 'listen_host = "10.0.2.15"'),
            ("@NET@.1", "10.0.2.100"), ("@NET@.2", "10.0.2.100"),
            ("@RUN@/tty-scale-in1", "rs485-1"), ("@RUN@/tty-climate-in1", "rs485-2"),
            ("@RUN@/certs", "/vm/certs"), ("@RUN@/state", "/data/state"),
            ("@RUN@/kakoud.sock", "/run/kakou/kakoud.sock"),
            ('"@MAPS@"', '"/vm/maps"\nboards_dir = "/vm/boards"\nboard = "qemu-virt"'),
            ('\tgpio = "yard:@RUN@/gpio.sock"\n', "")):
        if old not in text:
            raise RigError(f"board/sim/site.conf has no {old!r} to replace")
        text = text.replace(old, new)
    return slowed(text)


def slowed(text):
    """The site with the limits of the profile: what an emulated machine can hold."""
    slow = {
        r"^(control_socket = .*)": f"watchdog_s = {PROFILE['watchdog_s']}",
        r'^(port "[^"]*" \{)': f"answer_ms = {PROFILE['port_answer_ms']}",
        r"^(\ttype = tcp)": f"connect_ms = {PROFILE['port_connect_ms']}",
        r'^(customs "[^"]*" \{)': f"connect_ms = {PROFILE['customs_connect_ms']}\n"
                                  f"\tresend_ms = {PROFILE['customs_resend_ms']}",
        r'^(lane "[^"]*" \{)': f"answer_ms = {PROFILE['lane_answer_ms']}\n"
                               f"\ttest_window_ms = {PROFILE['lane_test_window_ms']}",
    }
    for pattern, line in slow.items():
        indent = "" if "control_socket" in pattern else "\t"
        text = re.sub(pattern, rf"\1\n{indent}{line}", text, flags=re.M)
    return text


def pack(files, into):
    """A cpio archive of {name: bytes}, for the kernel to unpack behind the initial one."""
    with open(into, "ab") as out:
        def add(name, data, mode):
            head = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
            record = b"070701" + b"".join(b"%08x" % field for field in head)
            record += name.encode() + b"\0"
            record += b"\0" * (-len(record) % 4) + data
            out.write(record + b"\0" * (-len(record) % 4))

        folders = {str(parent) for name in files for parent in pathlib.Path(name).parents}
        for folder in sorted(folders - {"."}):
            add(folder, b"", 0o040755)
        for name, data in files.items():
            add(name, data, 0o100600)
        add("TRAILER!!!", b"", 0)


class VmGate(Gate):
    """A gate with its kakoud in a virtual machine."""

    def __init__(self, scenario="", site="board/sim/site.conf", certs=None, pace=3):
        super().__init__(scenario, site, certs, pace)
        self.guest_conf = guest_site(self.read(site))
        self.extra["yard"] = ["--relay-ms", str(PROFILE["yard_relay_ms"])]

    # ---- the machine --------------------------------------------------------------------------

    def make_initrd(self):
        initrd = self.run / "initrd"
        subprocess.run([HERE / "make-initrd", CACHE, BUILT, initrd], check=True)
        files = {f"vm/certs/{path.name}": path.read_bytes() for path in self.certs.iterdir()
                 if path.is_file()}
        files["vm/site.conf"] = self.guest_conf.encode()
        pack(files, initrd)
        return initrd

    def make_disk(self):
        disk = self.run / "disk.img"
        if not disk.exists():
            with open(disk, "wb") as image:
                image.truncate(48 << 20)
            env = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
            subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", disk], check=True, env=env)
        return disk

    def network(self):
        """slirp lets through what is listed, and nothing else."""
        ports = [int(port) for port in re.findall(r"tcp_port = (\d+)", self.guest_conf)]
        net = self.slot.net
        forwards = [("10.0.2.100", port, f"TCP4:{net}.1:{port}") for port in ports]
        forwards.append(("10.0.2.100", 9001, f"TCP4:{net}.2:9001"))
        forwards.append(("10.0.2.100", 7000, f"UNIX-CONNECT:{self.run}/lines.sock"))
        options = ["user", "id=net", "restrict=on",
                   f"hostfwd=tcp:{net}.1:9002-10.0.2.15:9002",
                   f"hostfwd=tcp:{net}.3:7001-10.0.2.15:7001",
                   f"hostfwd=tcp:{net}.3:7002-10.0.2.15:7002"]
        for host, port, to in forwards:
            options.append(f"guestfwd=tcp:{host}:{port}-cmd:socat - {to}")
        return ",".join(options)

    def machine_command(self):
        append = f"console=ttyAMA0 panic=5 loglevel=4 relay_ms={PROFILE['relay_ms']}"
        return ["nice", "-n", "-10", "timeout", "--kill-after=10", str(MACHINE_LIMIT_S),
                "setpriv", "--pdeathsig", "KILL", "qemu-system-aarch64",
                "-M", "virt", "-cpu", "cortex-a57", "-smp", "2", "-m", "512",
                "-accel", "tcg,thread=multi", "-nodefaults", "-no-user-config",
                "-display", "none",
                "-kernel", CACHE / "kernel/vmlinuz", "-initrd", self.make_initrd(),
                "-append", append, "-serial", f"file:{self.run}/console.log",
                "-qmp", f"unix:{self.run}/qmp.sock,server=on,wait=off",
                "-drive", f"if=none,id=disk,format=raw,file={self.make_disk()}",
                "-device", "virtio-blk-pci,drive=disk",
                "-netdev", self.network(), "-device", "virtio-net-pci,netdev=net,romfile=",
                "-chardev", f"serial,id=scale,path={self.run}/tty-scale-in1",
                "-device", "pci-serial,chardev=scale",
                "-chardev", f"serial,id=climate,path={self.run}/tty-climate-in1",
                "-device", "pci-serial,chardev=climate",
                "-device", "i6300esb", "-action", "watchdog=reset"]

    def start(self, *names, env=None, wait=True):
        """Starts customs, yard and the machine, or those that are named."""
        for name in names or ("customs", "yard", "machine"):
            if name == "machine":
                self.start_machine()
            elif name == "kakoud":
                self.guest("/vm/start")
                wait_until(self.answers, BOOT_S, "kakoud answers", 0.1)
            else:
                super().start(name, env=env, wait=wait)

    def start_machine(self):
        self.programs["relay"] = Program("relay", [
            HERE / "relay.py", self.run / "lines.sock", self.run / "gpio.sock",
            self.run / "qmp.sock", self.run / "relay.events"], self.run)
        self.programs["rpc"] = Program("rpc", [
            "socat", f"UNIX-LISTEN:{self.socket_path('kakoud')},fork",
            f"TCP4:{self.slot.net}.3:7002"], self.run)
        self.programs["machine"] = Program("machine", self.machine_command(), self.run)
        self.wait_boot()

    @property
    def machine(self):
        return self.programs["machine"]

    def console(self):
        path = self.run / "console.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    @property
    def kakoud(self):
        """Who a ticket is good for: the kakoud of this boot."""
        return types.SimpleNamespace(pid=self.guest("cat /run/kakoud.pid") + str(self.boots()))

    def connect(self, name, timeout_s=60):
        return super().connect(name, timeout_s)

    def boots(self):
        return self.console().count("VM READY")

    def answers(self):
        try:
            return self.rpc("kakoud", "status")
        except (OSError, ValueError):
            return None

    def wait_boot(self, number=1):
        """Until the machine has booted so often, and kakoud answers and has its lines."""
        def is_up():
            if not self.machine.is_running:
                raise RigError(f"the machine ended with {self.machine.process.returncode}\n"
                               f"{self.machine.tail()}\n{self.console_tail()}")
            return self.boots() >= number and self.answers()

        wait_until(is_up, BOOT_S, lambda: f"boot {number} of the machine\n{self.console_tail()}",
                   0.1)
        if "VM FAIL" in self.console():
            raise RigError(f"the guest did not come up whole\n{self.console_tail()}")

    def console_tail(self, lines=40):
        return "\n".join(f"console| {line}" for line in self.console().splitlines()[-lines:])

    # ---- in the guest ---------------------------------------------------------------------------

    def guest_raw(self, script, within_s=GUEST_S):
        """Runs a shell script in the guest; its exit status and what it said."""
        with socket.create_connection((f"{self.slot.net}.3", 7001), within_s) as shell:
            shell.sendall(script.encode() + b"\n.\n")
            said = b""
            while True:
                data = shell.recv(65536)
                if not data:
                    break
                said += data
        text, mark, status = said.decode("utf-8", "replace").rpartition("\n== status ")
        if not mark:
            raise RigError(f"the guest did not end {script!r}: {text or status}")
        return int(status), text

    def guest(self, script, within_s=GUEST_S):
        """The same; a failure when its exit status is not 0."""
        status, text = self.guest_raw(script, within_s)
        if status:
            raise AssertionError(f"in the guest: {script}: exit status {status}\n{text}")
        return text

    def kakou_guest(self, arguments):
        """Runs the guest's own kakou; its exit status and what it said."""
        return self.guest_raw(f"kakou --socket /run/kakou/kakoud.sock {arguments}")

    def signal_kakoud(self, name):
        self.guest(f"kill -{name} $(cat /run/kakoud.pid)")

    def cabinet(self):
        """What the cabinet knows of each line: {name: {level, changes, relay, drops}}."""
        lines = {}
        for words in map(str.split, self.guest("cat /run/cabinet").splitlines()):
            if len(words) >= 4 and words[1] in ("in", "out"):
                lines[words[0]] = {"is_input": words[1] == "in", "level": int(words[2]),
                                   "changes": int(words[3])}
            if len(words) == 7:
                lines[words[0]].update(relay=words[5], drops=int(words[6]))
        return lines

    def line_file(self, name, what):
        """Path of the pull or the value of a line, in the guest."""
        offset = list(self.cabinet()).index(name)
        return f"$(cat /run/chip-{CHIP})/sim_gpio{offset}/{what}"

    def outputs(self):
        """The kernel's own levels of the outputs."""
        names = [name for name, line in self.cabinet().items()]
        values = self.guest(f"for i in $(seq 0 {len(names) - 1}); do "
                            f"cat $(cat /run/chip-{CHIP})/sim_gpio$i/value; done").split()
        return dict(zip(names, map(int, values)))

    def machine_events(self, kind):
        """What QEMU told of the machine, as the relay noted it: "reset", "watchdog"."""
        lines = (self.run / "relay.events").read_text("utf-8").splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    def resets(self):
        return len(self.machine_events("reset"))

    def bring_to_rest(self, lane="in1"):
        """As an officer would: sends on who stands there, takes the arm back once nobody does, and
        lets who does not drive come once more."""
        def is_at_rest():
            now, yard = lane_of(self, lane), yard_lane(self, lane)
            with contextlib.suppress(RpcError):  # the lane may have gone on since
                if now["state"] in ("held", "silent"):
                    self.act("release", lane, passage=now["passage"])
                elif (now["state"] == "blocked" and not yard["vehicles"] or
                      now["state"] == "passing" and now["state_age_ms"] > OVERSTAY_MS):
                    self.act("reset", lane, passage=now["passage"])
            return now["state"] == "idle" and not yard["vehicles"]

        wait_until(is_at_rest, 100, lambda: f"{lane} at rest: {lane_of(self, lane)} "
                   f"{yard_lane(self, lane)}", 0.3)

    def close(self, keep=False):
        if keep:
            print(self.console_tail(80))
        for name in ("machine", "rpc", "relay"):
            program = self.programs.pop(name, None)
            if program:
                program.kill()
        super().close(keep)
