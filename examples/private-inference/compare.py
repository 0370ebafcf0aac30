#!/usr/bin/python3
"""Prints one table of what two parties send: compare.py MODEL [OPTIONS OF tacit cost...]

Rows are protocols and changes of the model, columns are bytes, hops and seconds on two
networks. Standard library only; shows how to read the JSON of `tacit cost`.
"""

import json
import subprocess
import sys

PROTOCOLS = ("crypten", "aero")
NETWORKS = ("lan", "wan")
CHANGES = ([], ["--aero", "gelu-to-relu"], ["--aero", "remove-layernorm,gelu-to-relu"])


def cost(model, options, protocol, change, network=()):
    """Returns the totals of one forecast, or None where the protocol lacks a function."""
    run = subprocess.run(["tacit", "cost", model, *options, "--protocol", protocol, *network,
                          *change, "-q", "--json", "-"], capture_output=True, text=True)
    if run.returncode not in (0, 3):
        sys.exit(run.stderr)
    return json.loads(run.stdout)["protocols"][0]["total"] if run.returncode == 0 else None


def row(model, options, protocol, change):
    total = cost(model, options, protocol, change)
    if total is None:
        return f"{'no figures':>10}"
    megabytes = f"{total['total_bytes'] / 1e6:10.1f}"
    # Null means that the source does not say; then a network changes nothing, either.
    if total["hops"] is None:
        return f"{megabytes} {'-':>6}" + f"{'-':>9}" * len(NETWORKS)
    seconds = [cost(model, options, protocol, change, ["--network", name])["seconds"]
               for name in NETWORKS]
    return f"{megabytes} {total['hops']:6}" + "".join(f"{value:9.2f}" for value in seconds)


def main():
    model, *options = sys.argv[1:]
    print(f"{'protocol':9} {'change':46} {'MB online':>10} {'hops':>6}"
          + "".join(f"{name + ', s':>9}" for name in NETWORKS))
    for protocol in PROTOCOLS:
        for change in CHANGES:
            print(f"{protocol:9} {' '.join(change) or '(none)':46} "
                  + row(model, options, protocol, change))


if __name__ == "__main__":
    main()
