#!/usr/bin/env python3
#===- fit-functions.py - Coefficients of the functions of the suite tacit ----===#
#
# Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
#
# Prints the coefficients in lib/Dialect/MPC/Transforms/ExpandOwn.cpp and
# ExpandOwnActivations.cpp, always the same ones. Needs Python 3 and numpy.
#
# Activations are polynomials of degree 8, without a constant, whose largest error on the
# interval is smallest (by Lawson's iteration). Coefficients that multiply products have few
# bits in fixed point: these are rounded one by one, the highest first, and the others are
# fitted again. Of exp, the 8th root is a polynomial of degree 4 with the constant 1; its
# errors are weighted by how far they move the 8th power.
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


def fit(powers, values, scale=1):
    weights = numpy.ones(len(values)) / len(values)
    best = (math.inf, None)
    for _ in range(1000):
        root = numpy.sqrt(weights) * scale
        solution = numpy.linalg.lstsq(powers * root[:, None], values * root, rcond=None)[0]
        errors = numpy.abs(powers @ solution - values) * scale
        if errors.max() < best[0]:
            best = (errors.max(), solution)
        weights = weights * errors
        weights /= weights.sum()
    return best


def fit_exp():
    bound, power = 16, 8
    x = -bound * (1 - numpy.cos(numpy.linspace(0, math.pi, 2001))) / 2
    powers = numpy.stack([(x / bound) ** k for k in range(1, 5)], 1)
    root = numpy.exp(x / power)
    # Far below 0 the 8th power is small, whatever its root is.
    scale = numpy.maximum(power * numpy.exp(x) / root, 1e-7)
    _, found = fit(powers, root - 1, scale)
    error = numpy.abs((powers @ found + 1) ** power - numpy.exp(x)).max()
    print(f"kExp: largest error {error:.2e}")
    print("  " + ", ".join(f"{c:.10g}" for c in found))


def main():
    fit_exp()
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
