# SPDX-License-Identifier: MIT
"""Both ends of the customs protocol, written a second time: frames by struct, TLS by OpenSSL.

So that what the link and kakou-customs agree on is not only what their common code believes.
"""

import contextlib
import json
import queue
import re
import socket
import ssl
import struct
import subprocess
import threading
import time

from kakou_rig import BUILD, wait_until

AREA, CHANNEL, OTHER_CHANNEL = "3301500001", "3301500101", "3301500102"
RELEASE = "00000000001002000000"
REFUSED = "11000000001002000000"
HEAD_MARK = bytes.fromhex("E25C4B89")


# ---- messages -------------------------------------------------------------------------------

def frame(code, xml, area=AREA, channel=CHANNEL, direction="I", big=False, ones=False, wide=False):
    """customs-protocol section 2."""
    order = ">" if big else "<"
    ident = b"\xff" * 4 if ones else b"\0" * 4
    code = struct.pack(order + "I", code) if wide else bytes([code])
    return (HEAD_MARK + struct.pack(order + "I", 39 + len(code) + len(xml)) + code +
            area.encode() + channel.encode() + direction.encode() + ident +
            struct.pack(order + "I", len(xml)) + xml + b"\xff\xff")


def root(name, seq, inner, area=AREA, channel=CHANNEL, direction="I", encoding="UTF-8"):
    text = (f'<?xml version="1.0" encoding="{encoding}"?><{name} AREA_ID="{area}" '
            f'CHNL_NO="{channel}" I_E_TYPE="{direction}" SEQ_NO="{seq}">{inner}</{name}>')
    return text.encode(encoding)


def answer(seq, word=RELEASE, hint="放行 请通过", encoding="UTF-8", big=False, ones=False,
           wide=False, bare=False, **head):
    inner = f"<CHECK_RESULT>{word}</CHECK_RESULT><OP_HINT>{hint}</OP_HINT>"
    xml = root("COMMAND_INFO", seq, inner, encoding=encoding, **head)
    return xml if bare else frame(0x22, xml, big=big, ones=ones, wide=wide, **head)


def command(seq, op_type="0", word="0" * 20, op_id="officer", **head):
    inner = (f"<EXCUTE_COMMAND>{word}</EXCUTE_COMMAND><OP_TYPE>{op_type}</OP_TYPE>"
             f"<OP_ID>{op_id}</OP_ID>")
    return frame(0x31, root("COMMAND_INFO", seq, inner, **head), **head)


def inquiry(seq, plate="浙A12345", tag="", weight="37000", boxes=("CSQU3054383",), seal="",
            card="", **head):
    front, rear = (*boxes, "", "")[:2]
    inner = (f"<IC><G_TYPE>7</G_TYPE><TRAF_TYPE>1</TRAF_TYPE><DR_IC_NO>{card}</DR_IC_NO></IC>"
             f"<WEIGHT><GROSS_WT>{weight}</GROSS_WT></WEIGHT>"
             f"<CAR><VE_NAME>{plate}</VE_NAME><CAR_EC_NO>{tag}</CAR_EC_NO></CAR>"
             f"<CONTA><CONTA_NUM>{len(boxes)}</CONTA_NUM><CONTA_RECO>0</CONTA_RECO>"
             f"<CONTA_ID_F>{front}</CONTA_ID_F><CONTA_ID_B>{rear}</CONTA_ID_B></CONTA>"
             f"<SEAL><ESEAL_ID>{seal}</ESEAL_ID></SEAL>")
    return frame(0x21, root("GATHER_INFO", seq, inner, **head), **head)


class Received:
    """One frame as it came in, taken apart."""

    def __init__(self, data):
        assert data[:4] == HEAD_MARK, data[:8]
        self.data = data
        self.big = struct.unpack(">I", data[4:8])[0] == len(data)
        order = ">" if self.big else "<"
        assert struct.unpack(order + "I", data[4:8])[0] == len(data)
        length = struct.unpack(order + "I", data[34:38])[0]
        assert length == len(data) - 40 or data[8] in (0x21, 0x26)  # pictures may follow
        assert data[-2:] == b"\xff\xff"
        self.code = data[8]
        self.area, self.channel = data[9:19].decode(), data[19:29].decode()
        self.direction = chr(data[29])
        self.ident = data[30:34]
        xml = data[38:38 + length]
        declared = re.search(rb'encoding="([^"]+)"', xml)
        self.xml = xml.decode(declared.group(1).decode() if declared else "utf-8")

    def attribute(self, name):
        return self.xml.split(f'{name}="', 1)[1].split('"', 1)[0]

    @property
    def seq(self):
        return self.attribute("SEQ_NO")

    def tag(self, name):
        if f"<{name}>" not in self.xml:
            return ""
        return self.xml.split(f"<{name}>", 1)[1].split(f"</{name}>", 1)[0]


# ---- TLS ------------------------------------------------------------------------------------

def context(certs, name, is_server, ca="ca", version=None):
    """`name`: whose certificate is shown, None = none; `version`: the only one that is spoken."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if is_server else ssl.PROTOCOL_TLS_CLIENT)
    made.set_ciphers("DEFAULT@SECLEVEL=0")  # whoever refuses something, it is the other side
    if version:
        made.minimum_version = made.maximum_version = version
    made.check_hostname = False
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_verify_locations(certs / f"{ca}.pem")
    if name:
        made.load_cert_chain(certs / f"{name}.pem", certs / f"{name}.key")
    return made


# The head of a record of 64 bytes, and three of them; the whole, of a key that nobody has.
PART_OF_A_RECORD = bytes.fromhex("1703030040") + b"abc"
FORGED_RECORD = bytes.fromhex("1703030040") + b"x" * 64


def dial(certs, address, data, name="customs", ca="ca", close="clean", timeout_s=20, version=None):
    """Brings `data` to a listener as a peer does. `close`: "clean" (close_notify both ways),
    "rude" (the socket just goes), "keep" (returned open), or bytes that are sent below TLS before
    the socket goes."""
    raw = socket.create_connection(address, timeout=timeout_s)
    tls = context(certs, name, False, ca, version).wrap_socket(raw)
    tls.sendall(data)
    if close == "keep":
        return tls
    if isinstance(close, bytes):
        with socket.socket(fileno=tls.detach()) as raw:
            raw.sendall(close)
    elif close == "clean":
        tls.unwrap().close()
    else:
        tls.close()
    return None


def leave(tls, last=b""):
    """The socket goes without a close_notify, `last` sent below TLS before. What who called has
    still to say (its own close_notify) is read: closed with bytes unread, a socket goes with a
    reset instead, and which comes first would be luck."""
    with socket.socket(fileno=tls.detach()) as raw:
        raw.sendall(last)
        raw.shutdown(socket.SHUT_WR)
        raw.settimeout(20)
        while raw.recv(65536):
            pass


class Peer:
    """A listener of our own: what came in, connection by connection, and how it ends.

    `behave`: "clean" (reads to close_notify, says it too), "rude" (closes after the frame without
    it), "mute" (accepts TCP and never says anything), "early" (closes properly as soon as the
    frame is complete by its length), or bytes that it sends below TLS when the frame is complete,
    before the socket goes. `name`, `version` and `behave` may be changed at any time.
    """

    def __init__(self, certs, host, name="customs", ca="ca", behave="clean", port=0, version=None):
        self.behave, self.version = behave, version
        self.certs, self.name, self.ca = certs, name, ca
        self.frames = queue.Queue()
        self.errors = queue.Queue()
        self.kept = []
        self.socket = socket.create_server((host, port))
        self.address = self.socket.getsockname()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                raw, _ = self.socket.accept()
            except OSError:
                return
            raw.settimeout(20)
            threading.Thread(target=self._take, args=(raw,), daemon=True).start()

    def _take(self, raw):
        if self.behave == "mute":
            self.kept.append(raw)
            return
        try:
            made = context(self.certs, self.name, True, self.ca, self.version)
            tls = made.wrap_socket(raw, server_side=True)
            data = b""
            while True:
                data = self._split(data + self._read(tls))
                if self.behave not in ("clean", "mute") and not data:
                    break
        except EOFError:
            with contextlib.suppress(OSError):
                tls.unwrap().close()
        except (OSError, ssl.SSLError) as error:
            self.errors.put(str(error))
            raw.close()
        else:
            with contextlib.suppress(OSError):
                if self.behave == "early":
                    tls.unwrap().close()
                else:
                    leave(tls, self.behave if isinstance(self.behave, bytes) else b"")

    @staticmethod
    def _read(tls):
        data = tls.recv(65536)
        if not data:
            raise EOFError
        return data

    def _split(self, data):
        while len(data) >= 8:
            sizes = [struct.unpack(order, data[4:8])[0] for order in ("<I", ">I")]
            size = next(n for n in sizes if 40 <= n <= 4 << 20)  # pictures, too
            if len(data) < size:
                break
            self.frames.put(Received(data[:size]))
            data = data[size:]
        return data

    def next(self, within_s=20):
        return self.frames.get(timeout=within_s)

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # or accept() keeps it in use
        self.socket.close()
        for raw in self.kept:
            raw.close()


# ---- the link alone -------------------------------------------------------------------------

class Probe:
    """tests/system/link_probe: the link of kakoud, its news in a list."""

    LANES = (f"{AREA}/{CHANNEL}/I", f"{AREA}/{OTHER_CHANNEL}/E")

    def __init__(self, run, certs, platform, listen, name="gate", ca="ca", peer="customs",
                 **settings):
        self.address = listen
        arguments = {
            "host": platform[0], "port": platform[1], "listen_host": listen[0],
            "listen_port": listen[1], "peer_name": f"{peer}.sim.invalid",
            "ca": certs / f"{ca}.pem", "cert": certs / f"{name}.pem",
            "key": certs / f"{name}.key", **settings}
        command = [BUILD / "tests/system/link_probe",
                   *(f"{key}={value}" for key, value in arguments.items()),
                   *(f"lane={lane}" for lane in self.LANES)]
        self.lines, self.seen = queue.Queue(), []
        with open(run / "link_probe.log", "ab") as log:
            self.process = subprocess.Popen(command, cwd=run, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=log)
        threading.Thread(target=self._read, daemon=True).start()
        assert self.take(lambda line: "started" in line or "start_failed" in line).get(
            "started"), "the link did not start"

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def take(self, wanted, within_s=20):
        """The first line not yet taken for which wanted(line) is true; others stay."""
        end = time.monotonic() + within_s
        while True:
            for at, line in enumerate(self.seen):
                if wanted(line):
                    return self.seen.pop(at)
            try:
                self.seen.append(self.lines.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"not within {within_s} s; seen: {self.seen}") from None

    def news(self, kind, within_s=20, **fields):
        return self.take(lambda line: line.get("news") == kind and
                         all(line.get(key) == value for key, value in fields.items()),
                         within_s)

    def has_no_news(self, kind, for_s):
        time.sleep(for_s)
        while not self.lines.empty():
            self.seen.append(self.lines.get())
        return not any(line.get("news") == kind for line in self.seen)

    def say(self, *words):
        self.process.stdin.write(" ".join(map(str, words)).encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, seq, lane=0, plate="浙A12345"):
        self.say("ask", lane, seq, plate)

    def delivered(self):
        """What became of the next message of the backlog."""
        return self.take(lambda line: "delivered" in line)

    def health(self):
        self.say("health")
        return self.take(lambda line: "health" in line)

    def stop(self):
        """Milliseconds that customs_link_stop() took."""
        self.process.stdin.close()
        return self.take(lambda line: "stopped_ms" in line)["stopped_ms"]

    def close(self):
        self.process.kill()
        self.process.wait()


def free_port(host):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def history(rpc, **fields):
    """The platform's history entries with these values."""
    entries = rpc.call("history")["entries"]
    return [entry for entry in entries
            if all(entry.get(key) == value for key, value in fields.items())]


def wait_history(rpc, within_s=20, count=1, **fields):
    def probe():
        found = history(rpc, **fields)
        return found if len(found) >= count else None

    return wait_until(probe, within_s,
                      lambda: f"{count} of {fields} in {rpc.call('history')['entries']}")
