#!/usr/bin/env python3
#===- fit-kernels.py - Coefficients of the exp, erf and tanh kernels ---------===#
#
# Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
#
# Prints the polynomial coefficients in lib/Codegen/CPU/Kernels/ExpandMath.cpp, always the
# same ones. Needs Python 3 and numpy; takes ten minutes. Double arithmetic is
# enough: it is good to 1e-16 and the fits end near 1e-9.
#
# Each fit is a weighted minimax problem: find c so that the largest value of
# |f(x) - fixed(x) - sum c[k] basis[k](x)| * weight(x) on [low, high] is smallest.
# The Remez exchange solves it on a dense Chebyshev grid. Coefficients are then
# made f32 one by one, the most important first, and the rest is fitted again
# around each rounded one, so that rounding is paid for only once.
#
# In exp the rounding of the evaluation weighs more than the error of the fit, so
# its coefficients are then polished: a random walk over neighbouring f32 values
# keeps whatever lowers the largest error, measured in units in the last place of
# the f32 evaluation, over the arguments that are hardest.
#
#===----------------------------------------------------------------------===#

import math
import random
import struct

import numpy as np

GRID = 2001


def f32(value):
    """`value` rounded to the nearest f32."""
    return struct.unpack("<f", struct.pack("<f", value))[0]


def solve(matrix, right):
    """Solves a small dense system by elimination with partial pivoting."""
    n = len(right)
    rows = [list(row) + [r] for row, r in zip(matrix, right)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            for c in range(i, n + 1):
                rows[r][c] -= factor * rows[i][c]
    result = [0.0] * n
    for i in reversed(range(n)):
        known = sum(rows[i][c] * result[c] for c in range(i + 1, n))
        result[i] = (rows[i][n] - known) / rows[i][i]
    return result


def alternating_extrema(errors, count, level):
    """Indices of `count` extrema of `errors` whose signs alternate."""
    picks = []
    for i, error in enumerate(errors):
        # Below the level reached so far there is only rounding noise of either sign.
        if abs(error) < 0.9 * abs(level):
            continue
        if picks and (errors[picks[-1]] >= 0) == (error >= 0):
            if abs(error) > abs(errors[picks[-1]]):
                picks[-1] = i
        else:
            picks.append(i)
    while len(picks) > count:
        picks.pop(0 if abs(errors[picks[0]]) < abs(errors[picks[-1]]) else -1)
    return picks


def remez(target, basis, weight, low, high):
    """Minimax coefficients, and the weighted error they reach."""
    grid = [(low + high) / 2 - (high - low) / 2 * math.cos(math.pi * i / GRID)
            for i in range(GRID + 1)]
    # Alternation holds for powers from 1 up; whatever common factor the basis has
    # (its sign may change in the interval) moves into the weight.
    lead = [basis[0](x) for x in grid]
    values = [target(x) / l for x, l in zip(grid, lead)]
    columns = [[b(x) / l for x, l in zip(grid, lead)] for b in basis]
    weights = [weight(x) * abs(l) for x, l in zip(grid, lead)]
    count = len(basis) + 1
    picks = [round(i * GRID / (count - 1)) for i in range(count)]
    for _ in range(60):
        matrix = [[column[i] for column in columns] + [(-1) ** k / weights[i]]
                  for k, i in enumerate(picks)]
        *coefficients, level = solve(matrix, [values[i] for i in picks])
        errors = [(values[i] - sum(c * column[i] for c, column in
                                   zip(coefficients, columns))) * weights[i]
                  for i in range(GRID + 1)]
        worst = max(abs(e) for e in errors)
        extrema = alternating_extrema(errors, count, level)
        if worst <= abs(level) * (1 + 1e-3) or len(extrema) < count:
            break
        picks = extrema
    return coefficients, worst


def fit(name, target, basis, weight, low, high, fixed=lambda x: 0.0):
    """Fits, rounds to f32 and prints; `basis` is ordered by importance."""
    rounded = []
    while len(rounded) < len(basis):
        def rest(x):
            known = sum(c * b(x) for c, b in zip(rounded, basis))
            return target(x) - fixed(x) - known
        found, error = remez(rest, basis[len(rounded):], weight, low, high)
        if not rounded:
            exact_error = error
        rounded.append(f32(found[0]))
    print(f"{name}: weighted error {exact_error:.3g} before rounding, {error:.3g} with "
          "one coefficient left")
    for coefficient in reversed(rounded):
        print(f"    {spell(coefficient)}")
    return rounded


def spell(value):
    digits, exponent = float(value).hex().split("p")
    return f"{digits.rstrip('0').rstrip('.')}p{exponent}f, // {value:.9g}"


def fma(a, b, c):
    """An f32 fused multiply-add on arrays (double rounding is too rare to matter)."""
    return (a.astype(np.float64) * b + c).astype(np.float32)


def reduced_arguments(step=1 << 22):
    """The r of every f32 x in +-[0.25, 88.7), and e^r from double arithmetic."""
    log2e, high = f32(1 / math.log(2)), f32(math.log(2))
    low = f32(math.log(2) - high)
    for sign in (1, -1):
        for start in range(0x3E800000, 0x42B17217, step):
            bits = np.arange(start, min(start + step, 0x42B17217), dtype=np.uint32)
            x = bits.view(np.float32) * np.float32(sign)
            n = np.rint(x.astype(np.float64) * log2e)
            r = fma(n, -low, fma(n, -high, x))
            yield r, np.exp(x.astype(np.float64)) * np.exp2(-n)


def exp_ulps(coefficients, r, true):
    """Errors of the f32 evaluation of the exp polynomial, in ULP of the result."""
    p = np.full_like(r, coefficients[-1])
    for c in [*coefficients[-2::-1], 1.0, 1.0]:
        p = fma(p, r, c)
    return np.abs(p - true) / np.where(true < 1, 2.0**-24, 2.0**-23)


def hard_arguments(coefficients):
    """The largest error over all arguments, and those with more than 0.8 ULP."""
    worst, hard = 0.0, []
    for r, true in reduced_arguments():
        errors = exp_ulps(coefficients, r, true)
        worst = max(worst, errors.max())
        hard.append((r[errors > 0.8], true[errors > 0.8]))
    return worst, hard


def walk(start, source, r, true, proposals):
    """A random walk from `start` that keeps what lowers the largest error."""
    best, errors = start, exp_ulps(start, r, true)
    worst, first = errors.max(), np.argsort(-errors)[:32]
    for step in range(proposals):
        reach = (2, 3 + step % 60, 20 + step % 300, 500 + step % 9000, 4000 + step % 60000)
        moves = [source.randint(-k, k) * source.randint(0, 1) for k in reach]
        trial = (best.view(np.int32) + np.array(moves, np.int32)).view(np.float32)
        # Most proposals already fail where the best one so far is worst.
        if exp_ulps(trial, r[first], true[first]).max() >= worst:
            continue
        errors = exp_ulps(trial, r, true)
        if errors.max() < worst:
            best, worst, first = trial, errors.max(), np.argsort(-errors)[:32]
    return best


def polish(start, rounds=9, proposals=100000):
    """From `start` to f32 coefficients with a smaller largest error.

    A walk sees only arguments that were hard for some earlier candidate; all
    arguments judge where it ends, and what is hard there joins the next walk."""
    best, source = np.array(start, np.float32), random.Random(1)
    least, hard = hard_arguments(best)
    print(f"exp: largest error {least:.4f} ULP over all arguments")
    for _ in range(rounds):
        r, true = (np.concatenate(column) for column in zip(*hard))
        trial = walk(best, source, r, true, proposals)
        worst, more = hard_arguments(trial)
        hard += more
        if worst < least:
            best, least = trial, worst
    print(f"exp polished: largest error {least:.4f} ULP over all arguments")
    for coefficient in reversed(best):
        print(f"    {spell(coefficient)}")


def power(k):
    return lambda x: x ** k


def main():
    log2e, ln2 = 1 / math.log(2), math.log(2)
    # ln 2 beyond double: the difference to its f32 is needed to 24 bits only.
    print(f"log2e {spell(f32(log2e))}\nln2 high {spell(f32(ln2))}\n"
          f"ln2 low {spell(f32(ln2 - f32(ln2)))}")

    # e^r = 1 + r + c2 r^2 + ... + c6 r^6, relative error. The interval is half of
    # ln 2 and what the rounding of x log2 e to an integer may overshoot.
    half = ln2 / 2 + 1e-5
    exp = fit("exp", math.exp, [power(k) for k in range(2, 7)],
              lambda x: math.exp(-x), -half, half, lambda x: 1 + x)
    polish(exp)

    # erf x = x + x P(x^2), relative error.
    fit("erf small", math.erf, [power(2 * k + 1) for k in range(6)],
        lambda x: 1 / math.erf(x), 0.05, 0.921875, lambda x: x)

    # erfc a = exp(-(a + a Q(a))): an error d in the exponent is an error
    # d erfc(a) / erf(a) in the result.
    fit("erf large", lambda a: -math.log(math.erfc(a)),
        [power(k + 1) for k in range(7)], lambda a: math.erfc(a) / math.erf(a),
        0.921875, 3.925, lambda a: a)

    # tanh x = x + x^3 P(x^2), relative error.
    fit("tanh small", math.tanh, [power(2 * k + 3) for k in range(6)],
        lambda x: 1 / math.tanh(x), 0.05, 0.75, lambda x: x)


if __name__ == "__main__":
    main()
