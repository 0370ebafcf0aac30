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


def cost(model, options, protocol, network, change):
    """Returns the totals of one forecast, or None where the protocol lacks a function."""
    run = subprocess.run(["tacit", "cost", model, *options, "--protocol", protocol, "--network",
                          network, *change, "-q", "--json", "-"], capture_output=True, text=True)
    if run.returncode not in (0, 3):
        sys.exit(run.stderr)
    return json.loads(run.stdout)["protocols"][0]["total"] if run.returncode == 0 else None


def figure(value, form):
    """Formats a number; null means that the source does not say."""
    return "-" if value is None else format(value, form)


def row(totals):
    first = totals[0]
    cells = [f"{first['total_bytes'] / 1e6:10.1f}", f"{figure(first['hops'], 'd'):>6}"]
    return " ".join(cells) + "".join(f"{figure(total['seconds'], '.2f'):>9}" for total in totals)


def main():
    model, *options = sys.argv[1:]
    print(f"{'protocol':9} {'change':46} {'MB online':>10} {'hops':>6}"
          + "".join(f"{name + ', s':>9}" for name in NETWORKS))
    for protocol in PROTOCOLS:
        for change in CHANGES:
            totals = [cost(model, options, protocol, network, change) for network in NETWORKS]
            figures = row(totals) if totals[0] else f"{'no figures':>10}"
            print(f"{protocol:9} {' '.join(change) or '(none)':46} {figures}")


if __name__ == "__main__":
    main()
