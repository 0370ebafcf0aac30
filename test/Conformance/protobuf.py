"""A reader and writer of protobuf's wire format, and of ONNX tensors in it.

A message is a list of (field, wire type, value): an integer for wire type 0, bytes for
the others. What is not understood is kept as it is.
"""

import math
import struct

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def parse(data):
    out, at = [], 0
    while at < len(data):
        key, at = read_varint(data, at)
        field, wire = key >> 3, key & 7
        if wire == VARINT:
            value, at = read_varint(data, at)
        elif wire == BYTES:
            size, at = read_varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            size = {FIXED64: 8, FIXED32: 4}[wire]
            value, at = data[at:at + size], at + size
        out.append((field, wire, value))
    return out


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def serialize(message):
    out = bytearray()
    for field, wire, value in message:
        out += varint(field << 3 | wire)
        if wire == VARINT:
            out += varint(value)
        else:
            out += (varint(len(value)) if wire == BYTES else b"") + value
    return bytes(out)


def values_of(message, field):
    return [value for number, _, value in message if number == field]


def text(message, field):
    return next((bytes(value).decode() for value in values_of(message, field)), "")


def integer(message, field, fallback=0):
    return next(iter(values_of(message, field)), fallback)


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def integers(message, field):
    """A repeated integer field, packed or not."""
    out = []
    for number, wire, value in message:
        if number == field and wire == VARINT:
            out.append(signed(value))
        elif number == field:
            at = 0
            while at < len(value):
                one, at = read_varint(value, at)
                out.append(signed(one))
    return out


# TensorProto's number -> NumPy's descr, bytes an element, letter of struct.
DTYPES = {1: ("<f4", 4, "f"), 2: ("|u1", 1, "B"), 3: ("|i1", 1, "b"), 4: ("<u2", 2, "H"),
          5: ("<i2", 2, "h"), 6: ("<i4", 4, "i"), 7: ("<i8", 8, "q"), 9: ("|b1", 1, "?"),
          10: ("<f2", 2, "e"), 11: ("<f8", 8, "d"), 12: ("<u4", 4, "I"),
          13: ("<u8", 8, "Q"), 16: ("<V2", 2, "H")}


UINT16 = 4


class NoTensor(Exception):
    """What a file holds instead of a tensor that an .npy file can hold."""


def tensor(data):
    """(dtype number, shape, bytes) of a TensorProto."""
    message = parse(data)
    dtype, shape = integer(message, 2), tuple(integers(message, 1))
    if dtype not in DTYPES:
        raise NoTensor(f"a tensor of element type {dtype}")
    _, size, letter = DTYPES[dtype]
    raw = values_of(message, 9)
    if raw:
        return dtype, shape, bytes(raw[0])
    count = math.prod(shape)
    if dtype == 1:
        return dtype, shape, b"".join(values_of(message, 4))
    if dtype == 11:
        return dtype, shape, b"".join(values_of(message, 10))
    numbers = integers(message, {7: 7, 12: 11, 13: 11}.get(dtype, 5))
    # Half precision is kept as its bits.
    letter = "H" if letter == "e" else letter
    return dtype, shape, struct.pack(f"<{count}{letter}", *numbers)


def npy(dtype, shape, data):
    header = str({"descr": DTYPES[dtype][0], "fortran_order": False, "shape": shape})
    header = header.ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + data
