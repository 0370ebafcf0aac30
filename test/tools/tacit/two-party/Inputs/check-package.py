"""Checks the sums of a package's schedule, and those that tacit compile reported."""
import json
import sys

schedule, report = (json.load(open(path)) for path in sys.argv[1:])

WORD = 8

for hop in schedule["hops"]:
    for way in "client_to_server", "server_to_client":
        key = way.split("_", 1)[1] + "_words"
        assert hop[way + "_bytes"] == sum(WORD * m[key] for m in hop["messages"])
    assert hop["messages"] and all(m["op"] for m in hop["messages"])
total = {
    "client_to_server_bytes": sum(h["client_to_server_bytes"] for h in schedule["hops"]),
    "server_to_client_bytes": sum(h["server_to_client_bytes"] for h in schedule["hops"]),
    "hops": len(schedule["hops"]),
    "offline_bytes": sum((m["words"] * m["bits"] + 7) // 8
                         for m in schedule["materials"] if m["dealt"]),
    "setup_bytes": sum(WORD * next(m["words"] for m in schedule["materials"]
                                   if m["id"] == a["mask"])
                       for a in schedule["arguments"] if a["kind"] == "weight"),
}
assert schedule["total"] == total, (schedule["total"], total)
assert all(report[key] == value for key, value in total.items())
assert report["number"] == schedule["package"] and len(report["number"]) == 32
last = schedule["hops"][-1]["messages"]
assert [m["to_server_words"] for m in last] == [0]
revealed = [r["name"] for r in schedule["results"] if r["kind"] == "revealed"]
print(f"sums agree, {len(schedule['hops'])} hops, of which the last tells the client "
      + ", ".join(f"'{name}'" for name in revealed))
