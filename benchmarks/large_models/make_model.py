#!/usr/bin/python3
"""Makes a decoder of GPT-2's shape with random weights, in a file beside the model.

  make_model.py OUT.onnx --layers 48 --width 1600 --heads 25
"""
import argparse
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

BLOCK = 1 << 22


class Weights:
    """Writes weights one behind the other, so that no more than one is in memory."""

    def __init__(self, path, seed=1):
        self.path, self.random = path, np.random.default_rng(seed)
        self.file = open(path, "wb")
        self.bytes, self.tensors = 0, []

    def add(self, name, shape, scale=0.02, offset=0.0):
        start, left = self.bytes, int(np.prod(shape))
        while left > 0:
            count = min(left, BLOCK)
            values = self.random.standard_normal(count, np.float32) * np.float32(scale)
            (values + np.float32(offset)).tofile(self.file)
            left -= count
        self.bytes = self.file.tell()
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape,
                             data_location=TensorProto.EXTERNAL)
        for key, text in (("location", self.path.name), ("offset", start),
                          ("length", self.bytes - start)):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, str(text)
        self.tensors.append(tensor)
        return name


class Decoder:
    def __init__(self, weights, width, heads):
        self.weights, self.width, self.heads = weights, width, heads
        self.nodes, self.values = [], []

    def node(self, op_type, *inputs, **attributes):
        name = f"{op_type}_{len(self.nodes)}"
        count = attributes.pop("outputs", 1)
        outputs = [f"{name}.{i}" for i in range(count)]
        self.nodes.append(helper.make_node(op_type, inputs, outputs, name, **attributes))
        return outputs[0] if count == 1 else outputs

    def constant(self, array):
        array = np.asarray(array)
        name = f"constant_{len(self.values)}"
        dtype = helper.np_dtype_to_tensor_dtype(array.dtype) if hasattr(
            helper, "np_dtype_to_tensor_dtype") else {
                "int64": TensorProto.INT64, "float32": TensorProto.FLOAT,
                "bool": TensorProto.BOOL}[str(array.dtype)]
        self.values.append(TensorProto(name=name, data_type=dtype, dims=array.shape,
                                       raw_data=array.tobytes()))
        return name

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def first_positions(self, positions, mask):
        """As many rows of `positions`, and of `mask`, as there are tokens."""
        shape = self.node("Shape", "tokens")
        length = self.node("Slice", shape, self.ints(1), self.ints(2))
        zero = self.ints(0)
        rows = self.node("Slice", mask, zero, length, self.ints(2))
        return (self.node("Slice", positions, zero, length),
                self.node("Slice", rows, zero, length, self.ints(3)))

    def norm(self, x, name):
        gain = self.weights.add(f"{name}.weight", [self.width], offset=1.0)
        shift = self.weights.add(f"{name}.bias", [self.width])
        return self.node("LayerNormalization", x, gain, shift, axis=-1)

    def linear(self, x, rows, columns, name):
        weight = self.weights.add(f"{name}.weight", [rows, columns])
        bias = self.weights.add(f"{name}.bias", [columns])
        return self.node("Add", self.node("MatMul", x, weight), bias)

    def attention(self, x, mask, name):
        qkv = self.linear(x, self.width, 3 * self.width, f"{name}.c_attn")
        parts = self.node("Split", qkv, self.ints(*[self.width] * 3), axis=2, outputs=3)
        shape = self.ints(0, 0, self.heads, self.width // self.heads)
        q, k, v = (self.node("Transpose", self.node("Reshape", part, shape), perm=perm)
                   for part, perm in zip(parts, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])))
        scale = self.constant(np.float32((self.width // self.heads) ** -0.5))
        scores = self.node("Mul", self.node("MatMul", q, k), scale)
        masked = self.node("Where", mask, scores, self.constant(np.float32(-1e9)))
        mixed = self.node("MatMul", self.node("Softmax", masked, axis=-1), v)
        joined = self.node("Reshape", self.node("Transpose", mixed, perm=[0, 2, 1, 3]),
                           self.ints(0, 0, self.width))
        return self.linear(joined, self.width, self.width, f"{name}.c_proj")

    def block(self, x, mask, name):
        x = self.node("Add", x, self.attention(self.norm(x, f"{name}.ln_1"), mask,
                                               f"{name}.attn"))
        hidden = self.linear(self.norm(x, f"{name}.ln_2"), self.width, 4 * self.width,
                             f"{name}.c_fc")
        gate = self.node("Add", self.node("Erf", self.node(
            "Div", hidden, self.constant(np.float32(2 ** 0.5)))),
            self.constant(np.float32(1)))
        active = self.node("Mul", self.node("Mul", hidden, gate),
                           self.constant(np.float32(0.5)))
        return self.node("Add", x, self.linear(active, 4 * self.width, self.width,
                                               f"{name}.c_proj"))


def make(path, layers, width, heads, vocabulary=50257, length=32, is_free=False):
    """Writes the model and returns the bytes of its weights. `is_free`: batch and length
    are known when it runs, `length` is then the most positions that it has."""
    path = Path(path)
    weights = Weights(path.with_suffix(".data"))
    decoder = Decoder(weights, width, heads)
    table = weights.add("wte", [vocabulary, width])
    positions = weights.add("wpe", [length, width])
    mask = decoder.constant(np.tril(np.ones((1, 1, length, length), bool)))
    if is_free:
        positions, mask = decoder.first_positions(positions, mask)
    x = decoder.node("Add", decoder.node("Gather", table, "tokens"), positions)
    for i in range(layers):
        x = decoder.block(x, mask, f"h.{i}")
    x = decoder.norm(x, "ln_f")
    logits = decoder.node("MatMul", x, decoder.node("Transpose", table, perm=[1, 0]))
    shape = ["batch", "length"] if is_free else [1, length]
    graph = helper.make_graph(
        decoder.nodes, "decoder",
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, shape)],
        [helper.make_tensor_value_info(logits, TensorProto.FLOAT, shape + [vocabulary])],
        initializer=weights.tensors + decoder.values)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    weights.file.close()
    path.write_bytes(model.SerializeToString())
    return weights.bytes


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output")
    parser.add_argument("--layers", type=int, default=48)
    parser.add_argument("--width", type=int, default=1600)
    parser.add_argument("--heads", type=int, default=25)
    parser.add_argument("--vocabulary", type=int, default=50257)
    parser.add_argument("--length", type=int, default=32)
    options = parser.parse_args()
    size = make(options.output, options.layers, options.width, options.heads,
                options.vocabulary, options.length)
    print(f"{options.output}: {size} bytes of weights")


if __name__ == "__main__":
    main()
