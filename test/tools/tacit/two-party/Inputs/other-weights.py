"""Writes a model with other weights: those of the first in reverse order, and half as large.

    other-weights.py MODEL.onnx OTHER.onnx"""
import sys

from onnx_constants import FLOAT, constants

with open(sys.argv[1], "rb") as file:
    data = bytearray(file.read())
for constant in constants(data):
    if constant.type == FLOAT and constant.size > 4:
        numbers = constant.decode(bytes(data[slice(*constant.span)]))
        data[slice(*constant.span)] = b"".join(constant.encode(number / 2)
                                               for number in reversed(numbers))
with open(sys.argv[2], "wb") as file:
    file.write(data)
