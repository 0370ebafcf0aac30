#!/usr/bin/python3
"""Compares a library for sequences of any length with the model for each length.

  free-lengths.py DIR LIBRARY MODEL

MODEL is recurrent-free.onnx. Its recurrent layers are loops in LIBRARY, and unrolled when
the sizes are those of the inputs.
"""

import random
import subprocess
import sys
from pathlib import Path

import npy


def run(program, folder, inputs):
    words = [word for name in inputs for word in ("--input", f"{name}={folder}/{name}.in")]
    done = subprocess.run(["tacit", "run", program, *words, "--output-dir", folder],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return {path.name: path.read_bytes() for path in Path(folder).glob("*.npy")}


def main(folder, library, model):
    for steps, rows in [(1, 1), (2, 3), (7, 2)]:
        inputs = {"x": (steps, rows, 3), "rows": (rows, steps, 3), "h": (2, rows, 2),
                  "c": (2, rows, 2), "lens": (rows,)}
        numbers = random.Random(steps)
        for name, shape in inputs.items():
            # A row may be empty, and one takes all steps.
            values = ([steps] + [numbers.randint(0, steps) for _ in range(rows - 1)]
                      if name == "lens" else [numbers.uniform(-2, 2) for _ in range(999)])
            npy.write(f"{folder}/{name}.in", "int32" if name == "lens" else "float32",
                      "x".join(map(str, shape)), *values)
        loop, unrolled = (run(program, folder, inputs) for program in (library, model))
        other = sorted(name for name in unrolled if loop.get(name) != unrolled[name])
        print(steps, "steps" if steps > 1 else "step", "of", rows,
              "rows:" if rows > 1 else "row:", len(unrolled), "outputs,",
              "other bits in " + ", ".join(other) if other else "the same bits")


main(*sys.argv[1:])
