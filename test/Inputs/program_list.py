"""The programs that programs.py runs: what went wrong once, and what looks as if it could."""

import math
import random

from programs import BINARY, PIECES, UNARY, Program


def program(build):
    def make():
        p = Program(seed=1)
        p.outputs = list(build(p))
        return p
    make.is_program = True
    return make


# --- products ----------------------------------------------------------------------


@program
def linear_tails(p):
    """Rows and columns that fill no register tile, with bias and activation."""
    x = p.input(11, 5)
    yield p.unary("relu", p.linear(x, p.weight(5, 37), p.weight(37)))
    # One row, and a vector.
    yield p.unary("gelu tanh", p.linear(p.input(1, 5), p.weight(5, 37), p.weight(37)))
    yield p.linear(p.input(5), p.weight(5, 37), p.weight(37))


@program
def linear_residual(p):
    x = p.input(2, 7, 24)
    hidden = p.unary("gelu erf", p.linear(x, p.weight(24, 65), p.weight(65)))
    yield p.binary("add", p.linear(hidden, p.weight(65, 24), p.weight(24)), x)


@program
def linear_many_panels(p):
    yield p.unary("relu", p.linear(p.input(3, 9), p.weight(9, 32 * 25 + 5)))


@program
def linear_transposed_weight(p):
    """Packed straight from the untransposed constant, which a gather also reads."""
    w = p.weight(65, 24)
    tokens = p.input(2, 4, dtype="i64", values=range(8))
    x = p.norm("layer_norm", p.gather(w, tokens, 0))
    yield p.linear(x, p.transpose(w, 1, 0))


@program
def weights_used_twice(p):
    w, x = p.weight(24, 24), p.input(9, 24)
    yield p.linear(p.linear(x, w), w)
    yield p.binary("add", w, w)
    yield p.linear(x, p.transpose(w, 1, 0))
    yield w


@program
def tiny_weights(p):
    """Small enough to stay in the program, were they not packed."""
    x = p.input(3, 2)
    yield p.linear(x, p.weight(2, 3), p.weight(3))
    yield p.matmul(x, p.transpose(p.weight(5, 2), 1, 0))
    yield p.linear(p.input(3, 1), p.weight(1, 1))


@program
def matmul_batches(p):
    x = p.input(2, 3, 7, 9)
    yield p.matmul(x, p.weight(9, 33))
    yield p.matmul(x, p.input(9, 33))
    yield p.matmul(p.input(7, 9), p.input(2, 3, 9, 5))
    yield p.matmul(p.input(2, 1, 7, 9), p.input(1, 3, 9, 33))
    yield p.matmul(p.input(2, 1, 7, 9), p.weight(1, 3, 9, 33))
    yield p.matmul(p.input(2, 3, 5), p.transpose(p.weight(2, 7, 5), 0, 2, 1))
    yield p.matmul(p.input(2, 3, 5, 6), p.transpose(p.input(3, 40, 6), 0, 2, 1))


@program
def matmul_vectors(p):
    v, w = p.input(9), p.weight(9)
    yield p.matmul(v, w)
    yield p.matmul(v, p.input(9, 5))
    yield p.matmul(p.input(3, 9), v)
    yield p.matmul(v, p.input(2, 9, 4))
    yield p.matmul(p.input(1, 1), p.input(1, 1))


@program
def matmul_transposed(p):
    x = p.input(24, 9)
    yield p.matmul(p.transpose(x, 1, 0), p.input(24, 33))
    yield p.transpose(p.matmul(p.input(9, 24), p.input(24, 33)), 1, 0)
    square = p.input(7, 7)
    yield p.matmul(square, square)


@program
def epilogues(p):
    """What follows a product is computed on it, unless somebody else reads it too."""
    def product():
        return p.matmul(p.input(9, 24), p.input(24, 33))
    yield p.binary("mul", product(), p.input(9, 1))
    y = product()
    yield p.binary("mul", y, y)
    yield p.cast(product(), "f64")
    z = product()
    yield p.unary("relu", z)
    yield p.unary("tanh", z)


@program
def doubles(p):
    x = p.input(5, 6, dtype="f64")
    y = p.matmul(x, p.weight(6, 37, dtype="f64"))
    yield p.softmax(y, 1)
    yield p.unary("gelu erf", p.norm("layer_norm", x))
    yield p.unary("tanh", p.unary("exp", x))


# --- attention ---------------------------------------------------------------------


@program
def attention_lengths(p):
    """The key is packed at run time: lengths that are no multiple of a panel."""
    yield p.attention(p.input(2, 3, 17, 8), p.input(2, 3, 17, 8), p.input(2, 3, 17, 8))
    causal = p.weight(40, 40, dtype="i1", values=[j <= i for i in range(40) for j in range(40)])
    yield p.attention(p.input(1, 2, 40, 6), p.input(1, 2, 40, 6), p.input(1, 2, 40, 6),
                      mask=causal, fill=-1e9)
    yield p.attention(p.input(2, 5, 8), p.input(2, 33, 8), p.input(2, 33, 12))
    yield p.attention(p.input(1, 8), p.input(1, 8), p.input(1, 8))


@program
def attention_masks(p):
    q, k, v = p.input(2, 2, 17, 8), p.input(2, 2, 17, 8), p.input(2, 2, 17, 8)
    yield p.attention(q, k, v, mask=p.input(2, 1, 1, 17))
    yield p.attention(q, k, v, mask=p.input(2, 1, 1, 17, dtype="i1"), fill=-1e4)


@program
def attention_heads(p):
    x = p.input(2, 17, 24)

    def heads():
        y = p.linear(x, p.weight(24, 24), p.weight(24))
        return p.transpose(p.reshape(y, 2, 17, 3, 8), 0, 2, 1, 3)
    y = p.transpose(p.attention(heads(), heads(), heads(), scale=0.05), 0, 2, 1, 3)
    yield p.binary("add", x, p.linear(p.reshape(y, 2, 17, 24), p.weight(24, 24), p.weight(24)))


@program
def attention_cache(p):
    """One new token behind sixteen old ones, and behind none."""
    for past in (16, 0):
        keys = p.concat([p.input(1, 2, past, 8), p.input(1, 2, 1, 8)], 2)
        yield keys
        yield p.attention(p.input(1, 2, 1, 8), keys, keys)


@program
def rotary(p):
    x = p.input(1, 2, 17, 8)
    low = p.slice(x, (0, 0, 0, 0), (1, 2, 17, 4), (1, 1, 1, 1))
    high = p.slice(x, (0, 0, 0, 4), (1, 2, 17, 8), (1, 1, 1, 1))
    turned = p.concat([p.unary("neg", high), low], 3)
    yield p.binary("add", p.binary("mul", x, p.weight(17, 8)),
                   p.binary("mul", turned, p.weight(17, 8)))


# --- rows --------------------------------------------------------------------------


@program
def softmax_axes(p):
    x = p.input(3, 5, 37)
    for axis in (0, 1, 2):
        yield p.softmax(x, axis)
    yield p.softmax(p.input(37), 0)
    yield p.softmax(p.input(4, 1), 1)
    yield p.softmax(p.softmax(p.input(1, 1, 1, 19), 3), 3)


@program
def norms(p):
    for shape in ((3, 5, 37), (37,), (3, 16)):
        x = p.input(*shape)
        yield p.norm("layer_norm", x, p.weight(shape[-1]), p.weight(shape[-1]))
        yield p.norm("layer_norm", x)
        yield p.norm("rms_norm", x, p.weight(shape[-1]))
    x = p.binary("add", p.input(3, 5, 37), p.input(3, 5, 37))
    yield p.norm("layer_norm", x, p.weight(37))
    yield x


@program
def squares(p):
    """Where rows and columns are as many, a transposed read has the same shape."""
    x = p.input(7, 7)
    yield p.transpose(p.softmax(x, 1), 1, 0)
    yield p.binary("mul", p.transpose(p.norm("layer_norm", x), 1, 0), x)
    yield p.binary("add", x, p.reduce("sum", x, [1]))
    cube = p.input(7, 7, 7)
    yield p.softmax(p.binary("mul", cube, p.softmax(p.unary("exp", x), 1)), 2)
    yield p.binary("mul", p.softmax(cube, 2), p.reduce("sum", p.input(7, 7, 7), [2]))


@program
def reductions(p):
    x = p.input(3, 5, 37)
    for kind in ("sum", "mean", "max", "min"):
        for axes in ([0], [1], [2], [0, 2], [0, 1, 2]):
            yield p.reduce(kind, x, axes, keep=axes == [2])
    integers = p.input(3, 37, dtype="i64")
    for kind in ("sum", "max", "min"):
        yield p.reduce(kind, integers, [1])
    yield p.reduce("sum", x, [])


# --- elementwise -------------------------------------------------------------------


@program
def functions(p):
    x = p.input(3, 37)
    for name in UNARY:
        if name != "sqrt":
            yield p.unary(name, x)
    yield p.unary("sqrt", p.unary("abs", x))


@program
def gelu_pieces(p):
    """From -8 to 8: every piece, breaks that are f32 numbers, and lanes of several pieces."""
    x = p.input(17 * 241, values=[(i - 2048) / 256 for i in range(17 * 241)])
    for name in ("gelu erf", "gelu tanh", *PIECES):
        yield p.unary(name, x)


@program
def integers(p):
    x, y = p.input(3, 37, dtype="i64"), p.input(37, dtype="i64")
    for name in ("add", "sub", "mul", "maximum", "minimum"):
        yield p.binary(name, x, y)
    yield p.unary("neg", x)
    yield p.unary("abs", x)


@program
def integer_division(p):
    """Nothing may trap: neither the lanes behind the end, nor what has no result."""
    x = p.input(3, 37, dtype="i64")
    divisors = p.input(37, dtype="i64", values=[3 if i % 2 else -2 for i in range(37)])
    yield p.binary("div", x, divisors)
    lowest = -2 ** 63
    x = p.input(4, dtype="i64", values=[5, 7, lowest, 9])
    y = p.input(4, dtype="i64", values=[0, 2, -1, -1])
    yield p.op(f"div {x.name}, {y.name}", [x, y], "i64", (4,), [5, 3, lowest, -9])


@program
def unsigned(p):
    """200 is larger than 100, and no negative number."""
    x, y = p.input(3, 37, dtype="ui8"), p.weight(37, dtype="ui8", values=range(219, 256))
    for name in ("maximum", "minimum", "div"):
        yield p.binary(name, x, y)
    yield p.compare("lt", x, y)
    yield p.where(p.compare("ge", x, y), x, y)
    for dtype in ("f32", "i64", "i1"):
        yield p.cast(x, dtype)
    for kind in ("max", "min"):
        yield p.reduce(kind, x, [1])
    yield p.cast(p.unary("abs", p.input(37, values=[200.5, 3] * 18 + [7])), "ui8")
    flags = p.compare("lt", x, y)
    yield p.cast(flags, "i8")
    yield p.cast(flags, "ui8")


@program
def powers(p):
    x = p.unary("abs", p.input(3, 17))
    for exponent in (0.5, 1.0, 2.0, 3.0, 2.5, -1.0):
        yield p.binary("pow", x, p.weight(values=[exponent]))
    yield p.binary("pow", x, p.weight(dtype="i64", values=[2]))
    n = p.input(17, dtype="i64")
    yield p.binary("pow", n, p.weight(dtype="i64", values=[3]))
    yield p.binary("pow", n, p.input(17, dtype="i64", values=range(17)))


@program
def booleans(p):
    x, y = p.input(3, 37), p.input(37)
    flags = p.compare("lt", x, y)
    yield flags
    yield p.where(flags, x, y)
    yield p.cast(flags, "f32")
    yield p.cast(flags, "i64")
    c, d = p.input(6, 7, dtype="i1"), p.weight(6, 7, dtype="i1")
    yield p.where(c, d, c)
    yield p.transpose(p.reshape(c, 7, 6), 1, 0)
    yield p.slice(c, (0, 0), (6, 7), (2, 2))
    yield p.concat([c, d], 1)
    yield p.gather(c, p.input(3, dtype="i64", values=[0, 1, -2]), 0)


@program
def casts(p):
    n = p.input(37, dtype="i64")
    for dtype in ("f32", "i32", "i1", "i64"):
        yield p.cast(n, dtype)
    x = p.input(37)
    for dtype in ("f64", "i64", "i1"):
        yield p.cast(x, dtype)


@program
def scalars(p):
    s, x = p.input(), p.input(4)
    total = p.reduce("sum", x, [0])
    yield p.binary("add", s, s)
    yield p.unary("tanh", total)
    yield p.binary("mul", x, total)
    yield p.expand(s, 3, 4)
    yield p.reshape(p.input(1, 1))
    yield p.reshape(s, 1, 1, 1)


# --- movement ----------------------------------------------------------------------


@program
def gathers(p):
    table = p.input(6, 4)
    yield p.gather(table, p.input(5, dtype="i64", values=[0, -1, -6, 5, 2]), 0)
    yield p.gather(table, p.input(2, 2, dtype="i32", values=[0, -1, 3, 1]), 1)
    yield p.gather(table, p.input(dtype="i64", values=[2]), 0)
    yield p.gather(table, p.input(dtype="i64", values=[-2]), 1)
    yield p.gather(p.input(6), p.input(dtype="i64", values=[-2]), 0)
    yield p.gather(p.input(6, 4, 3), p.input(2, dtype="i64", values=[3, -4]), 1)


@program
def slices(p):
    x = p.input(6, 9)
    yield p.slice(x, (1, 2), (6, 9), (2, 3))
    yield p.slice(x, (5, 8), (-1, 1), (-1, -3))
    yield p.slice(x, (5, 0), (-1, 9), (-1, 1))
    yield p.slice(x, (6, 0), (6, 9), (1, 1))
    yield p.unary("relu", p.slice(p.input(6, 90), (1, 3), (6, 85), (2, 2)))


@program
def concats(p):
    x = p.input(3, 5)
    yield p.concat([x, p.input(3, 1), p.input(3, 40)], 1)
    yield p.unary("relu", p.concat([x, p.input(1, 5), p.input(0, 5)], 0))
    yield p.concat([x, x], 0)
    yield p.concat([x], 0)
    y = p.unary("neg", x)
    yield p.concat([y, p.unary("exp", y)], 1)


@program
def shapes(p):
    x = p.input(3, 4, 5)
    yield p.reshape(x, 60)
    yield p.reshape(x, 5, 4, 3)
    yield p.transpose(x, 2, 0, 1)
    yield p.unary("relu", p.transpose(x, 1, 0, 2))
    # The same value twice, by two roads.
    yield p.transpose(p.transpose(x, 2, 1, 0), 0, 2, 1)
    yield p.expand(p.input(3, 1, 4), 2, 3, 5, 4)
    yield p.expand(p.input(3, 1), 3, 40)


@program
def results(p):
    """Inputs, weights and one value twice may be results."""
    x = p.input(3, 5)
    y = p.unary("relu", x)
    yield from (x, x, y, y, p.weight(3, 40))


@program
def nothing(p):
    """Tensors without elements."""
    yield p.matmul(p.input(7, 0), p.input(0, 3))
    yield p.matmul(p.input(0, 4), p.input(4, 3))
    x = p.input(3, 0)
    yield p.reshape(p.unary("relu", x), 0, 3)
    yield p.softmax(x, 1)
    yield p.gather(p.input(5, 3), p.input(0, dtype="i64"), 0)


# --- made up -----------------------------------------------------------------------


def made_up(seed):
    """A program of operations and shapes drawn by lot, kept small and its values tame."""
    draw = random.Random(seed)
    p = Program(seed)
    same, alike = draw.choice([3, 7, 17]), draw.random() < 0.4
    pool = []

    def dim():
        return same if alike and draw.random() < 0.7 else draw.choice([1, 2, 3, 4, 7, 16, 17, 33])

    def leaf(*shape):
        return (p.weight if draw.random() < 0.5 else p.input)(*shape)

    def softmax(x):
        last = len(x.shape) - 1
        return p.softmax(x, draw.randint(0, last) if draw.random() < 0.4 else last)

    def function(x):
        names = sorted(set(UNARY) - set(PIECES) - {"sqrt", "reciprocal"})
        return p.unary(draw.choice(names) if x.largest < 5 else "tanh", x)

    def binary(x):
        names = sorted(set(BINARY) - {"div", "pow"})
        like = [y for y in pool if y.shape == x.shape]
        shape = [1 if draw.random() < 0.3 else d for d in x.shape]
        y = draw.choice(like) if draw.random() < 0.5 else \
            leaf(*shape[draw.randint(0, len(shape)):])
        return p.binary(draw.choice(names), *draw.sample([x, y], 2))

    def norm(x):
        n = x.shape[-1]
        scale = leaf(n) if draw.random() < 0.6 else None
        return p.norm(draw.choice(["layer_norm", "rms_norm"]), x, scale, epsilon=1e-2)

    def reduce(x):
        axes = sorted(draw.sample(range(len(x.shape)), draw.randint(1, len(x.shape))))
        return p.reduce(draw.choice(["sum", "mean", "max", "min"]), x, axes,
                        draw.random() < 0.5)

    def without_rows(x):
        axis = draw.randrange(len(x.shape))
        return p.binary("sub", x, p.reduce(draw.choice(["mean", "max"]), x, [axis], True))

    def matmul(x):
        inner, columns = x.shape[-1], dim()
        batch = x.shape[:-2] if draw.random() < 0.4 else ()
        if draw.random() < 0.5:
            return p.matmul(x, leaf(*batch, inner, columns))
        order = list(range(len(batch))) + [len(batch) + 1, len(batch)]
        return p.matmul(x, p.transpose(leaf(*batch, columns, inner), *order))

    def linear(x):
        n = dim()
        return p.linear(x, p.weight(x.shape[-1], n), p.weight(n))

    def attention(x):
        keys, mask, fill = dim(), None, None
        if draw.random() < 0.5:
            mask = p.input(*draw.choice([(x.shape[-2], keys), (1, keys)]),
                           dtype=draw.choice(["f32", "i1"]))
            fill = -3.0 if mask.dtype == "i1" else None
        return p.attention(x, p.input(*x.shape[:-2], keys, x.shape[-1]),
                           p.input(*x.shape[:-2], keys, dim()), mask, 0.3, fill)

    def transpose(x):
        return p.transpose(x, *draw.sample(range(len(x.shape)), len(x.shape)))

    def reshape(x):
        shape, at = list(x.shape), draw.randrange(len(x.shape))
        divisor = draw.choice([d for d in (1, 2, 3, 7, 17) if shape[at] % d == 0])
        if draw.random() < 0.5 and at + 1 < len(shape):
            shape[at:at + 2] = [shape[at] * shape[at + 1]]
        else:
            shape[at:at + 1] = [divisor, shape[at] // divisor]
        return p.reshape(x, *shape)

    def expand(x):
        return p.expand(x, *[dim() if d == 1 else d for d in x.shape])

    def part(x):
        bounds = []
        for d in x.shape:
            step = draw.choice([1, 1, 2, -1, -2])
            start = draw.randrange(d)
            bounds.append((start, draw.randint(start + 1, d) if step > 0
                           else draw.randint(-1, start - 1), step))
        return p.slice(x, *zip(*bounds))

    def concat(x):
        axis = draw.randrange(len(x.shape))
        fits = [y for y in pool if len(y.shape) == len(x.shape) and all(
            a == b or i == axis for i, (a, b) in enumerate(zip(x.shape, y.shape)))]
        return p.concat([x, *draw.choices(fits, k=draw.randint(1, 2))], axis)

    def gather(x):
        axis, shape = draw.randrange(len(x.shape)), draw.choice([(), (3,), (2, 2)])
        n = x.shape[axis]
        indices = [draw.randint(-n, n - 1) for _ in range(math.prod(shape))]
        return p.gather(x, p.input(*shape, dtype="i64", values=indices), axis)

    anywhere = [function, function, binary, binary, binary, expand]
    on_rows = [softmax, softmax, norm, reduce, without_rows, matmul, matmul, linear, transpose,
               transpose, reshape, part, concat, gather]
    pool += [p.input(*[dim() for _ in range(draw.randint(0, 4))]) for _ in range(2)]
    for _ in range(draw.randint(4, 14)):
        x = draw.choice(pool[-4:])
        kinds = anywhere + (on_rows if x.shape else []) + ([attention] if len(x.shape) > 1 else [])
        kind = draw.choice(kinds)
        if math.prod(x.shape) * (40 if kind in (matmul, linear, attention) else 1) > 20000:
            kind = function
        y = kind(x)
        if y.largest > 20:
            y = p.unary("tanh", y)
        if len(y.shape) < 6:
            pool.append(y)
    p.outputs = draw.sample(pool, 2) + [pool[-1]]
    return p
