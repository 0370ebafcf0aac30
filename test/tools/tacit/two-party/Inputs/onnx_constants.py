"""Finds the constants of an .onnx file, without any package beside the standard library."""
import math
import struct

FLOAT, INT32, INT64, BOOL, HALF, BRAIN = 1, 6, 7, 9, 10, 16
GRAPH, INITIALIZER, DIMS, TYPE, NAME, RAW, EXTERNAL = 7, 5, 1, 2, 8, 9, 13
KEY, VALUE = 1, 2


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(data, begin, end):
    """Yields the number of each field, where its content is, and its value if it is one."""
    at = begin
    while at < end:
        key, at = varint(data, at)
        value = None
        if key & 7 == 0:
            value, after = varint(data, at)
        elif key & 7 == 2:
            size, at = varint(data, at)
            after = at + size
        else:
            after = at + (8 if key & 7 == 1 else 4)
        yield key >> 3, at, after, value
        at = after


class Constant:
    def __init__(self, data, begin, end):
        self.dims, self.type, self.name, self.span, self.file = [], 0, "", None, None
        for number, first, after, value in fields(data, begin, end):
            if number == DIMS and value is not None:
                self.dims.append(value)
            elif number == DIMS:
                while first < after:
                    dim, first = varint(data, first)
                    self.dims.append(dim)
            elif number == TYPE:
                self.type = value
            elif number == NAME:
                self.name = bytes(data[first:after]).decode()
            elif number == RAW:
                self.span = first, after
            elif number == EXTERNAL:
                entry = {inner: bytes(data[start:end]).decode()
                         for inner, start, end, _ in fields(data, first, after)}
                if entry[KEY] == "location":
                    self.file = entry[VALUE]

    @property
    def size(self):
        return math.prod(self.dims) * len(self.encode(0)) if self.file else (
            self.span[1] - self.span[0])

    def encode(self, number):
        """An element of this type."""
        if self.type in (FLOAT, BRAIN):
            return struct.pack("<f", number)[2 if self.type == BRAIN else 0:]
        if self.type in (HALF, INT32, INT64):
            code = {HALF: "<e", INT32: "<i", INT64: "<q"}[self.type]
            return struct.pack(code, number if self.type == HALF else int(number))
        return bytes([int(number)])

    def decode(self, raw):
        """The elements as numbers, if they have whole bytes; None for packed ones."""
        if self.type == FLOAT:
            return struct.unpack(f"<{len(raw) // 4}f", raw)
        if self.type == HALF:
            return struct.unpack(f"<{len(raw) // 2}e", raw)
        if self.type == BRAIN:
            wide = b"".join(b"\0\0" + raw[i:i + 2] for i in range(0, len(raw), 2))
            return struct.unpack(f"<{len(wide) // 4}f", wide)
        if self.type == INT32:
            return struct.unpack(f"<{len(raw) // 4}i", raw)
        return None

    @property
    def is_float(self):
        return self.type in (FLOAT, HALF, BRAIN)


def constants(data):
    """The initializers of a model's graph that have raw data, or a file of their own."""
    found = []
    for number, begin, end, _ in fields(data, 0, len(data)):
        if number == GRAPH:
            found += [Constant(data, first, after)
                      for inner, first, after, _ in fields(data, begin, end)
                      if inner == INITIALIZER]
    return [constant for constant in found if constant.span or constant.file]
