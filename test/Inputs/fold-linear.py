#!/usr/bin/python3
"""Folds linear layers of programs drawn by lot; what they compute must stay the same.

  fold-linear.py DIR A B      programs of the seeds from A to B - 1

Each program is a chain of layers, with other operations and second readers in between.
It goes through `tacit-opt -nn-fold-linear`, and the result is run as programs.py runs a
program: compared with plain double precision of what was written before.
"""

import random
import re
import subprocess
import sys
from pathlib import Path

import programs


class Folded(programs.Program):
    """A program whose text has gone through the pass."""

    def text(self):
        before = super().text()
        done = subprocess.run(["tacit-opt", "-", "-nn-fold-linear"], input=before, text=True,
                              capture_output=True, check=True)
        self.counts = [len(re.findall(r"nn\.linear", text)) for text in (before, done.stdout)]
        return done.stdout


def made_up(seed):
    draw = random.Random(seed)
    p = Folded(seed)
    values = [p.input(*[draw.choice([1, 2, 5]) for _ in range(draw.randint(0, 2))],
                      draw.choice([3, 16, 24]))]

    def weight(*shape):
        """Some are stored transposed."""
        if len(shape) == 2 and draw.random() < 0.4:
            return p.transpose(p.weight(*reversed(shape)), 1, 0)
        return p.weight(*shape)

    for _ in range(draw.randint(3, 8)):
        x = values[-1] if draw.random() < 0.85 else draw.choice(values)
        n = draw.choice([1, 4, 16, 24, 40])
        bias = weight(n) if draw.random() < 0.6 else None
        y = p.linear(x, weight(x.shape[-1], n), bias)
        is_tame = y.largest < 1000
        values.append(y if is_tame and draw.random() < 0.9 else p.unary("tanh", y))
    p.outputs = [values[-1]] + ([draw.choice(values)] if draw.random() < 0.3 else [])
    return p


def main():
    folder, first, end = sys.argv[1:]
    before = after = failed = 0
    for seed in range(int(first), int(end)):
        p = made_up(seed)
        wrong = p.run(Path(folder) / str(seed), 1e-5)
        before, after = before + p.counts[0], after + p.counts[1]
        failed += wrong is not None
        if wrong:
            print(f"{seed}: {wrong}")
    print(f"{before} layers became {after}; {failed or 'no'} programs differ")
    return failed


if __name__ == "__main__":
    sys.exit(main())
