# SPDX-License-Identifier: MIT
"""Orders and vehicles for the registry of a gate, and the files they are imported from."""

import json


def order(number=1, direction="I", **members):
    """An order that fits the truck of gate_help; members replace its own, None leaves one out."""
    made = {
        "number": f"Z3111{direction}261101{number:012d}", "type": 2, "state": 1,
        "plate": "浙A12345", "tag": "E2003412AB000101", "vehicle_kg": "8600",
        "frame_kg": "6200", "container_kg": "3800", "goods_kg": "18400",
        "boxes": ["CSQU3054383"], "seal": "HYT-24100101",
        "approved": "2026-11-01T08:00:00+08:00",
    }
    made.update(members)
    return {key: value for key, value in made.items() if value is not None}


def vehicle(plate="浙A12345", **members):
    made = {"plate": plate, "tag": "E2003412AB000101", "valid_from": "2020-01-01",
            "valid_to": "2099-12-30", "approver": "li"}
    made.update(members)
    return {key: value for key, value in made.items() if value is not None}


def write_lines(path, items):
    path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items),
                    "utf-8")
    return path


def change(gate, *words, reason="agreed with the office"):
    """A change by kakou, which must be taken."""
    return gate.kakou(*words, "--reason", reason)
