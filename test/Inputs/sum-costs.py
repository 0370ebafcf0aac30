#!/usr/bin/python3
"""Adds up what the operations of each function send: the `total` of every mpc.cost.

  tacit-opt -mpc-expand -mpc-annotate-costs PROGRAM | sum-costs.py
"""

import re
import sys

totals = {}
for match in re.finditer(r"func\.func @(\w+)|#mpc\.cost<total = (\d+)", sys.stdin.read()):
    if match[1]:
        totals[match[1]] = 0
    else:
        totals[list(totals)[-1]] += int(match[2])
for name, total in totals.items():
    print(f"{name}: {total} bytes")
