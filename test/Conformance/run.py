#!/usr/bin/python3
"""Runs ONNX's own operator tests with build/bin/tacit.

Every case of Debian's libonnx-testdata whose operators the importer has, twice: as it
is, compiled for its shapes, and with every dimension of its inputs made free, compiled
for any shape. A case passes when each output has type and shape of the expected one and
no element is further from it than the tolerance below.

expected-failures.txt, beside this script, lists what does not pass and why; a case of
that list that passes fails the run. The last line is 'N passed, M failed'. Uses the
standard library only.
"""

import argparse
import ast
import concurrent.futures
import json
import math
import os
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import protobuf as pb

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "utils"))
from operator_table import read_operators  # noqa: E402

DATA = Path("/usr/share/libonnx-testdata/data")
EXPECTED = Path(__file__).resolve().parent / "expected-failures.txt"
MODES = ("static", "dynamic")
SECONDS = 60
# Largest |found - expected| relative to max(1, |expected|), by element type. Sums are
# taken in another order than in the program that made the expected outputs.
TOLERANCE = {"<f4": 1e-4, "<f8": 1e-6, "<f2": 2e-3, "<V2": 1e-2}


class Wrong(Exception):
    """What is wrong with one case, in one line."""


@dataclass
class Case:
    folder: Path
    operators: list  # (domain, type)
    opsets: dict     # domain -> version
    inputs: list     # names of the graph inputs that are no initializers
    outputs: list
    dtypes: dict     # name of an input or output -> TensorProto's number
    keeps_dims: bool = False  # run for any size of the dimensions that are free already

    @property
    def name(self):
        return self.folder.name

    def is_claimed(self, table):
        """Whether the importer has every operator in the case's opset."""
        for domain, name in self.operators:
            row = table.get((domain, name))
            # An operator of another domain has one version.
            opset = self.opsets.get("", 0) if domain == "" else 1
            if row is None or not row.since <= opset <= row.until:
                return False
        return bool(self.operators)


def nodes_of(graph):
    for node in map(pb.parse, pb.values_of(graph, 1)):
        yield node
        for attribute in map(pb.parse, pb.values_of(node, 5)):
            for inner in pb.values_of(attribute, 6) + pb.values_of(attribute, 11):
                yield from nodes_of(pb.parse(inner))


def plain_domain(name):
    return "" if name == "ai.onnx" else name


def read_case(folder):
    model = pb.parse((folder / "model.onnx").read_bytes())
    graph = pb.parse(pb.values_of(model, 7)[0])
    opsets = {plain_domain(pb.text(entry, 1)): pb.integer(entry, 2)
              for entry in map(pb.parse, pb.values_of(model, 8))}
    weights = {pb.text(pb.parse(tensor), 8) for tensor in pb.values_of(graph, 5)}
    operators = sorted({(plain_domain(pb.text(node, 7)), pb.text(node, 4))
                        for node in nodes_of(graph)})
    values = [pb.parse(value) for value in pb.values_of(graph, 11) + pb.values_of(graph, 12)]
    inputs = [pb.text(pb.parse(value), 1) for value in pb.values_of(graph, 11)]
    return Case(folder, operators, opsets, [name for name in inputs if name not in weights],
                [pb.text(pb.parse(value), 1) for value in pb.values_of(graph, 12)],
                {pb.text(value, 1): dtype_of(value) for value in values})


def dtype_of(value):
    """The element type of a ValueInfoProto; 0 for what is no tensor."""
    kind = pb.parse(next(iter(pb.values_of(value, 2)), b""))
    return pb.integer(pb.parse(next(iter(pb.values_of(kind, 1)), b"")), 1)


def read_tensor(case, name, path):
    if case.dtypes.get(name) not in pb.DTYPES:
        raise pb.NoTensor(f"no tensor of numbers, for '{name}'")
    dtype, shape, data = pb.tensor(path.read_bytes())
    # Some files say uint16 for bfloat16, which NumPy has not.
    return case.dtypes[name] if dtype == pb.UINT16 else dtype, shape, data


# --- the model with free dimensions ----------------------------------------------------


def edit(message, field, change):
    """The message with `change` applied to each sub-message of this field."""
    return [(number, wire, pb.serialize(change(pb.parse(value))) if number == field else value)
            for number, wire, value in message]


def free_dims(model, case):
    """The bytes of the model with no size given for any dimension of its inputs."""
    def free_shape(shape):
        return [(1, pb.BYTES, b"") for _ in pb.values_of(shape, 1)]

    def free_value(value):
        if pb.text(value, 1) not in case.inputs + case.outputs:
            return value
        return edit(value, 2, lambda kind: edit(kind, 1, lambda tensor: edit(
            tensor, 2, free_shape)))

    def free_graph(graph):
        # What the file says of inner values holds for one shape only.
        graph = [entry for entry in graph if entry[0] != 13]
        return edit(edit(graph, 11, free_value), 12, free_value)

    return pb.serialize(edit(pb.parse(model), 7, free_graph))


# --- one case ----------------------------------------------------------------------


def read_npy(path):
    """(descr, shape, bytes)"""
    data = path.read_bytes()
    start = 10 + struct.unpack_from("<H", data, 8)[0]
    header = ast.literal_eval(data[10:start].decode("latin-1").strip())
    return header["descr"], tuple(header["shape"]), data[start:]


def numbers(descr, data):
    if descr == "<V2":
        bits = struct.unpack(f"<{len(data) // 2}H", data)
        return struct.unpack(f"<{len(bits)}f", b"".join(b"\0\0" + struct.pack("<H", b)
                                                        for b in bits))
    size, letter = next((size, letter) for name, size, letter in pb.DTYPES.values()
                        if name == descr)
    return struct.unpack(f"<{len(data) // size}{letter}", data)


def compare(name, found, expected):
    descr, shape, data = found
    if (descr, shape) != expected[:2]:
        raise Wrong(f"output '{name}' is {descr} {shape}; expected {expected[0]} {expected[1]}")
    if data == expected[2]:
        return
    allowed = TOLERANCE.get(descr, 0)
    for i, (a, b) in enumerate(zip(numbers(descr, data), numbers(descr, expected[2]))):
        if a == b or a != a and b != b:
            continue
        if not abs(a - b) <= allowed * max(1, abs(b)) or math.isinf(b):
            raise Wrong(f"output '{name}' has {a:.9g} at element {i}; expected {b:.9g}")


def write_inputs(case, data_set, folder):
    arguments = []
    for i, name in enumerate(case.inputs):
        path = data_set / f"input_{i}.pb"
        if not path.exists():
            raise Wrong(f"the case has no {path.name}")
        dtype, shape, data = read_tensor(case, name, path)
        file = folder / f"in_{i}.npy"
        file.write_bytes(pb.npy(dtype, shape, data))
        arguments += ["--input", f"{name}={file}"]
    return arguments


def run_tacit(command):
    try:
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Wrong(f"did not end within {SECONDS} seconds")
    if run.returncode != 0:
        what = f"signal {-run.returncode}" if run.returncode < 0 else f"exit {run.returncode}"
        said = " | ".join(line.strip() for line in run.stderr.split("\n") if line.strip())
        raise Wrong(f"{what}: {said or 'no message'}")
    return json.loads(run.stdout)


def check(case, mode, tacit):
    """Raises Wrong unless every data set of the case gives what is expected."""
    sets = sorted(case.folder.glob("test_data_set_*"))
    if not sets:
        raise Wrong("the case has no data")
    for data_set in sets:
        with tempfile.TemporaryDirectory() as folder:
            check_data(case, mode, tacit, data_set, Path(folder))


def check_data(case, mode, tacit, data_set, folder):
    model = case.folder / "model.onnx"
    options = ["--threads", "1", "--repeat", "1", "--json", "-", "--output-dir", folder]
    if mode == "dynamic":
        options.append("--dynamic")
    if mode == "dynamic" and not case.keeps_dims:
        (folder / "model.onnx").write_bytes(free_dims(model.read_bytes(), case))
        model = folder / "model.onnx"
    try:
        inputs = write_inputs(case, data_set, folder)
        expected = [read_tensor(case, name, data_set / f"output_{i}.pb")
                    for i, name in enumerate(case.outputs)]
    except pb.NoTensor as other:
        raise Wrong(f"the case has {other}")
    result = run_tacit([tacit, "run", model, *inputs, *options])
    for found, name, (dtype, shape, data) in zip(result["outputs"], case.outputs, expected):
        compare(name, read_npy(Path(found["file"])), (pb.DTYPES[dtype][0], shape, data))


def verdict(case, mode, tacit):
    """None when it passes, else why not."""
    try:
        check(case, mode, tacit)
    except Wrong as wrong:
        return str(wrong)
    except (OSError, ValueError, KeyError, IndexError, struct.error) as error:
        return f"{type(error).__name__}: {error}"
    return None


# --- all cases ---------------------------------------------------------------------


def read_expected(path):
    """{(mode, case): reason} of the lines 'static|dynamic|both CASE :: reason'."""
    out = {}
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        head, _, reason = line.partition(" :: ")
        words = head.split()
        if len(words) != 2 or words[0] not in (*MODES, "both") or not reason.strip():
            sys.exit(f"{path.name}:{number}: found '{line}'; expected 'static CASE :: reason', "
                     "or dynamic, or both")
        for mode in MODES if words[0] == "both" else words[:1]:
            if (mode, words[1]) in out:
                sys.exit(f"{path.name}:{number}: {mode} {words[1]} is there twice")
            out[mode, words[1]] = reason.strip()
    return out


def collect(arguments):
    table = {(row.domain, row.name): row for row in read_operators(ROOT)}
    cases = [read_case(path.parent) for path in sorted(arguments.data.glob("*/*/model.onnx"))]
    claimed = [case for case in cases if case.is_claimed(table)]
    for case in cases:
        case.keeps_dims = arguments.keep_dims
    print(f"{len(claimed)} of {len(cases)} cases have operators that the importer has")
    return [case for case in claimed if arguments.only in case.name]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tacit", type=Path, default=ROOT / "build/bin/tacit")
    parser.add_argument("--data", type=Path, default=DATA, help=f"the cases (default: {DATA})")
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    parser.add_argument("--mode", choices=MODES, action="append")
    parser.add_argument("--expected", type=Path, default=EXPECTED,
                        help="the list of expected failures")
    parser.add_argument("--keep-dims", action="store_true",
                        help="free no dimensions that the cases themselves do not leave free")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"conformance: found no folder {arguments.data}; expected ONNX's test cases. "
              "try: utils/setup.sh", file=sys.stderr)
        return 1
    if not arguments.tacit.exists():
        print(f"conformance: found no {arguments.tacit}; expected the finished build. "
              "try: make build", file=sys.stderr)
        return 1
    expected = read_expected(arguments.expected)
    modes = arguments.mode or MODES
    claimed = collect(arguments)
    work = [(mode, case) for mode in modes for case in claimed]
    passed = failed = excused = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        results = pool.map(lambda one: verdict(one[1], one[0], arguments.tacit), work)
        for (mode, case), why in zip(work, results):
            reason = expected.pop((mode, case.name), None)
            if why is None and reason is not None:
                print(f"FAIL  {mode:8}{case.name}: passes, and is in {arguments.expected.name}",
                      flush=True)
            elif why is not None and reason is None:
                print(f"FAIL  {mode:8}{case.name}: {why}", flush=True)
            passed += why is None and reason is None
            excused += why is not None and reason is not None
            failed += (why is None) != (reason is None)
    stale = sorted(key for key in expected if not arguments.only and key[0] in modes)
    for mode, name in stale:
        print(f"FAIL  {mode:8}{name}: is in {arguments.expected.name}, and is not a case that "
              "the importer claims")
    print(f"{excused} failures are expected")
    print(f"{passed} passed, {failed + len(stale)} failed")
    return 1 if failed or stale else 0


if __name__ == "__main__":
    sys.exit(main())
