#!/usr/bin/python3
"""Runs expanded mpc functions on exact integers, as the parties would on their shares.

  mpc.py error NAME=LOW,HIGH,LIMIT ... < PROGRAM      distance from the float function
  mpc.py bytes NAME=BYTES ... < PROGRAM               what CrypTen's primitives send

PROGRAM is what `tacit-opt -mpc-expand` prints. Numbers are integers modulo 2^width;
truncation is an arithmetic shift to the right. exp, reciprocal and rsqrt, which stay
whole, are computed as CrypTen does: (1 + x/256)^256; ten steps of Newton-Raphson from
3 exp(0.5 - x) + 0.003; three, or as many as stated, from 2.2 exp(-(x/2 + 0.2)) + 0.2 - x/1024.

`error` puts random numbers from LOW to HIGH into each function and fails if a result
is further than LIMIT from the function of its name, or nearer than a tenth of it: a
limit has to say something. Where the name ends in _row, HIGH is the standard deviation
and LOW the mean.
"""

import math
import random
import re
import struct
import sys
from collections import namedtuple

# data: integers of a secret, floats of a plain tensor (fraction None).
Tensor = namedtuple("Tensor", "shape data width fraction")
SHARE = re.compile(r"!mpc\.share<(?:scalar|([\dx]+)), width = (\d+), fraction = (\d+)>")
SITE = re.compile(r" \{mpc\.site = #mpc\.site<[^>]*>\}")


def size(shape):
    return math.prod(shape)


def parse_share(text):
    """Shape, width and fraction of the last share in `text`."""
    dims, width, fraction = SHARE.findall(text)[-1]
    return tuple(map(int, dims.split("x"))) if dims else (), int(width), int(fraction)


def wrap(value, width):
    value &= (1 << width) - 1
    return value - (1 << width) if value >> (width - 1) else value


def encode(number, fraction):
    return math.floor(number * (1 << fraction) + 0.5)


def positions(shape, result):
    """For each element of `result`, the element of a tensor of `shape` it reads."""
    padded = (1,) * (len(result) - len(shape)) + tuple(shape)
    strides, step = [], 1
    for dim in reversed(padded):
        strides.append(0 if dim == 1 else step)
        step *= dim
    strides.reverse()
    where = [0]
    for dim, stride in zip(result, strides):
        where = [base + i * stride for base in where for i in range(dim)]
    return where


def newton_steps(text):
    """Of an mpc.rsqrt: 3 where it does not say."""
    return int((re.search(r"steps = (\d+)", text) or [0, 3])[1])


class Ring:
    """Arithmetic on single numbers of one width and fraction, as CrypTen does it."""

    def __init__(self, width, fraction):
        self.width, self.fraction = width, fraction

    def number(self, value):
        return encode(value, self.fraction)

    def mul(self, x, y):
        return wrap(x * y, self.width) >> self.fraction

    def exp(self, x):
        power = self.number(1) + (x >> 8)
        for _ in range(8):
            power = self.mul(power, power)
        return power

    def reciprocal(self, x):
        y = 3 * self.exp(self.number(0.5) - x) + self.number(0.003)
        for _ in range(10):
            y += y - self.mul(self.mul(y, y), x)
        return y

    def rsqrt(self, x, steps=3):
        power = self.exp(-((x >> 1) + self.number(0.2)))
        y = self.mul(power, self.number(2.2)) + self.number(0.2) - (x >> 10)
        for _ in range(steps):
            y = self.mul(y, self.number(3) - self.mul(x, self.mul(y, y))) >> 1
        return y


class Machine:
    """The values of one run of one function."""

    def __init__(self, inputs):
        self.values = dict(inputs)

    def run(self, lines):
        for line in lines:
            name, _, operation = SITE.sub("", line).strip().partition(" = ")
            if name.startswith("return "):
                return self.values[name.split()[1]]
            self.values[name] = self.execute(operation)
        return None

    def execute(self, text):
        head, _, rest = text.partition(" ")
        if head == "nn.constant":
            return constant(rest)
        operands = [self.values[name] for name in re.findall(r"%\w+", rest)]
        if head == "mpc.public":
            return operands[0]
        shape, width, fraction = parse_share(text)
        method = getattr(self, head.replace("mpc.", "do_"), None)
        if method is None:
            raise SystemExit(f"no rule for {head}")
        data = method(operands, shape, width, fraction, rest)
        return Tensor(shape, [wrap(x, width) for x in data], width, fraction)

    @staticmethod
    def integers(tensor, shape, fraction):
        """The elements that broadcast to `shape`; public numbers get a fraction."""
        data = tensor.data
        if tensor.fraction is None:
            data = [encode(x, fraction) for x in data]
        return [data[i] for i in positions(tensor.shape, shape)]

    def pairs(self, operands, shape, fraction):
        return zip(self.integers(operands[0], shape, fraction),
                   self.integers(operands[1], shape, fraction))

    def do_add(self, operands, shape, width, fraction, _):
        return [x + y for x, y in self.pairs(operands, shape, fraction)]

    def do_sub(self, operands, shape, width, fraction, _):
        return [x - y for x, y in self.pairs(operands, shape, fraction)]

    def do_neg(self, operands, shape, width, fraction, _):
        return [-x for x in operands[0].data]

    def do_mul(self, operands, shape, width, fraction, _):
        # A public factor has the bits that the product has more.
        bits = fraction - operands[0].fraction
        return [x * y for x, y in self.pairs(operands, shape, bits)]

    def do_square(self, operands, shape, width, fraction, _):
        return [x * x for x in operands[0].data]

    def do_truncate(self, operands, shape, width, fraction, _):
        return [x >> (operands[0].fraction - fraction) for x in operands[0].data]

    def do_is_negative(self, operands, shape, width, fraction, _):
        return [int(x < 0) for x in operands[0].data]

    def reduce(self, combine, operand, shape):
        groups = [[] for _ in range(size(shape))]
        for where, x in zip(positions(shape, operand.shape), operand.data):
            groups[where].append(x)
        return [combine(group) for group in groups]

    def do_sum(self, operands, shape, width, fraction, _):
        return self.reduce(sum, operands[0], shape)

    def do_max(self, operands, shape, width, fraction, _):
        return self.reduce(max, operands[0], shape)

    def do_exp(self, operands, shape, width, fraction, _):
        return [Ring(width, fraction).exp(x) for x in operands[0].data]

    def do_reciprocal(self, operands, shape, width, fraction, _):
        return [Ring(width, fraction).reciprocal(x) for x in operands[0].data]

    def do_rsqrt(self, operands, shape, width, fraction, rest):
        return [Ring(width, fraction).rsqrt(x, newton_steps(rest)) for x in operands[0].data]


def constant(text):
    """dense<NUMBER or nested list> : tensor<...xf32>, as plain numbers."""
    dims = re.search(r"tensor<((?:\d+x)*)f32>", text).group(1)
    shape = tuple(int(dim) for dim in dims.split("x") if dim)
    # The text is decimal, and stands for the nearest f32.
    data = [struct.unpack("f", struct.pack("f", float(x)))[0]
            for x in re.findall(r"[-+\d.eE]+", text[text.index("<") + 1:
                                                              text.rindex(">", 0, text.rindex(":"))])]
    return Tensor(shape, data * size(shape) if len(data) == 1 else data, None, None)


# --- the functions -----------------------------------------------------------------

def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def gelu(x):
    return x / 2 * (1 + math.erf(x / math.sqrt(2)))


def polynomial(x, *coefficients):
    return sum(c * x ** i for i, c in enumerate(coefficients))


def puma(x, left=-4, middle=-1.95):
    if x < left:
        return 0
    if x < middle:
        return polynomial(x, -0.5054031199708174, -0.42226581151983866,
                          -0.11807612951181953, -0.011034134030615728)
    return x if x > 3 else polynomial(x, 0.008526321541038084, 0.5, 0.3603292692789629, 0,
                                      -0.037688200365904236, 0, 0.0018067462606141187)


def bolt(x):
    if abs(x) > 2.7:
        return max(x, 0)
    return x / 2 + polynomial(abs(x), 0.001620808531841547, -0.03798164612714154,
                              0.5410550166368381, -0.18352506127082727,
                              0.020848611754127593)


def nimbus(x):
    if not -1.8 <= x <= 0.5:
        return max(x, 0)
    return polynomial(x, -0.006946478426716862, 0.32421075145645123, 0.17025471961795552)


def softmax(row, keep=None):
    powers = [math.exp(x - max(row)) for x in row]
    if keep:
        powers = [x * k for x, k in zip(powers, keep)]
    return [x / sum(powers) for x in powers]


def rms_norm(row):
    root = math.sqrt(sum(x * x for x in row) / len(row) + 1e-5)
    return [x / root for x in row]


def layer_norm(row):
    mean = sum(row) / len(row)
    return rms_norm([x - mean for x in row])


ELEMENTWISE = {
    "relu": lambda x: max(x, 0), "sigmoid": sigmoid, "tanh": math.tanh,
    "silu": lambda x: x * sigmoid(x), "exp": math.exp, "gelu_erf": gelu, "gelu_tanh": gelu,
    "gelu_puma": puma, "gelu_bumblebee": lambda x: puma(x, -5, -1.97), "gelu_bolt": bolt,
    "gelu_nimbus": nimbus, "gelu_quad": lambda x: polynomial(x, 0.5, 0.25, 0.125)}
ROWS = {"softmax": softmax, "layer_norm": layer_norm, "rms_norm": rms_norm,
        # Every third element is left out, see the program.
        "softmax_keep": lambda row: softmax(row, [float(i % 3 != 2) for i in range(len(row))])}


def expected(name, values, row):
    """The values of the float function that `name`, up to a number at its end, is of."""
    name = re.sub(r"(_row)?_?\d*$", "", name)
    if name in ELEMENTWISE:
        return [ELEMENTWISE[name](x) for x in values]
    return [y for i in range(0, len(values), row) for y in ROWS[name](values[i:i + row])]


# --- commands ----------------------------------------------------------------------

def functions(text):
    """Name -> (type of the argument, lines of the body)."""
    found = {}
    for match in re.finditer(r"func\.func @(\w+)\((%\w+): ([^)]*)\) -> [^\n]*\{\n(.*?)\n  \}",
                             text, re.S):
        name, argument, of, body = match.groups()
        found[name] = (argument, parse_share(of), body.split("\n"))
    return found


def check_error(name, function, spec):
    low, high, limit = map(float, spec.split(","))
    argument, (shape, width, fraction), lines = function
    draw = random.Random(name)
    pick = (lambda: draw.gauss(low, high)) if "_row" in name else (lambda: draw.uniform(low, high))
    data = [encode(pick(), fraction) for _ in range(size(shape))]
    result = Machine({argument: Tensor(shape, data, width, fraction)}).run(lines)
    exact = [x / (1 << fraction) for x in data]
    error, at = max((abs(y / (1 << fraction) - z), x) for x, y, z in
                    zip(exact, result.data, expected(name, exact, shape[-1])))
    right = limit / 10 <= error <= limit
    print(f"{name}: {error:.3g} at {at:.4g}, {'right' if right else f'not {limit:g}'}")
    return right


PRICES = {"square": 16, "mul": 32, "is_negative": 336, "exp": 128, "reciprocal": 608,
          "rsqrt": 368}


def check_bytes(name, function, spec):
    total = 0
    for line in function[2]:
        match = re.search(r"= mpc\.(\w+) ", line)
        if not match or match[1] not in PRICES:
            continue
        # A product by public numbers is local.
        if match[1] != "mul" or len(SHARE.findall(line)) == 3:
            price = PRICES[match[1]]
            if match[1] == "rsqrt":
                price += 80 * (newton_steps(line) - 3)
            total += price * size(parse_share(line)[0])
    right = total == int(spec)
    print(f"{name}: {total} bytes, {'right' if right else f'not {spec}'}")
    return right


def main():
    command, *specs = sys.argv[1:]
    check = {"error": check_error, "bytes": check_bytes}[command]
    found = functions(sys.stdin.read())
    results = []
    for spec in specs:
        name, _, rest = spec.partition("=")
        results.append(check(name, found[name], rest))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
