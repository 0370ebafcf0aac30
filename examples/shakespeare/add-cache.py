#!/usr/bin/python3
"""Writes gpt-char-cached.onnx: the model of gpt-char.onnx with keys and values as inputs and
outputs, as exporters write decoders.

  tokens [batch, seq], past_key_N and past_value_N [batch, 4, past, 32]
    -> logits [batch, seq, 65], present_key_N and present_value_N [batch, 4, past + seq, 32]

The weights stay where they are: the new file names their places in gpt-char.onnx (ONNX's
external data). Needs Debian's python3-onnx.
"""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

HERE = Path(__file__).resolve().parent
LAYERS, HEADS, WIDTH, POSITIONS = 4, 4, 128, 128
SIZE = WIDTH // HEADS


class Graph:
    """Collects nodes; each method returns the name of a result."""

    def __init__(self, weights):
        self.weights, self.nodes, self.constants = weights, [], {}

    def add(self, kind, inputs, name, outputs=None, **attributes):
        outputs = outputs or [name]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=name, **attributes))
        return outputs[0] if len(outputs) == 1 else outputs

    def constant(self, name, value, kind=TensorProto.INT64):
        if name not in self.constants:
            shape = [len(value)] if isinstance(value, list) else []
            values = value if isinstance(value, list) else [value]
            self.constants[name] = helper.make_tensor(name, kind, shape, values)
        return name

    def linear(self, x, weight, bias, name):
        product = self.add("MatMul", [x, self.weights[weight]], f"{name}/MatMul")
        return self.add("Add", [product, self.weights[bias]], f"{name}/Add")

    def norm(self, x, name):
        return self.add("LayerNormalization",
                        [x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]],
                        f"/{name}/LayerNormalization", axis=-1, epsilon=1e-5)

    def size(self, x, axis, name):
        shape = self.add("Shape", [x], f"{name}/Shape")
        return self.add("Gather", [shape, self.constant(f"axis_{axis}", axis)], f"{name}/Gather")

    def gelu(self, x, name):
        f32 = TensorProto.FLOAT
        cube = self.add("Pow", [x, self.constant("three", 3.0, f32)], f"{name}/Pow")
        cube = self.add("Mul", [cube, self.constant("cubic", 0.044715, f32)], f"{name}/Mul")
        inner = self.add("Add", [x, cube], f"{name}/Add")
        inner = self.add("Mul", [inner, self.constant("root", 0.7978845608028654, f32)],
                         f"{name}/Mul_1")
        outer = self.add("Tanh", [inner], f"{name}/Tanh")
        outer = self.add("Add", [outer, self.constant("one", 1.0, f32)], f"{name}/Add_1")
        half = self.add("Mul", [x, self.constant("half", 0.5, f32)], f"{name}/Mul_2")
        return self.add("Mul", [half, outer], f"{name}/Mul_3")

    def attention(self, x, layer, causal):
        name = f"/blocks.{layer}/attn"
        qkv = self.linear(x, f"blocks.{layer}.attn.qkv.weight", f"blocks.{layer}.attn.qkv.bias",
                          f"{name}/qkv")
        parts = self.add("Split", [qkv, self.constant("thirds", [WIDTH] * 3)], f"{name}/Split",
                         [f"{name}/{part}" for part in "qkv"], axis=-1)
        heads = self.constant("heads", [0, 0, HEADS, SIZE])
        q, k, v = (self.add("Transpose", [self.add("Reshape", [part, heads], f"{part}/Reshape")],
                            f"{part}/Transpose", perm=[0, 2, 1, 3]) for part in parts)
        k = self.add("Concat", [f"past_key_{layer}", k], f"{name}/Concat_k",
                     [f"present_key_{layer}"], axis=2)
        v = self.add("Concat", [f"past_value_{layer}", v], f"{name}/Concat_v",
                     [f"present_value_{layer}"], axis=2)
        scores = self.add("MatMul", [q, self.add("Transpose", [k], f"{name}/Transpose_k",
                                                 perm=[0, 1, 3, 2])], f"{name}/MatMul")
        scores = self.add("Mul", [scores, self.constant("scale", SIZE ** -0.5, TensorProto.FLOAT)],
                          f"{name}/Mul")
        scores = self.add("Where", [causal, scores,
                                    self.constant("minus_infinity", float("-inf"),
                                                  TensorProto.FLOAT)], f"{name}/Where")
        mixed = self.add("MatMul", [self.add("Softmax", [scores], f"{name}/Softmax", axis=-1), v],
                         f"{name}/MatMul_1")
        mixed = self.add("Transpose", [mixed], f"{name}/Transpose", perm=[0, 2, 1, 3])
        mixed = self.add("Reshape", [mixed, self.constant("joined", [0, 0, WIDTH])],
                         f"{name}/Reshape")
        return self.linear(mixed, f"blocks.{layer}.attn.proj.weight",
                           f"blocks.{layer}.attn.proj.bias", f"{name}/proj")

    def model(self):
        past = self.size("past_key_0", 2, "/past")
        total = self.add("Add", [past, self.size("tokens", 1, "/seq")], "/total")
        one, zero = self.constant("one_i", 1), self.constant("zero_i", 0)
        rows = self.add("Range", [past, total, one], "/rows")
        columns = self.add("Range", [zero, total, one], "/columns")
        causal = self.add("GreaterOrEqual",
                          [self.add("Unsqueeze", [rows, self.constant("last", [1])], "/rows_1"),
                           columns], "/causal")
        x = self.add("Add", [self.add("Gather", [self.weights["wte.weight"], "tokens"], "/wte"),
                             self.add("Gather", [self.weights["wpe.weight"], rows], "/wpe")],
                     "/Add")
        for layer in range(LAYERS):
            block = f"blocks.{layer}"
            y = self.attention(self.norm(x, f"{block}.ln1"), layer, causal)
            x = self.add("Add", [x, y], f"/{block}/Add")
            y = self.linear(self.norm(x, f"{block}.ln2"), f"{block}.fc.weight",
                            f"{block}.fc.bias", f"/{block}/fc")
            y = self.linear(self.gelu(y, f"/{block}/gelu"), f"{block}.out.weight",
                            f"{block}.out.bias", f"/{block}/out")
            x = self.add("Add", [x, y], f"/{block}/Add_1")
        self.add("MatMul", [self.norm(x, "lnf"), self.weights["head.weight"]], "/head",
                 ["logits"])


def read_weights():
    """Returns ({name in PyTorch: name in the file}, the tensors, with their data outside)."""
    path = HERE / "gpt-char.onnx"
    data, source = path.read_bytes(), onnx.load(str(path))
    # Matrices lost their names in the export; they come in the order of the layers.
    lost = [f"blocks.{n}.{part}.weight" for n in range(LAYERS)
            for part in ("attn.qkv", "attn.proj", "fc", "out")] + ["head.weight"]
    names, tensors = {}, []
    for tensor in source.graph.initializer:
        name = lost.pop(0) if tensor.name.startswith("onnx::") else tensor.name
        outside = TensorProto(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims,
                              data_location=TensorProto.EXTERNAL)
        offset = data.index(tensor.raw_data)
        for key, value in (("location", path.name), ("offset", offset),
                           ("length", len(tensor.raw_data))):
            outside.external_data.add(key=key, value=str(value))
        names[name] = tensor.name
        tensors.append(outside)
    return names, tensors


def main():
    names, tensors = read_weights()
    graph = Graph(names)
    graph.model()

    def value(name, kind, *shape):
        return helper.make_tensor_value_info(name, kind, shape)

    caches = [f"{what}_{n}" for n in range(LAYERS) for what in ("key", "value")]
    inputs = [value("tokens", TensorProto.INT64, "batch", "seq")]
    inputs += [value(f"past_{c}", TensorProto.FLOAT, "batch", HEADS, "past", SIZE) for c in caches]
    outputs = [value("logits", TensorProto.FLOAT, "batch", "seq", 65)]
    outputs += [value(f"present_{c}", TensorProto.FLOAT, "batch", HEADS, "past + seq", SIZE)
                for c in caches]
    whole = helper.make_graph(graph.nodes, "gpt-char-cached", inputs, outputs,
                              list(graph.constants.values()) + tensors)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", 17)],
                              producer_name="add-cache.py")
    model.ir_version = 8
    onnx.save(model, str(HERE / "gpt-char-cached.onnx"))


if __name__ == "__main__":
    main()
