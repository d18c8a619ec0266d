# SPDX-License-Identifier: MIT
"""Words of the officers' page: what the product can say, the page can say; and what the page asks for
exists."""

import json
import re

import pytest

from kakou_rig import ROOT

PAGE = ROOT / "firmware/console/page"
OWN = [path for path in PAGE.glob("*.js") if path.name != "chart.min.js"]


def words():
    """The groups of codes of words.js: {group: [code]}."""
    text = (PAGE / "words.js").read_text("utf-8")
    groups = {}
    for name, body in re.findall(r"^  (\w+): \{(.*?)\},$", text, re.M | re.S):
        groups[name] = re.findall(r"[\"']?([\w-]+)[\"']?: \[", body)
    groups["alarm"] = re.findall(r"^  (\w+): \[\"(?:high|medium|low)\"", text, re.M)
    return groups


def in_source(path, pattern):
    found = re.findall(pattern, (ROOT / path).read_text("utf-8"), re.M)
    assert found, path
    return found


@pytest.mark.parametrize("group,path,pattern", [
    ("event", "firmware/record/event.h", r'X\(\w+, "(\w+)"\)'),
    ("reason", "firmware/lane/reason.c", r'\] =\s*\{"([a-z_]+)"'),
    ("alarm", "firmware/lane/lane_record.c", r'\[ALARM_\w+\] = "(\w+)"'),
    ("alarm", "firmware/care/health.c", r'= "(machine_\w+)"'),
    ("detail", "firmware/lane/interlock_words.c", r'\{NOTE_\w+, "S\d+", "(\w+)"'),
    ("detail", "firmware/care/health.c", r'"(battery_low|clock_unset)"'),
    ("alarm", "firmware/record/writer_disk.c", r'"code", "(\w+)"'),
    ("alarm", "firmware/record/writer_sign.c", r'"code", "(\w+)"'),
    ("alarm", "firmware/rpc/rpc_people.c", r'"code", "(\w+)"'),
    ("alarm", "firmware/control/control_news.c", r'"(certificate_\w+)"'),
    ("detail", "firmware/control/control_news.c", r'\[TLS_\w+\] = "(\w+)"'),
    ("alarm", "firmware/delivery/delivery.c", r'"code", "([a-z_]+)"'),
    ("state", "firmware/lane/lane.c", r'\[LANE_\w+\] = "(\w+)"'),
    ("act", "firmware/control/act.c", r'\[ACT_\w+\]\s*= \{ "([\w-]+)"'),
    ("refusal", "firmware/control/act.c", r'\[REFUSAL_\w+\] = "(\w+)"'),
    ("bypass", "firmware/rpc/rpc_bypass.c", r'"((?:emergency|open|safety|registered|offline)_\w+)'),
    ("order_step", "firmware/registry/order.c", r'"(in_use|passed|freed|agreed|disputed)"'),
    ("error", "hal/err.c", r'case KAKOU_\w+: return "(\w+)"'),
    ("delivery", "firmware/delivery/delivery.c", r'\[OUTCOME_\w+\] = "(\w+)"'),
    ("effect", "firmware/lane/lane_answer.c", r'return .*"(late|foreign|repeated|not_awaited|counts)"'),
])
def test_every_code_of_the_product_has_its_words(group, path, pattern):
    assert sorted(set(in_source(path, pattern)) - set(words()[group])) == []


def test_why_a_lift_or_a_question_was_withdrawn_has_its_words():
    known = set().union(*(words()[group] for group in ("detail", "reason", "outcome", "act", "refusal")))
    codes = set()
    for path in (ROOT / "firmware/lane").glob("*.c"):
        codes.update(re.findall(r'(?:withdraw_lift|cancel_inquiry|end_passage)\(lane,\s+"(\w+)"',
                                path.read_text("utf-8")))
    assert {"backed_out", "arm_unseen", "officer", "offline"} <= codes
    assert sorted(codes - known) == []


def test_every_error_of_the_interface_has_its_words():
    described = json.loads((PAGE / "openapi.json").read_text("utf-8"))
    codes = described["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"]
    assert sorted(set(codes["enum"]) - set(words()["refusal"])) == []


def test_every_word_is_said_in_both_languages_and_each_that_is_used_exists():
    text = (PAGE / "words.js").read_text("utf-8")
    own = text[text.index("const WORDS"):text.index("const CODES")]
    pairs = dict(re.findall(r'^  (\w+): (\[.*\]),$', own, re.M))
    assert len(pairs) > 150
    for name, pair in pairs.items():
        chinese, english = json.loads(pair)
        assert chinese and english, name
        assert not re.search(r"[一-鿿]", english) or name == "language", name
    used = set(re.findall(r'\bt\("(\w+)"', "".join(path.read_text("utf-8") for path in OWN)))
    assert sorted(used - set(pairs)) == []


def test_the_page_asks_only_for_what_the_interface_has():
    described = json.loads((PAGE / "openapi.json").read_text("utf-8"))["paths"]
    known = {re.sub(r"\{\w+\}", "*", path.removeprefix("/api/v1/")) for path in described}
    # Paths that are put together from a part and a name.
    made = {"people/*/*": "people/*/lock", "*/*/changes": "orders/*/changes"}
    asked = set()
    for path in OWN:
        for call in re.findall(r'call\("\w+", [`"]([^`"]+)[`"]', path.read_text("utf-8")):
            asked.add(re.sub(r"\$\{[^}]*\}", "*", call.split("?")[0]))
    assert len(asked) > 20
    assert sorted({made.get(path, path) for path in asked} - known) == []
