#!/usr/bin/python3
"""Compares a compiled twin with the same program on exact integers, bit by bit.

  mpc-twin.py PROGRAM INPUTS OUTPUTS

PROGRAM is @main as mpc-expand leaves it. INPUTS and OUTPUTS are folders with NAME.npy
for each argument and result, NAME being its nn.name; OUTPUTS holds what the compiled
program gave. Numbers of the machine in mpc.py are as large as they come, and cut to the
ring after each operation.
"""

import math
import re
import struct
import sys
from pathlib import Path

import mpc
import npy


class Program(mpc.Machine):
    """A whole program: what enters and leaves the ring, products and movement."""

    def execute(self, text):
        if text.startswith("mpc.share"):
            source = self.values[re.search(r"%\w+", text)[0]]
            shape, width, fraction = mpc.parse_share(text)
            data = [mpc.wrap(mpc.encode(x, fraction), width) for x in source.data]
            return mpc.Tensor(shape, data, width, fraction)
        if text.startswith("mpc.reveal"):
            secret = self.values[re.search(r"%\w+", text)[0]]
            return [to_f32(math.ldexp(x, -secret.fraction)) for x in secret.data]
        if text.startswith("nn.constant") and "xi1>" in text:
            shape = tuple(map(int, re.search(r"tensor<([\dx]+)xi1>", text)[1].split("x")))
            words = re.findall(r"true|false", text)
            return mpc.Tensor(shape, [float(word == "true") for word in words], None, None)
        return super().execute(text)

    def do_matmul(self, operands, shape, width, fraction, _):
        left, right = operands
        rows, inner, columns = shape[-2], left.shape[-1], shape[-1]
        result = []
        for batch in range(mpc.size(shape[:-2])):
            a = batch * rows * inner
            b = 0 if len(right.shape) == 2 else batch * inner * columns
            result += [sum(left.data[a + i * inner + k] * right.data[b + k * columns + j]
                           for k in range(inner))
                       for i in range(rows) for j in range(columns)]
        return result

    def do_reshape(self, operands, shape, width, fraction, _):
        return operands[0].data

    def do_transpose(self, operands, shape, width, fraction, rest):
        order = [int(x) for x in re.search(r"\[([\d, ]+)\]", rest)[1].split(",")]
        strides = [mpc.size(operands[0].shape[i + 1:]) for i in order]
        where = [0]
        for dim, stride in zip(shape, strides):
            where = [base + i * stride for base in where for i in range(dim)]
        return [operands[0].data[i] for i in where]


def to_f32(number):
    return struct.unpack("f", struct.pack("f", number))[0]


def load(path):
    _, code, shape, data = npy.read(path)
    return shape, struct.unpack(f"<{math.prod(shape)}{code}", data)


def main():
    text, inputs, outputs = Path(sys.argv[1]).read_text(), Path(sys.argv[2]), Path(sys.argv[3])
    head, body = re.search(r"func\.func @main\((.*?)\) \{\n(.*?)\n  \}", text, re.S).groups()
    arguments, results = head.split(") -> (")
    values = {}
    for argument, name in re.findall(r'(%\w+): [^{]*\{nn\.name = "(\w+)"\}', arguments):
        shape, data = load(inputs / f"{name}.npy")
        values[argument] = mpc.Tensor(shape, list(data), None, None)
    program = Program(values)
    *lines, last = body.split("\n")
    program.run(lines)
    wrong = 0
    for name, value in zip(re.findall(r'nn\.name = "(\w+)"', results), re.findall(r"%\w+", last)):
        _, found = load(outputs / f"{name}.npy")
        expected = program.values[value]
        differing = sum(x != y for x, y in zip(found, expected))
        wrong += differing + (len(found) != len(expected))
        print(f"{name}: {len(expected)} numbers, {differing} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
