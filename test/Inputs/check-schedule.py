#!/usr/bin/python3
"""Checks a schedule against its JSON schema, and what a schema cannot express.

  check-schedule.py SCHEMA.json SCHEDULE.json...

Of JSON Schema it knows what docs/schedule.schema.json uses; any other word is an error.
"""

import json
import sys

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
KNOWN = {"$schema", "title", "$defs", "$ref", "type", "const", "enum", "minimum", "anyOf",
         "required", "properties", "additionalProperties", "items"}


class Wrong(Exception):
    pass


def check(value, schema, root, where):
    def wrong(what):
        raise Wrong(f"{where}: {what}")

    if set(schema) - KNOWN:
        wrong(f"the schema says {set(schema) - KNOWN}, which this checker does not know")
    if "$ref" in schema:
        target = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        check(value, target, root, where)
    if "anyOf" in schema:
        reasons = []
        for choice in schema["anyOf"]:
            try:
                check(value, choice, root, where)
                break
            except Wrong as reason:
                reasons.append(str(reason))
        else:
            wrong("none of: " + "; ".join(reasons))
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or
                 isinstance(value, bool) and kind == "integer"):
        wrong(f"found {value!r}; expected {kind}")
    if "const" in schema and (value != schema["const"] or
                              type(value) is not type(schema["const"])):
        wrong(f"found {value!r}; expected {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        wrong(f"found {value!r}; expected one of {schema['enum']}")
    if "minimum" in schema and value < schema["minimum"]:
        wrong(f"found {value}; expected at least {schema['minimum']}")
    if isinstance(value, dict):
        check_object(value, schema, root, where, wrong)
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            check(item, schema["items"], root, f"{where}[{i}]")


def check_object(value, schema, root, where, wrong):
    for key in schema.get("required", []):
        if key not in value:
            wrong(f"'{key}' is missing")
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    for key, item in value.items():
        if key in properties:
            check(item, properties[key], root, f"{where}.{key}")
        elif others is False:
            wrong(f"'{key}' is not in the schema")
        else:
            check(item, others, root, f"{where}.{key}")


def check_meaning(schedule):
    """Checks that values are defined before use, sums are right, and rounds are complete."""
    made = {port["value"] for port in schedule["inputs"]}
    costs, rounds = {}, {}
    for i, op in enumerate(schedule["ops"]):
        if op["id"] != i:
            raise Wrong(f"operation {i} has the id {op['id']}")
        if not made.issuperset(op["operands"]):
            raise Wrong(f"operation {i} uses a value that nothing has made")
        made.update(result["value"] for result in op["results"])
        if op["cost"]:
            costs[i] = op["cost"]
    if not made.issuperset(port["value"] for port in schedule["outputs"]):
        raise Wrong("an output is a value that nothing has made")
    for key in ("total_bytes", "client_to_server_bytes", "server_to_client_bytes",
                "offline_bytes"):
        parts = [cost[key] for cost in costs.values()]
        total = None if None in parts else sum(parts)
        if schedule["total"][key] != total:
            raise Wrong(f"{key} of all operations are {total}; the total says "
                        f"{schedule['total'][key]}")
    if schedule["rounds"] is None:
        return
    end = max((c["start"] + c["hops"] for c in costs.values()), default=0)
    if schedule["total"]["hops"] != end:
        raise Wrong(f"the last message arrives at hop {end}; the total says "
                    f"{schedule['total']['hops']}")
    for id, cost in costs.items():
        if cost["total_bytes"] and cost["hops"]:
            rounds.setdefault(cost["start"], []).append(id)
    listed = [(r["hop"], r["ops"]) for r in schedule["rounds"]]
    if listed != sorted(rounds.items()):
        raise Wrong("the rounds are not those of the operations")
    for r in schedule["rounds"]:
        if r["total_bytes"] != sum(costs[id]["total_bytes"] for id in r["ops"]):
            raise Wrong(f"the bytes at hop {r['hop']} are not those of its operations")


def main():
    with open(sys.argv[1]) as file:
        schema = json.load(file)
    for path in sys.argv[2:]:
        with open(path) as file:
            schedule = json.load(file)
        try:
            check(schedule, schema, schema, "$")
            check_meaning(schedule)
        except Wrong as reason:
            sys.exit(f"{path}: {reason}")
        senders = sum(1 for op in schedule["ops"] if op["cost"] and op["cost"]["total_bytes"])
        print(f"valid: {len(schedule['ops'])} operations, {senders} of them send "
              f"{schedule['total']['total_bytes']} bytes")


if __name__ == "__main__":
    main()
