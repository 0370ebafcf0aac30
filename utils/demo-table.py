#!/usr/bin/python3
"""Prints the effect of changes of a model: one row for each, measured by `tacit eval`.

  demo-table.py TACIT MODEL TOKENS.npy
"""

import json
import subprocess
import sys

CHANGES = [
    ("INT8 weights", "--quantize=int8"),
    ("INT6 weights", "--quantize=int6"),
    ("INT4 weights", "--quantize=int4"),
    ("INT4, asymmetric", "--quantize=int4,scheme=asymmetric"),
    ("L-Mul, all products", "--multiplier=lmul"),
    ("L-Mul, attention", "--multiplier=lmul --multiplier-scope=attention"),
    ("PAM, all products", "--multiplier=pam"),
    ("shift-add, 2 terms", "--multiplier=shift-add=2"),
    ("GELU by polynomials", "--approximate=gelu=bolt"),
    ("GELU as ReLU", "--aero=gelu-to-relu"),
    ("no LayerNorm, ReLU", "--aero=remove-layernorm,gelu-to-relu"),
    ("softmax only", "--aero=remove-layernorm,linearize-ffn,fuse-ffn"),
]
ROW = "{:21} {:>10} {:>8} {:>11} {:>9} {:>9}"


def evaluate(tacit, model, tokens, options):
    run = subprocess.run([tacit, "eval", model, "--tokens", tokens, "-q", "--json", "-",
                          *options.split()], stdin=subprocess.DEVNULL, capture_output=True,
                         text=True)
    if run.returncode != 0:
        sys.exit(f"demo: tacit eval {options} ended with {run.returncode}:\n{run.stderr}")
    return json.loads(run.stdout)


def row(label, side, agreement):
    perplexity = side["perplexity"]
    print(ROW.format(label, f"{perplexity:.3f}" if perplexity < 1000 else f"{perplexity:.0f}",
                     f"{agreement:.1%}", f"{side['tokens_per_second']:.0f}",
                     f"{side['weight_bytes'] / 1e6:.2f} MB", side["nonlinear_sites"]["total"]),
          flush=True)


def main():
    tacit, model, tokens = sys.argv[1:]
    print(ROW.format("", "perplexity", "same", "tokens / s", "weights", "nonlinear"))
    for i, (label, options) in enumerate(CHANGES):
        result = evaluate(tacit, model, tokens, options)
        if i == 0:
            row("as it was trained", result["reference"], 1)
        row(label, result["compiled"], result["top1_agreement"])


if __name__ == "__main__":
    main()
