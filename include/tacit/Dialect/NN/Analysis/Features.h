//===- Features.h - Traces the origin of features ---------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exporters split the features of a tensor (the elements of its last dimension) and join
// them again in many ways: by slices and concatenations, or by a dimension of 2 that is
// split off and merged. Two ways are equivalent if each feature has the same origin.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_ANALYSIS_FEATURES_H
#define TACIT_DIALECT_NN_ANALYSIS_FEATURES_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <map>
#include <optional>
#include <vector>

namespace tacit::nn {

/// Element `index`, in row-major order, of `rank` dimensions of `source`.
struct Feature {
  mlir::Value source;
  unsigned rank;
  int64_t index;
  bool isNegated;

  bool operator==(const Feature &other) const {
    return source == other.source && rank == other.rank && index == other.index &&
           isNegated == other.isNegated;
  }
  /// Returns the same element with the other sign.
  Feature negated() const { return {source, rank, index, !isNegated}; }
};
using Features = std::vector<Feature>;

/// Traces features through operations that move or negate them and keep the other
/// dimensions in order.
class FeatureReader {
public:
  /// The traced dimensions are the last ones but `skip`.
  explicit FeatureReader(unsigned skip = 0) : skip(skip) {}

  /// Returns the features of `rank` dimensions of `value`, in row-major order; nullopt if
  /// there are more than kMaxTracedElements, or if one of the dimensions is free.
  std::optional<Features> read(mlir::Value value, unsigned rank = 1);

private:
  std::optional<Features> follow(mlir::Operation *op, unsigned rank);

  unsigned skip;
  llvm::DenseMap<std::pair<mlir::Value, unsigned>, std::optional<Features>> known;
  unsigned depth = 0;
};

/// For each feature of the last `rank` dimensions of a value, finds the first one that is
/// equal in every row, as far as the operations that compute it show.
class EqualFeatures {
public:
  using Firsts = std::vector<int64_t>;
  std::optional<Firsts> read(mlir::Value value, unsigned rank = 1);

private:
  /// Handles a value whose features have no other origin.
  const Firsts &readSource(mlir::Value source, unsigned rank);
  std::optional<Firsts> follow(mlir::Value source, unsigned rank, int64_t count);
  std::optional<Firsts> readBroadcast(mlir::Value operand, llvm::ArrayRef<int64_t> dims);
  std::optional<Firsts> readAll(mlir::Operation *op, llvm::ArrayRef<int64_t> dims);

  FeatureReader features;
  std::map<std::pair<void *, unsigned>, Firsts> sources;
  unsigned depth = 0;
};

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_ANALYSIS_FEATURES_H
