#!/usr/bin/python3
"""Makes the small ONNX files in test/Inputs whose weights are in other files, or whose
nodes hold graphs; see make-test-models.py, which makes the rest.

  make-part-models.py [FOLDER]
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

HERE = Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location("models", HERE / "make-test-models.py")
M = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(M)
F32, I64, BOOL = M.F32, M.I64, M.BOOL


# --- weights in other files ------------------------------------------------------------


def point(tensor, **entries):
    """Records that the bytes of a tensor are in another file."""
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, text in entries.items():
        entry = tensor.external_data.add()
        entry.key, entry.value = key, str(text)


def external(**entries):
    """A product with a weight of 64 bytes in another file."""
    made = M.model([M.node("MatMul", "x w", "y", "/MatMul")], [M.value("x", [2, 4])],
                   [M.value("y", [2, 4])], [M.weight("w", M.ramp(4, 4))])
    point(made.graph.initializer[0], **entries)
    return made


def external_constant():
    """The weight is the value of a node, and what a shape is computed from is in a file
    as well, as savers without a least size do it."""
    made = M.model([M.node("Constant", "", "w", "/Constant", value=M.weight("", M.ramp(4, 4))),
                    M.node("Reshape", "x s", "flat", "/Reshape"),
                    M.node("MatMul", "flat w", "y", "/MatMul")],
                   [M.value("x", [8])], [M.value("y", [2, 4])], [M.ints("s", [2, 4])])
    point(made.graph.node[0].attribute[0].t, location="data/part.bin", offset=0, length=64)
    point(made.graph.initializer[0], location="data/part.bin", offset=64, length=16)
    return made


def large_constant():
    """Weights that are values of nodes, and one whose numbers are typed, not raw."""
    made = M.model([M.node("Constant", "", "w", "/Constant", value=M.weight("", M.small(32, 32))),
                    M.node("MatMul", "x w", "h", "/MatMul"),
                    M.node("Add", "h b", "y", "/Add")],
                   [M.value("x", [2, 32])], [M.value("y", [2, 32])],
                   [helper.make_tensor("b", F32, [32], [float(i) for i in range(32)])])
    return made


# --- functions -------------------------------------------------------------------------


def function(name, inputs, outputs, nodes, attributes=(), defaults=(), opset=17):
    """An operator that the file defines. Defaults are a field that onnx 1.12 lacks."""
    made = helper.make_function("local", name, inputs.split(), outputs.split(), nodes,
                                [helper.make_opsetid("", opset), helper.make_opsetid("local", 1)],
                                list(attributes))
    for default in defaults:
        text = default.SerializeToString()
        made.MergeFromString(bytes([11 << 3 | 2, len(text)]) + text)
    return made


def refer(node, **names):
    """`node` with attributes that are those of the call."""
    for name, of in names.items():
        attribute = node.attribute.add()
        attribute.name, attribute.ref_attr_name, attribute.type = name, of, 1  # a float
    return node


def call(name, inputs, outputs, where, **attributes):
    return helper.make_node(name, inputs.split(" "), outputs.split(), name=where,
                            domain="local", **attributes)


def with_functions(nodes, functions, inputs, outputs):
    made = M.model(nodes, inputs, outputs, domains=["local"])
    made.functions.extend(functions)
    return made


def functions():
    """A function in another, called twice; an attribute that is given, one by default, and
    one that is not there; an operand that is left out; a result that is an operand; and a
    graph in a node of a function, which reads a value around it."""
    leaky = function("Leaky", "v", "r", [refer(M.node("LeakyRelu", "v", "r", "leak"),
                                                alpha="slope")], attributes=["slope"])
    both = function(
        "Both", "a b", "sum a", [
            call("Leaky", "a", "thin", "/thin", slope=0.5),
            refer(call("Leaky", "a", "usual", "/usual"), slope="steepness"),
            M.node("Add", "thin usual", "sum", "add")],
        defaults=[helper.make_attribute("steepness", 0.25)])
    most = function("Most", "a low high", "r", [M.node("Clip", "a low high", "r", "clip")])
    branch = graph([M.node("Mul", "v v", "z", "/square")], outputs="z")
    chosen = function("Chosen", "v", "r", [
        M.node("Constant", "", "yes", "/yes", value=helper.make_tensor("", BOOL, [], [True])),
        M.node("If", "yes", "r", "/if", then_branch=branch, else_branch=branch)])
    return with_functions(
        [call("Both", "x x", "s same", "/first"), call("Both", "s x", "t u", "/second",
                                                        steepness=1.0),
         call("Most", "t  six", "m", "/most"), call("Chosen", "m", "y", "/chosen"),
         M.node("Constant", "", "six", "/six", value=helper.make_tensor("", F32, [], [6]))],
        [leaky, both, most, chosen], [M.value("x", [4])],
        [M.value("same", [4]), M.value("y", [4])])


def endless():
    """A function that calls itself, in a branch."""
    inner = graph([call("Again", "v", "z", "/again")], outputs="z")
    again = function("Again", "v", "r", [M.node("If", "v", "r", "/if", then_branch=inner,
                                                 else_branch=inner)])
    return with_functions([call("Again", "x", "y", "/call")], [again], [M.value("x", [], BOOL)],
                          [M.value("y", None)])


def other_opset():
    old = function("Old", "v", "r", [M.node("Tanh", "v", "r", "/tanh")], opset=13)
    return with_functions([call("Old", "x", "y", "/call")], [old], [M.value("x", [4])],
                          [M.value("y", [4])])


def bad_default():
    """A default that is truncated."""
    bad = function("Bad", "v", "r", [M.node("Tanh", "v", "r", "/tanh")])
    bad.MergeFromString(bytes([11 << 3 | 2, 2, 10, 9]))
    return with_functions([call("Bad", "x", "y", "/call")], [bad], [M.value("x", [4])],
                          [M.value("y", [4])])


# --- graphs in nodes -------------------------------------------------------------------


def graph(nodes, inputs="", outputs="", weights=()):
    return helper.make_graph(nodes, "inner", [M.value(name, None) for name in inputs.split()],
                             [M.value(name, None) for name in outputs.split()],
                             initializer=list(weights))


def branches():
    """torch.squeeze as PyTorch exports it: a branch for each answer to whether the
    dimension is 1. One branch holds an operator that we do not have."""
    then = graph([M.node("Squeeze", "x axis", "thin", "/Squeeze")], outputs="thin")
    other = graph([M.node("NonMaxSuppression", "x x x", "wide", "/boxes")], outputs="wide")
    return M.model(
        [M.node("Shape", "x", "shape", "/Shape"),
         M.node("Gather", "shape axis", "size", "/Gather", axis=0),
         M.node("Equal", "size one", "thin?", "/Equal"),
         M.node("If", "thin?", "part", "/If", then_branch=then, else_branch=other),
         M.node("Tanh", "part", "y", "/Tanh")],
        [M.value("x", ["rows", 4])], [M.value("y", None)],
        [M.ints("axis", [0]), M.ints("one", [1])])


def loops():
    """Three steps of a recurrence that stops by its condition, with the rows on the way;
    each step hides a name of the graph around it."""
    body = graph(
        [M.node("Mul", "state w", "w2", "/Mul"),
         M.node("Add", "w2 step", "next", "/Add"),
         M.node("Add", "i one", "count", "/count"),
         M.node("Less", "count three", "goes-on", "/Less"),
         M.node("Identity", "next", "row", "/row")],
        "i on state", "", [M.weight("w", np.full(4, 0.5, np.float32)), M.ints("three", 3)])
    body.output.extend(M.value(name, None) for name in ("goes-on", "next", "row"))
    return M.model(
        [M.node("Loop", "most on x", "last rows", "/Loop", body=body),
         M.node("Add", "last w", "y", "/Add")],
        [M.value("x", [4])], [M.value("y", None), M.value("rows", None)],
        [M.ints("most", 10), M.weight("on", np.array(True)), M.weight("w", M.ramp(4)),
         M.ints("one", 1), M.weight("step", np.ones(4, np.float32))])


def open_control():
    """Control flow that depends on inputs cannot be imported."""
    ends = graph([M.node("Cast", "state", "still", "/Cast", to=BOOL),
                  M.node("Tanh", "state", "next", "/Tanh")], "i on state", "still next")
    forever = graph([M.node("And", "on on", "still", "/And"),
                     M.node("Tanh", "state", "next", "/Tanh")], "i on state", "still next")
    rows = graph([M.node("Identity", "on", "still", "/Identity"),
                  M.node("Identity", "i", "row", "/Identity")], "i on", "still row")
    same = graph([M.node("Tanh", "x", "z", "/Tanh")], outputs="z")
    return M.model(
        [M.node("If", "c", "a", "/if", then_branch=same, else_branch=same),
         M.node("Loop", "n on x", "b", "/counted", body=ends),
         M.node("Loop", "two on x", "d", "/ended", body=ends),
         M.node("Loop", "zero on", "e", "/rows", body=rows),
         M.node("Loop", "many on x", "f", "/endless", body=forever)],
        [M.value("x", [4]), M.value("c", [1], BOOL), M.value("n", [], I64)],
        [M.value(name, None) for name in "abdef"],
        [M.weight("on", np.array(True)), M.ints("two", 2), M.ints("zero", 0),
         M.ints("many", 1 << 40)])


def switch():
    """A decoder in one file with and without a cache, as Optimum merges them, in small: an
    input decides which of two graphs runs."""
    cached = graph([M.node("Mul", "x gain", "z", "/cached")], outputs="z")
    first = graph([M.node("Tanh", "x", "t", "/first"),
                   M.node("ReduceSum", "t", "z", "/all", keepdims=0)], outputs="z")
    return M.model(
        [M.node("If", "use_cache", "y", "/if", then_branch=cached, else_branch=first),
         M.node("Cast", "count", "n", "/n", to=F32), M.node("Add", "y n", "z", "/add")],
        [M.value("x", ["N"]), M.value("use_cache", [1], BOOL), M.value("gain", [1]),
         M.value("count", [1], M.TensorProto.INT8)], [M.value("z", None)])


def angles():
    """Angles for short sequences and for long ones, as Phi-3 chooses them; a constant and a
    value from outside."""
    short = graph([M.node("Identity", "short", "z", "/short")], outputs="z")
    wide = helper.make_tensor("", F32, [4], [0.5, 0.25, 0.125, 0.0625])
    long = graph([M.node("Constant", "", "z", "/long", value=wide)], outputs="z")
    return M.model(
        [M.node("ReduceMax", "positions", "last", "/last", keepdims=0),
         M.node("Greater", "last limit", "is-long", "/is-long"),
         M.node("If", "is-long", "angles", "/choose", then_branch=long, else_branch=short),
         M.node("Mul", "x angles", "y", "/turn")],
        [M.value("positions", [1, "S"], I64), M.value("x", [2, 4])], [M.value("y", [2, 4])],
        [M.ints("limit", 3), M.weight("short", np.ones(4, np.float32))])


def control(op_type, inputs, outputs="y", **attributes):
    """One node with graphs that break the rules."""
    return M.model([M.node(op_type, inputs, outputs, "/node", **attributes)],
                   [M.value("x", [4])], [M.value("y", None)],
                   [M.weight("on", np.array(True)), M.ints("two", 2)])


def deep():
    """Nested branches: more than a reader of the format accepts."""
    inner = graph([M.node("Tanh", "x", "y", "/Tanh")], outputs="y")
    for _ in range(40):
        inner = graph([M.node("If", "on", "y", "/If", then_branch=inner, else_branch=graph(
            [M.node("Tanh", "x", "y", "/Tanh")], outputs="y"))], outputs="y")
    return control("If", "on", then_branch=inner, else_branch=inner)


def sparse():
    """A weight with one element that is not zero."""
    made = M.model([M.node("Add", "x w", "y", "/Add")], [M.value("x", [4])],
                   [M.value("y", [4])])
    made.graph.sparse_initializer.append(helper.make_sparse_tensor(
        M.weight("w", np.ones(1, np.float32)), M.ints("", [2]), [4]))
    return made


def not_utf8_dim():
    data = M.model([M.node("Tanh", "x", "y", "/Tanh")], [M.value("x", ["??"])],
                   [M.value("y", None)]).SerializeToString(deterministic=True)
    return data.replace(b"??", b"\xff\xfe")


IDENTITY = graph([M.node("Identity", "x", "z", "/Identity")], outputs="z")
LOST = graph([M.node("Tanh", "nowhere", "z", "/inner")], outputs="z")
TWICE = graph([M.node("Tanh", "x", "z", "/one"), M.node("Exp", "x", "z", "/two")], outputs="z")

MODELS = {
    "external-part": lambda: external(location="data/part.bin", offset=0, length=64),
    "external-rest": lambda: external(location="part.bin", offset=16),
    "external-folder": lambda: external(location="data"),
    "external-link": lambda: external(location="data/link.bin", length=64),
    "external-up": lambda: external(location="../part.bin", length=64),
    "external-root": lambda: external(location="/etc/hostname"),
    "external-long": lambda: external(location="part.bin", offset=17, length=64),
    "external-far": lambda: external(location="part.bin", offset=81),
    "external-short": lambda: external(location="part.bin", length=60),
    "external-word": lambda: external(location="part.bin", offset="many"),
    "external-nowhere": lambda: external(offset=0, length=64),
    "external-constant": external_constant,
    "large-constant": large_constant,
    "branches": branches,
    "loops": loops,
    "functions": functions,
    "functions-endless": endless,
    "functions-opset": other_opset,
    "functions-default": bad_default,
    "open-control": open_control,
    "angles": angles,
    "switch": switch,
    "branch-missing": lambda: control("If", "on", else_branch=IDENTITY),
    "branch-outputs": lambda: control("If", "on", "y q", then_branch=IDENTITY,
                                      else_branch=IDENTITY),
    "branch-lost": lambda: control("If", "on", then_branch=LOST, else_branch=IDENTITY),
    "branch-twice": lambda: control("If", "on", then_branch=IDENTITY, else_branch=TWICE),
    "body-inputs": lambda: control("Loop", "two on x", body=IDENTITY),
    "body-outputs": lambda: control("Loop", "two on x", body=graph(
        [M.node("Identity", "s", "z", "/Identity")], "i c s", "z")),
    "loop-outputs": lambda: control("Loop", "two on x x", body=IDENTITY),
    "deep-graphs": deep,
    "sparse": sparse,
    "not-utf8-dim": not_utf8_dim,
}


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0 if len(sys.argv) == 2 else 2
    folder = Path(sys.argv[1]) if len(sys.argv) == 2 else HERE.parent / "test" / "Inputs"
    for name, make in MODELS.items():
        made = make()
        data = made if isinstance(made, bytes) else made.SerializeToString(deterministic=True)
        (folder / f"{name}.onnx").write_bytes(data)
        print(f"{name}.onnx: {len(data)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
