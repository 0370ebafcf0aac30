#!/usr/bin/python3
"""Prints what a model would send under two-party computation, before and after AERO.

  demo-two-party.py TACIT MODEL PROTOCOL [OPTION...]

The options (--dim, --shape) are handed on to `tacit cost`.
"""

import json
import subprocess
import sys

STEPS = [
    ("as it is", ""),
    ("GELU as ReLU", "--aero=gelu-to-relu"),
    ("no LayerNorm, no activation", "--aero=remove-layernorm,linearize-ffn"),
    ("and fused FFNs", "--aero=remove-layernorm,linearize-ffn,fuse-ffn"),
]


def size(count):
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if count >= unit:
            return f"{count / unit:.2f} {name}"
    return f"{count} B"


def main():
    tacit, model, protocol, *options = sys.argv[1:]
    for label, changes in STEPS:
        run = subprocess.run([tacit, "cost", model, "--protocol", protocol, "-q", "--json", "-",
                              *options, *changes.split()], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"demo: tacit cost {changes} ended with {run.returncode}:\n{run.stderr}")
        answer = json.loads(run.stdout)["protocols"][0]
        total = answer["total"]["total_bytes"]
        kinds = sorted(answer["kinds"], key=lambda kind: -kind["total_bytes"])[:3]
        shares = ", ".join(f"{kind['kind']} {kind['total_bytes'] / total:.0%}"
                           for kind in kinds)
        print(f"  {label:28} {size(total):>10}   by {shares}", flush=True)


if __name__ == "__main__":
    main()
