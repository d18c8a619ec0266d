# SPDX-License-Identifier: MIT
"""The console's OpenAPI file says what the server does, neither more nor less."""

import json
import re
import subprocess

import pytest

from console_help import Browser
from console_schema import DOCUMENT, expect_fits
from gate_help import scenario
from kakou_rig import BUILD, ROOT, Gate

ROUTES = json.loads(subprocess.check_output([BUILD / "kakou-console", "--routes"]))
METHODS = ("get", "post")


def test_each_error_code_of_the_server_is_in_the_document_and_no_other_is():
    sources = "".join(path.read_text("utf-8")
                      for path in (ROOT / "firmware/console").glob("*.c"))
    server = set(re.findall(r'\b[45]\d\d,\s+"([a-z_]+)"', sources))
    server |= set(re.findall(r'\\"code\\":\\"([a-z_]+)\\"', sources))
    server |= set(re.findall(r'\[REFUSAL_\w+\] = "(\w+)"',
                             (ROOT / "firmware/control/act.c").read_text("utf-8")))
    error = DOCUMENT["components"]["schemas"]["Error"]["properties"]["error"]
    assert sorted(error["properties"]["code"]["enum"]) == sorted(server)


def said(operation):
    """The parameters as the document has them: (name, where, type, is required)."""
    found = [(p["name"], p["in"], p["schema"]["type"], p["required"])
             for p in operation.get("parameters", []) if "$ref" not in p]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = body.get("schema", {})
    found += [(name, "body", value["type"], name in schema.get("required", []))
              for name, value in schema.get("properties", {}).items()]
    return sorted(found)


def test_each_route_is_in_the_document_with_its_parameters_and_nothing_else_is():
    server = {(route["path"], route["method"].lower()):
              sorted((p["name"], p["in"], p["type"], p["required"]) for p in route["params"])
              for route in ROUTES}
    document = {(path, method): said(operation)
                for path, operations in DOCUMENT["paths"].items()
                for method, operation in operations.items()}
    assert document == server
    for route in ROUTES:
        operation = DOCUMENT["paths"][route["path"]][route["method"].lower()]
        assert bool(operation["security"]) == route["needs_session"], route["path"]
        assert operation["summary"]


@pytest.fixture(scope="module")
def gate(certs):
    with Gate(scenario=scenario(), certs=certs) as gate:
        gate.start()
        gate.start("console")
        yield gate


def test_each_get_of_the_document_answers_as_it_says(gate):
    browser = Browser(gate)
    browser.log_in("chief", "supervisor")
    values = {"lane": "in1", "seq": "1", "passage": "999999", "key": "nothing", "from": "0",
              "sha256": "0" * 64, "first": "1",
              "until": "1"}
    for path, operations in DOCUMENT["paths"].items():
        operation = operations.get("get")
        if not operation or path.endswith("/stream"):
            continue
        concrete = re.sub(r"{(\w+)}", lambda m: values[m[1]], path)
        query = "&".join(f"{p['name']}={values[p['name']]}" for p in operation.get("parameters", [])
                         if p["in"] == "query" and p["required"])
        answer = browser.ask("GET", f"{concrete}?{query}" if query else concrete)
        if answer.status == 200:
            wanted = next(iter(operation["responses"]["200"]["content"]))
            assert answer.headers["Content-Type"].startswith(wanted), path
            if wanted == "application/json":
                expect_fits(answer.json, operation["responses"]["200"]["content"][wanted]["schema"])
        else:
            assert answer.status == 404 and answer.code == "not_found", (path, answer.body)


def test_each_request_of_the_document_refuses_what_lacks_a_session(gate):
    stranger = Browser(gate)
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            concrete = re.sub(r"{\w+}", "1", path)
            status = stranger.ask(method.upper(), concrete,
                                  {} if method != "get" else None).status
            assert (status == 401) == bool(operation["security"]), (method, path, status)
