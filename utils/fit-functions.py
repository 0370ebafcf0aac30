#!/usr/bin/env python3
# Fits the polynomials of the suite tacit, which lib/Dialect/MPC/Transforms/ExpandOwnActivations.cpp has.
# Usage: utils/fit-functions.py
#
# Each is the polynomial of degree 8, without a constant, whose largest error on the interval
# is smallest (by Lawson's iteration). Coefficients that multiply products have few bits in
# fixed point: these are rounded one by one, the highest first, and the others fitted again.
import math

import numpy

BITS = 13  # of the fraction of the coefficients 5 to 8
DEGREE = 8


def normal(x):
    return numpy.vectorize(math.erf)(x / math.sqrt(2)) / 2 + 0.5


def tanh_form(x):
    return x * (1 + numpy.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


# Name, bound, t = factor |x|, and the function of -|x|; that of sigmoid has t = factor
# (bound - |x|).
FITS = [
    ("kErf", 4, 0.25, lambda x: x * normal(x)),
    ("kTanh", 4, 0.25, tanh_form),
    ("kSilu", 9.0625, 7 / 64, lambda x: x / (1 + numpy.exp(-x))),
    ("kSigmoid", 8, 0.125, lambda x: 1 / (1 + numpy.exp(-x))),
]


def fit(powers, values):
    weights = numpy.ones(len(values)) / len(values)
    best = (math.inf, None)
    for _ in range(1000):
        root = numpy.sqrt(weights)
        solution = numpy.linalg.lstsq(powers * root[:, None], values * root, rcond=None)[0]
        errors = numpy.abs(powers @ solution - values)
        if errors.max() < best[0]:
            best = (errors.max(), solution)
        weights = weights * errors
        weights /= weights.sum()
    return best


def main():
    for name, bound, factor, function in FITS:
        x = -bound * (1 - numpy.cos(numpy.linspace(0, math.pi, 2001))) / 2
        t = factor * (bound + x if name == "kSigmoid" else -x)
        powers = numpy.stack([t**k for k in range(1, DEGREE + 1)], 1)
        rest, fixed = function(x), []
        for k in range(DEGREE, DEGREE // 2, -1):
            _, found = fit(powers[:, :k], rest)
            fixed.insert(0, round(found[-1] * 2**BITS) / 2**BITS)
            rest = rest - fixed[0] * powers[:, k - 1]
        error, found = fit(powers[:, : DEGREE // 2], rest)
        beyond = abs(function(numpy.array([-float(bound)])))[0]
        print(f"{name}: largest error {error:.2e}, beyond the bound {beyond:.2e}")
        print("  " + ", ".join(f"{c:.10g}" for c in [*found, *fixed]))


main()
