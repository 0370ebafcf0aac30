#!/usr/bin/python3
"""Runs small files of strangers that once failed, each with the commands of its cmd.txt.

A case is a folder with cmd.txt: lines that begin with `tacit` are run, in a copy of the
folder, and what follows ` #` is a remark. A line `# expected exit code: N` holds for all of
them. What a case expects in words is in EXPECTED below. The last line is
'N passed, M failed'. Where there is no folder of cases, nothing runs and the exit code is 0.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 300


class Wrong(Exception):
    """States what is wrong with one command, in one sentence."""


#===------------------------------------------------------------------------------------===#
# What cases expect in words
#===------------------------------------------------------------------------------------===#

def says(pattern):
    def check(output):
        if not re.search(pattern, output):
            raise Wrong(f"the output lacks /{pattern}/")
    return check


def blocks_by_site(output):
    """Whatever belongs to a site of layer N is in block N, and there are two layers."""
    ops = json.loads(output)["protocols"][0]["ops"]
    placed = {(int(op["site"].split(".")[1]), op["block"], op["node"]) for op in ops
              if (op["site"] or "").startswith("layers.") and op["block"] is not None}
    wrong = sorted({node for layer, block, node in placed if layer != block})
    if wrong:
        raise Wrong(f"site and block differ for {', '.join(wrong)}")
    if {block for _, block, _ in placed} != {0, 1}:
        raise Wrong(f"blocks are {sorted({block for _, block, _ in placed})}; expected 0 and 1")
    lost = [op["node"] for op in ops if op["kind"] in ("scores", "softmax", "values", "projection")
            and op["block"] is None]
    if lost:
        raise Wrong(f"{', '.join(lost)}: part of an attention and of no block")


def output_is_a_projection(output):
    blocks_by_site(output)
    ops = json.loads(output)["protocols"][0]["ops"]
    wrong = [op["node"] for op in ops if op["kind"] == "feed_forward"
             and (op["site"] or "").endswith("attention.output")]
    if wrong:
        raise Wrong(f"{', '.join(wrong)}: an output projection counts as feed-forward")


def sends(output):
    if re.search(r"nothing is sent|total\s+0 B", output):
        raise Wrong("the product costs nothing")


# For each command of a case in turn: the exit codes that are right, and a check.
EXPECTED = {
    "blocks_per_head_attention": [
        ({0}, says("2 transformer layers")), ({0}, says(r"changed 4 sites")),
        ({0}, output_is_a_projection), ({0}, None)],
    "blocks_without_residual": [({0}, blocks_by_site), ({0}, None)],
    "cost_int8_embedding": [({0}, None)],
    "cost_mask_fill_10": [({0}, says("dominated by"))],
    "cost_matmulinteger_public": [({0, 3}, sends), ({0}, sends)],
    "cost_vit_patch_conv": [({0}, None)],
    "nonzero_of_sizes": [({0}, None), ({0, 3}, says("--dim|latency|median")), ({0}, says("--dim"))],
}


#===------------------------------------------------------------------------------------===#
# Running
#===------------------------------------------------------------------------------------===#

def commands(text):
    """Returns the commands of a cmd.txt, and the exit code that it names, if any."""
    code = re.search(r"^# expected exit code: (\d+)", text, flags=re.M)
    lines = [re.split(r"\s+# ", line)[0] for line in text.splitlines()
             if line.startswith("tacit ")]
    return lines, int(code[1]) if code else None


def run(command, tacit, folder, codes, check):
    result = subprocess.run([tacit, *shlex.split(command)[1:]], cwd=folder, timeout=SECONDS,
                            stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            errors="replace")
    if result.returncode not in codes:
        said = (result.stderr or result.stdout).strip().split("\n")[0][:160]
        raise Wrong(f"exit code {result.returncode}; expected {sorted(codes)}: {said}")
    if check:
        check(result.stdout if "--json -" in command else result.stdout + result.stderr)


def check_case(case, tacit):
    """Returns (command, what is wrong or None) for each command of a case."""
    lines, code = commands((case / "cmd.txt").read_text())
    expected = EXPECTED.get(case.name) or ([({code}, None)] * len(lines) if code is not None
                                           else None)
    if expected is None or len(expected) != len(lines):
        return [("", "cmd.txt names no exit code, and EXPECTED has not its commands")]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(case, folder, dirs_exist_ok=True)
        for line, (codes, check) in zip(lines, expected):
            try:
                run(line, tacit, folder, codes, check)
                results.append((line, None))
            except (Wrong, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as wrong:
                results.append((line, str(wrong) or type(wrong).__name__))
    return results


def run_all(folder, tacit, only, jobs):
    """Runs the cases of a folder whose names contain `only`; returns (passed, failed)."""
    chosen = [case for case in sorted(folder.iterdir())
              if (case / "cmd.txt").exists() and only in case.name]
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, jobs)) as pool:
        results = pool.map(lambda case: check_case(case, tacit.resolve()), chosen)
        for case, lines in zip(chosen, results):
            for line, wrong in lines:
                print(f"{'FAIL' if wrong else 'ok':5} {case.name:32} {wrong or line[:60]}",
                      flush=True)
                passed += not wrong
                failed += bool(wrong)
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=Path, help="the folder of cases (default: TACIT_CASES, "
                        "else ../shared/cases beside the project)")
    parser.add_argument("--tacit", type=Path, default=ROOT / "build/bin/tacit")
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    folder = arguments.cases or Path(os.environ.get("TACIT_CASES") or ROOT / "../shared/cases")
    if not folder.is_dir():
        print(f"note: the folder of cases '{folder}' was not found. try: --cases DIR")
        print("0 passed, 0 failed")
        return 0
    passed, failed = run_all(folder, arguments.tacit, arguments.only, arguments.jobs)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
