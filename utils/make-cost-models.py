#!/usr/bin/python3
"""Makes the ONNX files in test/Inputs/cost: transformers whose blocks are put together in
various ways, and forms of models as they reach a cost estimate: convolutions, masks,
quantized weights, caches.

The files are committed: tests need no onnx package, this script needs Debian's
python3-onnx. It makes the same bytes each time.

  make-cost-models.py [FOLDER]
"""

import importlib
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

models = importlib.import_module("make-test-models")
weight, ints, small = models.weight, models.ints, models.small
F32, I64 = TensorProto.FLOAT, TensorProto.INT64
WIDTH, HEADS, ROWS, WORDS = 8, 2, 4, 12


class Graph:
    """Nodes, one after the other; each method returns the name of its result."""

    def __init__(self):
        self.nodes, self.weights, self.count, self.path = [], [], 0, ""

    def op(self, kind, *inputs, name=None, **attributes):
        self.count += 1
        out = name or f"{kind.lower()}{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out],
                                           name=f"{self.path}/{kind}_{self.count}",
                                           **attributes))
        return out

    def const(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(weight(name, array))
        return name

    def linear(self, x, inputs=WIDTH, outputs=WIDTH, bias=True):
        product = self.op("MatMul", x, self.const(small(inputs, outputs)))
        return self.op("Add", product, self.const(small(outputs))) if bias else product

    def norm(self, x):
        return self.op("LayerNormalization", x, self.const(np.ones(WIDTH, np.float32)),
                       self.const(np.zeros(WIDTH, np.float32)), axis=-1)

    def scores(self, q, k, v, width, permutation):
        """Softmax(q k^T / sqrt(width)) v."""
        product = self.op("MatMul", q, self.op("Transpose", k, perm=permutation))
        scaled = self.op("Mul", product, self.const(np.float32(width ** -0.5)))
        return self.op("MatMul", self.op("Softmax", scaled, axis=-1), v)

    def attention(self, x, memory=None, output=True):
        """One product for each of query, key and value; heads are a dimension."""
        memory = memory or x
        split = self.const(np.array([0, -1, HEADS, WIDTH // HEADS], np.int64))
        q, k, v = (self.op("Transpose", self.op("Reshape", self.linear(source), split),
                           perm=[0, 2, 1, 3]) for source in (x, memory, memory))
        mixed = self.scores(q, k, v, WIDTH // HEADS, [0, 1, 3, 2])
        merged = self.op("Reshape", self.op("Transpose", mixed, perm=[0, 2, 1, 3]),
                         self.const(np.array([0, -1, WIDTH], np.int64)))
        return self.linear(merged) if output else merged

    def heads(self, x):
        """Each head is a module with its own products."""
        size = WIDTH // HEADS
        parts = []
        for _ in range(HEADS):
            q, k, v = (self.linear(x, WIDTH, size, bias=False) for _ in range(3))
            parts.append(self.scores(q, k, v, size, [0, 2, 1]))
        return self.linear(self.op("Concat", *parts, axis=-1))

    def feed_forward(self, x):
        return self.linear(self.op("Relu", self.linear(x, WIDTH, 4 * WIDTH)), 4 * WIDTH)

    def embed(self, ids):
        return self.op("Add", self.op("Gather", self.const(small(WORDS, WIDTH)), ids),
                       self.const(small(ROWS, WIDTH)))

    def finish(self, x, inputs=("ids",)):
        self.op("MatMul", x, self.const(small(WIDTH, WORDS)), name="logits")
        return self.model([models.value(name, [1, ROWS], I64) for name in inputs],
                          [models.value("logits", [1, ROWS, WORDS])])

    def model(self, inputs, outputs, opset=17):
        return models.model(self.nodes, inputs, outputs, self.weights, opset=opset)


# --- blocks ----------------------------------------------------------------------------


def stack(layer, normed=True):
    """Two layers between an embedding and a vocabulary head."""
    g = Graph()
    x = g.embed("ids")
    for _ in range(2):
        x = layer(g, x)
    return g.finish(g.norm(x) if normed else x)


def head_modules(g, x):
    x = g.op("Add", x, g.heads(g.norm(x)))
    return g.op("Add", x, g.feed_forward(g.norm(x)))


def parallel(g, x):
    """Attention and feed-forward layer read one norm, and one sum takes both."""
    y = g.norm(x)
    return g.op("Add", g.op("Add", g.attention(y), g.feed_forward(y)), x)


def post_norm(g, x):
    x = g.norm(g.op("Add", g.attention(x), x))
    return g.norm(g.op("Add", g.feed_forward(x), x))


def experts(g, x):
    """The feed-forward layer is a weighted sum of three."""
    x = g.op("Add", x, g.attention(g.norm(x)))
    y = g.norm(x)
    gate = g.op("Softmax", g.linear(y, WIDTH, 3), axis=-1)
    total = None
    for i in range(3):
        part = g.op("Mul", g.feed_forward(y),
                    g.op("Gather", gate, g.const(np.array([i], np.int64)), axis=2))
        total = g.op("Add", total, part) if total else part
    return g.op("Add", x, total)


def two_attentions(g, x):
    """Temporal and spatial attention: the first is followed by one more product."""
    x = g.op("Add", x, g.linear(g.attention(g.norm(x))))
    x = g.op("Add", x, g.attention(g.norm(x)))
    return g.op("Add", x, g.feed_forward(g.norm(x)))


def numbered():
    """The same sublayers, each of which is a layer according to the paths of its nodes."""
    g = Graph()
    x = g.embed("ids")
    for i in range(2):
        g.path = f"/layers.{3 * i}"
        x = g.op("Add", x, g.attention(g.norm(x)))
        g.path = f"/layers.{3 * i + 1}"
        x = g.op("Add", x, g.attention(g.norm(x)))
        g.path = f"/layers.{3 * i + 2}"
        x = g.op("Add", x, g.feed_forward(g.norm(x)))
    g.path = ""
    return g.finish(g.norm(x))


def macaron(g, x):
    """Half of a feed-forward layer before the attention, and half after it."""
    for part in (g.feed_forward, g.attention, g.feed_forward):
        y = part(g.norm(x))
        if part == g.feed_forward:
            y = g.op("Mul", y, g.const(np.float32(0.5)))
        x = g.op("Add", x, y)
    return g.norm(x)


def mixer(g, x):
    """MLP-Mixer: the first layer works along the tokens."""
    y = g.op("Transpose", g.norm(x), perm=[0, 2, 1])
    y = g.linear(g.op("Relu", g.linear(y, ROWS, WIDTH)), WIDTH, ROWS)
    x = g.op("Add", x, g.op("Transpose", y, perm=[0, 2, 1]))
    return g.op("Add", x, g.feed_forward(g.norm(x)))


def decoder():
    """An encoder of one layer and a decoder of two, whose layers have two attentions."""
    g = Graph()
    memory = g.embed("ids")
    memory = g.op("Add", memory, g.attention(g.norm(memory)))
    memory = g.norm(g.op("Add", memory, g.feed_forward(g.norm(memory))))
    x = g.embed("words")
    for _ in range(2):
        x = g.op("Add", x, g.attention(g.norm(x)))
        x = g.op("Add", x, g.attention(g.norm(x), memory))
        x = g.op("Add", x, g.feed_forward(g.norm(x)))
    return g.finish(g.norm(x), ("ids", "words"))


# --- two-party forms -------------------------------------------------------------------


def convolutions():
    """A kernel as large as its stride, one that overlaps and reads padding, and one for
    each channel."""
    g = Graph()
    x = g.op("Conv", "x", g.const(small(4, 3, 2, 2)), strides=[2, 2])
    x = g.op("Conv", x, g.const(small(4, 4, 3, 3)), g.const(small(4)), pads=[1, 1, 1, 1])
    g.op("Conv", x, g.const(small(4, 1, 3, 3)), name="y", group=4)
    return g.model([models.value("x", [1, 3, 8, 8])], [models.value("y", [1, 4, 2, 2])])


def cached(past="past_key_values.0.{}", present="present.0.{}"):
    """One token after `past` others: keys and values of those are read, and returned with
    the new ones."""
    g = Graph()
    x = g.op("Gather", g.const(small(WORDS, WIDTH)), "ids")
    split = g.const(np.array([0, -1, HEADS, WIDTH // HEADS], np.int64))
    q, k, v = (g.op("Transpose", g.op("Reshape", g.linear(x), split), perm=[0, 2, 1, 3])
               for _ in range(3))
    names = [("key", k), ("value", v)]
    k, v = (g.op("Concat", past.format(kind), new, name=present.format(kind), axis=2)
            for kind, new in names)
    mixed = g.scores(q, k, v, WIDTH // HEADS, [0, 1, 3, 2])
    merged = g.op("Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]),
                  g.const(np.array([0, -1, WIDTH], np.int64)))
    x = g.op("Add", x, g.linear(merged))
    g.op("MatMul", x, g.const(small(WIDTH, WORDS)), name="logits")
    shape = [1, HEADS, "past", WIDTH // HEADS]
    return g.model(
        [models.value("ids", [1, 1], I64)] +
        [models.value(past.format(kind), shape) for kind, _ in names],
        [models.value("logits", [1, 1, WORDS])] +
        [models.value(present.format(kind), shape[:2] + ["total", shape[3]])
         for kind, _ in names])


def pooler():
    """A classifier as BERT is: its first token, a layer and tanh behind the last block."""
    g = Graph()
    x = post_norm(g, g.embed("ids"))
    first = g.op("Gather", x, g.const(np.array(0, np.int64)), axis=1)
    g.op("Tanh", g.linear(first), name="pooled")
    return g.model([models.value("ids", [1, ROWS], I64)], [models.value("pooled", [1, WIDTH])])


def two_masks():
    """Scores plus a table of the server's and the client's padding, as in T5."""
    g = Graph()
    x = g.embed("ids")
    split = g.const(np.array([0, -1, HEADS, WIDTH // HEADS], np.int64))
    q, k, v = (g.op("Transpose", g.op("Reshape", g.linear(x), split), perm=[0, 2, 1, 3])
               for _ in range(3))
    padding = g.op("Mul", g.op("Sub", g.const(np.float32(1)), "mask"),
                   g.const(np.float32(-3e38)))
    bias = g.op("Add", g.const(small(HEADS, ROWS, ROWS)), padding)
    scores = g.op("Add", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2])), bias)
    mixed = g.op("MatMul", g.op("Softmax", scores, axis=-1), v)
    x = g.op("Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]),
             g.const(np.array([0, -1, WIDTH], np.int64)))
    made = g.finish(g.linear(x))
    made.graph.input.append(models.value("mask", [1, 1, 1, ROWS]))
    return made


def quantized_layer(form):
    """x times a weight of bytes: floats, QuantizeLinear and DequantizeLinear around it,
    products of integers, or a ReLU that became part of a quantization."""
    g = Graph()
    w = (np.arange(8 * 6).reshape(8, 6) % 17 - 8).astype(np.int8)
    scale, zero = g.const(np.float32(0.1)), g.const(np.uint8(128))
    weight, weight_scale = g.const(w), g.const(np.float32(0.05))
    byte = g.const(np.int8(0))
    floats = g.const(w.astype(np.float32) * np.float32(0.05))
    x = "x"
    if form == "float":
        g.op("MatMul", x, floats, name="y")
    elif form == "qdq":
        x = g.op("DequantizeLinear", g.op("QuantizeLinear", x, scale, zero), scale, zero)
        x = g.op("MatMul", x, g.op("DequantizeLinear", weight, weight_scale, byte))
        x = g.op("QuantizeLinear", x, scale, zero)
        g.op("DequantizeLinear", x, scale, zero, name="y")
    elif form == "dynamic":
        g.nodes.append(helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"], "/q"))
        x = g.op("Cast", g.op("MatMulInteger", "q", weight, "z", byte), to=F32)
        g.op("Mul", x, g.op("Mul", "s", weight_scale), name="y")
    elif form == "integers":
        x = g.op("QLinearMatMul", g.op("QuantizeLinear", x, scale, zero), scale, zero, weight,
                 weight_scale, byte, scale, zero)
        g.op("DequantizeLinear", x, scale, zero, name="y")
    else:
        none = g.const(np.uint8(0))
        x = g.op("QuantizeLinear", g.op("MatMul", x, floats), scale, none)
        g.op("DequantizeLinear", x, scale, none, name="y")
    return g.model([models.value("x", [4, 8])], [models.value("y", [4, 6])])


MODELS = {
    "head-modules": lambda: stack(head_modules),
    "no-residual": lambda: stack(lambda g, x: g.attention(x), normed=False),
    "no-residual-heads": lambda: stack(lambda g, x: g.norm(g.heads(x)), normed=False),
    "parallel": lambda: stack(parallel),
    "post-norm": lambda: stack(post_norm, normed=False),
    "experts": lambda: stack(experts),
    "decoder": decoder,
    "two-attentions": lambda: stack(two_attentions),
    "numbered": numbered,
    "macaron": lambda: stack(macaron, normed=False),
    "mixer": lambda: stack(mixer),
    "convolutions": convolutions,
    "cached": cached,
    "cached-unnamed": lambda: cached("kept_{}", "grown_{}"),
    "pooler": pooler,
    "two-masks": two_masks,
    "layer-float": lambda: quantized_layer("float"),
    "layer-qdq": lambda: quantized_layer("qdq"),
    "layer-dynamic": lambda: quantized_layer("dynamic"),
    "layer-integers": lambda: quantized_layer("integers"),
    "layer-relu": lambda: quantized_layer("relu"),
}


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0 if len(sys.argv) == 2 else 2
    inputs = Path(__file__).resolve().parent.parent / "test" / "Inputs"
    folder = Path(sys.argv[1]) if len(sys.argv) == 2 else inputs / "cost"
    folder.mkdir(exist_ok=True)
    for name, make in MODELS.items():
        data = make().SerializeToString(deterministic=True)
        (folder / f"{name}.onnx").write_bytes(data)
        print(f"{name}.onnx: {len(data)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
