#!/usr/bin/python3
"""Runs a transformed model in every way that must give the same bits.

  same-bits.py DIR MODEL WINDOW OPTIONS...   each OPTIONS is one text of tacit's options

WINDOW is a number of tokens; MODEL has the input `tokens` and the result `logits`. For
each OPTIONS one line is printed: which of these gave other logits than a run on one
thread. Libraries for vectors of 256 and 128 bits, on one to three threads; one row
alone; with options of two phases, what goes on from the dump of each phase. The model
as it was has to give other logits.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import npy

PHASES = ["import", "raise", "surgery", "quantize", "multiplier", "check", "linalg", "schedule",
          "bufferize", "llvm"]
TRANSFORMED_BY = {"--quantize": "quantize", "--multiplier": "multiplier"}


def tacit(*words):
    done = subprocess.run(["tacit", *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"tacit {' '.join(map(str, words))}: {done.stderr}")


def options_after(phase, options):
    """Those whose phase is still ahead; a phase already passed takes none."""
    ahead = PHASES[PHASES.index(phase) + 1:]
    return [o for o in options if TRANSFORMED_BY[o.split("=")[0]] in ahead]


def different_runs(folder, model, window, options):
    """Names of the runs whose logits are not those of the first."""
    folder.mkdir(parents=True)
    ids = [(7 * i * i + 3 * i) % 61 for i in range(3 * window)]
    npy.write(folder / "three.npy", "int64", f"3x{window}", *ids)
    npy.write(folder / "one.npy", "int64", f"1x{window}", *ids[window:2 * window])

    def run(*words, tokens="three"):
        tacit("run", *words, "--input", f"tokens={folder / tokens}.npy", "--output-dir", folder)
        return npy.read(folder / "logits.npy")[3]

    dumps = folder / "dumps"
    first = run(model, *options, "--threads", 1, "--dump-phases", dumps)
    found = {}
    for bits, counts in ((256, [1, 3]), (128, [2])):
        library = folder / f"{bits}.so"
        tacit("compile", model, *options, "--shape", f"tokens=3x{window}", "--vector-bits", bits,
              "-o", library)
        for threads in counts:
            found[f"{bits} bits, {threads} threads"] = run(library, "--threads", threads)
    for number, phase in enumerate(PHASES if len(options) > 1 else []):
        found[phase] = run(dumps / f"{number:02}-{phase}.mlir", "--from", phase,
                           *options_after(phase, options))
    wrong = [name for name, logits in found.items() if logits != first]
    row = run(model, *options, tokens="one")
    if first[len(row):2 * len(row)] != row:
        wrong.append("one row alone")
    if run(model, tokens="one") == row:
        wrong.append("the model as it was")
    return wrong


def main():
    folder, model, window, *texts = sys.argv[1:]
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda item: different_runs(
            Path(folder) / str(item[0]), model, int(window), item[1].split()), enumerate(texts))
        for text, wrong in zip(texts, results):
            print(f"{text}: {'; '.join(wrong) or 'same bits'}")


if __name__ == "__main__":
    main()
