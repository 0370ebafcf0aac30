#!/usr/bin/python3
"""Runs every check on a finished build and prints how many passed.

The lit suite; the lit tests that call tacit-opt once more with --verify-roundtrip;
the unit tests; ONNX's own operator tests; the fuzzers; the rules of the house. The last
line is 'N passed, M failed'; the exit code is 1 when something failed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
PYTHON = "/usr/bin/python3"
LIT = "/usr/lib/llvm-22/bin/lit"
PASSED = {"PASS", "XFAIL", "FLAKYPASS"}
NOT_RUN = {"UNSUPPORTED", "SKIPPED", "EXCLUDED"}


def run_lit(tests, environment):
    """Returns (passed, failed, not run) of one lit run."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "lit.json"
        run = subprocess.run([PYTHON, LIT, "-sv", "--no-progress-bar", "--output", report,
                              *tests],
                             stdin=subprocess.DEVNULL, env={**os.environ, **environment})
        try:
            results = json.loads(report.read_text())["tests"]
        except (OSError, ValueError, KeyError):
            results = []
    codes = [result["code"] for result in results]
    passed = sum(code in PASSED for code in codes)
    skipped = sum(code in NOT_RUN for code in codes)
    failed = len(codes) - passed - skipped
    # lit that could not start, or failed for another reason than a test, is a failure.
    if run.returncode != 0 and failed == 0:
        failed = 1
    return passed, failed, skipped


def lit():
    return run_lit([BUILD / "test"], {})


def lit_roundtrip():
    tests = [path for pattern in ("*.mlir", "*.test")
             for path in sorted((ROOT / "test").rglob(pattern))
             if "Inputs" not in path.parts and calls_tacit_opt(path)]
    if not tests:
        return 0, 0, 0
    return run_lit([BUILD / path.relative_to(ROOT) for path in tests],
                   {"TACIT_VERIFY_ROUNDTRIP": "1"})


def calls_tacit_opt(path):
    return any("RUN:" in line and "tacit-opt" in line
               for line in path.read_text(errors="replace").splitlines())


def unit_tests():
    program = BUILD / "bin/tacit-unittests"
    if not program.exists():
        print("no build/bin/tacit-unittests: no unit tests")
        return 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "gtest.json"
        run = subprocess.run([program, "--gtest_brief=1", f"--gtest_output=json:{report}"],
                             stdin=subprocess.DEVNULL)
        try:
            result = json.loads(report.read_text())
            total, failed = result["tests"], result["failures"]
            skipped = result.get("disabled", 0)
        except (OSError, ValueError, KeyError):
            total, failed, skipped = 0, 0, 0
    if run.returncode != 0 and failed == 0:
        print(f"tacit-unittests ended with {run.returncode} and no report")
        failed, total = 1, max(total, 1)
    return total - failed - skipped, failed, skipped


def conformance():
    run = subprocess.run([PYTHON, ROOT / "test/Conformance/run.py"], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, text=True)
    print(run.stdout, end="", flush=True)
    counts = re.search(r"^(\d+) passed, (\d+) failed$", run.stdout, re.M)
    passed, failed = map(int, counts.groups()) if counts else (0, 0)
    # A runner that stopped before it could count is one failure.
    return passed, failed or int(run.returncode != 0), 0


def fuzzers():
    """Each is one check. They are built here: nothing else needs them."""
    names = ("import", "material", "npy", "program", "suite", "wire")
    if "fuzzers" not in (BUILD / "build.ninja").read_text():
        print("no libFuzzer (package libclang-rt-22-dev): the fuzzers are not run")
        return 0, 0, len(names)
    build = subprocess.run(["ninja", "-C", BUILD, "--quiet", "fuzzers"],
                           stdin=subprocess.DEVNULL)
    if build.returncode != 0:
        return 0, len(names), 0
    runs = [subprocess.run([PYTHON, ROOT / "utils/fuzz.py", "--only", name],
                           stdin=subprocess.DEVNULL) for name in names]
    failed = sum(run.returncode != 0 for run in runs)
    return len(runs) - failed, failed, 0


def house():
    run = subprocess.run([PYTHON, ROOT / "utils/check-house.py"], stdin=subprocess.DEVNULL)
    return (1, 0, 0) if run.returncode == 0 else (0, 1, 0)


CHECKS = {
    "lit": ("lit", lit),
    "roundtrip": ("lit, every tacit-opt with --verify-roundtrip", lit_roundtrip),
    "unit": ("unit tests", unit_tests),
    "conformance": ("ONNX's operator tests, static and with free dimensions", conformance),
    "fuzz": ("changed files for every reader", fuzzers),
    "house": ("the rules of the house", house),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", choices=CHECKS, action="append",
                        help="run this check and no other (may be repeated)")
    chosen = parser.parse_args().only or list(CHECKS)
    all_passed = all_failed = 0
    summary = []
    for key in chosen:
        title, check = CHECKS[key]
        print(f"== {title}", flush=True)
        passed, failed, skipped = check()
        note = f", {skipped} not run" if skipped else ""
        summary.append(f"{title}: {passed} passed, {failed} failed{note}")
        all_passed += passed
        all_failed += failed
    print("==", flush=True)
    print("\n".join(summary))
    print(f"{all_passed} passed, {all_failed} failed", flush=True)
    return 1 if all_failed else 0


if __name__ == "__main__":
    sys.exit(main())
