#!/usr/bin/python3
"""Runs functions of a test as they are and raised; both must compute the same.

  raise-run.py DIR FILE

Takes those of which every dimension is known. Arguments are drawn by lot: numbers
around 0, whole numbers from 0 to 1, conditions of either kind.
"""

import os
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import npy

DTYPES = {"f32": "float32", "i64": "int64", "i1": "bool"}
TOLERANCE = 1e-5


def draw(random_numbers, element, count):
    if element == "f32":
        return [random_numbers.gauss(0, 1) for _ in range(count)]
    return [random_numbers.randint(0, 1) for _ in range(count)]


def as_main(function):
    """The function as a program, and name, shape and element type of its arguments."""
    head, body = re.match(r"func\.func @\w+\((.*?)\)(?: attributes .*?)?(\s*->.*)",
                          function, re.DOTALL).groups()
    arguments = re.findall(r"%(\w+): tensor<((?:\d+x)*)(\w+)>", head)
    result, body = body.split("{\n", 1)
    types = re.findall(r"tensor<[^>]*>", result)
    names = ", ".join(f'{t} {{nn.name = "out{i}"}}' for i, t in enumerate(types))
    head = ", ".join(f'%{n}: tensor<{s}{e}> {{nn.name = "{n}"}}' for n, s, e in arguments)
    return f"func.func @main({head}) -> ({names}) {{\n{body}", arguments, len(types)


def run(folder, name, function):
    """None, or what was wrong."""
    program, arguments, outputs = as_main(function)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "program.mlir"
    path.write_text(program)
    random_numbers = random.Random(name)
    command = ["tacit", "run", path, "-q"]
    for argument, shape, element in arguments:
        dims = [int(dim) for dim in shape.split("x") if dim]
        count = 1
        for dim in dims:
            count *= dim
        npy.write(folder / f"{argument}.npy", DTYPES[element], "x".join(map(str, dims)) or "scalar",
                  *draw(random_numbers, element, count))
        command.append(f"--input={argument}={folder}/{argument}.npy")
    ways = [["--from=raise", f"--output-dir={folder}/before"],
            ["--from=import", f"--tolerance={TOLERANCE}"]
            + [f"--expect=out{i}={folder}/before/out{i}.npy" for i in range(outputs)]]
    for options in ways:
        done = subprocess.run(command + options, capture_output=True, text=True)
        if done.returncode != 0:
            return f"{name}: exit code {done.returncode}\n{done.stderr}"
    return None


def main():
    folder, file = sys.argv[1:]
    text = Path(file).read_text()
    functions = [f for f in re.findall(r"^func\.func .*?^}", text, re.DOTALL | re.MULTILINE)
                 if "?" not in f]
    names = [re.search(r"@(\w+)", f).group(1) for f in functions]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda job: run(Path(folder) / job[0], *job),
                              zip(names, functions)))
    wrong = [text for text in found if text]
    print("\n".join(wrong) or f"{len(found)} functions are the same before and after")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
