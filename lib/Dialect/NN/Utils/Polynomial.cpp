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

std::optional<double> Polynomial::asConstant() const {
  if (terms.empty())
    return 0.0;
  if (terms.size() == 1 && degreeOf(terms.begin()->first) == 0)
    return terms.begin()->second;
  return std::nullopt;
}

Polynomial Polynomial::operator+(const Polynomial &other) const {
  Polynomial sum = *this;
  for (const auto &[term, coefficient] : other.terms)
    if (auto &entry = sum.terms[term]; (entry += coefficient) == 0)
      sum.terms.erase(term);
  return sum;
}

Polynomial Polynomial::operator*(double factor) const {
  Polynomial product = *this;
  for (auto &[term, coefficient] : product.terms)
    coefficient *= factor;
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
      product.terms[term] += x * y;
    }
  return product;
}

bool Polynomial::isSimilar(const Polynomial &expected, double tolerance) const {
  double largest = 0;
  for (const auto &[term, coefficient] : terms)
    largest = std::max(largest, std::abs(coefficient));
  auto counts = [&](const Term &term) {
    auto entry = terms.find(term);
    return entry != terms.end() && std::abs(entry->second) > tolerance * largest;
  };
  return llvm::all_of(terms,
                      [&](const auto &entry) {
                        return !counts(entry.first) || expected.terms.count(entry.first);
                      }) &&
         llvm::all_of(expected.terms,
                      [&](const auto &entry) { return counts(entry.first); });
}

bool Polynomial::isNear(const Polynomial &expected, double tolerance) const {
  return isSimilar(expected, tolerance) &&
         llvm::all_of(expected.terms, [&](const auto &entry) {
           double difference = terms.at(entry.first) - entry.second;
           return std::abs(difference) <= tolerance * std::abs(entry.second);
         });
}

std::string Polynomial::str() const {
  static constexpr const char *kNames[kMaxAtoms] = {"x", "T"};
  std::string text;
  for (const auto &[term, coefficient] : terms) {
    text += text.empty() ? (coefficient < 0 ? "-" : "") : coefficient < 0 ? " - " : " + ";
    double magnitude = std::abs(coefficient);
    bool isBare = magnitude == 1 && degreeOf(term) > 0;
    if (!isBare)
      text += fmt::format("{:.6g}", magnitude);
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
    result = Polynomial::constant(*scalar);
  else if (op && isArithmetic(op) && numOps++ < kMaxOps)
    result = readOp(op);
  known[value] = result;
  return result;
}

static std::optional<Polynomial> power(const Polynomial &base, double exponent) {
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
  return *number != 0 ? std::optional(*lhs * (1 / *number)) : std::nullopt;
}
