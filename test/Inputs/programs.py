#!/usr/bin/python3
"""Runs small nn programs through the whole CPU road and checks their numbers.

  programs.py DIR NAME...          programs of this file
  programs.py DIR --all            every program of this file
  programs.py DIR --random A B     made-up programs, one for each seed from A to B - 1

Every program is run with the default vectors on one thread; the result must agree with
what this file computes, in double precision and without any cleverness. Then it is run
with narrower vectors on three threads; that result must be the same to the last bit.
One line is printed for each program.
"""

import itertools
import math
import os
import random
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import npy

NPY = {"f32": "float32", "f64": "float64", "i64": "int64", "i32": "int32", "i8": "int8",
       "ui8": "uint8", "i1": "bool"}


class Value:
    def __init__(self, name, dtype, shape, values):
        self.name, self.dtype, self.shape = name, dtype, tuple(shape)
        self.values = list(values)
        self.strides = [math.prod(self.shape[i + 1:]) for i in range(len(self.shape))]
        assert len(self.values) == math.prod(self.shape)

    @property
    def type(self):
        return f"tensor<{''.join(f'{d}x' for d in self.shape)}{self.dtype}>"

    @property
    def largest(self):
        return max(map(abs, self.values), default=0)

    def at(self, index):
        """The element at `index`, with NumPy broadcasting."""
        own = index[len(index) - len(self.shape):]
        return self.values[sum((i if d > 1 else 0) * s
                               for i, d, s in zip(own, self.shape, self.strides))]


def points(shape):
    return itertools.product(*map(range, shape))


def broadcast(*shapes):
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(s)) + tuple(s) for s in shapes]
    if any(len(set(column) - {1}) > 1 for column in zip(*padded)):
        raise ValueError("these shapes do not broadcast")
    return tuple(next((d for d in column if d != 1), 1) for column in zip(*padded))


UNARY = {"neg": lambda x: -x, "abs": abs, "exp": math.exp, "sqrt": math.sqrt,
         "reciprocal": lambda x: 1 / x, "tanh": math.tanh, "erf": math.erf,
         "sigmoid": lambda x: 1 / (1 + math.exp(-x)), "relu": lambda x: max(x, 0.0),
         "silu": lambda x: x / (1 + math.exp(-x)),
         "gelu erf": lambda x: x / 2 * (1 + math.erf(x / math.sqrt(2))),
         "gelu tanh": lambda x: x / 2 * (1 + math.tanh(
             math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))}


def gelu_in_pieces(low, high, left, middle):
    """Zero below `low`, x above `high`; PUMA's cubic from `low` to `left`."""
    def gelu(x):
        if x < low or x > high:
            return max(x, 0.0)
        if x < left:
            return -0.5054031199708174 - 0.42226581151983866 * x \
                - 0.11807612951181953 * x ** 2 - 0.011034134030615728 * x ** 3
        return middle(x)
    return gelu


def puma(x):
    return 0.008526321541038084 + 0.5 * x + 0.3603292692789629 * x ** 2 \
        - 0.037688200365904236 * x ** 4 + 0.0018067462606141187 * x ** 6


def bolt(x):
    """As BOLT computes it: two products, in the form of Motzkin."""
    z = 0.14439048359960427 * abs(x)
    y = (z - 0.7077117131613893) * abs(x) + 4.5702822654246535
    return (y + z - 8.15444702051307) * y + 16.382265425072532 + x / 2


# Each has steps at its breaks: no functions for programs drawn by lot.
PIECES = {"gelu puma": gelu_in_pieces(-4, 3, -1.95, puma),
          "gelu bumblebee": gelu_in_pieces(-5, 3, -1.97, puma),
          "gelu bolt": gelu_in_pieces(-2.7, 2.7, -2.7, bolt),
          "gelu nimbus": gelu_in_pieces(-1.8, 0.5, -1.8, lambda x:
                                        0.17025471961795552 * x ** 2 + 0.32421075145645123 * x
                                        - 0.006946478426716862),
          "gelu quad": lambda x: 0.125 * x ** 2 + 0.25 * x + 0.5}
UNARY.update(PIECES)
BINARY = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
          "div": lambda a, b: a / b if isinstance(a, float) else int(a / b),
          "pow": lambda a, b: a ** b, "maximum": max, "minimum": min}
COMPARE = {"eq": lambda a, b: a == b, "lt": lambda a, b: a < b, "le": lambda a, b: a <= b,
           "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b}
REDUCE = {"sum": math.fsum, "mean": lambda v: math.fsum(v) / len(v), "max": max, "min": min}


class Program:
    """Writes a program and computes it at the same time."""

    def __init__(self, seed=0):
        self.random = random.Random(seed)
        self.inputs, self.outputs, self.lines, self.blobs = [], [], [], []

    # --- leaves ---

    def fresh(self, dtype, count):
        if dtype == "i1":
            return [self.random.random() < 0.5 for _ in range(count)]
        if dtype == "ui8":
            return [self.random.randint(0, 255) for _ in range(count)]
        if dtype[0] == "i":
            return [self.random.randint(-5, 5) for _ in range(count)]
        value = [self.random.uniform(-2, 2) for _ in range(count)]
        return list(struct.unpack(f"{count}f", struct.pack(f"{count}f", *value)))

    def input(self, *shape, dtype="f32", values=None):
        values = values or self.fresh(dtype, math.prod(shape))
        value = Value(f"%in{len(self.inputs)}", dtype, shape, values)
        self.inputs.append(value)
        return value

    def weight(self, *shape, dtype="f32", values=None):
        values = values or self.fresh(dtype, math.prod(shape))
        key = f"w{len(self.blobs)}"
        code = {"f32": "f", "f64": "d", "i64": "q", "ui8": "B", "i1": "?"}[dtype]
        self.blobs.append((key, struct.pack(f"<{len(values)}{code}", *values)))
        return self.op(f"constant dense_resource<{key}>", [], dtype, shape, values, "{1}")

    def op(self, text, operands, dtype, shape, values, form="({0}) -> {1}"):
        value = Value(f"%{len(self.lines)}", dtype, shape, values)
        types = form.format(", ".join(o.type for o in operands), value.type)
        self.lines.append(f"{value.name} = nn.{text} : {types}")
        return value

    # --- operations ---

    def map(self, text, operands, dtype, function):
        shape = broadcast(*(o.shape for o in operands))
        values = [function(*(o.at(p) for o in operands)) for p in points(shape)]
        names = ", ".join(o.name for o in operands)
        return self.op(f"{text} {names}", operands, dtype, shape, values)

    def unary(self, name, x):
        return self.op(f"{name} {x.name}", [x], x.dtype, x.shape, map(UNARY[name], x.values),
                       "{0}")

    def binary(self, name, a, b):
        return self.map(name, [a, b], a.dtype, BINARY[name])

    def compare(self, name, a, b):
        return self.map(f"compare {name}", [a, b], "i1", COMPARE[name])

    def where(self, condition, a, b):
        return self.map("where", [condition, a, b], a.dtype, lambda c, x, y: x if c else y)

    def cast(self, x, dtype):
        convert = bool if dtype == "i1" else float if "f" in dtype else int
        return self.op(f"cast {x.name}", [x], dtype, x.shape, map(convert, x.values),
                       "{0} to {1}")

    def along(self, x, axes):
        """The elements of `x` for each point of the other dimensions."""
        groups = {}
        for p in points(x.shape):
            key = tuple(0 if i in axes else v for i, v in enumerate(p))
            groups.setdefault(key, []).append(x.at(p))
        return groups

    def reduce(self, kind, x, axes, keep=False):
        groups = self.along(x, axes)
        shape = [1 if i in axes else d for i, d in enumerate(x.shape) if keep or i not in axes]
        return self.op(f"reduce {kind} {x.name} axes = {list(axes)}"
                       f"{' keep_dims' if keep else ''}", [x], x.dtype, shape,
                       map(REDUCE[kind], groups.values()))

    def softmax_values(self, x, axis):
        groups = self.along(x, [axis])
        highest = {k: max(v) for k, v in groups.items()}
        total = {k: math.fsum(math.exp(e - highest[k]) for e in v) for k, v in groups.items()}
        keys = [(p, p[:axis] + (0,) + p[axis + 1:]) for p in points(x.shape)]
        return [math.exp(x.at(p) - highest[k]) / total[k] for p, k in keys]

    def softmax(self, x, axis):
        return self.op(f"softmax {x.name} axis = {axis}", [x], x.dtype, x.shape,
                       self.softmax_values(x, axis), "{0}")

    def norm(self, name, x, scale=None, bias=None, epsilon=1e-5):
        n, values = x.shape[-1], []
        for start in range(0, len(x.values), n):
            row = x.values[start:start + n]
            mean = math.fsum(row) / n if name == "layer_norm" else 0.0
            variance = math.fsum((v - mean) ** 2 for v in row) / n
            for i, v in enumerate(row):
                y = (v - mean) / math.sqrt(variance + epsilon)
                y = y * scale.values[i] if scale else y
                values.append(y + bias.values[i] if bias else y)
        text = f"{name} {x.name}" + (f" scale({scale.name})" if scale else "")
        text += f" bias({bias.name})" if bias else ""
        operands = [o for o in (x, scale, bias) if o]
        return self.op(f"{text} epsilon = {epsilon:e}", operands, x.dtype, x.shape, values)

    def product(self, a, b, transposed=False):
        """Shape and elements of a by b, [..., M, K] by [..., K, N] (or [..., N, K])."""
        rows, inner = a.shape[-2:]
        columns = b.shape[-2] if transposed else b.shape[-1]
        if b.shape[-1 if transposed else -2] != inner:
            raise ValueError("the inner dimensions differ")
        shape = broadcast(a.shape[:-2], b.shape[:-2]) + (rows, columns)
        values = [math.fsum(a.at(p[:-1] + (k,)) *
                            b.at(p[:-2] + ((p[-1], k) if transposed else (k, p[-1])))
                            for k in range(inner)) for p in points(shape)]
        return shape, values

    def matmul(self, a, b):
        left = Value("", "", a.shape if len(a.shape) > 1 else (1,) + a.shape, a.values)
        right = Value("", "", b.shape if len(b.shape) > 1 else b.shape + (1,), b.values)
        shape, values = self.product(left, right)
        drop = ([len(shape) - 2] if len(a.shape) == 1 else []) + \
            ([len(shape) - 1] if len(b.shape) == 1 else [])
        shape = [d for i, d in enumerate(shape) if i not in drop]
        return self.op(f"matmul {a.name}, {b.name}", [a, b], a.dtype, shape, values)

    def linear(self, x, w, bias=None):
        rows = Value("", "", (math.prod(x.shape[:-1]), x.shape[-1]), x.values)
        shape, values = self.product(rows, w)
        if bias:
            values = [v + bias.values[i % shape[-1]] for i, v in enumerate(values)]
        text = f"linear {x.name}, {w.name}" + (f" bias({bias.name})" if bias else "")
        operands = [x, w] + ([bias] if bias else [])
        return self.op(text, operands, x.dtype, x.shape[:-1] + shape[-1:], values)

    def attention(self, q, k, v, mask=None, scale=0.25, fill=None):
        shape, values = self.product(q, k, transposed=True)
        scores = Value("", "", shape, (s * scale for s in values))
        if mask:
            scores.values = [(s if mask.at(p) else fill) if mask.dtype == "i1"
                             else s + mask.at(p) for s, p in zip(scores.values, points(shape))]
        weights = Value("", "", shape, self.softmax_values(scores, len(shape) - 1))
        shape, values = self.product(weights, v)
        text = f"attention {q.name}, {k.name}, {v.name}"
        text += f" mask({mask.name})" if mask else ""
        text += f" scale = {scale:e}" + (f" fill = {fill:e}" if fill is not None else "")
        operands = [o for o in (q, k, v, mask) if o]
        return self.op(text, operands, q.dtype, shape, values)

    def gather(self, x, i, axis):
        shape = x.shape[:axis] + i.shape + x.shape[axis + 1:]
        rank = len(i.shape)
        values = [x.at(p[:axis] + (i.at(p[axis:axis + rank]) % x.shape[axis],)
                       + p[axis + rank:]) for p in points(shape)]
        return self.op(f"gather {x.name}, {i.name} axis = {axis}", [x, i], x.dtype, shape,
                       values)

    def slice(self, x, starts, ends, steps):
        kept = [range(*bounds) for bounds in zip(starts, ends, steps)]
        values = [x.at(p) for p in itertools.product(*kept)]
        text = f"slice {x.name} {list(starts)} to {list(ends)} step {list(steps)}"
        return self.op(text, [x], x.dtype, map(len, kept), values)

    def concat(self, parts, axis):
        shape = list(parts[0].shape)
        shape[axis] = sum(part.shape[axis] for part in parts)
        source = [(part, i) for part in parts for i in range(part.shape[axis])]
        values = [source[p[axis]][0].at(p[:axis] + (source[p[axis]][1],) + p[axis + 1:])
                  for p in points(shape)]
        names = ", ".join(part.name for part in parts)
        return self.op(f"concat {names} axis = {axis}", parts, parts[0].dtype, shape, values)

    def reshape(self, x, *shape):
        return self.op(f"reshape {x.name}", [x], x.dtype, shape, x.values, "{0} to {1}")

    def transpose(self, x, *order):
        shape = [x.shape[i] for i in order]
        values = [x.at(tuple(p[order.index(i)] for i in range(len(order))))
                  for p in points(shape)]
        return self.op(f"transpose {x.name} {list(order)}", [x], x.dtype, shape, values)

    def expand(self, x, *shape):
        return self.op(f"expand {x.name}", [x], x.dtype, shape,
                       [x.at(p) for p in points(shape)], "{0} to {1}")

    # --- running ---

    def text(self):
        arguments = ", ".join(f"{v.name}: {v.type} {{nn.name = \"{v.name[1:]}\"}}"
                              for v in self.inputs)
        results = ", ".join(f"{v.type} {{nn.name = \"out{i}\"}}"
                            for i, v in enumerate(self.outputs))
        names = ", ".join(v.name for v in self.outputs)
        types = ", ".join(v.type for v in self.outputs)
        blobs = ",\n".join(f"{key}: \"0x{(struct.pack('<I', 8) + data).hex()}\""
                           for key, data in self.blobs)
        return "\n".join([f"func.func @main({arguments}) -> ({results}) {{", *self.lines,
                          f"return {names} : {types}", "}",
                          "{-# dialect_resources: { builtin: {", blobs, "} } #-}", ""])

    def run(self, folder, tolerance):
        """None, or what was wrong."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "program.mlir").write_text(self.text())
        command = ["tacit", "run", "--from=import", folder / "program.mlir", "-q",
                   f"--tolerance={tolerance}"]
        for value in self.inputs:
            write(folder / f"{value.name[1:]}.npy", value)
            command.append(f"--input={value.name[1:]}={folder}/{value.name[1:]}.npy")
        expected = []
        for i, value in enumerate(self.outputs):
            write(folder / f"expected{i}.npy", value)
            expected.append(f"--expect=out{i}={folder}/expected{i}.npy")
        for options in (["--threads=1", *expected, f"--output-dir={folder}/wide"],
                        ["--threads=3", "--vector-bits=128", f"--output-dir={folder}/narrow"]):
            done = subprocess.run(command + options, capture_output=True, text=True)
            if done.returncode != 0:
                return f"exit code {done.returncode}\n{done.stderr}"
        for i, _ in enumerate(self.outputs):
            wide, narrow = (folder / way / f"out{i}.npy" for way in ("wide", "narrow"))
            if wide.read_bytes() != narrow.read_bytes():
                return f"out{i} depends on the width of vectors or the number of threads"
        return None


def write(path, value):
    shape = "x".join(map(str, value.shape)) or "scalar"
    npy.write(path, NPY[value.dtype], shape, *value.values)


def main():
    # Here, because they are written with the class above.
    import program_list
    folder, *names = sys.argv[1:]
    if names[0] == "--random":
        chosen = [(f"random-{seed}", program_list.made_up(seed), 2e-4)
                  for seed in range(int(names[1]), int(names[2]))]
    else:
        known = {name: f for name, f in vars(program_list).items()
                 if getattr(f, "is_program", False)}
        chosen = [(name, known[name](), 1e-5)
                  for name in (known if names[0] == "--all" else names)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda c: c[1].run(Path(folder) / c[0], c[2]), chosen))
    for (name, _, _), wrong in zip(chosen, found):
        print(f"{name}: {wrong or 'right'}")
    return 0 if not any(found) else 1


if __name__ == "__main__":
    sys.exit(main())
