//===- ProgramFacts.h - Facts about a program -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REPORT_PROGRAMFACTS_H
#define TACIT_REPORT_PROGRAMFACTS_H

#include "mlir/IR/BuiltinOps.h"
#include "tacit/Import/ONNX/OnnxModel.h"
#include "llvm/Support/JSON.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tacit::report {

/// The number of occurrences of each name.
using Counts = std::map<std::string, int64_t>;

/// The whole operations of the nn dialect.
struct SiteCounts {
  int64_t layerNorm = 0, rmsNorm = 0, gelu = 0, silu = 0;
  int64_t relu = 0;    ///< leaky ones too
  int64_t softmax = 0; ///< those inside attention too
  int64_t attention = 0, rotary = 0, linear = 0, matmul = 0;
  int64_t crossAttention = 0; ///< of them: to values from outside the layers before
  int64_t layers = 0;         ///< transformer blocks

  static SiteCounts of(mlir::ModuleOp module);
  /// The number of operations that are not sums of products.
  int64_t nonlinear() const { return layerNorm + rmsNorm + gelu + silu + relu + softmax; }
};

/// A site that a user can name; see nn-name-sites.
struct NamedSite {
  std::string site, op, node;
};

/// Returns the sites of the whole program, in program order.
std::vector<NamedSite> namedSites(mlir::ModuleOp module);

/// Returns "12 of 64 features" for each form of attention, with the number of attentions
/// that have it.
Counts headCounts(mlir::ModuleOp module);

/// How weights are stored, and how products and GELU are computed.
struct Arithmetic {
  Counts weights;     ///< of linear layers: float32, int4, powers_of_two
  Counts multipliers; ///< of matrix products and attention: exact, lmul=4
  Counts gelu;        ///< which function is meant: tanh, bolt

  static Arithmetic of(mlir::ModuleOp module);
  /// Returns true if everything is as in a file without transformations.
  bool isPlain() const;
};

/// Returns true if the program consists of whole operations, as it does up to the phase
/// `check`.
bool isModel(mlir::ModuleOp module);

/// Returns true if the program computes on shares: it has passed the phase `mpc`.
bool hasShares(mlir::ModuleOp module);

/// The bits of the ring that shares are elements of, and of their fraction.
struct ShareRing {
  int64_t width, fraction;
};

/// Returns the ring of the first shared value, if there is one.
std::optional<ShareRing> ringOf(mlir::ModuleOp module);

/// Counts operations by name, without those that hold others or end a block.
Counts operationCounts(mlir::ModuleOp module);

/// Returns the bytes of all constants, each counted once; nullopt once the weights are a
/// file.
std::optional<int64_t> constantBytes(mlir::ModuleOp module);

/// The names of all constants, each once.
std::vector<std::string> constantNames(mlir::ModuleOp module);

/// The inputs and outputs of @main. A type that is not a tensor is its own dtypeName.
struct ProgramInterface {
  std::vector<OnnxValue> inputs, outputs;
  static ProgramInterface of(mlir::ModuleOp module);
};

llvm::json::Object countsJson(const Counts &counts);

/// Returns "16 int4, 1 float32", the most frequent first.
std::string listCounts(const Counts &counts);

} // namespace tacit::report

#endif // TACIT_REPORT_PROGRAMFACTS_H
