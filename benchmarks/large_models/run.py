#!/usr/bin/python3
"""What does compiling take as a model grows: time by layers, memory by weights.

  run.py [--layers 12,24,48] [--width 384] [--large] [--quantize int8] [--folder DIR]
"""
import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path

from make_model import make

ROOT = Path(__file__).resolve().parents[2]
MOST_MEMORY, MOST_TIME = 1.3, 1.25


def compile_model(tacit, model, extra):
    """(seconds of processor time, seconds, peak resident bytes) of one compile."""
    command = [tacit, "compile", model, *extra, "-o", model.with_suffix(".so"), "--json", "-"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit("failed: " + " ".join(map(str, command)))
    found = json.loads(done.stdout)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return busy, found["compile_seconds"], found["peak_rss_bytes"]


def measure(options, name, shape, extra, rounds):
    """Makes, compiles and removes a model; (bytes of weights, processor time, time, peak).

    Processor time is what a busy machine changes least."""
    folder = options.folder
    model = folder / f"{name}.onnx"
    try:
        weights = make(model, **shape)
        results = [compile_model(options.tacit, model, extra) for _ in range(rounds)]
    finally:
        for path in folder.glob(f"{name}.*"):
            path.unlink()
    return (weights, min(r[0] for r in results), min(r[1] for r in results),
            max(r[2] for r in results))


def by_layers(options, extra, is_free):
    first, is_linear = None, True
    for layers in options.layers:
        shape = {"layers": layers, "width": options.width, "heads": 12, "vocabulary": 1000,
                 "is_free": is_free}
        weights, busy, seconds, peak = measure(options, f"layers-{layers}", shape, extra,
                                               options.rounds)
        first = first or busy / layers
        ratio = busy / layers / first
        is_linear &= ratio <= MOST_TIME
        kind = "any size " if is_free else "one size "
        print(f"{layers} layers, {kind}  {busy:.2f} s of processor time ({seconds:.2f} s), "
              f"{1000 * busy / layers:.1f} ms per layer = {ratio:.2f} x the smallest; "
              f"{weights / 1e6:.0f} MB of weights, peak "
              f"{peak / 1e6:.0f} MB", flush=True)
    return is_linear


def large(options, extra):
    shape = {"layers": 48, "width": 1600, "heads": 25}
    weights, _, seconds, peak = measure(options, "large", shape, extra, 1)
    print(f"large         {weights / 4e9:.2f} billion parameters, {seconds:.1f} s, peak "
          f"{peak / 1e6:.0f} MB = {peak / weights:.2f} x the {weights / 1e6:.0f} MB of weights",
          flush=True)
    return peak <= MOST_MEMORY * weights


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--layers", default="12,24,48",
                        type=lambda text: [int(n) for n in text.split(",")])
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true",
                        help="compile 1.5 billion parameters instead")
    parser.add_argument("--quantize", help="compile with --quantize SPEC")
    parser.add_argument("--folder", type=Path, default=ROOT / "build/bench/large_models")
    parser.add_argument("--tacit", type=Path, default=ROOT / "build/bin/tacit")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    extra = ["--quantize", options.quantize] if options.quantize else []
    # Both are measured, whatever the first one says.
    is_good = large(options, extra) if options.large else all(
        [by_layers(options, extra, is_free) for is_free in (False, True)])
    if not is_good:
        print(f"more than {MOST_MEMORY} x the weights" if options.large else
              f"more than {MOST_TIME} x the time per layer of the smallest model")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
