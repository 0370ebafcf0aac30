#!/usr/bin/python3
"""Makes the small ONNX files in test/Inputs that the importer's tests read.

The files are committed: tests need no onnx package, this script needs Debian's
python3-onnx. It makes the same bytes each time.

  make-test-models.py [FOLDER]
"""

import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

F32, F16, I64, BOOL = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT64,
                       TensorProto.BOOL)
HUGE = 9223372036854775807


def value(name, dims, dtype=F32):
    return helper.make_tensor_value_info(name, dtype, dims)


def weight(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def ints(name, values):
    return weight(name, np.array(values, np.int64))


def ramp(*shape):
    """Small numbers, all different, exact in float32."""
    return (np.arange(np.prod(shape), dtype=np.float32).reshape(shape) - 8) / 16


def small(*shape):
    """Numbers in [-1/8, 1/8) without a pattern that sums would show."""
    steps = np.arange(np.prod(shape), dtype=np.int64) * 7919 % 4096
    return (steps.astype(np.float32) / 16384 - 0.125).reshape(shape)


def node(op_type, inputs, outputs, name="", **attributes):
    return helper.make_node(op_type, inputs.split(), outputs.split(), name=name, **attributes)


def model(nodes, inputs, outputs, weights=(), opset=17, domains=()):
    graph = helper.make_graph(nodes, "test", inputs, outputs, initializer=list(weights))
    imports = [helper.make_opsetid("", opset)]
    imports += [helper.make_opsetid(domain, 1) for domain in domains]
    made = helper.make_model(graph, opset_imports=imports, producer_name="make-test-models")
    made.ir_version = 8
    return made


# --- models that are imported --------------------------------------------------------


def block():
    """The parts of a transformer: norm, linear layer, activation, softmax."""
    return model(
        [node("LayerNormalization", "x gain shift", "normed", "/norm", axis=-1, epsilon=1e-5),
         node("Gemm", "normed fc.weight fc.bias", "hidden", "/fc/Gemm", transB=1),
         node("Tanh", "hidden", "active"),
         node("MatMul", "active out.weight", "scores", "/out/MatMul"),
         node("Mul", "scores half", "scaled", "/scale"),
         node("Softmax", "scaled", "y", "/softmax")],
        [value("x", [2, 8])], [value("y", [2, 4])],
        [weight("gain", np.ones(8, np.float32)), weight("shift", np.zeros(8, np.float32)),
         weight("fc.weight", ramp(16, 8)), weight("fc.bias", ramp(16)),
         weight("out.weight", ramp(16, 4)), weight("half", np.float32(0.5)),
         weight("not.used", ramp(64))])


def feed_forward():
    """A feed-forward block as exporters wrote it before opset 17: LayerNorm and GELU in
    pieces, biases apart. Widths are whole panels, so that its loops can be read."""
    return model(
        [node("ReduceMean", "x", "mean", "/norm/ReduceMean", axes=[-1]),
         node("Sub", "x mean", "centred", "/norm/Sub"),
         node("Pow", "centred two", "squares", "/norm/Pow"),
         node("ReduceMean", "squares", "variance", "/norm/ReduceMean_1", axes=[-1]),
         node("Add", "variance epsilon", "shifted", "/norm/Add"),
         node("Sqrt", "shifted", "deviation", "/norm/Sqrt"),
         node("Div", "centred deviation", "unit", "/norm/Div"),
         node("Mul", "unit norm.weight", "scaled", "/norm/Mul"),
         node("Add", "scaled norm.bias", "normed", "/norm/Add_1"),
         node("MatMul", "normed fc.weight", "product", "/fc/MatMul"),
         node("Add", "fc.bias product", "hidden", "/fc/Add"),
         node("Div", "hidden root2", "argument", "/act/Div"),
         node("Erf", "argument", "erf", "/act/Erf"),
         node("Add", "erf one", "gate", "/act/Add"),
         node("Mul", "hidden gate", "gated", "/act/Mul"),
         node("Mul", "gated half", "active", "/act/Mul_1"),
         node("MatMul", "active out.weight", "back", "/out/MatMul"),
         node("Add", "out.bias back", "moved", "/out/Add"),
         node("Add", "x moved", "y", "/Add")],
        [value("x", [8, 32])], [value("y", [8, 32])],
        [weight("two", np.float32(2)), weight("epsilon", np.float32(1e-5)),
         weight("norm.weight", np.linspace(0.5, 1.5, 32, dtype=np.float32)),
         weight("norm.bias", np.linspace(-1, 1, 32, dtype=np.float32)),
         weight("fc.weight", small(32, 64)), weight("fc.bias", small(64)),
         weight("root2", np.float32(2 ** 0.5)), weight("one", np.float32(1)),
         weight("half", np.float32(0.5)),
         weight("out.weight", small(64, 32)), weight("out.bias", small(32))], opset=13)


def heads():
    """The shape arithmetic of an exporter: split a dimension into heads, add the
    embeddings of the positions, cut a mask to size."""
    mask = np.tril(np.ones((1, 8, 8), bool))
    return model(
        [node("Shape", "x", "shape", "/Shape"),
         node("Gather", "shape zero", "batch", "/batch", axis=0),
         node("Gather", "shape one", "seq", "/seq", axis=0),
         node("Range", "zero seq one", "positions", "/Range"),
         node("Gather", "wpe positions", "added", "/wpe/Gather"),
         node("Add", "x added", "sum", "/Add"),
         node("Unsqueeze", "batch axis0", "batch1", "/Unsqueeze"),
         node("Unsqueeze", "seq axis0", "seq1", "/Unsqueeze_1"),
         node("Concat", "batch1 seq1 heads rest", "split", "/Concat", axis=0),
         node("Reshape", "sum split", "parts", "/Reshape"),
         node("ReduceSum", "parts axis3", "reduced", "/ReduceSum", keepdims=0),
         node("Slice", "mask axis0 seq1 axis1 axis1", "rows", "/Slice"),
         node("ReduceSum", "reduced axis1", "scores", "/ReduceSum_1"),
         node("Where", "rows scores low", "y", "/Where")],
        [value("x", ["batch", "seq", 4])], [value("y", [])],
        [ints("zero", 0), ints("one", 1), ints("axis0", [0]), ints("axis1", [1]),
         ints("axis3", [3]), ints("heads", [2]), ints("rest", [-1]),
         weight("wpe", ramp(8, 4)), weight("mask", mask[:, :, :1]),
         weight("low", np.float32(-1e9))])


def language():
    """A language model of one layer, small but whole: embeddings, LayerNorm in one piece,
    causal attention of two heads, GELU, a vocabulary of 65; batch and length are free."""
    size, vocabulary, length = 16, 65, 12
    hidden = [size, size, size]

    def split(name):
        return [node("Reshape", f"{name} heads", f"{name}.parts", f"/attn/{name}/Reshape"),
                node("Transpose", f"{name}.parts", f"{name}.heads", f"/attn/{name}/Transpose",
                     perm=[0, 2, 3, 1] if name == "k" else [0, 2, 1, 3])]

    return model(
        [node("Shape", "tokens", "shape", "/Shape"),
         node("Gather", "shape one", "seq", "/Gather", axis=0),
         node("Unsqueeze", "seq axis0", "seq1", "/Unsqueeze"),
         node("Slice", "positions axis0 seq1", "position", "/Slice"),
         node("Gather", "wte tokens", "token.row", "/wte/Gather"),
         node("Gather", "wpe position", "position.row", "/wpe/Gather"),
         node("Add", "token.row position.row", "embedded", "/Add"),
         node("LayerNormalization", "embedded gain shift", "normed", "/ln_1", axis=-1),
         node("MatMul", "normed qkv.weight", "qkv.product", "/attn/qkv/MatMul"),
         node("Add", "qkv.product qkv.bias", "qkv", "/attn/qkv/Add"),
         node("Split", "qkv thirds", "q k v", "/attn/Split", axis=2),
         *split("q"), *split("k"), *split("v"),
         node("MatMul", "q.heads k.heads", "scores", "/attn/MatMul"),
         node("Mul", "scores scale", "scaled", "/attn/Mul"),
         node("Slice", "mask axis0 seq1 axis2", "mask.rows", "/attn/Slice"),
         node("Slice", "mask.rows axis0 seq1 axis3", "mask.part", "/attn/Slice_1"),
         node("Where", "mask.part scaled low", "masked", "/attn/Where"),
         node("Softmax", "masked", "weights", "/attn/Softmax", axis=-1),
         node("MatMul", "weights v.heads", "mixed", "/attn/MatMul_1"),
         node("Transpose", "mixed", "rows", "/attn/Transpose", perm=[0, 2, 1, 3]),
         node("Reshape", "rows flat", "joined", "/attn/Reshape"),
         node("Add", "embedded joined", "residual", "/Add_1"),
         node("MatMul", "residual fc.weight", "fc.product", "/fc/MatMul"),
         node("Add", "fc.product fc.bias", "hidden", "/fc/Add"),
         node("Div", "hidden root2", "argument", "/act/Div"),
         node("Erf", "argument", "erf", "/act/Erf"),
         node("Add", "erf unit", "gate", "/act/Add"),
         node("Mul", "hidden gate", "gated", "/act/Mul"),
         node("Mul", "gated half", "active", "/act/Mul_1"),
         node("MatMul", "active head.weight", "logits", "/head/MatMul")],
        [value("tokens", ["batch", "seq"], I64)], [value("logits", ["batch", "seq", 65])],
        [ints("one", 1), ints("axis0", [0]), ints("axis2", [2]), ints("axis3", [3]),
         ints("thirds", hidden), ints("heads", [0, 0, 2, size // 2]), ints("flat", [0, 0, size]),
         ints("positions", np.arange(length)),
         weight("wte", 8 * small(vocabulary, size)), weight("wpe", small(length, size)),
         weight("gain", np.linspace(0.5, 1.5, size, dtype=np.float32)),
         weight("shift", np.linspace(-1, 1, size, dtype=np.float32)),
         weight("qkv.weight", 2 * small(size, 3 * size)), weight("qkv.bias", small(3 * size)),
         weight("scale", np.float32((size // 2) ** -0.5)),
         weight("mask", np.tril(np.ones((1, 1, length, length), bool))),
         weight("low", np.float32(-1e9)),
         weight("fc.weight", 2 * small(size, 35)), weight("fc.bias", small(35)),
         weight("root2", np.float32(2 ** 0.5)), weight("unit", np.float32(1)),
         weight("half", np.float32(0.5)), weight("head.weight", 8 * small(35, vocabulary))])


def two_inputs():
    """Two inputs that share a free dimension; outputs whose names make one file name."""
    return model([node("Add", "x y", "of/both:0", "/Add"),
                  node("Mul", "x y", "of_both_0", "/Mul")],
                 [value("x", ["rows", 4]), value("y", ["rows", 4])],
                 [value("of/both:0", ["rows", 4]), value("of_both_0", ["rows", 4])])


def dynamic_expand():
    """Its result can have one shape only, yet what it follows is an input."""
    return model([node("Expand", "x s", "y", "/Expand")],
                 [value("x", [4, 4]), value("s", [2], I64)], [value("y", [4, 4])])


def no_logits():
    """Takes tokens, but does not return probabilities of the next one."""
    return model([node("Cast", "tokens", "y", "/Cast", to=F32)],
                 [value("tokens", [1, 8], I64)], [value("y", [1, 8])])


def shapes():
    """Reshape, Expand, ConstantOfShape, Flatten, Squeeze with bounds of all kinds."""
    return model(
        [node("Reshape", "x copy", "a", "copy"),
         node("Flatten", "x", "b", "flatten"),
         node("Unsqueeze", "x ends", "c", "unsqueeze"),
         node("Squeeze", "c ends", "d", "squeeze"),
         node("ConstantOfShape", "pair", "e", "fill",
              value=helper.make_tensor("", I64, [1], [7])),
         node("Expand", "row wide", "f", "expand"),
         node("Shape", "x", "g", "shape", start=-1),
         node("Reshape", "w pair", "h", "weight")],
        [value("x", [2, 3, 4]), value("row", [3, 1])],
        [value(name, []) for name in "abcdefgh"],
        [ints("copy", [0, -1]), ints("ends", [0, -1]), ints("pair", [2, 32]),
         ints("wide", [2, 1, 4]), weight("w", ramp(8, 8))])


def slices():
    """Slice and Split: negative bounds and steps, bounds beyond the end, parts of
    different size."""
    return model(
        [node("Slice", "x last start axis steps", "reversed", "reverse"),
         node("Slice", "x one far", "tail", "tail"),
         node("Slice", "x two one", "nothing", "empty"),
         node("Split", "x", "a b c", "uneven", axis=1, num_outputs=3),
         node("Split", "x sizes", "p q", "given", axis=-1)],
        [value("x", [4, 5])],
        [value(name, []) for name in ("reversed", "tail", "nothing", "a", "b", "c", "p", "q")],
        [ints("last", [-1]), ints("start", [-HUGE - 1]), ints("axis", [-1]),
         ints("steps", [-2]), ints("one", [1]), ints("two", [2]), ints("far", [HUGE]),
         ints("sizes", [1, 4])], opset=18)


def old_softmax(shape):
    """Before opset 13 Softmax flattened the dimensions from its axis on."""
    return model([node("Softmax", "x", "y", "/Softmax", axis=1)], [value("x", shape)],
                 [value("y", shape)], opset=11)


def arithmetic():
    """Forms of the arithmetic operators that have more than one."""
    return model(
        [node("Max", "x y x", "a", "max"),
         node("Clip", "x none", "b", "clip-low"),
         node("Clip", "x low high", "c", "clip"),
         node("Gemm", "x y z", "d", "gemm", alpha=0.5, beta=2.0),
         node("Gemm", "x y z", "e", "gemm-no-c", beta=0.0, transA=1),
         node("ReduceMean", "x", "f", "mean-all", keepdims=0),
         node("GreaterOrEqual", "x y", "g", "compare"),
         node("Dropout", "x", "h", "dropout"),
         node("Cast", "x", "i", "cast", to=I64),
         node("Gelu", "x", "j", "gelu", approximate="tanh")],
        [value("x", [4, 4]), value("y", [4, 4]), value("z", [4, 1])],
        [value(name, []) for name in "abcdefghij"],
        [weight("none", np.float32(0)), weight("low", np.float32(-1)),
         weight("high", np.float32(1))], opset=20)


# --- models that are refused ---------------------------------------------------------


def unsupported():
    """One node for each reason, and a node that depends on them and is not reported."""
    return model(
        [node("NonMaxSuppression", "x w w", "a", "/boxes"),
         node("Gelu", "x", "b", "/gelu", domain="com.acme"),
         node("QMoE", "x", "i", "/experts", domain="com.microsoft"),
         node("GroupNormalization", "x x", "c", "/norm"),
         node("Cast", "x", "d", "/cast", to=TensorProto.STRING),
         node("Constant", "", "e", "", value_string="text"),
         node("Add", "a x", "f", "/behind"),
         node("MatMul", "h h", "g", "/half")],
        [value("x", [4, 4])], [value(name, []) for name in "abcdefgi"],
        [weight("h", np.ones((4, 4), np.complex64)), weight("w", ramp(4, 4))], opset=13,
        domains=["com.acme", "com.microsoft"])


def external():
    made = model([node("MatMul", "x w", "y", "/MatMul")], [value("x", [2, 4])],
                 [value("y", [2, 4])], [weight("w", ramp(4, 4))])
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, text in (("location", "absent.bin"), ("offset", "0"), ("length", "64")):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, text
    return made


def short_weight():
    made = model([node("Add", "x w", "y", "/Add")], [value("x", [4])], [value("y", [4])],
                 [weight("w", ramp(4))])
    made.graph.initializer[0].raw_data = made.graph.initializer[0].raw_data[:-1]
    return made


def weight_of(dims):
    """A weight of these dimensions and four elements."""
    made = model([node("Add", "x w", "y", "/Add")], [value("x", [4])], [value("y", [4])],
                 [weight("w", ramp(4))])
    made.graph.initializer[0].dims[:] = dims
    return made


def not_utf8():
    """protobuf for Python rejects such a name, so it is written into the bytes."""
    data = single([node("Tanh", "x", "y", "??")], "y").SerializeToString(deterministic=True)
    return data.replace(b"??", b"\xff\xfe")


def nameless():
    made = weight_of([4])
    made.graph.initializer[0].name = ""
    return made


def single(made_of, outputs, weights=(), **keywords):
    """A model with input x of 4 elements."""
    return model(made_of, [value("x", [4])], [value(o, []) for o in outputs.split()], weights,
                 **keywords)


def caches():
    """Keys and values of three layers in and out, and the same unknown operator thrice."""
    names = [f"{what}_{i}" for i in range(3) for what in "kv"]
    shape = [1, 2, "past", 4]
    return model([node("Tanh", f"past_{name}", f"present_{name}", f"/{name}/Tanh")
                  for name in names]
                 + [node("Unique", "past_k_0", f"state_{i}", f"/{i}/Unique") for i in range(3)],
                 [value(f"past_{name}", shape) for name in names],
                 [value(f"present_{name}", shape) for name in names])


def decoder():
    """A decoder with the inputs that exporters give it: ids, mask, positions and caches. One
    layer of one head; batch, length and the length of the caches are free. 12 positions."""
    size, vocabulary, length = 8, 16, 12
    cache = ["batch", 1, "past_sequence_length", size]

    def project(name):
        return [node("MatMul", f"x w{name}", f"{name}.flat", f"/{name}/MatMul"),
                node("Unsqueeze", f"{name}.flat axis1", f"{name}.new", f"/{name}/Unsqueeze")]

    def extend(name, what):
        return node("Concat", f"past_key_values.0.{what} {name}.new", f"present.0.{what}",
                    f"/{name}/Concat", axis=2)

    return model(
        [node("Gather", "wte input_ids", "token.row", "/wte/Gather"),
         node("Gather", "wpe position_ids", "position.row", "/wpe/Gather"),
         node("Add", "token.row position.row", "x", "/Add"),
         *project("q"), *project("k"), *project("v"), extend("k", "key"),
         extend("v", "value"),
         node("Transpose", "present.0.key", "keys", "/k/Transpose", perm=[0, 1, 3, 2]),
         node("MatMul", "q.new keys", "scores", "/attn/MatMul"),
         node("Shape", "present.0.key", "k.shape", "/k/Shape"),
         node("Gather", "k.shape axis2", "total", "/k/Gather", axis=0),
         node("Shape", "input_ids", "shape", "/Shape"),
         node("Gather", "shape axis1", "new", "/Gather", axis=0),
         node("Sub", "total new", "past", "/Sub"),
         node("Slice", "causal past total axis0", "causal.rows", "/Slice_rows"),
         node("Slice", "causal.rows axis0 total axis1", "causal.part", "/Slice"),
         node("Where", "causal.part scores low", "masked", "/Where"),
         node("Cast", "attention_mask", "mask.float", "/mask/Cast", to=F32),
         node("Unsqueeze", "mask.float axes12", "mask.wide", "/mask/Unsqueeze"),
         node("Sub", "one mask.wide", "hidden", "/mask/Sub"),
         node("Mul", "hidden low", "mask.added", "/mask/Mul"),
         node("Add", "masked mask.added", "logits.attn", "/mask/Add"),
         node("Softmax", "logits.attn", "probs", "/attn/Softmax", axis=-1),
         node("MatMul", "probs present.0.value", "mixed", "/attn/MatMul_1"),
         node("Squeeze", "mixed axis1", "mixed.flat", "/attn/Squeeze"),
         node("Add", "x mixed.flat", "y", "/residual/Add"),
         node("MatMul", "y head", "logits", "/head/MatMul")],
        [value("input_ids", ["batch", "sequence_length"], I64),
         value("attention_mask", ["batch", "past_sequence_length + sequence_length"], I64),
         value("position_ids", ["batch", "sequence_length"], I64),
         value("past_key_values.0.key", cache), value("past_key_values.0.value", cache)],
        [value("logits", ["batch", "sequence_length", vocabulary]),
         value("present.0.key", ["batch", 1, "total_sequence_length", size]),
         value("present.0.value", ["batch", 1, "total_sequence_length", size])],
        [weight("wte", 8 * small(vocabulary, size)), weight("wpe", 4 * small(length, size)),
         *(weight(f"w{name}", 8 * small(size, size)) for name in "qkv"),
         weight("head", 8 * small(size, vocabulary)),
         weight("causal", np.tril(np.ones((length, length), bool))),
         weight("low", np.float32(-1e4)), weight("one", np.float32(1)),
         ints("axis0", [0]), ints("axis1", [1]), ints("axis2", [2]), ints("axes12", [1, 2])])


def classifier():
    """A classifier of sequences: ids, mask and segments in, the logits of three classes and
    the likeliest one out."""
    size, vocabulary = 8, 16
    ids = ["batch", "sequence"]
    return model(
        [node("Gather", "wte input_ids", "token.row", "/wte/Gather"),
         node("Gather", "wse token_type_ids", "segment.row", "/wse/Gather"),
         node("Add", "token.row segment.row", "x", "/Add"),
         node("Cast", "attention_mask", "mask.float", "/mask/Cast", to=F32),
         node("Unsqueeze", "mask.float axis2", "mask", "/mask/Unsqueeze"),
         node("Mul", "x mask", "kept", "/pool/Mul"),
         node("ReduceSum", "kept axis1", "sum", "/pool/ReduceSum", keepdims=0),
         node("ReduceSum", "mask axis1", "count", "/pool/ReduceSum_1", keepdims=0),
         node("Div", "sum count", "pooled", "/pool/Div"),
         node("MatMul", "pooled head", "logits", "/head/MatMul"),
         node("ArgMax", "logits", "class", "/ArgMax", axis=1, keepdims=0)],
        [value("input_ids", ids, I64), value("attention_mask", ids, I64),
         value("token_type_ids", ids, I64)],
        [value("logits", ["batch", 3]), value("class", ["batch"], I64)],
        [weight("wte", 8 * small(vocabulary, size)), weight("wse", small(2, size)),
         weight("head", 8 * small(size, 3)), ints("axis1", [1]), ints("axis2", [2])])


MODELS = {
    "decoder": decoder,
    "classifier": classifier,
    "block": block,
    "feed-forward": feed_forward,
    "heads": heads,
    "language": language,
    "two-inputs": two_inputs,
    "no-logits": no_logits,
    "dynamic-expand": dynamic_expand,
    "shapes": shapes,
    "slices": slices,
    "arithmetic": arithmetic,
    "softmax-last": lambda: old_softmax([2, 8]),
    "softmax-flat": lambda: old_softmax([2, 3, 4]),
    "unsupported": unsupported,
    "caches": caches,
    "external": external,
    "short-weight": short_weight,
    "negative-weight": lambda: weight_of([-4]),
    "huge-weight": lambda: weight_of([1 << 30, 1 << 30, 4]),
    "deep-weight": lambda: weight_of([1] * 64 + [4]),
    "nameless": nameless,
    "not-utf8": not_utf8,
    "no-operator": lambda: single([node("", "x", "y", "/Tanh")], "y"),
    "same-inputs": lambda: model([node("Tanh", "x", "y", "/Tanh")],
                                 [value("x", [4]), value("x", [4])], [value("y", [4])]),
    "large-input": lambda: model([node("Tanh", "x", "y", "/Tanh")],
                                 [value("x", [1 << 30, 1 << 30])], [value("y", [])]),
    "no-shape": lambda: model([node("Tanh", "x", "y", "/Tanh")], [value("x", None)],
                              [value("y", None)]),
    "cycle": lambda: single([node("Add", "x b", "a", "/first"),
                             node("Tanh", "a", "b", "/second")], "b"),
    "undefined": lambda: single([node("Add", "x nowhere", "y", "/Add")], "y"),
    "twice": lambda: single([node("Tanh", "x", "y", "/first"),
                             node("Exp", "x", "y", "/second")], "y"),
    "no-outputs": lambda: single([node("Tanh", "x", "y", "/Tanh")], ""),
    "lost-output": lambda: single([node("Tanh", "x", "y", "/Tanh")], "z"),
    "same-outputs": lambda: single([node("Tanh", "x", "y", "/Tanh")], "y y"),
    "mismatch": lambda: single([node("Add", "x w", "y", "/Add")], "y", [weight("w", ramp(3))]),
    "wrong-attribute": lambda: single([node("Softmax", "x", "y", "/Softmax", axis="last")],
                                      "y"),
    "too-large": lambda: single([node("ConstantOfShape", "s", "y", "/Fill")], "y",
                                [ints("s", [1 << 30, 1 << 30])]),
    "computed-shape": lambda: model(
        [node("Reshape", "x s", "y", "/Reshape")],
        [value("x", [4, 4]), value("s", [2], TensorProto.INT64)], [value("y", [])]),
    "opset-6": lambda: single([node("Tanh", "x", "y", "/Tanh")], "y", opset=6),
    "opset-none": lambda: model([node("Tanh", "x", "y", "/Tanh")], [value("x", [4])],
                                [value("y", [4])], opset=0),
}


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0 if len(sys.argv) == 2 else 2
    default = Path(__file__).resolve().parent.parent / "test" / "Inputs"
    folder = Path(sys.argv[1]) if len(sys.argv) == 2 else default
    for name, make in MODELS.items():
        made = make()
        data = made if isinstance(made, bytes) else made.SerializeToString(deterministic=True)
        (folder / f"{name}.onnx").write_bytes(data)
        print(f"{name}.onnx: {len(data)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
