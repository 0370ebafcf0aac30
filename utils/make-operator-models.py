#!/usr/bin/python3
"""Makes the ONNX files in test/Inputs/operators: operators in the forms that differ from
opset to opset, and nodes that are refused or wrong.

The files are committed: tests need no onnx package, this script needs Debian's
python3-onnx. It makes the same bytes each time.

  make-operator-models.py [FOLDER]
"""

import importlib
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

models = importlib.import_module("make-test-models")
model, node, value, weight, ints = (models.model, models.node, models.value, models.weight,
                                    models.ints)
F16, F32, I64, BF16 = (TensorProto.FLOAT16, TensorProto.FLOAT, TensorProto.INT64,
                       TensorProto.BFLOAT16)
X = value("x", [2, 3, 4])


def outputs(names):
    return [value(name, None) for name in names]


def opset_9():
    """Parameters that are attributes here, and operands in later opsets."""
    return model(
        [node("Softmax", "x", "a", "/flat"),
         node("Clip", "x", "b", "/clip", min=-1.0, max=1.0),
         node("TopK", "x", "c ci", "/top", k=2),
         node("Pad", "x", "d", "/pad", pads=[0, 0, 1, 0, 0, 0], value=7.0),
         node("ReduceSum", "x", "e", "/sum", axes=[-1], keepdims=0),
         node("Split", "x", "f0 f1", "/split", axis=2, split=[1, 3]),
         node("Unsqueeze", "x", "g", "/unsqueeze", axes=[0]),
         node("Slice", "x", "h", "/slice", axes=[1], starts=[1], ends=[3]),
         node("Dropout", "x", "i im", "/dropout")],
        [X], outputs(["a", "b", "c", "ci", "d", "e", "f0", "f1", "g", "h", "im"]), opset=9)


def hyperbolic():
    """Functions whose intermediate results overflow before they do."""
    kinds = {"Sinh": "a", "Cosh": "b", "Asinh": "c", "Acosh": "d"}
    return model([node(kind, "x", out, "/" + kind.lower()) for kind, out in kinds.items()],
                 [value("x", [8])], [value(out, [8]) for out in kinds.values()])


def opset_12():
    """Operands instead; a softmax still takes all dimensions from its axis on."""
    return model(
        [node("Softmax", "x", "a", "/softmax", axis=-1),
         node("Clip", "x low high", "b", "/clip"),
         node("TopK", "x k", "c ci", "/top", largest=0, axis=1),
         node("Pad", "x pads seven", "d", "/pad"),
         node("ReduceSum", "x", "e", "/sum", axes=[1]),
         node("Split", "x", "f0 f1", "/split", axis=2),
         node("Squeeze", "one", "g", "/squeeze", axes=[0, 2]),
         node("Dropout", "x", "h hm", "/dropout"),
         node("Hardmax", "x", "i", "/hardmax", axis=1)],
        [X, value("one", [1, 3, 1])],
        outputs(["a", "b", "c", "ci", "d", "e", "f0", "f1", "g", "hm", "i"]),
        [weight("low", np.float32(-1)), weight("high", np.float32(1)), ints("k", [2]),
         ints("pads", [0, 0, 1, 0, 0, -2]), weight("seven", np.float32(7))], opset=12)


def opset_18():
    """Parameters that newer opsets made operands."""
    return model(
        [node("ReduceMax", "x axes", "a", "/max"),
         node("ReduceSum", "x none", "b", "/nothing", noop_with_empty_axes=1),
         node("ReduceL2", "x axes", "c", "/l2", keepdims=0),
         node("Split", "x", "d0 d1 d2", "/split", axis=2, num_outputs=3),
         helper.make_node("Pad", ["x", "pads", "", "axes"], ["e"], name="/pad"),
         node("Mish", "x", "f", "/mish")],
        [X], outputs(["a", "b", "c", "d0", "d1", "d2", "e", "f"]),
        [ints("axes", [1]), ints("none", []), ints("pads", [1, 2])], opset=18)


def indexing():
    """Operators that become several operations of nn, or work on single elements."""
    return model(
        [node("GatherND", "x pairs", "a", "/gather-nd"),
         node("GatherElements", "x places", "b", "/gather-elements", axis=1),
         node("ScatterElements", "x places x", "c", "/scatter-elements", axis=1,
              reduction="add"),
         node("ScatterND", "x pairs rows", "d", "/scatter-nd"),
         node("OneHot", "token depth values", "e", "/one-hot"),
         node("Trilu", "x one", "f", "/trilu"),
         node("Tile", "x repeats", "g", "/tile"),
         node("Pad", "x pads", "h", "/pad", mode="reflect"),
         node("NonZero", "holes", "i", "/non-zero"),
         node("ArgMax", "x", "j", "/arg", axis=2, keepdims=0, select_last_index=1),
         node("CumSum", "x axis", "k", "/sum", exclusive=1, reverse=1),
         node("Size", "x", "l", "/size")],
        [X, value("places", [2, 3, 4], I64), value("token", [2], I64)],
        outputs("abcdefghijkl"),
        [ints("pairs", [[0, 1], [1, -1]]), weight("rows", models.ramp(2, 4)),
         ints("depth", 3), weight("values", np.array([0, 1], np.float32)), ints("one", 1),
         ints("repeats", [2, 1, 3]), ints("pads", [0, 0, 1, 0, 0, 2]),
         weight("holes", np.array([[0, 2], [3, 0]], np.float32)), ints("axis", -1)],
        opset=18)


def halves():
    """Weights and values of 16 bits: computed in f32, rounded at the outputs."""
    brain = helper.make_tensor("w2", BF16, [4], [1.0, -2.5, 0.5, 3.0])
    return model(
        [node("MatMul", "x w", "a", "/product"), node("Mul", "a w2", "b", "/scale"),
         node("Cast", "b", "c", "/round", to=F16), node("Cast", "c", "y", "/single", to=F32),
         node("Cast", "y", "z", "/brain", to=BF16)],
        [value("x", [2, 4], F16)],
        [value("a", [2, 4], F16), value("y", [2, 4]), value("z", [2, 4], BF16)],
        [weight("w", np.array([[1, 2, -0.5, 65504], [6e-8, 0, 1e-4, -1], [1, 1, 1, 1],
                               [0, 0.1, 0, 2]], np.float16)), brain], opset=17)


def narrow(is_widened=False):
    """Weights of 16 bits that only products and look-ups read, and two that something else
    reads; or the same numbers in 32 bits, which must give the same results."""
    def half(name, rows, columns):
        made = (models.ramp(rows, columns) * 3).astype(np.float16)
        return weight(name, made.astype(np.float32) if is_widened else made)

    brain = np.tile(np.array([0.5, -1.25, 2, 0.0625], np.float32), 1024)
    kind = F32 if is_widened else BF16
    cast = [] if is_widened else [node("Cast", "table", "wide", "/wide", to=F32)]
    return model(
        cast + [
            node("Gather", f"{'table' if is_widened else 'wide'} tokens", "a", "/look-up"),
            node("MatMul", "a square", "b", "/product"),
            node("Gemm", "b turned", "c", "/layer", transB=1),
            node("MatMul", "c brain", "d", "/brain"),
            node("Add", "d added", "e", "/add"),
            node("Transpose", f"{'table' if is_widened else 'wide'}", "head", "/head",
                 perm=[1, 0]),
            node("MatMul", "e head", "y", "/logits")],
        [value("tokens", ["N"], I64)], [value("y", ["N", 66])],
        [half("table", 66, 64), half("square", 64, 64), half("turned", 64, 64),
         helper.make_tensor("brain", kind, [64, 64], brain), half("added", 1, 64)], opset=17)


def refused():
    """Valid, but unsupported because the compiler does not know the values."""
    free, number = value("n", ["N", 4], I64), value("i", [1], I64)
    return model(
        [node("ReduceL2", "n axes", "a", "/l2"),
         node("ReduceMean", "n zero", "b", "/mean"),
         node("ReduceSum", "x i", "c", "/sum"),
         node("TopK", "x i", "d di", "/top"),
         node("CumSum", "x i", "e", "/cumsum"),
         node("OneHot", "n i values", "f", "/one-hot"),
         node("NonZero", "x", "g", "/non-zero"),
         node("Pad", "x six", "h", "/pad", mode="edge"),
         node("Pad", "n pads", "k", "/reflect", mode="reflect"),
         node("Pad", "x many", "u", "/pad-count"),
         helper.make_node("Pad", ["x", "six", "", "many"], ["v"], "/pad-axes"),
         node("GatherND", "x tuples", "l", "/gather-nd"),
         node("ScatterND", "x tuples x", "r", "/scatter-nd"),
         node("Tile", "x many", "s", "/tile"),
         node("Slice", "x many many", "t", "/slice"),
         node("Split", "x many", "m", "/split"),
         node("Dropout", "x half yes", "o", "/dropout"),
         node("EyeLike", "n", "p", "/eye", dtype=TensorProto.STRING),
         node("Cast", "x", "q", "/cast", to=TensorProto.STRING)],
        [X, free, number, value("six", [6], I64), value("tuples", [2, "K"], I64),
         value("many", ["L"], I64)],
        outputs("abcdefghklmopqrstuv"),
        [ints("axes", [1]), ints("zero", [0]), weight("values", np.array([0, 1], np.float32)),
         ints("pads", [1, 0, 1, 0]), weight("half", np.float32(0.5)),
         weight("yes", np.array(True))], opset=18)


def refused_shapes():
    """Shapes that are known only at run time, and weights that are strings."""
    words = helper.make_tensor("", TensorProto.STRING, [2], [b"yes", b"no"])
    return model(
        [node("Reshape", "n none", "a", "/empty", allowzero=1),
         node("Reshape", "x many", "b", "/reshape"),
         node("Expand", "x many", "c", "/expand"),
         node("Reshape", "nothing pair", "d", "/computed", allowzero=1),
         node("Squeeze", "n", "e", "/squeeze"),
         node("Unsqueeze", "x pair", "f", "/unsqueeze"),
         node("Slice", "x one one pair", "g", "/slice"),
         node("Constant", "", "h", "/words", value=words),
         node("MatMul", "pair pair", "i", "/integers"),
         helper.make_node("Attention", ["x", "wide", "bias"], ["j"], "/attention",
                          domain="com.microsoft", num_heads=2)],
        [X, value("n", ["N", 4]), value("many", ["L"], I64), value("nothing", [0, 4]),
         value("pair", [2], I64), value("wide", [4, "W"]), value("bias", ["W"])],
        outputs("abcdefghij"), [ints("none", [0, 5]), ints("one", [1, 1])], opset=18,
        domains=["com.microsoft"])


def windows():
    """As Swin is traced: images whose width is free are filled up to windows of four. The
    pads, last dimension first, are turned around with the operators of PyTorch's F.pad."""
    return model(
        [node("Shape", "x", "shape", "/shape"),
         node("Gather", "shape one", "width", "/width"),
         node("Mod", "width four", "beyond", "/beyond"),
         node("Sub", "four beyond", "missing", "/missing"),
         node("Mod", "missing four", "right", "/right"),
         node("Unsqueeze", "right zero", "right1", "/right1"),
         node("Concat", "none right1 two_none", "pairs", "/pairs", axis=0),
         node("Reshape", "pairs rows", "table", "/table"),
         node("Slice", "table last below zero last", "turned", "/turned"),
         node("Transpose", "turned", "pads2", "/pads2", perm=[1, 0]),
         node("Reshape", "pads2 last", "pads", "/pads"),
         node("Pad", "x pads seven", "filled", "/pad"),
         node("Reshape", "filled cut", "y", "/cut")],
        [value("x", ["N", "W", 1])], [value("y", None)],
        [ints("one", 1), ints("four", 4), ints("zero", [0]), ints("none", [0, 0, 0]),
         ints("two_none", [0, 0]), ints("rows", [-1, 2]), ints("last", [-1]),
         ints("below", [-2**63 + 1]), weight("seven", np.float32(7)),
         ints("cut", [0, -1, 4, 1])], opset=17)


def short_of_five():
    """x padded to five elements: the number of missing ones may be negative."""
    return model(
        [node("Shape", "x", "shape", "/shape"),
         node("Sub", "five shape", "missing", "/missing"),
         node("Expand", "zero missing", "rest", "/rest"),
         node("Concat", "x rest", "y", "/y", axis=0)],
        [value("x", ["N"])], [value("y", None)],
        [ints("five", [5]), weight("zero", np.array([0], np.float32))], opset=17)


def shape_of_another():
    """A reshape that changes nothing, if two inputs have one size."""
    return model(
        [node("Shape", "z", "shape", "/shape"), node("Reshape", "x shape", "y", "/reshape")],
        [value("x", ["N"]), value("z", ["M"])], [value("y", None)], opset=17)


def head_and_rest():
    """Parts of k elements, where k is the size of another input, and of all others."""
    return model(
        [node("Shape", "k", "head", "/head"),
         node("Shape", "x", "shape", "/shape", start=1),
         node("Sub", "shape head", "rest", "/rest"),
         node("Concat", "head rest", "sizes", "/sizes", axis=0),
         node("Split", "x sizes", "y z", "/split", axis=1)],
        [value("x", [2, "N"]), value("k", ["K"])], outputs("yz"), opset=17)


def none_or_one():
    """One element where N is odd, and none where it is even."""
    return model(
        [node("Shape", "x", "shape", "/shape"), node("Mod", "shape two", "rest", "/rest"),
         node("Expand", "seven rest", "y", "/expand")],
        [value("x", ["N"])], [value("y", None)],
        [ints("two", [2]), weight("seven", np.array([7], np.float32))], opset=17)


def two_below_none():
    """A shape of two computed sizes, whose product is right even if both are below zero."""
    return model(
        [node("Shape", "x", "shape", "/shape"),
         node("Sub", "shape five", "rows", "/rows"),
         node("Div", "six rows", "columns", "/columns"),
         node("Concat", "rows columns", "target", "/target", axis=0),
         node("Reshape", "z target", "table", "/reshape"),
         node("ReduceMax", "table", "y", "/max", keepdims=0)],
        [value("x", ["N"]), value("z", [6])], [value("y", None)],
        [ints("five", [5]), ints("six", [6])], opset=17)


def floats(name, *values):
    return weight(name, np.array(values, np.float32))


def resize():
    """Images and a table of positions, resized to known sizes and by known scales."""
    table = np.array([[[[0, 1], [2, 4]]]], np.float32)
    image = value("x", ["N", 1, "H", "W"])
    return model(
        [helper.make_node("Resize", ["x", "", "twice"], ["near"], name="/near"),
         helper.make_node("Resize", ["x", "", "wide"], ["line"], name="/line", mode="linear",
                          coordinate_transformation_mode="align_corners"),
         helper.make_node("Resize", ["table", "", "", "sizes"], ["places"], name="/places",
                          mode="linear"),
         node("Shape", "x", "shape", "/shape"), node("Slice", "shape none two", "lead", "/lead"),
         node("Concat", "lead three", "target", "/target", axis=0),
         helper.make_node("Resize", ["x", "", "", "target"], ["both"], name="/both",
                          mode="nearest", coordinate_transformation_mode="asymmetric",
                          nearest_mode="floor")],
        [image], outputs(["near", "line", "places", "both"]),
        [floats("twice", 1, 1, 2, 2), floats("wide", 1, 1, 1, 1.5), weight("table", table),
         ints("sizes", [1, 1, 2, 4]), ints("none", [0]), ints("two", [2]),
         ints("three", [3, 3])], opset=18)


def resize_refused():
    """Valid, but something is not known."""
    free, cube = value("n", ["N", "W"]), value("i", [2, 4], I64)
    return model(
        [helper.make_node("Resize", ["n", "", "scales"], ["a"], name="/scales"),
         helper.make_node("Resize", ["n", "", "", "sizes"], ["b"], name="/ratio",
                          keep_aspect_ratio_policy="not_larger"),
         helper.make_node("Resize", ["n", "", "", "sizes"], ["c"], name="/antialias",
                          mode="linear", antialias=1),
         helper.make_node("Resize", ["i", "", "twice"], ["d"], name="/integers",
                          mode="linear"),
         helper.make_node("Resize", ["n", "region", "", "sizes"], ["e"], name="/region",
                          coordinate_transformation_mode="tf_crop_and_resize"),
         helper.make_node("Resize", ["n", "", "odd"], ["f"], name="/odd"),
         helper.make_node("Resize", ["i", "", "tiny"], ["g"], name="/far", mode="nearest"),
         helper.make_node("Resize", ["x", "", "tiny"], ["h"], name="/filter", mode="cubic",
                          antialias=1)],
        [free, cube, value("x", [2, 4]), value("scales", [2]), value("region", [4])],
        outputs("abcdefgh"),
        [ints("sizes", [3, 5]), floats("twice", 1, 2), floats("odd", 1, 1.2345678),
         floats("tiny", 1, 0.01)], opset=18)


def recurrent():
    """A running mean, and the same for rows of any number that end early."""
    one, line = np.ones((1, 1, 1), np.float32), {"activations": ["Affine"]}
    half = weight("half", 0.5 * one)
    return model(
        [node("RNN", "x half half", "y last", "/mean", hidden_size=1, activation_alpha=[1.0],
              **line),
         helper.make_node("RNN", ["rows", "half", "half", "", "lens"], ["z", "end"],
                          name="/rows", direction="reverse", **line)],
        [value("x", [3, 1, 1]), value("rows", [3, "B", 1]),
         value("lens", ["B"], TensorProto.INT32)], outputs(["y", "last", "z", "end"]),
        [half], opset=17)


def recurrent_refused():
    """Valid, but the shape of weights is free."""
    return model(
        [node("GRU", "y u v", "b", "/weights")],
        [value("y", [2, 1, 1]), value("u", [1, "G", 1]), value("v", [1, "G", "H"])],
        outputs("b"), opset=17)


def recurrent_long():
    """Too many steps to unroll."""
    return model(
        [node("RNN", "x r r", "y last", "/long")], [value("x", [2000, 1, 1])],
        outputs(["y", "last"]), [weight("r", np.full((1, 1, 1), 0.5, np.float32))], opset=17)


def recurrent_free():
    """Sequences of any length, with everything that a layer may have."""
    def made(name, *shape):
        size = int(np.prod(shape))
        return weight(name, (np.arange(size) * 7 % 11 / 16 - 0.3).reshape(shape).astype(np.float32))

    def layer(op_type, inputs, results, name, **attributes):
        return helper.make_node(op_type, inputs.replace("none", "").split(" "), results.split(),
                                name=name, hidden_size=2, **attributes)

    return model(
        [layer("LSTM", "x wl rl bl lens h c p", "a ah ac", "/both", direction="bidirectional",
               clip=0.5),
         layer("LSTM", "x wl1 rl1", "b bh bc", "/forget", input_forget=1,
               activations=["HardSigmoid", "Elu", "Softplus"]),
         layer("GRU", "x wg rg bg lens", "d dh", "/late", linear_before_reset=1,
               direction="reverse"),
         layer("GRU", "x wg rg", "e eh", "/early"),
         layer("RNN", "rows wr rr", "f fh", "/rows", layout=1,
               activations=["LeakyRelu"], activation_alpha=[0.1]),
         layer("RNN", "x wr2 rr2 none lens", "g gh", "/two", direction="bidirectional")],
        [value("x", ["T", "B", 3]), value("rows", ["B", "T", 3]),
         value("lens", ["B"], TensorProto.INT32), value("h", [2, "B", 2]),
         value("c", [2, "B", 2])],
        outputs("a ah ac b bh bc d dh e eh f fh g gh".split()),
        [made("wl", 2, 8, 3), made("rl", 2, 8, 2), made("bl", 2, 16), made("p", 2, 6),
         made("wl1", 1, 8, 3), made("rl1", 1, 8, 2), made("wg", 1, 6, 3), made("rg", 1, 6, 2),
         made("bg", 1, 12), made("wr", 1, 2, 3), made("rr", 1, 2, 2), made("wr2", 2, 2, 3),
         made("rr2", 2, 2, 2)], opset=17)


def recurrent_wide():
    """A state of several vectors; its weights are one row, so that the file is small."""
    return model(
        [node("Expand", "row shape", "r", "/weights"),
         node("Expand", "row shape3", "r3", "/weights3"),
         node("LSTM", "x w r", "y h c", "/wide", hidden_size=64),
         node("GRU", "x w3 r3", "z g", "/gru", hidden_size=64)],
        [value("x", ["T", 1, 1])], outputs(["y", "h", "c", "z", "g"]),
        [weight("row", np.linspace(-0.5, 0.5, 64, dtype=np.float32).reshape(1, 1, 64)),
         weight("w", np.linspace(-1, 1, 256, dtype=np.float32).reshape(1, 256, 1)),
         weight("w3", np.linspace(-1, 1, 192, dtype=np.float32).reshape(1, 192, 1)),
         ints("shape", [1, 256, 64]), ints("shape3", [1, 192, 64])], opset=17)


def cell(op_type, inputs="x w w", gates=1, graph_inputs=(), opset=17, **attributes):
    """A recurrent layer that breaks a rule."""
    return one(op_type, inputs, weight("w", np.ones((1, gates, 1), np.float32)),
               weight("b", np.ones((1, 3), np.float32)),
               graph_inputs=[value("x", [2, 1, 1]), *graph_inputs], opset=opset,
               **attributes)


def counted():
    """As torch.tril_indices is exported: where a mask of free size is not zero."""
    return model(
        [node("Shape", "x", "shape", "/shape"), node("Concat", "shape shape", "square",
                                                     "/square", axis=0),
         node("ConstantOfShape", "square", "ones", "/ones",
              value=helper.make_tensor("", F32, [1], [1.0])),
         node("Trilu", "ones", "lower", "/lower", upper=0),
         node("NonZero", "lower", "y", "/indices")],
        [value("x", ["N"])], [value("y", None)], opset=17)


def scanned(rows=3, columns=3, count=2, results="total y", **attributes):
    """Sums along one input, differences along another, the last of which is first."""
    body = helper.make_graph(
        [node("Add", "s a", "t", "/add"), node("Sub", "a b", "d", "/sub")], "body",
        [value("s", [2]), value("a", [2]), value("b", [2])], [value("t", [2]), value("d", [2])])
    return model(
        [node("Scan", "start x z", results, "/scan",
              **{"body": body, "num_scan_inputs": count, "scan_input_directions": [0, 1],
                 "scan_output_axes": [1] * (len(results.split()) - 1),
                 "scan_output_directions": [1] * (len(results.split()) - 1), **attributes})],
        [value("start", [2]), value("x", [rows, 2]), value("z", [columns, 2])],
        outputs(results.split()), opset=17)


def body_of(nodes, inputs, results, *weights):
    return helper.make_graph(nodes, "body", [value(name, None) for name in inputs.split()],
                             outputs(results.split()), initializer=list(weights))


def looked_up():
    """A Scan that looks up what it computes: sums of indices, and the rows at them."""
    body = body_of([node("Add", "s i", "t", "/add"), node("Gather", "table t", "r", "/gather")],
                   "s i", "t r")
    return model([node("Scan", "zero ids", "last y", "/scan", body=body, num_scan_inputs=1)],
                 [value("ids", ["N"], I64)], outputs(["last", "y"]),
                 [ints("zero", 0), weight("table", np.array([[1, 2], [3, 4], [5, 6]],
                                                            np.float32))], opset=17)


def counted_loops():
    """Loops as often as an input has rows: values that change places, with the number of the
    iteration; and one in another, from which a flag comes."""
    swap = body_of([node("Gather", "x i", "row", "/gather"), node("Add", "a b", "ab", "/add"),
                    node("Add", "ab row", "next", "/next"), node("Identity", "on", "on2"),
                    node("Identity", "b", "b2")], "i on a b", "on2 b2 next a")
    inner = body_of([node("Add", "s half", "s2", "/half"), node("Not", "f", "f2", "/not")],
                    "j on1 s f", "on1 s2 f2")
    outer = body_of([node("Loop", "size yes s f", "t g", "/inner", body=inner)],
                    "i on s f", "on t g")
    return model(
        [node("Shape", "x", "shape", "/shape"), node("Gather", "shape none", "size", "/size"),
         node("Loop", "size yes start start", "a b rows", "/swap", body=swap),
         node("Loop", "size yes zero yes", "sum flag", "/outer", body=outer)],
        [value("x", ["N", 2]), value("start", [2])], outputs(["a", "b", "rows", "sum", "flag"]),
        [ints("none", 0), weight("yes", np.array(True)), weight("zero", np.float32(0)),
         weight("half", np.float32(0.5))], opset=17)


def grows(state):
    """A Loop that carries more in each iteration."""
    body = body_of([node("Concat", "s s", "t", "/concat", axis=0)], "i on s", "on t")
    return model(
        [node("Shape", "x", "shape", "/shape"), node("Gather", "shape none", "size", "/size"),
         node("Loop", f"size yes {state}", "y", "/grows", body=body)],
        [value("x", ["N", 2]), value("row", [1, 2])], outputs("y"),
        [ints("none", 0), weight("yes", np.array(True))], opset=17)


def new_opsets():
    """Operators of opsets 26 to 28."""
    return model(
        [node("CumProd", "x axis", "a", "/product"),
         node("CumProd", "x axis", "b", "/before", exclusive=1, reverse=1),
         node("SwiGLU", "x x", "c", "/gate"),
         node("CausalConvWithState", "s w", "d state", "/conv"),
         node("LinearAttention", "q q q", "e memory", "/attention", update_rule="linear",
              q_num_heads=1, kv_num_heads=1, scale=1.0)],
        [value("x", [4]), value("s", [1, 1, "L"]), value("q", ["B", 2, 1])],
        outputs(["a", "b", "c", "d", "state", "e", "memory"]),
        [ints("axis", 0), weight("w", np.array([[[1, 10, 100]]], np.float32))], opset=28)


def new_opsets_refused():
    return model(
        [node("CumProd", "x axis", "a", "/product"),
         node("CausalConvWithState", "s s", "b", "/conv"),
         node("LinearAttention", "q q q", "c", "/attention", update_rule="linear",
              q_num_heads=1, kv_num_heads=1)],
        [value("x", ["N"]), value("s", [1, 1, "L"]), value("q", [1, "T", 1])], outputs("abc"),
        [ints("axis", 0)], opset=28)


def one(op_type, inputs, *weights, graph_inputs=(X,), results="y", opset=18, **attributes):
    """A model of one node that breaks a rule."""
    return lambda: model([node(op_type, inputs, results, "/node", **attributes)],
                         list(graph_inputs), outputs(results.split()), weights, opset=opset)


def loss(op_type, *labels, **attributes):
    inputs = [value("scores", [2, 3])] + ([] if labels else [value("labels", [2], I64)])
    return one(op_type, "scores labels", *labels, graph_inputs=inputs, reduction="none",
               **attributes)


def fused(op_type, inputs, *weights, graph_inputs=(X,), results="y", **attributes):
    """A model of one node of com.microsoft that breaks a rule."""
    names = ["" if name == "-" else name for name in inputs.split()]
    return lambda: model(
        [helper.make_node(op_type, names, results.split(), name="/node",
                          domain="com.microsoft", **attributes)],
        list(graph_inputs), outputs(results.split()), weights, domains=["com.microsoft"])


def small(name, values, dtype=np.uint8):
    return weight(name, np.array(values, dtype))


B = value("b", [2, 3], TensorProto.UINT8)
IMAGE, GRID = value("i", [1, 2, 5, 5]), value("g", [1, 4, 4, 2])
SIGNAL = value("s", [1, 2, 5])
QUANTIZED = (small("z", 3), weight("f1", np.float32(0.5)))


def bits():
    """A weight of 4 bits that is unpacked, and integers that are computed bit by bit."""
    packed = (np.arange(12) * 21 % 256).reshape(2, 6)
    return model(
        [node("BitwiseAnd", "packed fifteen", "low", "/low"),
         node("BitShift", "packed four", "high", "/high", direction="RIGHT"),
         node("Concat", "low high", "nibbles", "/nibbles", axis=0),
         node("Cast", "nibbles", "numbers", "/numbers", to=F32),
         node("Sub", "numbers eight", "centered", "/centered"),
         node("BitCast", "quarter", "scale", "/scale", to=F32),
         node("Mul", "centered scale", "w", "/w"), node("MatMul", "x w", "y", "/product"),
         node("BitShift", "n k", "left", "/left", direction="LEFT"),
         node("BitShift", "n k", "right", "/right", direction="RIGHT"),
         node("BitwiseXor", "n k", "mixed", "/mixed"), node("BitwiseNot", "n", "not", "/not"),
         node("BitwiseAnd", "i mask", "and", "/and"), node("BitwiseOr", "i mask", "or", "/or"),
         node("BitCast", "n", "signed", "/signed", to=TensorProto.INT8)],
        [value("x", ["N", 4]), value("n", ["K"], TensorProto.UINT8),
         value("k", ["K"], TensorProto.UINT8), value("i", ["K", 1], TensorProto.INT32)],
        outputs(["y", "left", "right", "mixed", "not", "and", "or", "signed"]),
        [small("packed", packed), small("fifteen", 15), small("four", 4),
         weight("eight", np.float32(8)), small("quarter", 0x3e800000, np.int32),
         small("mask", [12, -2**31], np.int32)], opset=26)


def named_lengths():
    """A decoder whose lengths have names of their own."""
    attention = helper.make_node(
        "GroupQueryAttention", ["q", "q", "q", "k", "v", "sl", "tl"], ["a", "nk", "nv"],
        name="/attention", domain="com.microsoft", num_heads=2, kv_num_heads=2)
    i32 = TensorProto.INT32
    return model(
        [node("Gather", "table ids", "q", "/embed"), node("Reshape", "rows flat", "sl", "/sl"),
         attention, node("MatMul", "a head", "logits", "/head")],
        [value("ids", ["B", "S"], I64), value("k", ["B", 2, "P", 4]),
         value("v", ["B", 2, "P", 4]), value("rows", ["B", 1], i32), value("tl", [], i32)],
        [value("logits", ["B", "S", 6]), value("nk", ["B", 2, "T", 4]),
         value("nv", ["B", 2, "T", 4])],
        [weight("table", models.ramp(6, 8)), weight("head", models.ramp(8, 6)),
         ints("flat", [-1])], domains=["com.microsoft"])


def masked(*, length=True, dims=4, scores=False, tokens=1):
    """New tokens behind a cache of four places, two heads of one feature."""
    cache = [1, 2, 4, 1][:dims]
    results = "y keys values" + (" scores" if scores else "")
    return model(
        [helper.make_node("DecoderMaskedMultiHeadAttention",
                          ["q", "q", "q", "", "", "k", "v", "n" if length else ""],
                          results.split(), name="/node", domain="com.microsoft",
                          num_heads=2, past_present_share_buffer=1, scale=1.0)],
        [value("q", ["B", tokens, 2]), value("k", ["B"] + cache[1:]), value("v", ["B"] + cache[1:]),
         value("n", [1], TensorProto.INT32)], outputs(results.split()), opset=17,
        domains=["com.microsoft"])


def of_microsoft(op, operands, graph_inputs, *initializers, results="y", opset=24, **attributes):
    """A node of com.microsoft; blanks in `operands` leave one out."""
    return lambda: model(
        [helper.make_node(op, operands.split(" "), results.split(), name="/node",
                          domain="com.microsoft", **attributes)],
        graph_inputs, outputs(results.split()), list(initializers), opset=opset,
        domains=["com.microsoft"])


def groups(*more, names="q k v pk pv lengths total"):
    """One new token for each row behind caches, each of which has a batch of its own."""
    cache = [1, "past", 2]
    return of_microsoft("GroupQueryAttention", names,
                 [value("q", ["B", 1, 2]), value("k", ["BK", 1, 2]), value("v", ["BV", 1, 2]),
                  value("pk", ["BPK"] + cache), value("pv", ["BPV"] + cache),
                  value("lengths", ["BL"], TensorProto.INT32),
                  value("total", [], TensorProto.INT32)] + list(more),
                 results="y ok ov", num_heads=1, kv_num_heads=1)


def valid_keys():
    heads = [1, 2, 2]
    return model([helper.make_node("Attention", ["q", "k", "v", "", "", "", "n"], ["y"],
                                   name="/node")],
                 [value("q", ["B"] + heads), value("k", ["BK"] + heads),
                  value("v", ["BV"] + heads), value("n", ["BN"], I64)],
                 outputs(["y"]), opset=24)


def ring():
    """An update of a circular cache, in which all sizes are free."""
    return model([node("TensorScatter", "c u w", "y", "/node", mode="circular", axis=1)],
                 [value("c", ["B", "C", 2]), value("u", ["BU", "S", "D"]),
                  value("w", ["BW"], I64)], outputs(["y"]), opset=24)


def few_bits(bits, packed, rows=(0, 1, 0, 1, 1, 0, 1, 0), shape=("M", 8)):
    """Rows of the weight that belong to any groups, which are an input if not given."""
    given = [weight("g", np.array(rows, np.int32))] if rows else []
    free = [] if rows else [value("g", ["K"], TensorProto.INT32)]
    return of_microsoft("MatMulNBits", "x w s  g", [value("x", list(shape))] + free,
                 weight("w", np.array(packed, np.uint8).reshape(1, 2, -1)),
                 weight("s", np.array([[1, 10]], np.float32)),
                 *given, K=8, N=1, bits=bits, block_size=4)


def compress():
    """Along an axis and of all elements, by constants and by an input."""
    yes = [True, False, True]
    return model([node("Compress", "x columns", "a", "/columns", axis=-1),
                  node("Compress", "x first", "b", "/first"),
                  node("Compress", "x rows", "c", "/rows", axis=0)],
                 [value("x", [3, 3]), value("rows", [2], TensorProto.BOOL)], outputs("abc"),
                 [weight("columns", np.array(yes)), weight("first", np.array([False] + yes))],
                 opset=17)


def long_names():
    """Outputs whose names are longer than those of files, or the same as files."""
    names = ["n" * 300 + end for end in "ab"] + ["a/b", "a_b", "a:b"]
    return model([node("Identity", "x", name, f"/{i}") for i, name in enumerate(names)],
                 [value("x", [1])], outputs(names), opset=17)


def image_blocks():
    """Channels to blocks of pixels and back, for images of any size."""
    return model(
        [node("DepthToSpace", "x", "a", "/deep", blocksize=2, mode="CRD"),
         node("SpaceToDepth", "a", "b", "/wide", blocksize=2),
         node("LpNormalization", "x", "c", "/ones", p=1, axis=1)],
        [value("x", ["N", 4, "H", "W"])], outputs("abc"), opset=17)


MODELS = {
    "hyperbolic": hyperbolic,
    "bits": bits,
    "named-lengths": named_lengths,
    "masked-tokens": lambda: masked(tokens=2),
    "masked-free": lambda: masked(tokens="S"),
    "shift-name": one("BitShift", "b b", graph_inputs=[B], direction="UP"),
    "shift-signed": one("BitShift", "n n", graph_inputs=[value("n", [2], I64)],
                        direction="LEFT"),
    "bits-half": one("BitCast", "n", graph_inputs=[value("n", [2], TensorProto.INT16)],
                     to=F16, opset=26),
    "bits-logic": one("BitwiseAnd", "x x"),
    "bits-float": one("BitCast", "x", to=TensorProto.INT32, opset=26),
    "bits-width": one("BitCast", "n", graph_inputs=[value("n", [2], I64)],
                      to=TensorProto.INT32, opset=26),
    "deconv-kernel": one("ConvTranspose", "s w", weight("w", models.ramp(2, 1, 3)),
                         graph_inputs=[SIGNAL], kernel_shape=[2]),
    "deconv-strides": one("ConvTranspose", "s w", weight("w", models.ramp(2, 1, 3)),
                          graph_inputs=[SIGNAL], strides=[1, 2]),
    "deconv-pads": one("ConvTranspose", "s w", weight("w", models.ramp(2, 1, 3)),
                       graph_inputs=[SIGNAL], pads=[1]),
    "deconv-far": one("ConvTranspose", "s w", weight("w", models.ramp(2, 1, 3)),
                      graph_inputs=[SIGNAL], pads=[0, 2**40]),
    "deconv-shape": one("ConvTranspose", "s w", weight("w", models.ramp(2, 1, 3)),
                        graph_inputs=[SIGNAL], output_shape=[5, 5]),
    "deconv-none": one("ConvTranspose", "s w", weight("w", models.ramp(2, 1, 3)),
                       graph_inputs=[SIGNAL], output_shape=[0]),
    "deconv-free": one("ConvTranspose", "s w", weight("w", models.ramp(2, 1, 3)),
                       graph_inputs=[value("s", [1, 2, "L"])], output_shape=[9]),
    "deconv-mode": one("ConvTranspose", "s w", weight("w", models.ramp(2, 1, 3)),
                       graph_inputs=[SIGNAL], auto_pad="SAME"),
    "deconv-weight": one("ConvTranspose", "s w", graph_inputs=[
        SIGNAL, value("w", [2, 1, "K"])]),
    "deconv-channels": one("ConvTranspose", "s w", weight("w", models.ramp(3, 1, 3)),
                           graph_inputs=[SIGNAL]),
    "deconv-bias": one("ConvTranspose", "s w c", weight("w", models.ramp(2, 1, 3)),
                       floats("c", 1, 2), graph_inputs=[SIGNAL]),
    "grid-mode": one("GridSample", "i g", graph_inputs=[IMAGE, GRID], mode="area"),
    "grid-outside": one("GridSample", "i g", graph_inputs=[IMAGE, GRID],
                        padding_mode="wrap"),
    "grid-points": one("GridSample", "i g", graph_inputs=[IMAGE, value("g", [1, 4, 4, 3])]),
    "lp-ceil": one("LpPool", "s", graph_inputs=[SIGNAL], kernel_shape=[2], ceil_mode=1),
    "lp-none": one("LpPool", "s", graph_inputs=[SIGNAL], kernel_shape=[2], p=0),
    "lp-matrix": one("GlobalLpPool", "v", graph_inputs=[value("v", [2, 3])]),
    "lrn-size": one("LRN", "s", graph_inputs=[SIGNAL], size=0),
    "resize-twice": one("Resize", "x none s t", floats("s", 1, 1, 2), ints("t", [2, 3, 8]),
                        floats("none")),
    "resize-smooth": one("Resize", "x none s", floats("s", 1, 1, 2), floats("none"),
                         antialias=1),
    "bytes-zero": fused("QLinearAdd", "b f1 i b f1 z f1 z", *QUANTIZED,
                        small("i", 1, np.int8), graph_inputs=[B]),
    "bytes-scale": fused("QLinearAdd", "b z z b f1 z f1 z", *QUANTIZED, graph_inputs=[B]),
    "bytes-scales": fused("QLinearAdd", "b f2 z b f1 z f1 z", *QUANTIZED,
                          floats("f2", 1, 2), graph_inputs=[B]),
    "bytes-result": fused("QLinearMul", "b f1 z b f1 z f1 i", *QUANTIZED,
                          small("i", 1, np.int32), graph_inputs=[B]),
    "bytes-concat": fused("QLinearConcat", "f1 z b f1", *QUANTIZED, graph_inputs=[B],
                          axis=0),
    "bytes-gemm": fused("QGemm", "b f1 z v f1 z", *QUANTIZED, small("v", [1, 2, 3]),
                        graph_inputs=[B]),
    "bytes-gemm-scale": fused("QGemm", "b z z w f1 z", *QUANTIZED,
                              small("w", np.ones((3, 2))), graph_inputs=[B]),
    "bytes-image": fused("QAttention", "x w c f1 f1", *QUANTIZED,
                         small("w", np.ones((4, 12))), floats("c", *[0] * 12),
                         num_heads=2),
    "conv-bytes-bias": one("QLinearConv", "i f1 z w f1 z f1 z c", *QUANTIZED,
                           small("w", np.ones((1, 2, 3))), small("c", 7, np.int32),
                           graph_inputs=[value("i", [1, 2, 5], TensorProto.UINT8)]),
    "conv-bytes-zeros": one("ConvInteger", "i w z", small("z", [1, 2]),
                            small("w", np.ones((1, 2, 3))),
                            graph_inputs=[value("i", [1, 2, 5], TensorProto.UINT8)]),
    "conv-bytes-flat": one("ConvInteger", "b b", graph_inputs=[B]),
    "distance-length": fused("RelativePositionBias", "t n n", weight("t", models.ramp(8, 2)),
                             ints("n", [2, 3])),
    "distance-below": fused("RelativePositionBias", "t n n", weight("t", models.ramp(8, 2)),
                            ints("n", [-1])),
    "distance-table": fused("RelativePositionBias", "t n n", weight("t", models.ramp(1, 2)),
                            ints("n", [2])),
    "gates-packed": fused("GatedRelativePositionBias", "x x x x x x t", ints("t", [0]),
                          num_heads=1),
    "gates-flat": fused("GatedRelativePositionBias", "v v v v v v", num_heads=1,
                        graph_inputs=[value("v", [2, 3])]),
    "split-gelu-odd": fused("BiasSplitGelu", "v v", graph_inputs=[value("v", [2, 3])]),
    "split-gelu-free": fused("BiasSplitGelu", "v v", graph_inputs=[value("v", [2, "C"])]),
    "group-flat": fused("GroupNorm", "v v v", graph_inputs=[value("v", [2, 3])], groups=1),
    "image-blocks": image_blocks,
    "depth-mode": one("DepthToSpace", "i", blocksize=2, mode="RCD",
                      graph_inputs=[value("i", [1, 4, 1, 1])]),
    "depth-size": one("SpaceToDepth", "x", blocksize=2),
    "lp-three": one("LpNormalization", "x", p=3),
    "loss-ranks": one("NegativeLogLikelihoodLoss", "x x"),
    "loss-reduction": one("NegativeLogLikelihoodLoss", "x t", reduction="max",
                          graph_inputs=[X, value("t", [2, 4], I64)]),
    "loss-labels": loss("NegativeLogLikelihoodLoss"),
    "loss-constant": loss("NegativeLogLikelihoodLoss", ints("labels", [0, -1])),
    "loss-ignored": loss("SoftmaxCrossEntropyLoss", ignore_index=-1),
    "loss-vector": one("SoftmaxCrossEntropyLoss", "v v", graph_inputs=[value("v", [4])]),
    "masked": masked,
    "masked-length": lambda: masked(length=False),
    "masked-caches": lambda: masked(dims=3),
    "masked-scores": lambda: masked(scores=True),
    "groups": groups(),
    "groups-bias": groups(value("bias", [1, 1, 1, "columns"]),
                          names="q k v pk pv lengths total    bias"),
    "heads": of_microsoft("MultiHeadAttention", "q k v",
                   [value("q", ["B", 1, 2]), value("k", ["BK", 1, 2]),
                    value("v", ["BV", 1, 2])], num_heads=1),
    "valid-keys": valid_keys,
    "ring": ring,
    "angles-at": of_microsoft("RotaryEmbedding", "x p c s",
                       [value("x", [1, 1, 2, 2]), value("p", ["B", "S"], I64)],
                       weight("c", models.ramp(3, 1)), weight("s", models.ramp(3, 1))),
    "angles-at-24": one("RotaryEmbedding", "x c s p", weight("c", models.ramp(3, 1)),
                        weight("s", models.ramp(3, 1)), opset=24,
                        graph_inputs=[value("x", [1, 1, 2, 2]), value("p", [1, 2], I64)]),
    "four-bits-permuted": few_bits(4, [0x54, 0x76, 0x98, 0xba]),
    "two-bits-permuted": few_bits(2, [0xe4, 0xe4]),
    "uneven-groups": few_bits(2, [0xe4, 0xe4], [0, 0, 0, 1, 1, 1, 1, 1]),
    "computed-groups": few_bits(2, [0xe4, 0xe4], []),
    "groups-of-a-number": few_bits(2, [0xe4] * 2, shape=()),
    "groups-of-long-rows": few_bits(2, [0xe4] * 2, shape=("M", 9)),
    "groups-of-free-rows": few_bits(2, [0xe4] * 2, shape=("M", "L")),
    "embedding": of_microsoft("EmbedLayerNormalization", "ids  words places  s s",
                       [value("ids", ["B", "S"], TensorProto.INT32)],
                       weight("words", models.ramp(5, 2)), weight("places", models.ramp(4, 2)),
                       weight("s", models.ramp(2)), results="y counts"),
    "equal-images": one("MeanVarianceNormalization", "x", opset=13,
                        graph_inputs=[value("x", ["N", 2, 16, 16])]),
    "compress": compress,
    "long-names": long_names,
    "opset-9": opset_9,
    "opset-12": opset_12,
    "opset-18": opset_18,
    "indexing": indexing,
    "halves": halves,
    "narrow": narrow,
    "narrow-widened": lambda: narrow(is_widened=True),
    "refused": refused,
    "refused-shapes": refused_shapes,
    "mod-float": one("Mod", "x x"),
    "pow-root": one("Pow", "n half", weight("half", np.float32(0.5)),
                    graph_inputs=[value("n", [3], TensorProto.INT32)]),
    "settled": one("MatMul", "x w", weight("w", models.ramp(8, 3)),
                   graph_inputs=[value("x", [2, "K"])]),
    "rotary-free": one("RotaryEmbedding", "r c c", opset=23,
                       graph_inputs=[value("r", [1, 2, 3, 4]), value("c", [1, 3, "E"])]),
    "conv-flat": one("Conv", "x w", weight("w", models.ramp(2, 3))),
    "conv-kernel": one("Conv", "image w", weight("w", models.ramp(4, 2, 3, 3)),
                       graph_inputs=[value("image", [1, 2, 8, 8])], kernel_shape=[3, 2]),
    "conv-free": one("Conv", "image w", weight("w", models.ramp(2, 3, 1)),
                     graph_inputs=[value("image", ["N", "C", "L"])]),
    "mean-of-none": one("ReduceMean", "n", graph_inputs=[value("n", [0], I64)]),
    "gather-nd-huge": one("GatherND", "x x", graph_inputs=[
        value("x", ["A", 3, 4, "B", "C", 3, 2**31 - 1, 3])]),
    "gather-nd-deep": one("GatherND", "x i", ints("i", [[0, 0, 0, 0]])),
    "scatter-average": one("ScatterND", "x i u", ints("i", [[0]]),
                           weight("u", models.ramp(1, 3, 4)), reduction="average"),
    "scatter-flat": one("ScatterElements", "x i u", ints("i", [0]),
                        weight("u", models.ramp(1))),
    "one-hot-three": one("OneHot", "n depth values", ints("depth", 3),
                         weight("values", models.ramp(3)),
                         graph_inputs=[value("n", [2], I64)]),
    "trilu-vector": one("Trilu", "v", graph_inputs=[value("v", [4])]),
    "eye-like-cube": one("EyeLike", "x"),
    "pad-short": one("Pad", "x pads", ints("pads", [1, 2])),
    "pad-mode": one("Pad", "x pads", ints("pads", [0] * 6), mode="mirror"),
    "pad-empty": one("Pad", "v pads", ints("pads", [1, 1]), mode="edge",
                     graph_inputs=[value("v", [0])]),
    "tile-short": one("Tile", "x repeats", ints("repeats", [2])),
    "tile-negative": one("Tile", "x repeats", ints("repeats", [1, 1, -1])),
    "split-none": one("Split", "x", num_outputs=0),
    "split-free": one("Split", "v sizes", ints("sizes", [1, 2]),
                      graph_inputs=[value("v", ["N"])]),
    "split-below-none": one("Split", "v sizes", ints("sizes", [-1, 3]),
                            graph_inputs=[value("v", ["N"])], results="y z"),
    "split-odd": one("Split", "x", axis=1, results="y z", opset=13),
    "split-free-sizes": one("Split", "n sizes", ints("sizes", [1, 2]),
                            graph_inputs=[value("n", [2, "N"])], axis=1, results="y z"),
    "split-evenly": one("Split", "n", graph_inputs=[value("n", ["M", "N"])], axis=1,
                        results="y z", opset=13),
    "windows": windows,
    "short-of-five": short_of_five,
    "two-below-none": two_below_none,
    "shape-of-another": shape_of_another,
    "none-or-one": none_or_one,
    "head-and-rest": head_and_rest,
    "attention-mask": one("Attention", "q k k m", opset=23, graph_inputs=[
        value("q", [1, 1, "Q", 1]), value("k", [1, 1, "K", 1]), value("m", ["Q", "M"])]),
    "resize": resize,
    "resize-refused": resize_refused,
    "resize-scales-given": lambda: model(
        [helper.make_node("Resize", ["n", "", "scales"], ["y"], name="/scales")],
        [value("n", ["N", "W"]), value("scales", [2])], outputs("y"), opset=18),
    "resize-mode": one("Resize", "x none s", floats("s", 1, 1, 2), floats("none"),
                       mode="area"),
    "resize-coordinates": one("Resize", "x none s", floats("s", 1, 1, 2), floats("none"),
                              coordinate_transformation_mode="centered"),
    "resize-nearest": one("Resize", "x none s", floats("s", 1, 1, 2), floats("none"),
                          nearest_mode="even"),
    "resize-scale": one("Resize", "x none s", floats("s", 1, 1, -2), floats("none")),
    "resize-scales": one("Resize", "x none s", floats("s", 1, 2), floats("none")),
    "resize-sizes": one("Resize", "x none none s", ints("s", [1, 2]), floats("none")),
    "resize-size": one("Resize", "x none none s", ints("s", [2, 3, -4]), floats("none")),
    "resize-none": one("Resize", "x none none", floats("none")),
    "upsample-none": one("Upsample", "x", opset=9),
    "resize-huge": one("Resize", "x none s", floats("s", 1, 1, 1e9), floats("none"),
                       graph_inputs=[value("x", [1, 1, 2**20])]),
    "resize-empty": one("Resize", "x none none s", ints("s", [2, 3, 0]), floats("none"),
                        mode="linear", antialias=1),
    "causal-none": one("CausalConvWithState", "x w", weight("w", np.ones((3, 1, 0), np.float32)),
                       results="y z", opset=28),
    "resize-policy": one("Resize", "x none none s", ints("s", [2, 3, 8]), floats("none"),
                         keep_aspect_ratio_policy="crop"),
    "resize-region": one("Resize", "x none s", floats("s", 1, 1, 2), floats("none"),
                         coordinate_transformation_mode="tf_crop_and_resize"),
    "recurrent": recurrent,
    "recurrent-refused": recurrent_refused,
    "recurrent-long": recurrent_long,
    "recurrent-free": recurrent_free,
    "recurrent-wide": recurrent_wide,
    "cell-direction": cell("RNN", direction="backward"),
    "cell-activation": cell("RNN", activations=["Cosine"]),
    "cell-activations": cell("LSTM", gates=4, activations=["Tanh"]),
    "cell-flat": cell("RNN", "b w w"),
    "cell-gates": cell("GRU", gates=4),
    "cell-bias": cell("RNN", "x w w b"),
    "cell-peepholes": cell("LSTM", "x w w none lengths none none p", gates=4, graph_inputs=[
        value("p", [1, 2]), value("none", [1, 8]), value("lengths", [1], TensorProto.INT32)]),
    "cell-hidden": cell("GRU", gates=3, hidden_size=4),
    "cell-layout": cell("LSTM", gates=4, layout=2),
    "cell-clip": cell("LSTM", gates=4, clip=float("nan")),
    "cell-clip-negative": cell("GRU", gates=3, clip=-1.0),
    "cell-lengths": cell("RNN", "x w w none lengths",
                         graph_inputs=[value("none", [1, 2]), value("lengths", [1], I64)]),
    "cell-lengths-shape": cell("RNN", "x w w none lengths", graph_inputs=[
        value("none", [1, 2]), value("lengths", [3], TensorProto.INT32)]),
    "cell-none": one("RNN", "x w w", weight("w", np.ones((1, 1, 1), np.float32)),
                     graph_inputs=[value("x", [0, 1, 1])], opset=17),
    "counted": counted,
    "scanned": scanned,
    "scan-free": lambda: scanned("N", "N"),
    "scan-empty": lambda: scanned(0, 0),
    "scan-count": lambda: scanned(count=4),
    "scan-lengths": lambda: scanned(columns=4),
    "scan-outputs": lambda: scanned(results="total y z2"),
    "scan-axes": lambda: scanned(scan_input_axes=[0, 0, 0]),
    "scan-axis": lambda: scanned(scan_input_axes=[0, 2]),
    "scan-output-axis": lambda: scanned("N", "N", scan_output_axes=[2]),
    "scan-directions": lambda: scanned(scan_output_directions=[0, 1, 0]),
    "scan-direction": lambda: scanned(scan_input_directions=[0, 2]),
    "scan-lookups": looked_up,
    "loops-counted": counted_loops,
    "loop-grows": lambda: grows("x"),
    "loop-grows-known": lambda: grows("row"),
    "loop-count": lambda: model(
        [helper.make_node("Loop", ["n", "", "s"], ["y"], name="/loop",
                          body=body_of([], "i on s", "on s"))],
        [value("n", [2], I64), value("s", [2])], outputs("y"), opset=17),
    "new-opsets": new_opsets,
    "new-opsets-refused": new_opsets_refused,
    "causal-flat": one("CausalConvWithState", "x x", graph_inputs=[value("x", [2, 3])],
                       opset=28),
    "causal-activation": one("CausalConvWithState", "x x", opset=28, activation="relu"),
    "linear-rule": one("LinearAttention", "x x x", opset=28, update_rule="hebb",
                       q_num_heads=2, kv_num_heads=2),
    "linear-none": one("LinearAttention", "x x x", graph_inputs=[value("x", [2, 0, 4])],
                       opset=28, update_rule="linear", q_num_heads=2, kv_num_heads=2),
    "split-short": one("Split", "x sizes", ints("sizes", [1, 2]), axis=2, results="y z"),
    "two-results": one("Tanh", "x", results="y z"),
    "gelu-name": one("Gelu", "x", approximate="erf", opset=20),
    "gemm-cube": one("Gemm", "x w", weight("w", models.ramp(4, 4))),
    "einsum-empty": one("Einsum", "", equation=""),
    "concat-none": one("Concat", "", axis=0),
    "concat-numbers": one("Concat", "n n", axis=0, graph_inputs=[value("n", [])]),
    "concat-no-axis": one("Concat", "x x"),
    "gather-axis": one("Gather", "x i", ints("i", [0]), axis=3),
    "slice-lists": one("Slice", "x starts ends", ints("starts", [0, 1]), ints("ends", [2])),
    "slice-axes": one("Slice", "x one one axes", ints("one", [1]), ints("axes", [0, 1])),
    "slice-step": one("Slice", "x zero one zero zero", ints("zero", [0]), ints("one", [1])),
    "reshape-count": one("Reshape", "x shape", ints("shape", [5, 5])),
    "reshape-copy": one("Reshape", "x shape", ints("shape", [0, 0, 0, 0])),
    "reshape-guess": one("Reshape", "x shape", ints("shape", [-1, 3, -1])),
    "reshape-matrix": one("Reshape", "x shape", ints("shape", [[2, 12]])),
    "expand-keep": one("Expand", "x shape", ints("shape", [2, 3, -1])),
    "expand-wide": one("Expand", "x shape", ints("shape", [2, 3, 8])),
    "flatten-axis": one("Flatten", "x", axis=4),
    "squeeze-wide": one("Squeeze", "x axes", ints("axes", [-1])),
    "squeeze-axis": one("Squeeze", "x axes", ints("axes", [3])),
    "squeeze-number": one("Squeeze", "n axes", ints("axes", [0]),
                          graph_inputs=[value("n", [])]),
    "unsqueeze-none": one("Unsqueeze", "x"),
    "unsqueeze-twice": one("Unsqueeze", "x axes", ints("axes", [0, -5])),
    "unsqueeze-deep": one("Unsqueeze", "x axes", ints("axes", range(62))),
    "fill-list": one("ConstantOfShape", "shape", ints("shape", [2, 2]),
                     value=helper.make_tensor("", F32, [2], [0.0, 1.0])),
    "range-types": one("Range", "zero half one", ints("zero", 0), ints("one", 1),
                       weight("half", np.float32(8.5))),
    "range-stands": one("Range", "zero eight zero", ints("zero", 0), ints("eight", 8)),
}


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0 if len(sys.argv) == 2 else 2
    root = Path(__file__).resolve().parent.parent
    folder = Path(sys.argv[1]) if len(sys.argv) == 2 else root / "test" / "Inputs" / "operators"
    for name, make in MODELS.items():
        data = make().SerializeToString(deterministic=True)
        (folder / f"{name}.onnx").write_bytes(data)
        print(f"{name}.onnx: {len(data)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
