#!/usr/bin/python3
"""Writes a GPT-2 whose weights are names: dimensions, and data in a file that is not there.

  gpt2-skeleton.py FILE.onnx TOKENS [LAYERS]

The dimensions are those of GPT-2 small (12 layers of 12 heads, width 768, 50257 words) for
one sequence of TOKENS ids. Only the Python standard library: the protobuf messages of ONNX
are written field by field.
"""

import struct
import sys

WIDTH, HEADS, WORDS = 768, 12, 50257
FLOAT, INT64, BOOL = 1, 7, 9


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    """A number, a float, a string, or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def attribute(name, value):
    if isinstance(value, list):
        return field(1, name) + b"".join(field(8, v) for v in value) + field(20, 7)
    number, kind = {int: (3, 2), float: (2, 1), str: (4, 3)}[type(value)]
    return field(1, name) + field(number, value) + field(20, kind)


class Graph:
    def __init__(self):
        self.nodes, self.tensors, self.count = b"", b"", 0

    def node(self, op, *inputs, outputs=1, **attributes):
        self.count += 1
        names = [f"/{op}_{self.count}:{i}" for i in range(outputs)]
        self.nodes += field(1, b"".join([field(1, i) for i in inputs] +
                                        [field(2, o) for o in names] +
                                        [field(3, f"/{op}_{self.count}"), field(4, op)] +
                                        [field(5, attribute(*a)) for a in attributes.items()]))
        return names[0] if outputs == 1 else names

    def weight(self, name, *dims):
        external = field(13, field(1, "location") + field(2, "weights.bin"))
        self.tensor(name, FLOAT, dims, external + field(14, 1))
        return name

    def constant(self, name, kind, dims, data):
        self.tensor(name, kind, dims, field(9, data))
        return name

    def tensor(self, name, kind, dims, data):
        self.tensors += field(5, b"".join(field(1, d) for d in dims) + field(2, kind) +
                              field(8, name) + data)


def value(name, kind, dims):
    shape = b"".join(field(1, field(1, d)) for d in dims)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))


def gpt2(tokens, layers):
    g = Graph()
    ints = lambda name, values: g.constant(name, INT64, [len(values)],
                                           struct.pack(f"<{len(values)}q", *values))
    split = ints("heads", [1, tokens, HEADS, WIDTH // HEADS])
    merge = ints("merged", [1, tokens, WIDTH])
    thirds = ints("thirds", [WIDTH] * 3)
    number = lambda name, x: g.constant(name, FLOAT, [], struct.pack("<f", x))
    scale, least = number("scale", 8.0), number("least", -3.4028234663852886e38)
    mask = g.constant("mask", BOOL, [1, 1, tokens, tokens],
                      bytes(j <= i for i in range(tokens) for j in range(tokens)))

    def linear(x, name, rows, columns):
        product = g.node("MatMul", x, g.weight(name + ".weight", rows, columns))
        return g.node("Add", product, g.weight(name + ".bias", columns))

    def norm(x, name):
        return g.node("LayerNormalization", x, g.weight(name + ".weight", WIDTH),
                      g.weight(name + ".bias", WIDTH), axis=-1, epsilon=1e-5)

    def heads(x, permutation):
        return g.node("Transpose", g.node("Reshape", x, split), perm=permutation)

    x = g.node("Add", g.node("Gather", g.weight("wte", WORDS, WIDTH), "ids"),
               g.weight("wpe", tokens, WIDTH))
    for i in range(layers):
        packed = linear(norm(x, f"h.{i}.ln_1"), f"h.{i}.attn", WIDTH, 3 * WIDTH)
        q, k, v = g.node("Split", packed, thirds, outputs=3, axis=-1)
        scores = g.node("Div", g.node("MatMul", heads(q, [0, 2, 1, 3]),
                                      heads(k, [0, 2, 3, 1])), scale)
        shares = g.node("Softmax", g.node("Where", mask, scores, least), axis=-1)
        mixed = g.node("MatMul", shares, heads(v, [0, 2, 1, 3]))
        mixed = g.node("Reshape", g.node("Transpose", mixed, perm=[0, 2, 1, 3]), merge)
        x = g.node("Add", x, linear(mixed, f"h.{i}.proj", WIDTH, WIDTH))
        hidden = linear(norm(x, f"h.{i}.ln_2"), f"h.{i}.fc", WIDTH, 4 * WIDTH)
        hidden = g.node("Gelu", hidden, approximate="tanh")
        x = g.node("Add", x, linear(hidden, f"h.{i}.out", 4 * WIDTH, WIDTH))
    logits = g.node("MatMul", norm(x, "ln_f"), g.weight("head", WIDTH, WORDS))
    graph = (g.nodes + field(2, "gpt2") + g.tensors + field(11, value("ids", INT64, [1, tokens])) +
             field(12, value(logits, FLOAT, [1, tokens, WORDS])))
    return field(1, 9) + field(2, "gpt2-skeleton") + field(7, graph) + field(8, field(2, 20))


if __name__ == "__main__":
    path, tokens, *layers = sys.argv[1:]
    with open(path, "wb") as file:
        file.write(gpt2(int(tokens), int(layers[0]) if layers else 12))
