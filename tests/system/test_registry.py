# SPDX-License-Identifier: MIT
"""Orders and vehicles on file: imported whole or not at all, changed by people, kept for good."""

import json
import os
import subprocess
import time

from kakou_rig import BUILD, ROOT, RpcError, wait_until
from registry_help import change, order, vehicle, write_lines


def start(new_gate):
    gate = new_gate()
    gate.start("kakoud")
    return gate


def count(gate, what="orders"):
    return gate.rpc("kakoud", "status")["registry"][what]


def import_raw(gate, what, path):
    return gate.kakou_raw(what, "import", path, "--reason", "daily file",
                          timeout_s=60)


def test_a_file_of_orders_is_on_file_after_its_import_and_after_a_restart(new_gate):
    gate = start(new_gate)
    path = write_lines(gate.run / "orders.jsonl", [order(n) for n in range(1, 301)])
    done = change(gate, "orders", "import", path)
    assert (done["count"], done["added"]) == (300, 300)
    assert count(gate) == 300
    event = gate.wait_event("registry_changed")["data"]
    assert (event["act"], event["count"], event["actor"]) == ("import", 300, "officer")
    gate.kakoud.kill()
    gate.start("kakoud")
    assert count(gate) == 300
    done = change(gate, "orders", "import", path)
    assert (done["count"], done["added"]) == (300, 0)


def test_one_bad_line_keeps_the_whole_file_out_and_is_told_with_its_number(new_gate):
    gate = start(new_gate)
    items = [order(n) for n in range(1, 201)]
    items[149]["goods_kg"] = "18,400"
    del items[199]["type"]
    path = write_lines(gate.run / "orders.jsonl", items)
    done = import_raw(gate, "orders", path)
    assert done.returncode == 1
    assert f"{path}:150: goods_kg: got \"18,400\", expected kilograms" in done.stderr
    assert f"{path}:200: type: got nothing" in done.stderr
    assert "nothing was taken over" in done.stderr
    assert count(gate) == 0
    assert not gate.events(kind="registry_changed")


def test_garbage_is_refused_and_the_next_import_goes_through(new_gate):
    gate = start(new_gate)
    garbage = [b"", b"\n\n\n", b"\xff\xfe\x00\x01", b"null\n[]\n1\n", b"{" * 5000,
               b"{\"number\":1}\n", os.urandom(30000), b"x" * 100000 + b"\n",
               b'{"number":"Z3111I261101000000000001","number":"x"}\n']
    for n, data in enumerate(garbage):
        path = gate.run / f"garbage{n}"
        path.write_bytes(data)
        done = import_raw(gate, "orders", path)
        assert done.returncode == 1, (n, done.stdout, done.stderr)
        assert done.stderr, n
    assert count(gate) == 0
    change(gate, "orders", "import", write_lines(gate.run / "good", [order()]))
    assert count(gate) == 1


def test_a_kill_in_the_middle_of_an_import_leaves_nothing_of_it(new_gate, rounds):
    gate = start(new_gate)
    change(gate, "orders", "import", write_lines(gate.run / "first", [order(900000)]))
    path = write_lines(gate.run / "many", [order(n) for n in range(1, 4001)])
    taken = 0
    for turn in range(rounds(3, 30)):
        importing = subprocess.Popen(
            [BUILD / "kakou", "--socket", gate.socket_path("kakoud"), "orders", "import", path,
             "--reason", "daily file"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=gate.ticket_env())
        time.sleep(0.05 + 0.12 * turn)
        gate.kakoud.kill()
        importing.wait()
        gate.start("kakoud")
        wait_until(lambda: count(gate) in (1, 4001), 30, lambda: count(gate))
        taken += count(gate) == 4001
        if taken:
            break
    if not taken:
        change(gate, "orders", "import", path)
    # The answer may come before the registry has told its new size.
    wait_until(lambda: count(gate) == 4001, 30, "all orders of the file")


def test_two_imports_at_once_do_not_mix(new_gate):
    gate = start(new_gate)
    who = {"ticket": gate.ticket(), "reason": "by phone", "screen": "test"}
    ticket = {"ticket": who["ticket"]}
    with gate.connect("kakoud") as first, gate.connect("kakoud") as second:
        number = first.call("import.begin", {**ticket, "what": "orders", "file": "a"})["import"]
        try:
            second.call("import.begin", {**ticket, "what": "orders", "file": "b"})
            raise AssertionError("a second import began")
        except RpcError as error:
            assert "under way" in error.message
        first.call("import.lines", {**ticket, "import": number, "first": 1,
                                    "lines": json.dumps(order())})
        # a single push meanwhile is its own affair
        second.call("orders.push", {"item": order(2), **who})
        first.call("import.commit", {"import": number, **who})
    assert count(gate) == 2


def test_orders_are_listed_voided_reopened_removed_and_exported(new_gate):
    gate = start(new_gate)
    path = write_lines(gate.run / "orders", [order(1), order(2, type=6, boxes=None, seal=None,
                                                             container_kg=None, goods_kg=None),
                                             order(3, direction="E", plate="浙B20416")])
    change(gate, "orders", "import", path)
    assert len(gate.kakou("orders")) == 3
    assert [o["type"] for o in gate.kakou("orders", "--type", "6")] == [6]
    assert [o["number"][5] for o in gate.kakou("orders", "--direction", "E")] == ["E"]
    number = order(1)["number"]
    change(gate, "orders", "void", number)
    assert gate.kakou("orders", "show", number)["state"] == 6
    assert len(gate.kakou("orders", "--state", "void")) == 1
    change(gate, "orders", "reopen", number)
    assert gate.kakou("orders", "show", number)["state"] == 1
    change(gate, "orders", "remove", number)
    assert count(gate) == 2
    assert gate.kakou_raw("orders", "show", number).returncode == 1
    exported = gate.run / "exported"
    exported.write_text(gate.kakou_raw("orders", "export").stdout, "utf-8")
    assert change(gate, "orders", "import", exported)["added"] == 0
    acts = [e["data"]["act"] for e in gate.events(kind="registry_changed")]
    assert acts == ["import", "void", "reopen", "remove", "import"]


def test_the_sample_files_of_the_simulated_site_are_taken(new_gate):
    gate = start(new_gate)
    assert change(gate, "orders", "import", ROOT / "board/sim/orders.jsonl")["added"] == 4
    assert change(gate, "vehicles", "import", ROOT / "board/sim/vehicles.jsonl")["added"] == 2


def test_vehicles_are_imported_expired_and_removed(new_gate):
    gate = start(new_gate)
    path = write_lines(gate.run / "vehicles", [vehicle(), vehicle("浙B20416", tag=None,
                                                                  lanes=["in1"], max_kg=3500)])
    assert change(gate, "vehicles", "import", path)["added"] == 2
    assert [v["plate"] for v in gate.kakou("vehicles")] == ["浙A12345", "浙B20416"]
    change(gate, "vehicles", "expire", "浙B20416")
    assert gate.kakou("vehicles", "show", "浙B20416")["valid_to"] < "2099"
    change(gate, "vehicles", "remove", "浙A12345")
    assert count(gate, "vehicles") == 1
