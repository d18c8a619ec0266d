# SPDX-License-Identifier: MIT
"""The rig of the tests of images: a board that boots one in QEMU, through real U-Boot, from a card.

    with Machine(folder) as board:              # a copy of build/image/kakou-qemu-virt-test.img
        board.start()                           # power on; until the system is up
        board.run("rauc status")                # as root; a failure when it fails
        board.boot_state()                      # {"slot": "A", "order": "A B", "left": {"A": 2, "B": 3}}
        board.power_cut()                       # the machine ends where it is
        board.start()                           # and begins again, from the same card

The test channel is a virtual serial port and a unit of images made with TEST=1 (board/image/test); what
the product has is not there, and what is there the product has not.
"""

import base64
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))

from kakou_rig import ROOT, Program, RigError, wait_until  # noqa: E402

BUILT = ROOT / os.environ.get("BUILD", "build") / "image"
NAME = "kakou-qemu-virt-test"
# An emulated machine on a busy host: nothing here is a promise of the product.
BOOT_S = 600
RUN_S = 120
MACHINE_LIMIT_S = 7200
ENV_AT = (4 << 20, 8 << 20)
ENV_SIZE = 65536
SLOT_AT = {"A": 80 << 20, "B": 720 << 20}


def read_environment(image):
    """U-Boot's variables as the newer whole copy on a card has them, and how many copies are whole."""
    whole = []
    with open(image, "rb") as card:
        for at in ENV_AT:
            card.seek(at)
            copy = card.read(ENV_SIZE)
            if zlib.crc32(copy[5:]) == int.from_bytes(copy[:4], "little"):
                whole.append((copy[4], copy[5:]))
    if not whole:
        return {}, 0
    newest = whole[0]
    if len(whole) == 2 and 0 < (whole[1][0] - whole[0][0]) % 256 < 128:
        newest = whole[1]
    texts = newest[1].split(b"\0\0")[0].split(b"\0")
    return dict(text.decode().split("=", 1) for text in texts if b"=" in text), len(whole)


def state_of(variables, slot=None):
    """What the boot loader knows, as boot_state() gives it."""
    return {"slot": slot, "order": variables.get("BOOT_ORDER", ""),
            "left": {name: int(variables.get(f"BOOT_{name}_LEFT", 0), 16) for name in "AB"}}


class Machine:
    """One board with its card. Disks are more files that it sees, read-only, as /dev/vda and so on."""

    def __init__(self, folder, image=None, card_mib=2048, disks=(), network="user,restrict=on",
                 options=()):
        self.folder = pathlib.Path(folder)
        self.card = self.folder / "card.img"
        self.uboot = BUILT / f"{NAME}.u-boot.bin"
        self.disks, self.network, self.options = list(disks), network, list(options)
        self.program = self.channel = None
        self.number, self.boot_id, self.said = 0, None, b""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.card.exists():
            insert_card(image or BUILT / f"{NAME}.img", self.card, card_mib)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.power_cut()

    # ---- power --------------------------------------------------------------------------------

    def command(self):
        disks = []
        for number, path in enumerate(self.disks):
            disks += ["-drive", f"if=none,id=disk{number},format=raw,readonly=on,file={path}",
                      "-device", f"virtio-blk-pci,drive=disk{number}"]
        # A busy host must not look like a guest that hangs.
        return ["nice", "-n", "-10", "timeout", "--kill-after=10", str(MACHINE_LIMIT_S),
                "setpriv", "--pdeathsig", "KILL", "qemu-system-aarch64",
                "-M", "virt", "-cpu", "cortex-a57", "-smp", "2", "-m", "1024",
                "-accel", "tcg,thread=multi", "-nodefaults", "-no-user-config",
                "-display", "none", "-bios", self.uboot,
                "-serial", f"file:{self.folder}/console.part",
                "-qmp", f"unix:{self.folder}/qmp.sock,server=on,wait=off",
                "-drive", f"if=none,id=card,format=raw,file={self.card}",
                "-device", "sdhci-pci", "-device", "sd-card,drive=card",
                "-chardev", f"socket,id=test,path={self.folder}/test.sock,server=on,wait=off",
                "-device", "virtio-serial-pci",
                "-device", "virtserialport,chardev=test,name=kakou.test",
                "-netdev", f"{self.network},id=net", "-device", "virtio-net-pci,netdev=net,romfile=",
                "-device", "i6300esb", "-action", "watchdog=reset", *disks, *self.options]

    def power_on(self):
        """The machine begins; start() also waits for it."""
        self.keep_console()
        for name in ("test.sock", "qmp.sock"):
            (self.folder / name).unlink(missing_ok=True)
        self.program = Program("qemu", self.command(), self.folder)
        wait_until((self.folder / "test.sock").exists, 30, "QEMU begins", 0.05)
        self.channel = socket.socket(socket.AF_UNIX)
        self.channel.connect(str(self.folder / "test.sock"))
        self.said = b""

    def start(self, within_s=BOOT_S):
        self.power_on()
        self.wait_boot(within_s)

    def power_cut(self):
        """What reached the card is kept; what the guest still held is lost."""
        if self.program:
            self.program.kill()
            if self.channel:
                self.channel.close()
            self.program = self.channel = self.boot_id = None
        self.keep_console()

    def wait_off(self, within_s=RUN_S):
        """Until the machine has ended by itself, after run("systemctl poweroff")."""
        self.program.process.wait(within_s)
        self.power_cut()

    def reboot(self, within_s=BOOT_S):
        """An orderly restart; until the system is up again."""
        self.send("systemctl reboot")
        self.wait_boot(within_s)

    def wait_boot(self, within_s=BOOT_S):
        """Until a boot that was not seen yet is up: every unit of multi-user.target was started."""
        end = time.monotonic() + within_s
        while True:
            number, _, said = self.receive(end - time.monotonic())
            if number == 0 and said != self.boot_id:
                self.boot_id = said
                break
        self.run("systemctl is-system-running --wait || true", end - time.monotonic())

    # ---- in the guest -------------------------------------------------------------------------

    def send(self, script):
        self.number += 1
        self.channel.sendall(b"%d %s\n" % (self.number, base64.b64encode(script.encode())))
        return self.number

    def receive(self, within_s):
        """The next line of the guest: number, exit status, text."""
        end = time.monotonic() + within_s
        while b"\n" not in self.said:
            left = end - time.monotonic()
            if left <= 0 or not self.program.is_running:
                raise RigError(f"nothing from the guest within {within_s:.0f} s\n{self.console_tail()}")
            self.channel.settimeout(min(left, 1))
            try:
                self.said += self.channel.recv(1 << 20)
            except TimeoutError:
                pass
        line, _, self.said = self.said.partition(b"\n")
        number, status, text = (line.split(b" ") + [b""])[:3]
        return int(number), int(status), base64.b64decode(text).decode("utf-8", "replace")

    def run_raw(self, script, within_s=RUN_S):
        """Runs a bash script as root; its exit status and what it said."""
        number, end = self.send(script), time.monotonic() + within_s
        while True:
            answered, status, text = self.receive(max(0, end - time.monotonic()))
            if answered == number:
                return status, text
            if answered == 0 and text != self.boot_id:
                raise RigError(f"the machine began anew during {script!r}\n{self.console_tail()}")

    def run(self, script, within_s=RUN_S):
        """The same; a failure when its exit status is not 0."""
        status, text = self.run_raw(script, within_s)
        if status:
            raise AssertionError(f"in the guest: {script}: exit status {status}\n{text}")
        return text

    def write(self, path, data, mode="644", owner="root:root"):
        """Writes a small file; a large one comes with disks=."""
        text = base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()
        self.run(f"base64 -d >'{path}.new' <<'END'\n{text}\nEND\n"
                 f"chmod {mode} '{path}.new' && chown {owner} '{path}.new' && "
                 f"mv '{path}.new' '{path}' && sync '{path}'")

    def wait(self, script, within_s=RUN_S, what=None):
        """Until a script succeeds in the guest; what it said."""
        def succeeds():
            status, text = self.run_raw(script)
            return (text or "yes") if status == 0 else None

        return wait_until(succeeds, within_s, what or script, 0.5)

    def boot_state(self):
        """Of the running machine, by the tools that RAUC uses."""
        text = self.run("cat /proc/cmdline; fw_printenv BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT")
        slot = re.search(r"rauc\.slot=(\w)", text).group(1)
        return state_of(dict(re.findall(r"^(BOOT_\w+)=(.*)$", text, re.M)), slot)

    def card_state(self):
        """Of the card, while the machine is off; the slot that runs next is not known to it."""
        return state_of(read_environment(self.card)[0])

    # ---- what it said -------------------------------------------------------------------------

    def keep_console(self):
        """The serial line's log goes on over the times that the machine was off."""
        part = self.folder / "console.part"
        if part.exists():
            with open(self.folder / "console.log", "ab") as log:
                log.write(part.read_bytes())
            part.unlink()

    def console(self):
        """All that was said on the serial line since the rig began."""
        parts = [self.folder / name for name in ("console.log", "console.part")]
        return "".join(part.read_text("utf-8", "replace") for part in parts if part.exists())

    def console_tail(self, lines=40):
        return "\n".join(f"console| {line}" for line in self.console().splitlines()[-lines:])

    def slots_tried(self):
        """The slots that the boot script has started so far, oldest first: "AAB"."""
        return "".join(re.findall(r"^kakou: slot (\w) of ", self.console(), re.M))

    def qmp(self, command, **arguments):
        """Asks QEMU itself, for instance qmp("system_reset")."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(30)
            link.connect(str(self.folder / "qmp.sock"))
            lines = link.makefile("rw", encoding="utf-8")
            lines.readline()
            for name, values in (("qmp_capabilities", {}), (command, arguments)):
                lines.write(json.dumps({"execute": name, "arguments": values}) + "\n")
                lines.flush()
                while True:
                    answer = json.loads(lines.readline())
                    if "return" in answer or "error" in answer:
                        break
            return answer


def insert_card(image, card, card_mib):
    """A card of a size that QEMU takes (a power of two), with the image at its beginning."""
    subprocess.run(["cp", "--sparse=always", image, card], check=True)
    os.truncate(card, card_mib << 20)
