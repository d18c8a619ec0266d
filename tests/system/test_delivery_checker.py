# SPDX-License-Identifier: MIT
"""The checker of delivery refuses histories into which a loss, a double or a forgery was put."""

import json
import subprocess
import sys

import pytest
from kakou_rig import ROOT

sys.path.insert(0, str(ROOT / "tests"))
import delivery_checker  # noqa: E402


N1, N2 = "20261127080000000001", "20261127080010000002"
RELEASE = "00000000001002000000"


def event(kind, passage, **data):
    return {"kind": kind, "passage": passage, "lane": "in1", "data": data}


def passage(number, seq_no):
    """A vehicle that customs released and that passed."""
    return [
        event("passage_opened", number),
        event("inquiry", number, seq_no=seq_no, plate="浙A12345"),
        event("answer", number, seq_no=seq_no, word=RELEASE, effect="counts"),
        event("lift_authorised", number, by="customs"),
        event("lift_commanded", number),
        event("passage_closed", number, outcome="passed", lift="00"),
    ]


def by_hand(number, seq_no):
    """One that an officer let pass while customs was silent."""
    return [
        event("inquiry", number, seq_no=seq_no),
        event("inquiry_withdrawn", number, seq_no=seq_no, reason="release"),
        event("lift_authorised", number, by="officer"),
        event("lift_commanded", number),
        event("passage_closed", number, outcome="passed", lift="10"),
    ]


def held(seq_no, order="Z1", release=True):
    return {"code": "0x21", "seq_no": seq_no, "word": RELEASE, "release": release, "order": order}


def find(events, stored, **more):
    verdict = delivery_checker.check(events, stored, **more)
    return verdict.lost, verdict.double, verdict.forged


def test_two_sides_that_agree_are_clean():
    events = passage(1, N1) + by_hand(2, N2)
    verdict = delivery_checker.check(events, [held(N1), held(N2, "Z2")])
    assert verdict.is_clean
    assert list(verdict.lines())[-1] == "lost 0, double effect 0, forged accepted 0"
    assert verdict.counts["owed"] == 2 and verdict.counts["lifts"] == 2


def test_a_passage_customs_does_not_hold_is_lost():
    lost, double, forged = find(passage(1, N1) + by_hand(2, N2), [held(N1)])
    assert lost == [f"passage 2: customs does not hold {N2}"] and not double + forged


def test_an_answer_that_was_not_stored_is_lost():
    events = [event("inquiry", 1, seq_no=N1), event("answer", 1, seq_no=N1, effect="late"),
              event("passage_closed", 1, outcome="returned")]
    lost, double, forged = find(events, [])
    assert lost == [f"{N1} was answered, and customs does not hold it"] and not double + forged


def test_a_result_that_did_not_arrive_is_lost():
    events = [event("command_result", 1, seq_no=N1, result="9", answers=0x31)]
    assert find(events, [])[0] == [f"result 9 of {N1} did not reach customs"]
    assert find(events, [{"code": "0x32", "seq_no": N1, "result": "9"}]) == ([], [], [])
    assert find([event("command_result", 1, seq_no=N1, result="9", answers=0x85)], []) == \
        ([], [], [])


@pytest.mark.parametrize("outcome", sorted(delivery_checker.UNUSED))
def test_a_vehicle_that_did_not_pass_is_not_owed(outcome):
    events = [event("inquiry", 1, seq_no=N1), event("passage_closed", 1, outcome=outcome)]
    assert find(events, []) == ([], [], [])
    assert find(events, [], departed="all")[0]


def test_a_passage_without_an_end_is_owed():
    assert find([event("inquiry", 1, seq_no=N1)], [])[0]


def test_only_the_newest_inquiry_of_a_passage_is_owed():
    events = [event("inquiry", 1, seq_no=N1), *by_hand(1, N2)]
    assert find(events, [held(N2)]) == ([], [], [])
    assert find(events, [held(N1)])[0]


def test_a_number_decided_twice_is_double():
    assert find(passage(1, N1), [held(N1), held(N1)])[1] == [f"{N1} was decided twice"]


def test_a_number_of_two_passages_is_double():
    assert find(passage(1, N1) + passage(2, N1), [held(N1)])[1]


def test_a_counter_that_comes_back_is_double():
    again = "20251127080000000001"  # the clock stepped back by a year
    assert find(passage(1, N1) + passage(2, again), [held(N1), held(again, "Z2")])[1] == \
        [f"counter 000001 is in {N1} and {again}"]


def test_an_order_that_let_two_vehicles_pass_is_double():
    assert find(passage(1, N1) + passage(2, N2), [held(N1), held(N2)])[1] == \
        ["order Z1 let passages 1 and 2 pass"]


def test_a_second_clearing_lift_is_double():
    events = passage(1, N1)
    events.insert(5, event("lift_authorised", 1, by="customs"))
    assert find(events, [held(N1)])[1] == ["passage 1: 2 clearing lifts"]


def test_an_answer_that_counts_twice_is_double():
    events = passage(1, N1)
    events.insert(3, events[2])
    assert find(events, [held(N1)])[1] == [f"the answer to {N1} counted 2 times"]


def test_a_lift_on_what_customs_did_not_release_is_forged():
    assert find(passage(1, N1), [held(N1, release=False)])[2]


def test_a_lift_on_the_answer_to_another_passage_is_forged():
    events = passage(2, N2)
    events[2]["data"]["seq_no"] = N1
    assert find(passage(1, N1) + events, [held(N1), held(N2, "Z2")])[2] == \
        ["passage 2: a lift without a release that customs holds"]


def test_a_lift_on_an_older_inquiry_of_its_passage_is_forged():
    events = passage(1, N1)
    events.insert(2, event("inquiry", 1, seq_no=N2))
    assert find(events, [held(N1), held(N2)])[2]


def test_a_command_of_customs_officer_may_lift():
    events = [event("inquiry", 1, seq_no=N1),
              event("command_received", 1, seq_no=N1, effect="taken"),
              event("lift_authorised", 1, by="customs"),
              event("passage_closed", 1, outcome="passed")]
    assert find(events, [held(N1, release=False)]) == ([], [], [])


def test_as_a_program_it_reads_files_and_says_so_in_its_exit_status(tmp_path):
    export, store = tmp_path / "export", tmp_path / "store"

    def run(events, stored):
        export.write_text("".join(json.dumps(e) + "\n" for e in events))
        store.write_text("".join(json.dumps(line) + "\n" for line in stored))
        return subprocess.run([ROOT / "tests/delivery_checker.py", export, store],
                              capture_output=True, text=True, check=False)

    done = run(passage(1, N1), [held(N1)])
    assert (done.returncode, done.stdout.splitlines()[-1]) == \
        (0, "lost 0, double effect 0, forged accepted 0")
    done = run(passage(1, N1), [])
    assert done.returncode == 1 and done.stdout.splitlines()[-1].startswith("lost 2,")
    assert run([], []).returncode == 1  # nothing to check is no success
    export.write_text("no export\n")
    assert subprocess.run([ROOT / "tests/delivery_checker.py", export, store],
                          capture_output=True, check=False).returncode == 2
