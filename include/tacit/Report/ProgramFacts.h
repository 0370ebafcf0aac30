//===- ProgramFacts.h - What a program consists of --------------*- C++ -*-===//
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

/// How often each name was met.
using Counts = std::map<std::string, int64_t>;

/// Whole operations of the nn dialect.
struct SiteCounts {
  int64_t layerNorm = 0, rmsNorm = 0, gelu = 0, silu = 0;
  int64_t relu = 0;    ///< leaky ones too
  int64_t softmax = 0; ///< those inside attention too
  int64_t attention = 0, rotary = 0, linear = 0, matmul = 0;
  int64_t crossAttention = 0; ///< of them: to values from outside the layers before

  static SiteCounts of(mlir::ModuleOp module);
  /// Transformer layers: each has one attention to its own values.
  int64_t layers() const { return attention - crossAttention; }
  /// The operations that are no sums of products.
  int64_t nonlinear() const { return layerNorm + rmsNorm + gelu + silu + relu + softmax; }
};

/// A site that a user can name; see nn-name-sites.
struct NamedSite {
  std::string site, op, node;
};

/// Those of the whole program, in order.
std::vector<NamedSite> namedSites(mlir::ModuleOp module);

/// "12 of 64 features" for each form of attention, with how many have it.
Counts headCounts(mlir::ModuleOp module);

/// How weights are stored, and products and GELU computed.
struct Arithmetic {
  Counts weights;     ///< of linear layers: float32, int4, powers_of_two
  Counts multipliers; ///< of matrix products and attention: exact, lmul=4
  Counts gelu;        ///< which function is meant: tanh, bolt

  static Arithmetic of(mlir::ModuleOp module);
  /// Whether all of it is what a file without transformations has.
  bool isPlain() const;
};

/// Whether the program is one of whole operations, as it is up to the phase `check`.
bool isModel(mlir::ModuleOp module);

/// Whether the program computes on shares: it has come as far as the phase `mpc`.
bool hasShares(mlir::ModuleOp module);

/// Bits of the ring that shares are elements of, and of their fraction.
struct ShareRing {
  int64_t width, fraction;
};

/// The ring of the first value that is shared, where one is.
std::optional<ShareRing> ringOf(mlir::ModuleOp module);

/// Operations by name, those that hold others or end a block left out.
Counts operationCounts(mlir::ModuleOp module);

/// Bytes of all constants, each counted once; nullopt once the weights are a file.
std::optional<int64_t> constantBytes(mlir::ModuleOp module);

/// The names of all constants, each once.
std::vector<std::string> constantNames(mlir::ModuleOp module);

/// What @main takes and gives. A type that is no tensor is its own dtypeName.
struct ProgramInterface {
  std::vector<OnnxValue> inputs, outputs;
  static ProgramInterface of(mlir::ModuleOp module);
};

llvm::json::Object countsJson(const Counts &counts);

/// "16 int4, 1 float32", the most frequent first.
std::string listCounts(const Counts &counts);

} // namespace tacit::report

#endif // TACIT_REPORT_PROGRAMFACTS_H
