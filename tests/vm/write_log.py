# SPDX-License-Identifier: MIT
"""The log of a disk as QEMU's blklogwrites keeps it (the format of the kernel's dm-log-writes), and
what the disk holds after a power cut at any place in it."""

import struct

MAGIC, VERSION = 0x6A736677736872, 1
FLUSH, FUA, DISCARD = 1, 2, 4
MARK = b"ACKNOWLEDGED "


class WriteLog:
    """The entries of a log: (offset, bytes or None, is it a flush)."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        magic, version, count, self.sector = struct.unpack_from("<QQQI", data)
        assert (magic, version) == (MAGIC, VERSION), (magic, version)
        self.entries, at = [], self.sector
        while at + 32 <= len(data):
            sector, sectors, flags, _ = struct.unpack_from("<QQQQ", data, at)
            if not sectors and not flags:
                break
            at += self.sector
            size = 0 if flags & DISCARD else sectors * self.sector
            if at + size > len(data):
                break
            if flags & FLUSH:
                self.entries.append((0, None, True))
            if size:
                self.entries.append((sector * self.sector, data[at:at + size], False))
            if flags & FUA:
                self.entries.append((0, None, True))
            at += size
        assert len(self.entries) >= count > 0, (len(self.entries), count)

    def marks(self, offset):
        """What was acknowledged, and where in the log: [(index, number)]."""
        return [(index, int(data[len(MARK):].split(b"\n")[0]))
                for index, (at, data, _) in enumerate(self.entries)
                if at == offset and data and data.startswith(MARK)]


def cut(base, log, places):
    """For each place, in order: (place, what is on the disk for certain, writes that may be)."""
    disk, waiting = bytearray(base), []
    places = iter(sorted(places))
    place = next(places, None)
    for index, (at, data, is_flush) in enumerate(log.entries):
        if is_flush:
            for offset, written in waiting:
                disk[offset:offset + len(written)] = written
            waiting = []
        else:
            waiting.append((at, data))
        while place == index:
            yield place, disk, waiting
            place = next(places, None)


def with_some(disk, waiting, random):
    """The disk with some of the writes that no flush has covered, the last of them torn."""
    image = bytearray(disk)
    chosen = [write for write in waiting if random.random() < 0.5]
    for n, (offset, data) in enumerate(chosen):
        if n == len(chosen) - 1:
            data = data[:random.randrange(0, len(data) + 1, 512)]
        image[offset:offset + len(data)] = data
    return image
