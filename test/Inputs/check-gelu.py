#!/usr/bin/python3
"""Compares approximations of GELU with GELU, on the grid of program `gelu_pieces`.

  check-gelu.py FOLDER KIND=ERROR@WHERE...

FOLDER holds out<i>.npy, one for each KIND in order; "-" leaves one out. Its largest distance from
x/2 (1 + erf(x / sqrt 2)) must be ERROR, to 2 %, and lie within 1/50 of WHERE or of
-WHERE: some of these distances are even functions.
"""

import math
import struct
import sys

import npy


def main():
    folder, *wanted = sys.argv[1:]
    wrong = 0
    for i, text in enumerate(wanted):
        if text == "-":
            continue
        kind, _, rest = text.partition("=")
        error, where = map(float, rest.split("@"))
        _, _, shape, data = npy.read(f"{folder}/out{i}.npy")
        grid = [(k - 2048) / 256 for k in range(shape[0])]
        values = struct.unpack(f"<{shape[0]}f", data)
        found, at = max((abs(y - x / 2 * (1 + math.erf(x / math.sqrt(2)))), x)
                        for x, y in zip(grid, values))
        right = abs(found - error) <= 0.02 * error and abs(abs(at) - abs(where)) <= 0.02
        print(f"{kind}: {found:.4g} at {at:g}, {'right' if right else f'not {text}'}")
        wrong += not right
    return wrong


if __name__ == "__main__":
    sys.exit(main())
