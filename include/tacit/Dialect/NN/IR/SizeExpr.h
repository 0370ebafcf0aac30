//===- SizeExpr.h - Expressions in free dimensions --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sizes of a program with free dimensions are polynomials in the names of these dimensions,
// with integer coefficients. Other terms (quotients, minima, choices) are further unknowns,
// which are the same if they are computed from the same operands. Polynomials have a unique
// normal form, so that two sizes are proved equal by comparing two numbers.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_SIZEEXPR_H
#define TACIT_DIALECT_NN_IR_SIZEEXPR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace tacit::nn {

/// A size, by its index in a SizeTable; or null, if it is not known to be a function of
/// free dimensions. Arithmetic with null gives null.
class SizeExpr {
public:
  SizeExpr() = default;
  explicit SizeExpr(unsigned id) : id(static_cast<int>(id)) {}

  explicit operator bool() const { return id >= 0; }
  unsigned index() const { return static_cast<unsigned>(id); }
  bool operator==(SizeExpr other) const { return id == other.id; }
  bool operator!=(SizeExpr other) const { return id != other.id; }
  bool operator<(SizeExpr other) const { return id < other.id; }

private:
  int id = -1;
};

/// The sizes of all dimensions of a value, or the elements of a tensor of sizes.
using SizeList = llvm::SmallVector<SizeExpr>;

/// A range that contains all elements of a tensor. An end that is null is not known.
struct SizeSpan {
  SizeExpr low, high;
  /// Every tensor with elements attains both ends: if they are not allowed, no run is.
  bool isTight = false;

  bool isKnown() const { return low && high; }
};

enum class SizePredicate { Equal, Less, LessOrEqual };

/// An unknown of the polynomials.
struct SizeAtom {
  enum class Kind { Symbol, Quotient, Minimum, Maximum, Choice };

  Kind kind = Kind::Symbol;
  std::string name;                 // Symbol
  SizePredicate predicate{};        // Choice
  std::vector<SizeExpr> operands{}; // Choice: a ? b, then, else

  bool operator<(const SizeAtom &other) const {
    return std::tie(kind, name, predicate, operands) <
           std::tie(other.kind, other.name, other.predicate, other.operands);
  }
};

/// `coefficient` times `atoms`, which are numbers of atoms in ascending order.
struct SizeTerm {
  std::vector<unsigned> atoms;
  int64_t coefficient = 0;

  bool operator<(const SizeTerm &other) const {
    return std::tie(atoms, coefficient) < std::tie(other.atoms, other.coefficient);
  }
};

/// The range of a size; the ends of int64_t mean that it is unbounded.
struct SizeBounds {
  int64_t low, high;
};

/// Holds all sizes of a program, each once.
class SizeTable {
public:
  /// A free dimension has from 0 to this many elements; larger ones are rejected at run
  /// time.
  static constexpr int64_t kMaxFreeSize = std::numeric_limits<int32_t>::max();

  SizeExpr constant(int64_t value);
  SizeExpr symbol(llvm::StringRef name);

  SizeExpr add(SizeExpr a, SizeExpr b);
  SizeExpr subtract(SizeExpr a, SizeExpr b);
  SizeExpr multiply(SizeExpr a, SizeExpr b);
  /// Divides, rounding toward zero. At run time a division by zero gives zero.
  SizeExpr divide(SizeExpr a, SizeExpr b);
  /// Returns a / b if that is a polynomial, otherwise null.
  SizeExpr divideExactly(SizeExpr a, SizeExpr b);
  SizeExpr minimum(SizeExpr a, SizeExpr b);
  SizeExpr maximum(SizeExpr a, SizeExpr b);
  SizeExpr choose(SizePredicate predicate, SizeExpr a, SizeExpr b, SizeExpr yes,
                  SizeExpr no);

  std::optional<int64_t> asConstant(SizeExpr a) const;
  /// Returns the name, if `a` is just one free dimension.
  llvm::StringRef asSymbol(SizeExpr a) const;
  /// Returns the atom, if `a` consists of a single one.
  const SizeAtom *asAtom(SizeExpr a) const;
  llvm::ArrayRef<SizeTerm> terms(SizeExpr a) const { return polynomials[a.index()]; }
  const SizeAtom &atom(unsigned number) const { return atoms[number]; }
  SizeExpr atomExpr(unsigned number);

  /// Returns what is certain about two sizes.
  std::optional<bool> compare(SizePredicate predicate, SizeExpr a, SizeExpr b);
  SizeBounds bounds(SizeExpr a);

  /// From now on a and b are equal. Returns false if they cannot be.
  bool identify(SizeExpr a, SizeExpr b);
  /// From now on a is at most b: every minimum of the two is a.
  void limit(SizeExpr a, SizeExpr b);
  /// Returns `a` after replacing everything that was identified.
  SizeExpr resolve(SizeExpr a);
  /// Returns `a` with every minimum of something and a constant replaced by the former;
  /// `limits` receives the pairs.
  SizeExpr withoutLimits(SizeExpr a,
                         llvm::SmallVectorImpl<std::pair<SizeExpr, SizeExpr>> &limits);

  /// Formats a size for messages: "past + seq", "min(seq, 128)".
  std::string print(SizeExpr a) const;

private:
  using Polynomial = std::vector<SizeTerm>;
  using Replacement = llvm::function_ref<SizeExpr(unsigned)>;

  SizeExpr intern(Polynomial polynomial);
  SizeExpr intern(SizeAtom atom);
  SizeExpr rebuild(const SizeAtom &atom, llvm::function_ref<SizeExpr(SizeExpr)> map);
  SizeExpr substitute(SizeExpr a, Replacement replace);
  SizeExpr resolveAtom(unsigned number);
  bool isAtMost(SizeExpr a, SizeExpr b, int depth);
  std::pair<SizeExpr, SizeExpr> withoutCommonFactor(SizeExpr a, SizeExpr b);
  bool mentions(SizeExpr a, unsigned atom) const;
  SizeBounds bounds(const SizeAtom &atom);
  std::optional<SizeBounds> boundsOfRemainder(SizeExpr a);
  int depthOf(const SizeAtom &atom) const;

  std::vector<Polynomial> polynomials;
  std::map<Polynomial, unsigned> polynomialIds;
  std::vector<SizeAtom> atoms;
  std::vector<int> depths; // of the atoms: how deeply sizes are nested
  std::map<SizeAtom, unsigned> atomIds;
  std::map<unsigned, SizeBounds> knownBounds;
  std::map<unsigned, SizeExpr> identified;
  std::map<unsigned, SizeExpr> resolved;
};

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_IR_SIZEEXPR_H
