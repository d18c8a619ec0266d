#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds the histories of both sides of the customs link against each other.

    tests/delivery_checker.py EXPORT STORE

EXPORT is what `kakou log export` writes, STORE what kakou-customs keeps with --store. Both must be
from the end of a run, when faults are over and the backlog is empty. It shares no code with the
product, and what has to be delivered is stated here a second time.

    lost             customs does not hold what the gate owes it, or what it has answered itself
    double effect    a number decided twice, an order that let two vehicles pass, a passage with
                     two clearing lifts, an answer that counted twice, a number used twice
    forged accepted  a lift for customs' sake without a release that customs holds under the
                     newest number of that passage

The exit status is 0 when all three are 0 and there was something to check, 1 when not, 2 for files
that can't be read.
"""

import collections
import json
import sys

# Outcomes of passages whose order was not used: customs must not book it afterwards.
UNUSED = {"lifted_not_passed", "not_passed", "returned", "to_inspection", "void"}
NO_ANSWER = 0x85  # a command that the protocol has no result for


class Verdict:
    """Findings by kind, as texts; `counts` says what was looked at."""

    def __init__(self):
        self.lost, self.double, self.forged = [], [], []
        self.counts = collections.Counter()

    @property
    def is_clean(self):
        return not (self.lost or self.double or self.forged)

    def lines(self):
        """What was found, then the closing lines."""
        for kind, found in (("lost", self.lost), ("double effect", self.double),
                            ("forged accepted", self.forged)):
            yield from (f"{kind}: {text}" for text in found[:20])
        counts = self.counts
        yield (f"checked inquiries={counts['inquiries']} owed={counts['owed']} "
               f"answered={counts['answered']} stored={counts['stored']} "
               f"results={counts['results']} lifts={counts['lifts']}")
        yield (f"lost {len(self.lost)}, double effect {len(self.double)}, "
               f"forged accepted {len(self.forged)}")


def _passages(events):
    passages = collections.defaultdict(list)
    for event in events:
        passages[event.get("passage", 0)].append(event)
    passages.pop(0, None)
    return passages


def _data(event, name, otherwise=""):
    return event.get("data", {}).get(name, otherwise)


def _owed(events, departed):
    """The number of a passage's newest inquiry, if customs has to know of it; else None."""
    asked = [_data(e, "seq_no") for e in events if e["kind"] == "inquiry"]
    closed = [_data(e, "outcome") for e in events if e["kind"] == "passage_closed"]
    if not asked or departed == "none":
        return None
    if any(e["kind"] == "inquiry_withdrawn" and _data(e, "reason") == "cleared offline"
           for e in events):
        return None
    if departed == "passed" and any(outcome in UNUSED for outcome in closed):
        return None
    return asked[-1]


def _check_numbers(events, verdict):
    """A number belongs to one passage, and the counter at its end is not used again."""
    of, counters = {}, {}
    for event in events:
        if event["kind"] != "inquiry":
            continue
        number = _data(event, "seq_no")
        verdict.counts["inquiries"] += number not in of
        if of.setdefault(number, event["passage"]) != event["passage"]:
            verdict.double.append(f"{number} is of passages {of[number]} and {event['passage']}")
        if counters.setdefault(number[-6:], number) != number:
            verdict.double.append(f"counter {number[-6:]} is in {counters[number[-6:]]} "
                                  f"and {number}")


def _check_store(stored, verdict):
    """Each number is decided once. Returns what is held, by number, and the results."""
    held, results = {}, set()
    for line in stored:
        if line["code"] == "0x32":
            results.add((line["seq_no"], line["result"]))
        elif line["seq_no"] in held:
            verdict.double.append(f"{line['seq_no']} was decided twice")
        else:
            held[line["seq_no"]] = line
    verdict.counts["stored"] = len(held)
    return held, results


def _check_owed(passages, held, departed, verdict):
    for number, events in passages.items():
        owed = _owed(events, departed)
        if owed is None:
            continue
        verdict.counts["owed"] += 1
        if owed not in held:
            verdict.lost.append(f"passage {number}: customs does not hold {owed}")


def _check_answers(events, held, verdict):
    """Whoever answers must hold what it answers, and the same still."""
    asked = {_data(e, "seq_no") for e in events if e["kind"] == "inquiry"}
    counted = collections.Counter()
    for event in events:
        number = _data(event, "seq_no")
        if event["kind"] != "answer" or number not in asked:
            continue
        verdict.counts["answered"] += 1
        if _data(event, "effect") == "counts":
            counted[number] += 1
        if number not in held:
            verdict.lost.append(f"{number} was answered, and customs does not hold it")
    for number, times in counted.items():
        if times > 1:
            verdict.double.append(f"the answer to {number} counted {times} times")


def _check_results(events, results, verdict):
    for event in events:
        if event["kind"] != "command_result" or _data(event, "answers", 0) == NO_ANSWER:
            continue
        verdict.counts["results"] += 1
        what = (_data(event, "seq_no"), _data(event, "result"))
        if what not in results:
            verdict.lost.append(f"result {what[1]} of {what[0]} did not reach customs")


def _rests_on_release(before, held):
    """Whether what came before a lift for customs' sake allows it."""
    asked = [_data(e, "seq_no") for e in before if e["kind"] == "inquiry"]
    for event in before:
        number = _data(event, "seq_no")
        if event["kind"] == "answer" and _data(event, "effect") == "counts" and \
                asked and number == asked[-1] and held.get(number, {}).get("release"):
            return True
        if event["kind"] == "command_received" and _data(event, "effect") == "taken":
            return True
    return False


def _check_lifts(passages, held, verdict):
    used = {}
    for number, events in passages.items():
        clearing = [at for at, e in enumerate(events) if e["kind"] == "lift_authorised" and
                    _data(e, "by") in ("customs", "offline")]
        commanded = [at for at, e in enumerate(events) if e["kind"] == "lift_commanded"]
        verdict.counts["lifts"] += len(commanded)
        if len(clearing) > 1:
            verdict.double.append(f"passage {number}: {len(clearing)} clearing lifts")
        for at in clearing:
            if _data(events[at], "by") == "customs" and \
                    not _rests_on_release(events[:at], held):
                verdict.forged.append(f"passage {number}: a lift without a release that "
                                      "customs holds")
        owed = _owed(events, "passed")
        passed = any(_data(e, "outcome") == "passed" for e in events
                     if e["kind"] == "passage_closed")
        order = held.get(owed, {}).get("order") if clearing and passed else None
        if order and used.setdefault(order, number) != number:
            verdict.double.append(f"order {order} let passages {used[order]} and {number} pass")


def check(events, stored, departed="passed"):
    """`events`: the gate's, in order; `stored`: the lines of customs' store; a Verdict."""
    verdict = Verdict()
    passages = _passages(events)
    _check_numbers(events, verdict)
    held, results = _check_store(stored, verdict)
    _check_owed(passages, held, departed, verdict)
    _check_answers(events, held, verdict)
    _check_results(events, results, verdict)
    _check_lifts(passages, held, verdict)
    return verdict


def _read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_export(path):
    """The events of an export, without its head."""
    return [line for line in _read_lines(path) if "kind" in line]


def read_store(path):
    return _read_lines(path)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        verdict = check(read_export(arguments[0]), read_store(arguments[1]))
    except (OSError, ValueError, KeyError) as error:
        print(f"delivery_checker: {error}", file=sys.stderr)
        return 2
    print("\n".join(verdict.lines()))
    return 0 if verdict.is_clean and verdict.counts["inquiries"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
