//===- Published.h - Suites of measured figures -----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_COST_PUBLISHED_H
#define TACIT_LIB_COST_PUBLISHED_H

#include "tacit/Cost/Suite.h"
#include "llvm/ADT/SetVector.h"
#include <map>
#include <optional>
#include <set>

namespace tacit::cost {

/// Bytes per unit, in millionths, so that sums are the same on every machine.
struct Rate {
  int64_t millionths = 0;
};

/// The figure for a function, per element.
struct Function {
  Rate perElement;
  std::optional<Rate> outsideBlocks; ///< for those that are in no transformer block
  bool includesScale = false;        ///< of a norm: the product with its scale
  std::vector<mpc::GeluKind> kinds;  ///< of GELU: those that were measured; empty: all
  int64_t hops = kUnknown;
};

/// The figure for a matrix product, per element of each matrix.
struct MatmulFigures {
  Rate left, right, result;
  int64_t hops = kUnknown;
};

/// The figure for the matrix products of a transformer block, per token.
struct BlockFigures {
  int64_t width = 0;
  /// The multiplications that a token takes, in squares of the width.
  int64_t products = 0, feedForwardProducts = 0;
  Rate perToken, feedForwardPerToken;
  int64_t hops = kUnknown;
};

/// The figure for embedding and output layer together, per token.
struct VocabularyFigures {
  int64_t width = 0, size = 0;
  Rate perToken;
  int64_t hops = kUnknown;
};

/// The contents of a data file.
struct Figures {
  std::map<mpc::WorkloadKind, Function> functions;
  std::set<mpc::WorkloadKind> included; ///< what other figures pay for
  std::optional<MatmulFigures> matmul;
  std::optional<BlockFigures> block;
  std::optional<VocabularyFigures> vocabulary;
  std::vector<std::string> notes;
};

/// Holds the matrix products of a transformer block, with their multiplications.
struct BlockProducts {
  struct Product {
    mlir::Operation *op;
    mpc::Role role;
    int64_t multiplications;
  };
  int64_t tokens = 0, width = 0;
  int64_t attention = 0, feedForward = 0; ///< multiplications
  std::vector<Product> products;
};

class PublishedSuite : public Suite {
public:
  PublishedSuite(SuiteInfo info, Figures figures)
      : Suite(std::move(info)), figures(std::move(figures)) {}

protected:
  llvm::Expected<std::optional<Charge>> price(const mpc::Workload &workload) const override;
  llvm::Error priceAll(llvm::ArrayRef<mlir::Operation *> ops, Bill &bill) const override;

private:
  using Notes =
      llvm::SetVector<std::string, std::vector<std::string>, std::set<std::string>>;

  bool scalesNorm(mlir::Operation *op) const;
  llvm::Expected<std::optional<Charge>> priceInPlace(mlir::Operation *op) const;
  llvm::Error priceBlocks(llvm::ArrayRef<mlir::Operation *> ops, Bill &bill,
                          Notes &notes) const;
  llvm::Error priceBlock(const BlockProducts &block, Bill &bill, Notes &notes) const;
  llvm::Error priceVocabulary(mlir::Operation *op, Bill &bill, Notes &notes) const;

  Figures figures;
};

} // namespace tacit::cost

#endif // TACIT_LIB_COST_PUBLISHED_H
