//===- Polynomial.h - Elementwise arithmetic as polynomials -----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exporters write one function in many ways: x*x*x or pow(x, 3), x*0.5*(1+t) or
// 0.5*(x+x*t). Two of them agree if they are the same polynomial.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_UTILS_POLYNOMIAL_H
#define TACIT_DIALECT_NN_UTILS_POLYNOMIAL_H

#include "mlir/IR/Value.h"
#include <array>
#include <map>
#include <optional>
#include <string>

namespace tacit::nn {

/// A polynomial in up to two atoms, of a degree of at most 6.
class Polynomial {
public:
  static constexpr unsigned kMaxAtoms = 2;
  static constexpr unsigned kMaxDegree = 6;
  /// The exponent of each atom.
  using Term = std::array<unsigned, kMaxAtoms>;

  /// A number and how far it may be from the one that its author meant.
  struct Coefficient {
    double value = 0, uncertainty = 0;
    Coefficient(double value = 0, double uncertainty = 0)
        : value(value), uncertainty(uncertainty) {}
  };

  Polynomial() = default;
  Polynomial(std::initializer_list<std::pair<const Term, Coefficient>> terms)
      : terms(terms) {}

  static Polynomial constant(double value, double uncertainty = 0) {
    return {{Term{}, Coefficient(value, uncertainty)}};
  }
  static Polynomial atom(unsigned index);

  double coefficient(Term term) const {
    auto entry = terms.find(term);
    return entry == terms.end() ? 0 : entry->second.value;
  }

  /// Returns the value of a polynomial without atoms.
  std::optional<Coefficient> asConstant() const;

  Polynomial operator+(const Polynomial &other) const;
  Polynomial operator*(Coefficient factor) const;
  /// Returns nullopt if the degree would be too high.
  std::optional<Polynomial> operator*(const Polynomial &other) const;

  /// Returns true if both have the same terms, whatever their coefficients; a term that is
  /// smaller than `tolerance` times the largest does not count.
  bool isSimilar(const Polynomial &expected, double tolerance) const;
  /// Returns true if every coefficient, also of a term that only one of them has, differs
  /// by no more than its uncertainty, or by `tolerance` times the expected coefficient.
  bool isNear(const Polynomial &expected, double tolerance = 0) const;

  /// Formats the polynomial for messages: "0.5 x + 0.5 x T".
  std::string str() const;

private:
  std::map<Term, Coefficient> terms;
};

/// Reads values as polynomials in given atoms. The work is bounded for any graph: at most
/// kMaxOps operations, each once.
class PolynomialReader {
public:
  static constexpr unsigned kMaxOps = 64;

  /// There are at most Polynomial::kMaxAtoms of them.
  explicit PolynomialReader(llvm::ArrayRef<mlir::Value> atoms) : atoms(atoms) {}

  /// Returns nullopt if `value` depends on anything but the atoms.
  std::optional<Polynomial> read(mlir::Value value);

  /// Returns true for an operation that this class can look through.
  static bool isArithmetic(mlir::Operation *op);

private:
  std::optional<Polynomial> readOp(mlir::Operation *op);
  std::optional<Polynomial> readBinary(mlir::Operation *op);

  llvm::SmallVector<mlir::Value, Polynomial::kMaxAtoms> atoms;
  llvm::DenseMap<mlir::Value, std::optional<Polynomial>> known;
  unsigned numOps = 0;
};

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_UTILS_POLYNOMIAL_H
