# SPDX-License-Identifier: MIT
"""Whether an answer is what the console's OpenAPI file says: as much of JSON schema as it uses."""

import json

from kakou_rig import ROOT

DOCUMENT = json.loads((ROOT / "firmware/console/page/openapi.json").read_text("utf-8"))
TYPES = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list,
         "number": (int, float)}


def is_of(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def complaints(value, schema, where="answer"):
    """What does not fit, in words."""
    if "$ref" in schema:
        return complaints(value, DOCUMENT["components"]["schemas"][schema["$ref"].split("/")[-1]],
                          where)
    if value is None and schema.get("nullable"):
        return []
    if "allOf" in schema:
        return sum((complaints(value, part, where) for part in schema["allOf"]), [])
    if "type" in schema and not is_of(value, schema["type"]):
        return [f"{where}: got {value!r}, expected {schema['type']}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: got {value!r}, expected one of {schema['enum']}")
    if isinstance(value, list):
        for n, one in enumerate(value):
            found += complaints(one, schema.get("items", {}), f"{where}[{n}]")
    if isinstance(value, dict) and "additionalProperties" in schema:
        for name, one in value.items():
            found += complaints(one, schema["additionalProperties"], f"{where}.{name}")
    if isinstance(value, dict) and "properties" in schema:
        found += [f"{where}: {name} is missing" for name in schema.get("required", [])
                  if name not in value]
        for name, one in value.items():
            if name in schema["properties"]:
                found += complaints(one, schema["properties"][name], f"{where}.{name}")
            else:
                found.append(f"{where}: {name} is not in the document")
    return found


def expect_fits(value, schema):
    """`schema` is one, or the name of one of the components."""
    if isinstance(schema, str):
        schema = {"$ref": f"#/components/schemas/{schema}"}
    found = complaints(value, schema)
    assert not found, found
