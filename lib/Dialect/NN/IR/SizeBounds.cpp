//===- SizeBounds.cpp - Bounds of sizes -----------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/SizeExpr.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

using namespace tacit::nn;

using Kind = SizeAtom::Kind;

/// The depth up to which nested sizes are compared.
static constexpr int kMaxDepth = 8;

static constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
static constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

/// Sums and products in which an end that overflows stands for an unbounded one.
static int64_t saturate(__int128 value) {
  return static_cast<int64_t>(std::clamp<__int128>(value, kLowest, kHighest));
}
static bool isEnd(int64_t value) { return value == kLowest || value == kHighest; }

static int64_t addBounds(int64_t a, int64_t b) {
  if (isEnd(a))
    return a;
  return isEnd(b) ? b : saturate(__int128(a) + b);
}

static int64_t multiplyBounds(int64_t a, int64_t b) {
  if (a == 0 || b == 0)
    return 0;
  if (isEnd(a) || isEnd(b))
    return (a > 0) == (b > 0) ? kHighest : kLowest;
  return saturate(__int128(a) * b);
}

static SizeBounds multiplyBounds(SizeBounds a, SizeBounds b) {
  int64_t products[] = {multiplyBounds(a.low, b.low), multiplyBounds(a.low, b.high),
                        multiplyBounds(a.high, b.low), multiplyBounds(a.high, b.high)};
  return {*std::min_element(std::begin(products), std::end(products)),
          *std::max_element(std::begin(products), std::end(products))};
}

SizeBounds SizeTable::bounds(const SizeAtom &atom) {
  llvm::SmallVector<SizeBounds> parts;
  for (SizeExpr operand : atom.operands)
    parts.push_back(bounds(operand));
  switch (atom.kind) {
  case Kind::Symbol:
    return {0, kMaxFreeSize};
  case Kind::Quotient:
    if (parts[0].low >= 0 && parts[1].low >= 0)
      return {0, parts[0].high};
    return {kLowest, kHighest};
  case Kind::Minimum:
    return {std::min(parts[0].low, parts[1].low), std::min(parts[0].high, parts[1].high)};
  case Kind::Maximum:
    return {std::max(parts[0].low, parts[1].low), std::max(parts[0].high, parts[1].high)};
  case Kind::Choice:
    return {std::min(parts[2].low, parts[3].low), std::max(parts[2].high, parts[3].high)};
  }
  return {kLowest, kHighest};
}

/// Integer division leaves a remainder: for x >= 0, n * (x / n) is x minus a number from 0
/// to n - 1. This bounds `a` if it contains a size beside its rounded form.
std::optional<SizeBounds> SizeTable::boundsOfRemainder(SizeExpr a) {
  Polynomial own = polynomials[a.index()];
  for (const SizeTerm &term : own) {
    if (term.atoms.size() != 1 || atoms[term.atoms[0]].kind != Kind::Quotient)
      continue;
    auto operands = atoms[term.atoms[0]].operands;
    auto divisor = asConstant(operands[1]);
    if (!divisor || *divisor < 1 || term.coefficient % *divisor != 0 ||
        bounds(operands[0]).low < 0)
      continue;
    int64_t times = term.coefficient / *divisor;
    Polynomial rest = own;
    llvm::erase_if(rest, [&](const SizeTerm &other) { return other.atoms == term.atoms; });
    SizeExpr exact = add(intern(rest), multiply(constant(times), operands[0]));
    if (!exact)
      continue;
    SizeBounds range = bounds(exact),
               remainder = multiplyBounds({-times, -times}, {0, *divisor - 1});
    return SizeBounds{addBounds(range.low, remainder.low),
                      addBounds(range.high, remainder.high)};
  }
  return std::nullopt;
}

SizeBounds SizeTable::bounds(SizeExpr a) {
  if (!a)
    return {kLowest, kHighest};
  auto memo = knownBounds.find(a.index());
  if (memo != knownBounds.end())
    return memo->second;
  SizeBounds sum{0, 0};
  Polynomial own = polynomials[a.index()]; // a copy: the table grows below
  for (const SizeTerm &term : own) {
    SizeBounds product{term.coefficient, term.coefficient};
    for (unsigned number : term.atoms)
      product = multiplyBounds(product, bounds(SizeAtom(atoms[number])));
    sum = {addBounds(sum.low, product.low), addBounds(sum.high, product.high)};
  }
  if (auto closer = own.size() > 1 ? boundsOfRemainder(a) : std::nullopt)
    sum = {std::max(sum.low, closer->low), std::min(sum.high, closer->high)};
  return knownBounds[a.index()] = sum;
}

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

bool SizeTable::isAtMost(SizeExpr a, SizeExpr b, int depth) {
  if (a == b)
    return true;
  if (auto largest = asConstant(b); largest && bounds(a).high <= *largest)
    return true;
  if (SizeExpr difference = subtract(b, a); difference && bounds(difference).low >= 0)
    return true;
  if (++depth > kMaxDepth)
    return false;
  // These are copies, because the table grows during the comparison.
  auto operandsOf = [&](SizeExpr size, Kind kind) {
    const SizeAtom *found = asAtom(size);
    return found && found->kind == kind ? found->operands : std::vector<SizeExpr>();
  };
  for (SizeExpr operand : operandsOf(a, Kind::Minimum))
    if (isAtMost(operand, b, depth))
      return true;
  for (SizeExpr operand : operandsOf(b, Kind::Maximum))
    if (isAtMost(a, operand, depth))
      return true;
  auto larger = operandsOf(a, Kind::Maximum), smaller = operandsOf(b, Kind::Minimum);
  if (!larger.empty() &&
      llvm::all_of(larger, [&](SizeExpr operand) { return isAtMost(operand, b, depth); }))
    return true;
  return !smaller.empty() && llvm::all_of(smaller, [&](SizeExpr operand) {
    return isAtMost(a, operand, depth);
  });
}

std::optional<bool> SizeTable::compare(SizePredicate predicate, SizeExpr a, SizeExpr b) {
  SizeExpr difference = subtract(b, a);
  if (!difference)
    return std::nullopt;
  SizeBounds range = bounds(difference);
  switch (predicate) {
  case SizePredicate::Equal:
    if (a == b)
      return true;
    return range.low > 0 || range.high < 0 ? std::optional(false) : std::nullopt;
  case SizePredicate::Less:
    if (range.low > 0)
      return true;
    return range.high <= 0 || isAtMost(b, a, 0) ? std::optional(false) : std::nullopt;
  case SizePredicate::LessOrEqual:
    if (isAtMost(a, b, 0))
      return true;
    return range.high < 0 ? std::optional(false) : std::nullopt;
  }
  return std::nullopt;
}
