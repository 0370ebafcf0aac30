#!/usr/bin/python3
"""Runs the fuzzers of fuzz/: mutated files, as strangers might send them, must be rejected
or read, and never end the program, take forever or fill the memory.

A fixed number of inputs each, with a fixed seed; or as many as --minutes allows, from
where the last such run got to (build/fuzz-work). Prints one line for each fuzzer; the input
that failed is kept in build/fuzz-work, and the exit code is 1.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
WORK = BUILD / "fuzz-work"
# Name, inputs in `make check`, where inputs to start from are, further options.
FUZZERS = {
    "import": (2000, ["test/Inputs/*.onnx", "test/Inputs/operators/*.onnx",
                      "test/Inputs/fused/*.onnx"], []),
    "material": (20000, ["fuzz/corpus/material/*"], []),
    "npy": (200000, ["fuzz/corpus/npy/*"], ["-dict=" + str(ROOT / "fuzz/npy.dict")]),
    "npz": (50000, ["fuzz/corpus/npz/*"], []),
    "program": (1000, ["test/Dialect/NN/**/*.mlir"], []),
    "suite": (20000, ["lib/Cost/Suites/*.json"], []),
    "wire": (20000, ["fuzz/corpus/wire/*"], []),
}


def seeds(patterns, folder):
    for i, path in enumerate(path for p in patterns for path in sorted(ROOT.glob(p))):
        shutil.copy(path, folder / f"{i:03}-{path.name}")


def fuzz(name, runs, minutes):
    """Returns True if nothing was found."""
    count, patterns, options = FUZZERS[name]
    found = WORK / name / "found"
    found.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / "start"
        start.mkdir()
        seeds(patterns, start)
        command = [BUILD / f"bin/fuzz-{name}", "-print_final_stats=1", "-timeout=30",
                   "-rss_limit_mb=3000", f"-artifact_prefix={found}/", *options]
        if minutes:
            corpus = WORK / name / "corpus"
            corpus.mkdir(exist_ok=True)
            command += [f"-max_total_time={int(60 * minutes)}", corpus, start]
        else:
            command += [f"-runs={runs or count}", "-seed=1", start]
        # Files that are waited for until they are on the disk, thousands of times.
        memory = {"TMPDIR": "/dev/shm"} if os.access("/dev/shm", os.W_OK) else {}
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, text=True,
                              env={**os.environ, **memory},
                              errors="replace", stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    stats = dict(re.findall(r"stat::(\w+):\s+(\d+)", done.stdout))
    coverage = re.findall(r"cov: (\d+)", done.stdout)
    print(f"fuzz-{name}: {stats.get('number_of_executed_units', '?')} inputs, "
          f"{stats.get('average_exec_per_sec', '?')} per second, "
          f"{coverage[-1] if coverage else '?'} edges, "
          f"{stats.get('new_units_added', '?')} new inputs, peak "
          f"{stats.get('peak_rss_mb', '?')} MB: "
          f"{'nothing found' if done.returncode == 0 else 'FAILED'}", flush=True)
    if done.returncode != 0:
        print("\n".join(done.stdout.splitlines()[-40:]))
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", choices=FUZZERS, action="append")
    parser.add_argument("--runs", type=int, help="inputs for each fuzzer")
    parser.add_argument("--minutes", type=float, help="time for each fuzzer")
    options = parser.parse_args()
    good = [fuzz(name, options.runs, options.minutes) for name in options.only or FUZZERS]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
