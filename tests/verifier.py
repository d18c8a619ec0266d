#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A second verifier of records, exports, proofs and checkpoints. It shares nothing with the
product but the published forms: RFC 9162, C2SP signed-note and tlog-checkpoint, RFC 8785, and
what firmware/record/README.md and proof.h say. Signatures are checked by the openssl command.

    tests/verifier.py [--key PUBLIC.pem]... [--checkpoint KEPT]... FILE

Prints `whole: …` and ends with 0, or `NOT WHOLE: …` and ends with 1.
"""

import argparse
import base64
import datetime
import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

LIMIT = 2 ** 53
UNSIGNED = 512  # events that power cuts may leave without signature


class Bad(Exception):
    """Something does not hold."""


def need(condition, text):
    if not condition:
        raise Bad(text)


def sha(data):
    return hashlib.sha256(data).digest()


def node(left, right):
    return sha(b"\x01" + left + right)


def leaf_of(data):
    return sha(b"\x00" + data)


# ---- the tree, RFC 9162 section 2.1 ----------------------------------------------------------

class Tree:
    """Complete subtrees as (leaves, hash), the largest first."""

    def __init__(self, peaks=()):
        self.peaks = list(peaks)

    @property
    def size(self):
        return sum(leaves for leaves, _ in self.peaks)

    def append(self, leaf):
        self.peaks.append((1, leaf))
        while len(self.peaks) > 1 and self.peaks[-1][0] == self.peaks[-2][0]:
            (count, left), (_, right) = self.peaks[-2:]
            self.peaks[-2:] = [(2 * count, node(left, right))]

    def root(self):
        if not self.peaks:
            return sha(b"")
        result = self.peaks[-1][1]
        for _, left in reversed(self.peaks[:-1]):
            result = node(left, result)
        return result


def half(size):
    """The largest power of two below size."""
    return 1 << (size - 1).bit_length() - 1


def root_by_inclusion(index, size, leaf, path):
    """The root that the path leads to, from the definition in section 2.1.3.1, top down."""
    if size == 1:
        need(not path, "the path is too long")
        return leaf
    need(path, "the path is too short")
    middle = half(size)
    if index < middle:
        return node(root_by_inclusion(index, middle, leaf, path[:-1]), path[-1])
    return node(path[-1], root_by_inclusion(index - middle, size - middle, leaf, path[:-1]))


def roots_by_growth(old, new, path, old_root, is_whole=True):
    """Both roots that the proof of section 2.1.4.1 leads to."""
    if old == new:
        if is_whole:
            need(not path, "the path is too long")
            return old_root, old_root
        need(len(path) == 1, "the path has a wrong length")
        return path[0], path[0]
    need(path, "the path is too short")
    middle = half(new)
    if old <= middle:
        first, second = roots_by_growth(old, middle, path[:-1], old_root, is_whole)
        return first, node(second, path[-1])
    first, second = roots_by_growth(old - middle, new - middle, path[:-1], old_root, False)
    return node(path[-1], first), node(path[-1], second)


# ---- checkpoints -----------------------------------------------------------------------------

def unbase64(text):
    """Of the one way to write it: no bits are left over in the last letter (RFC 4648 section 3.5)."""
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "checkpoint: base64 with bits left over")
    return data


class Checkpoint:
    def __init__(self, note, keys):
        text, empty, signatures = note.rpartition("\n\n")
        need(empty, "checkpoint: no signature")
        lines = text.split("\n")
        need(len(lines) == 4, "checkpoint: not four lines")
        self.origin = lines[0]
        need(re.fullmatch("0|[1-9][0-9]*", lines[1]), "checkpoint: size")
        self.size = int(lines[1])
        self.root = unbase64(lines[2])
        need(len(self.root) == 32, "checkpoint: root")
        need(re.fullmatch("time (0|[1-9][0-9]*) (synced|unsynced)", lines[3]),
             "checkpoint: time")
        need(signatures.endswith("\n"), "checkpoint: last line is cut")
        name = re.sub(r"[\s+]", "_", self.origin)
        signers = []
        for line in signatures[:-1].split("\n"):
            match = re.fullmatch("— ([^ ]+) ([A-Za-z0-9+/]+=*)", line)
            need(match, "checkpoint: signature line")
            signers.append((match[1], unbase64(match[2])))
        if keys:
            need(any(key.has_signed(text + "\n", name, signers) for key in keys),
                 f"checkpoint of {self.size}: no key signed it")


class Key:
    def __init__(self, path):
        self.path = path
        with open(path, encoding="ascii") as pem:
            body = "".join(line for line in pem if not line.startswith("-"))
        self.id = sha(base64.b64decode(body))[:4]

    def has_signed(self, text, name, signers):
        for signer, signature in signers:
            if signer != name or signature[:4] != self.id:
                continue
            with tempfile.NamedTemporaryFile() as file:
                file.write(signature[4:])
                file.flush()
                done = subprocess.run(
                    ["openssl", "dgst", "-sha256", "-verify", self.path, "-signature",
                     file.name], input=text.encode(), capture_output=True, check=False)
            need(done.returncode == 0, "checkpoint: a wrong signature")
            return True
        return False


# ---- events ----------------------------------------------------------------------------------

MEMBERS = {"cut": int, "data": dict, "hash": str, "kind": str, "lane": str, "mono_ms": int,
           "passage": int, "seq": int, "synced": int, "v": int, "wall_ms": int}


def refuse_doubles(pairs):
    need(len({key for key, _ in pairs}) == len(pairs), "a member is there twice")
    return dict(pairs)


def canonical(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True,
                      ensure_ascii=False).encode()


def is_simple(value):
    if isinstance(value, str):
        return not re.search("[\x00-\x1f\x7f-\x9f]", value)
    return type(value) is int and -LIMIT <= value <= LIMIT


def read_event(data, seq):
    event = json.loads(data.decode(), object_pairs_hook=refuse_doubles)
    need(isinstance(event, dict) and canonical(event) == data, f"event {seq}: not canonical")
    for key, value in event.items():
        need(type(value) is MEMBERS.get(key), f"event {seq}: member {key}")
        need(isinstance(value, dict) or is_simple(value), f"event {seq}: value of {key}")
    need(set(MEMBERS) - set(event) <= {"cut", "lane", "passage"}, f"event {seq}: lacks a member")
    need(all(re.fullmatch("[a-z0-9_]+", key) and is_simple(value)
             for key, value in event["data"].items()), f"event {seq}: data")
    need(event["v"] == 1 and event["hash"] == "sha-256", f"event {seq}: version")
    need(event["seq"] == seq, f"event {seq}: says {event['seq']}")
    return event


# ---- files -----------------------------------------------------------------------------------

class Witness:
    """A tree that grows, held against checkpoints."""

    def __init__(self, checkpoints, tree=None):
        self.tree = tree or Tree()
        self.wanted = {}
        for checkpoint in checkpoints:
            self.wanted.setdefault(checkpoint.size, []).append(checkpoint)
        self.look()

    def look(self):
        for checkpoint in self.wanted.pop(self.tree.size, []):
            need(checkpoint.root == self.tree.root(),
                 f"checkpoint of {checkpoint.size}: another root")

    def append(self, data):
        self.tree.append(leaf_of(data))
        self.look()

    def skip(self, rest, size):
        """Goes on to `size`, over events that were removed."""
        for wanted in sorted(self.wanted):
            if wanted < size:
                self.tree = rest.peaks(wanted)
                self.look()
        self.tree = rest.peaks(size)
        self.look()

    def end(self):
        need(not [size for size in self.wanted if size > self.tree.size],
             f"a checkpoint counts more than {self.tree.size} events")


class Rest:
    """What stayed of the first `to` events when they were removed: some events, and hashes."""

    def __init__(self, to, leaves, stored):
        self.to = to
        self.stored = {at: hash_ for at, hash_ in stored.items() if at[1] + 1 << at[0] <= to}
        self.leaves = {seq - 1: leaf for seq, leaf in leaves}
        self.above = set()
        for level, place in [*self.stored, *((0, index) for index in self.leaves)]:
            while 1 << level < to:
                level, place = level + 1, place >> 1
                self.above.add((level, place))
        met = set()
        for leaves_, hash_ in self.peaks(to, met).peaks:
            need(len(hash_) == 32 and leaves_, "a node of the tree")
        need(met == {*self.stored, *((0, index) for index in self.leaves)},
             "hashes or events that are under no tree")

    def hash(self, level, place, met):
        hash_ = self.stored.get((level, place))
        if level == 0 and hash_ is None:
            hash_ = self.leaves.get(place)
        if hash_ is not None:
            met.add((level, place))
        need(hash_ is not None or level % 4, f"event {(place << level) + 1}: nothing stayed of it")
        if (level, place) in self.above or hash_ is None:
            both = node(self.hash(level - 1, 2 * place, met),
                        self.hash(level - 1, 2 * place + 1, met))
            need(hash_ in (None, both), "a node of the tree of removed events")
            return both
        return hash_

    def peaks(self, size, met=None):
        met = set() if met is None else met
        peaks, done = [], 0
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                peaks.append((1 << level, self.hash(level, done >> level, met)))
                done += 1 << level
        return Tree(peaks)


def read_rest(db, stored):
    row = db.execute("SELECT value FROM state WHERE key = 'removed_to'").fetchone()
    to = row[0] if row else 0
    rest = Rest(to, db.execute("SELECT seq, leaf FROM events WHERE seq <= ?", (to,)), stored)
    runs = {}
    if to:
        for first, last, chain in db.execute("SELECT first, last, chain FROM removed"):
            need(first <= last <= to, "a run of removed events")
            runs[first] = last, chain
    return rest, runs


def verify_journal(path, keys, kept):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    need(db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "pages")
    origin = db.execute("SELECT value FROM state WHERE key = 'origin'").fetchone()[0]
    own = [Checkpoint(note, keys) for _, note in
           db.execute("SELECT size, note FROM checkpoints ORDER BY size")]
    need([c.size for c in own] ==
         [size for size, in db.execute("SELECT size FROM checkpoints ORDER BY size")],
         "a checkpoint in the place of another")
    need(all(c.origin == origin for c in own + kept), "a checkpoint of another gate")
    witness = Witness(own + kept)
    chain = sha(b"\x02" + origin.encode())
    nodes = {}
    stored = {(level, place): hash_ for level, place, hash_ in
              db.execute("SELECT level, place, hash FROM tree")}
    rest, runs = read_rest(db, stored)
    said, ends, left = 0, {}, 0
    for seq, kind, lane, passage, wall_ms, data, leaf, link in db.execute(
            "SELECT seq, kind, lane, passage, wall_ms, bytes, leaf, chain FROM events"
            " ORDER BY seq"):
        number = witness.tree.size + 1
        if seq > number and number in runs:
            last, chain = runs.pop(number)
            witness.skip(rest, last)
            ends[last] = chain
            number = last + 1
        need(seq == number, f"event {number}: missing, {seq} follows")
        event = read_event(data, seq)
        need((event["kind"], event.get("lane"), event.get("passage", 0), event["wall_ms"])
             == (kind, lane, passage, wall_ms), f"event {seq}: its columns")
        need(leaf == leaf_of(data), f"event {seq}: its leaf")
        chain = sha(b"\x01" + chain + leaf)
        need(link == chain, f"event {seq}: its chain value")
        ends[seq] = chain
        witness.append(data)
        if kind == "range_removed":
            said, end = event["data"]["last"], event["data"]["head"]
            need(said != rest.to or ends[said].hex() == end, "the chain after removed events")
        if seq <= rest.to:
            left += 1
            continue
        for leaves, hash_ in witness.tree.peaks:
            level = leaves.bit_length() - 1
            if level and level % 4 == 0:
                nodes[level, (seq >> level) - 1] = hash_ if seq % leaves == 0 else \
                    nodes.get((level, (seq >> level) - 1), hash_)
    witness.end()
    beyond = witness.tree.size - (own[-1].size if own else 0)
    need(not (own or keys) or beyond == 0 or own and own[-1].size and beyond <= UNSIGNED,
         "events under no checkpoint")
    need(rest.to <= said, "events are missing, and the record does not say that they were removed")
    need(not runs, "runs that were not removed")
    need(all(stored.get(at) == hash_ for at, hash_ in nodes.items()), "a node of the tree")
    gone = f", {rest.to - left} of them removed" if rest.to else ""
    return f"record, {witness.tree.size} events{gone}" + (f", {beyond} not signed"
                                                          if own and beyond else "")


def from_hex(path):
    need(isinstance(path, list) and all(re.fullmatch("[0-9a-f]{64}", h) for h in path), "path")
    return [bytes.fromhex(h) for h in path]


CSV_COLUMNS = b"seq,time,kind,lane,passage,event,leaf\r\n"


def csv_cell(data):
    return b'"' + data.replace(b'"', b'""') + b'"'


def csv_row_of(data):
    """The row that stands for an event, from its bytes alone."""
    event = json.loads(data)
    when = datetime.datetime.fromtimestamp(event["wall_ms"] // 1000, datetime.timezone.utc)
    return (f"{event['seq']},{when:%Y-%m-%dT%H:%M:%SZ},{event['kind']},".encode()
            + csv_cell(event.get("lane", "").encode()) + f",{event.get('passage', 0)},".encode()
            + csv_cell(data) + b"," + leaf_of(data).hex().encode() + b"\r\n")


def csv_event(row):
    """What is in the column "event" of a row."""
    match = re.fullmatch(rb'(?:[^",]*|"[^"]*")(?:,(?:[^",]*|"[^"]*")){4},"((?:[^"]|"")*)",.*\r\n',
                         row, re.DOTALL)
    need(match, "a row without an event")
    return match[1].replace(b'""', b'"')


def csv_lines(rows):
    """The events of the rows, each of which says what its event says."""
    for row in rows:
        data = csv_event(row)
        need(row == csv_row_of(data), "a row says other things than its event")
        yield data


def csv_head(row):
    data = csv_event(row)
    need(row == b",,export,,," + csv_cell(data) + b",\r\n", "the row of the head")
    return json.loads(data, object_pairs_hook=refuse_doubles)


def verify_export(head, lines, keys, kept):
    checkpoint = Checkpoint(head["checkpoint"], keys)
    need(head["origin"] == checkpoint.origin, "origin")
    before, hashes, peaks = head["first"] - 1, from_hex(head["before"]), []
    for level in range(before.bit_length() - 1, -1, -1):
        if before >> level & 1:
            need(hashes, "before: too short")
            peaks.append((1 << level, hashes.pop(0)))
    need(not hashes, "before: too long")
    witness = Witness(kept, Tree(peaks))
    for data in lines:
        data = data.rstrip(b"\n")
        read_event(data, witness.tree.size + 1)
        witness.append(data)
    need(witness.tree.size == head["last"], "last")
    old, new = roots_by_growth(head["last"], checkpoint.size, from_hex(head["consistency"]),
                               witness.tree.root())
    need(old == witness.tree.root() and new == checkpoint.root, "not under its checkpoint")
    witness.end()
    return f"export, {head['last'] - before} events"


def verify_event(proof, keys):
    checkpoint = Checkpoint(proof["checkpoint"], keys)
    data = canonical(proof["event"])
    read_event(data, proof["seq"])
    need(1 <= proof["seq"] <= checkpoint.size, "seq")
    need(root_by_inclusion(proof["seq"] - 1, checkpoint.size, leaf_of(data),
                           from_hex(proof["path"])) == checkpoint.root, "another root")
    return "event, 1 events"


def verify_growth(proof, keys, kept):
    new = Checkpoint(proof["new"], keys)
    old = kept[0] if kept else Checkpoint(proof["old"], keys)
    need(old.origin == new.origin, "two gates")
    need(0 < old.size <= new.size, "sizes")
    need(roots_by_growth(old.size, new.size, from_hex(proof["path"]), old.root)
         == (old.root, new.root), "it did not only grow")
    return f"growth, {new.size - old.size} events"


def verify(path, keys, held):
    with open(path, "rb") as file:
        first = file.readline(1 << 20)
        if first.startswith(b"SQLite format 3"):
            kept = [Checkpoint(note, keys) for note in held]
            return verify_journal(path, keys, kept)
        kept = [Checkpoint(note, keys) for note in held]
        if first == CSV_COLUMNS:
            head = csv_head(file.readline(1 << 20))
            need(head["format"] == "kakou-export-csv-1", "no known format")
            return verify_export(head, csv_lines(file), keys, kept)
        if not first.startswith(b"{"):
            with open(path, encoding="utf-8", newline="") as text:
                checkpoint = Checkpoint(text.read(), keys)
            return f"checkpoint of {checkpoint.size}"
        head = json.loads(first, object_pairs_hook=refuse_doubles)
        if head.get("format") == "kakou-export-1":
            return verify_export(head, file, keys, kept)
    if head.get("format") == "kakou-inclusion-1":
        return verify_event(head, keys)
    need(head.get("format") == "kakou-consistency-1", "no known format")
    return verify_growth(head, keys, kept)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--checkpoint", action="append", default=[])
    parser.add_argument("file")
    options = parser.parse_args()
    path = os.path.join(options.file, "journal.db") if os.path.isdir(options.file) \
        else options.file
    held = []
    for name in options.checkpoint:
        with open(name, encoding="utf-8", newline="") as note:
            held.append(note.read())
    try:
        print("whole:", verify(path, [Key(key) for key in options.key], held))
    except (Bad, ValueError, KeyError, TypeError, sqlite3.Error) as error:
        print("NOT WHOLE:", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
