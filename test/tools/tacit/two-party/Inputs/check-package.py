"""Checks the sums of a package's schedule, and those that tacit compile reported."""
import json
import sys

schedule, report = (json.load(open(path)) for path in sys.argv[1:])

WORD = 8
SENDS = {"client": ("both", "to_server"), "server": ("both", "to_client")}


def sent(messages, party):
    return sum(WORD * m["words"] for m in messages if m["direction"] in SENDS[party])


for hop in schedule["hops"]:
    assert hop["client_to_server_bytes"] == sent(hop["messages"], "client")
    assert hop["server_to_client_bytes"] == sent(hop["messages"], "server")
    assert hop["messages"] and all(m["op"] for m in hop["messages"])
total = {
    "client_to_server_bytes": sum(h["client_to_server_bytes"] for h in schedule["hops"]),
    "server_to_client_bytes": sum(h["server_to_client_bytes"] for h in schedule["hops"]),
    "hops": len(schedule["hops"]),
    "offline_bytes": sum((m["words"] * m["bits"] + 7) // 8
                         for m in schedule["materials"] if m["origin"] == "dealt"),
    "setup_bytes": sum(WORD * next(m["words"] for m in schedule["materials"]
                                   if m["id"] == a["mask"])
                       for a in schedule["arguments"] if a["kind"] == "weight"),
}
assert schedule["total"] == total, (schedule["total"], total)
assert all(report[key] == value for key, value in total.items())
assert report["number"] == schedule["package"] and len(report["number"]) == 32
last = schedule["hops"][-1]["messages"]
assert [m["direction"] for m in last] == ["to_client"]
revealed = [r["name"] for r in schedule["results"] if r["kind"] == "revealed"]
print(f"sums agree, {len(schedule['hops'])} hops, of which the last tells the client "
      + ", ".join(f"'{name}'" for name in revealed))
