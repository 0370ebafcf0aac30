//===- Polynomial.cpp - Elementwise arithmetic as polynomials -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Utils/Polynomial.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include <cmath>
#include <fmt/format.h>
#include <numeric>

using namespace mlir;
using namespace tacit::nn;

//===----------------------------------------------------------------------===//
// Polynomial
//===----------------------------------------------------------------------===//

static unsigned degreeOf(const Polynomial::Term &term) {
  return std::accumulate(term.begin(), term.end(), 0u);
}

Polynomial Polynomial::atom(unsigned index) {
  Term term{};
  term[index] = 1;
  return {{term, 1.0}};
}

std::optional<Polynomial::Coefficient> Polynomial::asConstant() const {
  if (terms.empty())
    return Coefficient();
  if (terms.size() == 1 && degreeOf(terms.begin()->first) == 0)
    return terms.begin()->second;
  return std::nullopt;
}

static Polynomial::Coefficient operator+(Polynomial::Coefficient a,
                                         Polynomial::Coefficient b) {
  return {a.value + b.value, a.uncertainty + b.uncertainty};
}

static Polynomial::Coefficient operator*(Polynomial::Coefficient a,
                                         Polynomial::Coefficient b) {
  return {a.value * b.value,
          std::abs(a.value) * b.uncertainty + std::abs(b.value) * a.uncertainty};
}

Polynomial Polynomial::operator+(const Polynomial &other) const {
  Polynomial sum = *this;
  for (const auto &[term, coefficient] : other.terms) {
    Coefficient &entry = sum.terms[term];
    entry = entry + coefficient;
    if (entry.value == 0 && entry.uncertainty == 0)
      sum.terms.erase(term);
  }
  return sum;
}

Polynomial Polynomial::operator*(Coefficient factor) const {
  Polynomial product = *this;
  for (auto &[term, coefficient] : product.terms)
    coefficient = coefficient * factor;
  return product;
}

std::optional<Polynomial> Polynomial::operator*(const Polynomial &other) const {
  Polynomial product;
  for (const auto &[a, x] : terms)
    for (const auto &[b, y] : other.terms) {
      Term term;
      for (unsigned i = 0; i < kMaxAtoms; ++i)
        term[i] = a[i] + b[i];
      if (degreeOf(term) > kMaxDegree)
        return std::nullopt;
      Coefficient &entry = product.terms[term];
      entry = entry + x * y;
    }
  return product;
}

bool Polynomial::isSimilar(const Polynomial &expected, double tolerance) const {
  double largest = 0;
  for (const auto &[term, coefficient] : terms)
    largest = std::max(largest, std::abs(coefficient.value));
  auto counts = [&](const Term &term) {
    return std::abs(coefficient(term)) > tolerance * largest;
  };
  return llvm::all_of(terms,
                      [&](const auto &entry) {
                        return !counts(entry.first) || expected.terms.count(entry.first);
                      }) &&
         llvm::all_of(expected.terms,
                      [&](const auto &entry) { return counts(entry.first); });
}

bool Polynomial::isNear(const Polynomial &expected, double tolerance) const {
  // What the arithmetic of this class rounds.
  static constexpr double kRounding = 0x1p-44;
  Polynomial difference = *this + expected * -1.0;
  return llvm::all_of(difference.terms, [&](const auto &entry) {
    const auto &[term, off] = entry;
    return std::abs(off.value) <=
           off.uncertainty +
               std::max(kRounding, tolerance) * std::abs(expected.coefficient(term));
  });
}

std::string Polynomial::str() const {
  static constexpr const char *kNames[kMaxAtoms] = {"x", "T"};
  std::string text;
  for (const auto &[term, coefficient] : terms) {
    double value = coefficient.value, magnitude = std::abs(value);
    text += text.empty() ? (value < 0 ? "-" : "") : value < 0 ? " - " : " + ";
    bool isBare = magnitude == 1 && degreeOf(term) > 0;
    if (!isBare)
      text += fmt::format("{:.7g}", magnitude);
    for (unsigned i = 0; i < kMaxAtoms; ++i) {
      if (term[i] == 0)
        continue;
      text += text.empty() || text.back() == ' ' || text.back() == '-' ? "" : " ";
      text += kNames[i];
      if (term[i] > 1)
        text += fmt::format("^{}", term[i]);
    }
  }
  return text.empty() ? "0" : text;
}

//===----------------------------------------------------------------------===//
// PolynomialReader
//===----------------------------------------------------------------------===//

bool PolynomialReader::isArithmetic(Operation *op) {
  return isa<NegOp, AddOp, SubOp, MulOp, DivOp, PowOp>(op);
}

std::optional<Polynomial> PolynomialReader::read(Value value) {
  for (auto [i, atom] : llvm::enumerate(atoms))
    if (value == atom)
      return Polynomial::atom(i);
  if (auto entry = known.find(value); entry != known.end())
    return entry->second;
  std::optional<Polynomial> result;
  Operation *op = value.getDefiningOp();
  if (auto scalar = constantScalar(value, /*depth=*/1))
    result = Polynomial::constant(*scalar, uncertaintyOf(value, *scalar));
  else if (op && isArithmetic(op) && numOps++ < kMaxOps)
    result = readOp(op);
  known[value] = result;
  return result;
}

static std::optional<Polynomial> power(const Polynomial &base,
                                       Polynomial::Coefficient given) {
  double exponent = given.value;
  if (!(exponent >= 0 && exponent <= Polynomial::kMaxDegree) ||
      exponent != std::floor(exponent))
    return std::nullopt;
  std::optional<Polynomial> result = Polynomial::constant(1);
  for (double i = 0; result && i < exponent; ++i)
    result = *result * base;
  return result;
}

std::optional<Polynomial> PolynomialReader::readOp(Operation *op) {
  if (auto negation = dyn_cast<NegOp>(op)) {
    auto input = read(negation.getInput());
    return input ? std::optional(*input * -1.0) : std::nullopt;
  }
  return readBinary(op);
}

std::optional<Polynomial> PolynomialReader::readBinary(Operation *op) {
  Value left = op->getOperand(0), right = op->getOperand(1);
  auto lhs = read(left);
  auto rhs = lhs ? read(right) : std::nullopt;
  if (!rhs)
    return std::nullopt;
  auto number = rhs->asConstant();
  // Only constants may broadcast: every value that depends on x has its shape.
  if (lhs->asConstant() ? !keepsShape(left, right)
      : number          ? !keepsShape(right, left)
                        : left.getType() != right.getType())
    return std::nullopt;
  if (isa<AddOp>(op))
    return *lhs + *rhs;
  if (isa<SubOp>(op))
    return *lhs + *rhs * -1.0;
  if (isa<MulOp>(op))
    return *lhs * *rhs;
  if (!number)
    return std::nullopt;
  if (isa<PowOp>(op))
    return power(*lhs, *number);
  if (number->value == 0)
    return std::nullopt;
  double inverse = 1 / number->value;
  return *lhs * Polynomial::Coefficient(inverse, number->uncertainty * inverse * inverse);
}
