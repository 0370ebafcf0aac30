#!/usr/bin/python3
"""Runs whole models with build/bin/tacit and compares with outputs of ONNX Runtime.

A reference folder holds in_<k>_<name>.npy, out_<k>_<name>.npy and meta.json, which
names inputs and outputs. A model passes when every output has the shape of its
reference and no element is further from it than 1e-4 x max(1, largest reference).
A model whose dimensions are free is compiled once, and the library runs with the shapes
of all its references; it must give the bits that a program for the shape gives.
Then comes the perplexity of one model on a held-out text, untouched and after each
transformation, and last the small files of stranger_cases.py, where they are beside the
model folder.

The last line is 'N passed, M failed'. Where there is no model folder, nothing runs and
the exit code is 0. Uses the standard library only.
"""

import argparse
import array
import ast
import concurrent.futures
import json
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import stranger_cases

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = 1e-4
PREDICTIONS = 65536
SECONDS = 300
PYTHON = "/usr/bin/python3"
CODES = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q", "|i1": "b", "|u1": "B", "|b1": "B"}


class Wrong(Exception):
    """States what is wrong with one model, in one sentence."""


BROKEN = Wrong, OSError, ValueError, KeyError


def read_npy(path):
    """Returns (dtype, shape, values) of a little-endian array in C order."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Wrong(f"cannot read {Path(path).name}: {error.strerror}")
    if data[:6] != b"\x93NUMPY" or len(data) < 12:
        raise Wrong(f"{Path(path).name} is not a .npy file")
    size, start = (struct.unpack_from("<H", data, 8)[0], 10) if data[6] == 1 else \
        (struct.unpack_from("<I", data, 8)[0], 12)
    try:
        header = ast.literal_eval(data[start:start + size].decode("latin-1").strip())
        dtype, shape = header["descr"], tuple(header["shape"])
    except (ValueError, SyntaxError, KeyError, TypeError):
        raise Wrong(f"{Path(path).name} has a header that cannot be read")
    if dtype not in CODES or header.get("fortran_order"):
        raise Wrong(f"{Path(path).name} has dtype {dtype}, fortran_order "
                    f"{header.get('fortran_order')}; expected one of {', '.join(CODES)} in C order")
    values = array.array(CODES[dtype])
    body = data[start + size:]
    if len(body) != math.prod(shape) * values.itemsize:
        raise Wrong(f"{Path(path).name} has {len(body)} bytes of data; expected "
                    f"{math.prod(shape) * values.itemsize} for shape {shape}")
    values.frombytes(body)
    return dtype, shape, values


def compare(found_path, expected_path):
    """Returns (largest error, allowed error) of one output."""
    dtype, shape, found = read_npy(found_path)
    expected_dtype, expected_shape, expected = read_npy(expected_path)
    if (dtype, shape) != (expected_dtype, expected_shape):
        raise Wrong(f"{Path(found_path).name} is {dtype} {shape}; expected "
                    f"{expected_dtype} {expected_shape}")
    limit = TOLERANCE * max(1.0, max(map(abs, expected), default=0.0))
    error = 0.0
    for a, b in zip(found, expected):
        difference = abs(a - b)
        # A NaN is neither smaller nor larger, so test for the correct case.
        if not difference <= error:
            error = difference if difference == difference else math.inf
    return error, limit


class Case:
    """One model, compiled for the shapes of one reference."""

    def __init__(self, model, reference, dims=()):
        self.model, self.reference, self.dims = model, reference, dims

    def check(self, tacit):
        """[(reference, how it was compiled, (error, allowed) or Wrong)]"""
        row = self.reference.name, ",".join(self.dims) or "from inputs"
        with tempfile.TemporaryDirectory() as folder:
            try:
                run_model(tacit, self.model, self.reference, Path(folder), self.dims)
                return [(*row, compare_outputs(self.reference, Path(folder)))]
            except BROKEN as wrong:
                return [(*row, wrong)]


class AnyShape:
    """One model, compiled once, run with the shapes of every reference."""

    def __init__(self, model, references, steps=None):
        self.model, self.references, self.steps = model, references, steps

    def check(self, tacit):
        rows = []
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            library = folder / "model.so"
            try:
                run_tacit([tacit, "compile", self.model, "-q", "-o", library])
            except BROKEN as wrong:
                return [("(all)", "any shape", wrong)]
            for reference in self.references:
                rows.append((reference.name, "any shape", self.attempt(
                    lambda: self.run_reference(tacit, library, reference, folder))))
            if self.steps:
                rows += self.decode(tacit, library, folder)
        return rows

    @staticmethod
    def attempt(work):
        try:
            return work()
        except BROKEN as wrong:
            return wrong

    def run_reference(self, tacit, library, reference, folder):
        """Checks that the library is correct, and gives the bits of the program for this shape."""
        any_shape, one_shape = folder / f"{reference.name}.any", folder / f"{reference.name}.one"
        run_model(tacit, library, reference, any_shape)
        result = compare_outputs(reference, any_shape)
        run_model(tacit, self.model, reference, one_shape)
        for path in sorted(any_shape.iterdir()):
            if path.read_bytes() != (one_shape / path.name).read_bytes():
                raise Wrong(f"{path.name} has other bits than from the program for its shape")
        return result

    def decode(self, tacit, library, folder):
        """Each step reads what the step before it wrote; together they are the full pass."""
        steps = sorted(self.steps.glob("step_*"))
        full = self.steps / "full"
        rows, before = [], None
        for step in steps:
            after = folder / step.name
            rows.append((step.name, "any shape", self.attempt(
                lambda: self.run_step(tacit, library, step, before, after))))
            before = after
        joined = folder / "joined"
        rows.append(("full", "step by step", self.attempt(
            lambda: self.join(steps, full, folder, joined))))
        return rows

    @staticmethod
    def run_step(tacit, library, step, before, after):
        own = {}
        if before is not None:
            own = {entry["name"]: before / entry["name"].replace("past_", "present_", 1)
                   for entry in meta_of(step)["inputs"] if entry["name"].startswith("past_")}
        run_model(tacit, library, step, after, own=own)
        return compare_outputs(step, after)

    @staticmethod
    def join(steps, full, folder, joined):
        """Returns the logits of all steps, joined along the positions."""
        entry, = meta_of(full)["outputs"]
        name = npy_name(entry["name"])
        parts = [read_npy(folder / step.name / name) for step in steps]
        batch, _, width = parts[0][1]
        values = array.array("f")
        for row in range(batch):
            for _, shape, part in parts:
                size = shape[1] * width
                values.extend(part[row * size:(row + 1) * size])
        joined.mkdir()
        write_floats(joined / name, (batch, len(values) // batch // width, width), values)
        return compare_outputs(full, joined)


def meta_of(reference):
    return json.loads((reference / "meta.json").read_text())


def npy_name(output):
    return re.sub(r"[^A-Za-z0-9._-]", "_", output) + ".npy"


def write_floats(path, shape, values):
    header = str({"descr": "<f4", "fortran_order": False, "shape": shape}).ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode()
                     + values.tobytes())


def run_model(tacit, model, reference, folder, dims=(), own=None):
    """Runs a model or a library with the inputs of a reference; `own` replaces some."""
    command = [tacit, "run", model, "--threads", "1"]
    for dim in dims:
        command += ["--dim", dim]
    for entry in meta_of(reference)["inputs"]:
        file = reference / entry["file"]
        if own and entry["name"] in own:
            file = own[entry["name"]].with_name(npy_name(own[entry["name"]].name))
        command += ["--input", f"{entry['name']}={file}"]
    run_tacit([*command, "--output-dir", folder])


def compare_outputs(reference, folder):
    """Returns (error, allowed) of the output with the largest ratio of the two."""
    results = [compare(folder / npy_name(entry["name"]), reference / entry["file"])
               for entry in meta_of(reference)["outputs"]]
    if not results:
        raise Wrong(f"{reference.name}/meta.json names no outputs")
    return max(results, key=lambda pair: pair[0] / pair[1])


def run_tacit(command, environment=None):
    try:
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=SECONDS, env={**os.environ, **(environment or {})})
    except subprocess.TimeoutExpired:
        raise Wrong(f"did not end within {SECONDS} seconds")
    if run.returncode != 0:
        what = f"signal {-run.returncode}" if run.returncode < 0 else f"exit {run.returncode}"
        said = " | ".join(run.stderr.split("\n")[:4]).strip(" |")
        raise Wrong(f"{what}: {said or 'no message'}")
    return run.stdout


def cases(models, made):
    out = []
    for folder in sorted((models / "gpt-char").glob("*/model.onnx")):
        folder = folder.parent
        for name, (batch, seq) in {"ref-4x128": (4, 128), "ref-3x17": (3, 17)}.items():
            dims = (f"batch={batch}", f"seq={seq}")
            out.append(Case(folder / "model.onnx", folder / name))
            out.append(Case(folder / "model.onnx", folder / name, dims))
        out.append(Case(folder / "model-1x128.onnx", folder / "ref-1x128"))
    special = models / "gpt-char/layernorm-gelu"
    for model, reference in {"model-1x128-opset13.onnx": "ref-1x128-opset13",
                             "model-embedded-1x128.onnx": "ref-embedded-1x128"}.items():
        out.append(Case(special / model, special / reference))
    for folder in sorted(path.parent for path in (models / "tiny").glob("*/ref_static")):
        out += tiny_cases(folder)
    for folder in sorted(path.parent for path in made.glob("tiny/*/ref_static")):
        if not (models / "tiny" / folder.name).exists():
            out += tiny_cases(folder)
    return out


def tiny_cases(folder):
    name, out = folder.name, []
    references = [path for path in sorted(folder.glob("ref_*")) if (path / "meta.json").exists()]
    steps = folder / "ref_incremental"
    for opset in (13, 17):
        out.append(Case(folder / f"{name}_op{opset}_static.onnx", folder / "ref_static"))
        out.append(AnyShape(folder / f"{name}_op{opset}_dyn.onnx", references,
                            steps if steps.exists() else None))
    return [case for case in out if case.model.exists()]


# The perplexity of gpt-char/layernorm-gelu after each transformation: options,
# figure, tolerance above, tolerance below (None: lower is better). The figures were found
# by PyTorch and scalar bit-level code that share nothing with the compiler.
FIGURES = [
    ("", 4.2351, 0.0005, 0.0005),
    ("--quantize=int8,group=32", 4.2356, 0.0014, None),
    ("--quantize=int6", 4.2385, 0.0035, None),
    ("--quantize=int4", 4.3096, 0.0104, None),
    ("--quantize=int4,scheme=asymmetric", 4.2768, 0.0082, None),
    ("--quantize=int4,head=same", 4.3339, 0.003, 0.003),
    ("--aero=gelu-to-relu", 7.215, 0.02, 0.02),
    ("--approximate=gelu=bolt", 4.2351, 0.001, 0.001),
    ("--approximate=gelu=quad", 116.8, 0.5, 0.5),
    ("--multiplier=lmul", 4.2525, 0.003, 0.003),
    ("--multiplier=lmul=4", 4.2591, 0.003, 0.003),
    ("--multiplier=lmul=3", 4.3717, 0.003, 0.003),
    ("--multiplier=lmul --multiplier-scope=attention", 4.2391, 0.003, 0.003),
    ("--multiplier=lmul=4 --multiplier-scope=attention", 4.2400, 0.003, 0.003),
    ("--multiplier=lmul=3 --multiplier-scope=attention", 4.2545, 0.003, 0.003),
    ("--multiplier=lmul --multiplier-scope=linear", 4.2480, 0.003, 0.003),
    ("--multiplier=pam", 4.2476, 0.003, 0.003),
    ("--multiplier=pam=1", 4.3547, 0.003, 0.003),
    ("--multiplier=shift-add=1", 4.5706, 0.003, 0.003),
    ("--multiplier=shift-add=2", 4.2446, 0.003, 0.003),
    ("--multiplier=shift-add=3", 4.2355, 0.003, 0.003),
    # In the arithmetic of two parties. With 14 bits of fraction hardly a truncation of shares
    # fails in all 512 windows; with 18 several do, and each makes a window worthless.
    ("--twin --protocol=crypten --width=64 --fraction=14 --approximate=gelu=bolt",
     4.2351, 0.0423, 0.0423),
    ("--twin --functions=published --fraction=14 --norm-scale=4 --approximate=gelu=bolt",
     4.2351, 0.0423, 0.0423),
]


def check_perplexity(tacit, models, options, figure, above, below):
    """Returns the result of `tacit eval` with these options."""
    text = run_tacit([tacit, "eval", models / "gpt-char/layernorm-gelu/model.onnx", "--tokens",
                      models / "gpt-char/val-tokens.npy", "-q", "--threads", "1", "--json", "-",
                      *options.split()])
    try:
        result = json.loads(text)
        tokens, perplexity = result["tokens"], result["compiled"]["perplexity"]
    except (ValueError, KeyError, TypeError):
        raise Wrong("--json - printed no object with tokens and compiled.perplexity")
    if tokens != PREDICTIONS:
        raise Wrong(f"predicted {tokens} tokens; expected {PREDICTIONS}")
    if perplexity is None:
        raise Wrong(f"perplexity is infinite; expected {figure}")
    if perplexity > figure + above or (below is not None and perplexity < figure - below):
        raise Wrong(f"perplexity {perplexity:.5f}; expected {figure} + {above:g}"
                    + (f" - {below:g}" if below is not None else " or less"))
    return f"{perplexity:9.4f} (figure {figure})"


def check_surgery(tacit, models, options):
    """No norm, no activation, and half of the FFN's products are left."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "model.mlir"
        run_tacit([tacit, "compile", models / "gpt-char/layernorm-gelu/model.onnx", "-q",
                   "--dim", "batch=1", "--dim", "seq=128", "--target=mlir", "-o", program,
                   *options.split()])
        sites = json.loads(run_tacit([tacit, "inspect", program, "--json", "-"]))["sites"]
    expected = {"layer_norm": 0, "gelu": 0, "relu": 0, "attention": 4, "linear": 13}
    found = {name: sites.get(name) for name in expected}
    if found != expected:
        raise Wrong(f"found {found}; expected {expected}")
    return "no norm, no activation, 13 linear layers"


# What `tacit eval` is given for each kind of export, and what its report has to say.
# Original beside INT4 and the twin of both: models with masks, segments, positions, caches.
EVALUATIONS = [
    ("bert/bert_op17_dyn.onnx", False, "last_hidden_state", ["attention_mask", "token_type_ids"]),
    ("gpt2/gpt2_op17_dyn.onnx", True, "logits", []),
    ("gpt2_past/gpt2_past_op17_dyn.onnx", True, "logits", ["past_k_0", "past_v_1"]),
    ("llama/llama_op17_dyn.onnx", True, "logits", ["position_ids"]),
    ("llama_past/llama_past_op17_dyn.onnx", True, "logits", ["position_ids", "past_k_0"]),
    ("neox/neox_op17_dyn.onnx", True, "logits", []),
    ("t5_encoder/t5_encoder_op17_dyn.onnx", False, "last_hidden_state", ["attention_mask"]),
    ("t5_decoder_past/t5_decoder_past_op17_dyn.onnx", True, "logits",
     ["encoder_mask", "past_k_0"]),
    ("vit/vit_op17_dyn.onnx", False, "logits", []),
]
# Four bits leave outputs recognisable; fixed point of 18 bits hardly adds to that.
MOST_INT4, MOST_TWIN = 0.6, 0.05


def check_evaluation(tacit, model, tokens, output, assumed):
    """Evaluates a model as an exporter writes it, on a text if it has one."""
    with tempfile.TemporaryDirectory() as folder:
        data = ["--window", "8"]
        if tokens:
            file = Path(folder) / "tokens.npy"
            write_tokens(file, [17 * i % 251 for i in range(65)])
            data += ["--tokens", file]
        elif model.name.startswith("vit"):
            data = []
        command = [tacit, "eval", model, *data, "-q", "--threads", "1", "--json", "-"]
        changed = json.loads(run_tacit([*command, "--quantize", "int4"]))
        both = json.loads(run_tacit([*command, "--quantize", "int4", "--twin"]))
    found = [entry["input"] for entry in both["assumed"]]
    if lost := [name for name in assumed if name not in found]:
        raise Wrong(f"does not say what it assumes of {', '.join(lost)}")
    if both["changed"]["max_abs_error"] != changed["max_abs_error"]:
        raise Wrong("the changed model is another one beside a twin")
    if both["wraps"] != 0:
        raise Wrong(f"{both['wraps']} numbers left the ring")
    if tokens:
        error, more = changed["kl_mean"], both["kl_mean"] - changed["kl_mean"]
    else:
        relative = {key: next(entry["relative_error"] for entry in value["outputs"]
                              if entry["name"] == output)
                    for key, value in (("changed", both["changed"]), ("twin", both["compiled"]))}
        error, more = relative["changed"], relative["twin"] - relative["changed"]
    if not 0 < error < MOST_INT4 or not abs(more) < MOST_TWIN:
        raise Wrong(f"INT4 differs by {error:.4f} and its twin by {more:+.4f}; expected at "
                    f"most {MOST_INT4} and {MOST_TWIN}")
    return f"int4 {error:.4f}, twin {more:+.5f}"


def write_tokens(path, tokens):
    header = str({"descr": "<i8", "fortran_order": False, "shape": (len(tokens),)})
    header = header.ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode()
                     + struct.pack(f"<{len(tokens)}q", *tokens))


def check_evaluations(models, made, arguments):
    chosen = []
    for name, *rest in EVALUATIONS:
        places = [folder / "tiny" / name for folder in (models, made)]
        model = next((place for place in places if place.exists()), None)
        if model and arguments.only in str(model):
            chosen.append((model, rest))
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        futures = [pool.submit(check_evaluation, arguments.tacit, model, *rest)
                   for model, rest in chosen]
        for (model, _), future in zip(chosen, futures):
            try:
                answer, good = future.result(), True
            except BROKEN as wrong:
                answer, good = wrong, False
            print(f"{'ok' if good else 'FAIL':5} {'evaluate':10} {model.name:55} {answer}",
                  flush=True)
            passed += good
            failed += not good
    return passed, failed


def check_transformations(models, arguments):
    checks = [("perplexity", options, check_perplexity, rest)
              for options, *rest in FIGURES]
    checks.append(("sites", "--aero=remove-layernorm,linearize-ffn,fuse-ffn", check_surgery, ()))
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        futures = [pool.submit(check, arguments.tacit, models, options, *rest)
                   for _, options, check, rest in checks]
        for (what, options, _, _), future in zip(checks, futures):
            try:
                answer, good = future.result(), True
            except BROKEN as wrong:
                answer, good = wrong, False
            print(f"{'ok' if good else 'FAIL':5} {what:10} {options or '(untouched)':55} {answer}",
                  flush=True)
            passed += good
            failed += not good
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", type=Path, help="the model folder (default: TACIT_MODELS, "
                        "else ../shared/models beside the project)")
    parser.add_argument("--tacit", type=Path, default=ROOT / "build/bin/tacit")
    parser.add_argument("--only", default="", help="only models whose path contains this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    models = arguments.models or Path(os.environ.get("TACIT_MODELS")
                                      or ROOT / "../shared/models")
    if not models.is_dir():
        print(f"note: the model folder '{models}' was not found; whole models are skipped. "
              "try: --models DIR, or TACIT_MODELS=DIR")
        print("0 passed, 0 failed")
        return 0
    if not arguments.tacit.exists():
        print(f"check-models: found no {arguments.tacit}; expected the finished build. "
              "try: make build", file=sys.stderr)
        return 1
    models = models.resolve()
    made = ROOT / "build/models"
    make_models(models, made)
    chosen = [case for case in cases(models, made) if arguments.only in str(case.model)]
    passed, failed = run_cases(chosen, arguments)
    more = check_evaluations(models, made, arguments)
    passed, failed = passed + more[0], failed + more[1]
    if arguments.only in str(models / "gpt-char/layernorm-gelu/model.onnx"):
        more = check_transformations(models, arguments)
        passed, failed = passed + more[0], failed + more[1]
    if (folder := models.parent / "cases").is_dir():
        more = stranger_cases.run_all(folder, arguments.tacit, arguments.only, arguments.jobs)
        passed, failed = passed + more[0], failed + more[1]
    if passed + failed == 0:
        print(f"check-models: no model in '{models}' contains '{arguments.only}' in its path",
              file=sys.stderr)
        return 2
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def run_cases(chosen, arguments):
    passed = failed = 0
    print(f"{'':5} {'model':54} {'reference':20} {'compiled for':18} {'max error':>10} "
          f"{'allowed':>10}")
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        futures = [pool.submit(case.check, arguments.tacit) for case in chosen]
        for case, future in zip(chosen, futures):
            for reference, how, result in future.result():
                where = f"{'/'.join(case.model.parts[-3:]):54} {reference:20} {how:18}"
                good = isinstance(result, tuple) and result[0] <= result[1]
                text = f"{result[0]:10.2e} {result[1]:10.2e}" if isinstance(result, tuple) \
                    else result
                print(f"{'ok' if good else 'FAIL':5} {where} {text}", flush=True)
                passed += good
                failed += not good
    return passed, failed


def make_models(models, made):
    """Makes the architectures that the model folder has no references for, once."""
    script, done = models / "tools/gen_models.py", made / "done"
    if not script.exists() or done.exists():
        return
    lacks = [tool for tool in ("node", "npm") if not shutil.which(tool)]
    lacks += [f"python3-{name}" for name in ("torch", "onnx")
              if subprocess.run([PYTHON, "-c", f"import {name}"], capture_output=True).returncode]
    if lacks:
        print(f"note: five of nine architectures are skipped; making them needs "
              f"{', '.join(lacks)}. try: utils/setup.sh --models")
        return
    made.mkdir(parents=True, exist_ok=True)
    modules = Path(os.environ.get("ORT_NODE") or made / "node_modules")
    try:
        if not (modules / "onnxruntime-node").exists():
            run_tacit(["npm", "install", "--silent", "--ignore-scripts", "--prefix", made,
                       "onnxruntime-node@1.30"])
        run_tacit([PYTHON, script, "--size", "tiny", "--out", made],
                  {"ORT_NODE": str(modules)})
    except Wrong as wrong:
        print(f"note: five of nine architectures are skipped; making them failed: {wrong}")
        return
    done.touch()


if __name__ == "__main__":
    sys.exit(main())
