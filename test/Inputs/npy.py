#!/usr/bin/python3
"""Writes, prints and compares small .npy files without numpy.

  npy.py write FILE DTYPE SHAPE VALUE...   values repeat until the shape is full
  npy.py show FILE...                      dtype, shape, values; names if several
  npy.py row FILE N                        the bits of row N of dimension 0, as hex
"""

import ast
import math
import struct
import sys
from pathlib import Path

CODES = {"float32": ("<f4", "f"), "float64": ("<f8", "d"), "int64": ("<i8", "q"),
         "int32": ("<i4", "i"), "int8": ("|i1", "b"), "uint8": ("|u1", "B"),
         "int16": ("<i2", "h"), "uint16": ("<u2", "H"), "uint32": ("<u4", "I"),
         "uint64": ("<u8", "Q"), "float16": ("<f2", "e"), "bool": ("|b1", "?")}


def write(path, dtype, shape, *values):
    descr, code = CODES[dtype]
    dims = [] if shape == "scalar" else [int(dim) for dim in shape.split("x")]
    count = math.prod(dims)
    convert = float if code in "efd" else int
    values = [convert(values[i % len(values)]) for i in range(count)]
    header = str({"descr": descr, "fortran_order": False, "shape": tuple(dims)})
    header = header.ljust(117) + "\n"
    Path(path).write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode()
                           + struct.pack(f"<{count}{code}", *values))


def read(path):
    data = Path(path).read_bytes()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10:start].decode())
    dtype, code = next((name, code) for name, (descr, code) in CODES.items()
                       if descr == header["descr"])
    return dtype, code, header["shape"], data[start:]


def show(*paths):
    for path in paths:
        dtype, code, shape, data = read(path)
        values = struct.unpack(f"<{math.prod(shape)}{code}", data)
        name = [Path(path).name + ":"] if len(paths) > 1 else []
        print(*name, dtype, "x".join(map(str, shape)) or "scalar",
              *(f"{v:g}" for v in values))


def row(path, index):
    _, _, shape, data = read(path)
    size = len(data) // shape[0]
    print(data[int(index) * size:(int(index) + 1) * size].hex())


if __name__ == "__main__":
    {"write": write, "show": show, "row": row}[sys.argv[1]](*sys.argv[2:])
