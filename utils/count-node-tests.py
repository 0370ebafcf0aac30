#!/usr/bin/python3
"""Counts which of ONNX's node tests pass, which are refused and which fail, with reasons.

  count-node-tests.py FOLDER

FOLDER holds a folder for each case, as onnx/backend/test/data/node of ONNX's repository
does: model.onnx and test_data_set_*. Each case runs as it is ('static') and with every
dimension of its inputs made free ('any size'). A case that is refused is not supported,
and the message says so; one whose data are not tensors of numbers is not run. Everything
else that does not pass is a failure. Exits with 1 if there is any. Uses the standard library
only.
"""

import argparse
import concurrent.futures
import os
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test/Conformance"))
import protobuf  # noqa: E402
import run  # noqa: E402

MODES = {"static": "static", "dynamic": "any size"}
# 'node' (Type, opset 13): the reason; the advice
PLACE = re.compile(r"'[^']*' \((?P<type>[\w.:]+), opset \d+\): (?P<reason>.*?);")
REFUSED = 3


def verdict(case, mode, tacit):
    """Returns ('passed' | 'refused' | 'not run' | 'failed', reasons)."""
    why = run.verdict(case, mode, tacit)
    if why is None:
        return "passed", []
    if why.startswith("the case has "):
        return "not run", [re.sub(r", for '.*'", "", why)]
    if why.startswith(f"exit {REFUSED}: "):
        places = sorted({place["type"] + ": " + re.sub(r"\d+", "N", place["reason"])
                         for place in PLACE.finditer(why)})
        return "refused", places or [re.sub(r"^.*?error: '[^']*' |\s*\| try: .*", "", why)]
    return "failed", [why]


def count(cases, mode, arguments):
    """Prints the counts of one mode, and returns the number of failures."""
    counts, reasons, failures = Counter(), Counter(), []
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        results = pool.map(lambda case: verdict(case, mode, arguments.tacit), cases)
        for case, (word, why) in zip(cases, results):
            counts[word] += 1
            if word == "failed":
                failures.append(f"  {case.name}: {why[0]}")
            elif word != "passed":
                reasons.update(f"{word}: {reason}" for reason in why)
    print(f"{MODES[mode]}: {len(cases)} cases, " + ", ".join(
        f"{counts[word]} {word}" for word in ("passed", "refused", "not run", "failed")))
    for reason, number in reasons.most_common():
        print(f"  {number:4} {reason}")
    for line in failures:
        print(line)
    return len(failures)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="a folder of node tests")
    parser.add_argument("--tacit", type=Path, default=ROOT / "build/bin/tacit")
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    parser.add_argument("--mode", choices=MODES, action="append")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    models = sorted(arguments.folder.glob("*/model.onnx"))
    if not models:
        sys.exit(f"found no model.onnx in the folders of {arguments.folder}; expected ONNX's "
                 "node tests. try: onnx/backend/test/data/node of ONNX's repository")
    cases = [run.read_case(path.parent) for path in models if arguments.only in path.parent.name]
    failed = sum(count(cases, mode, arguments) for mode in arguments.mode or MODES)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except protobuf.NoTensor as error:
        sys.exit(f"found {error}; expected ONNX's node tests")
