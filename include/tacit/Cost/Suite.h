//===- Suite.h - Protocol suites --------------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A protocol suite states what each operation of an mpc program sends. Formula suites
// compute it from the protocol, on primitives; published suites carry the measured figures
// of a paper, on whole functions, and are data files. docs/Costs.md explains every figure.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_COST_SUITE_H
#define TACIT_COST_SUITE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tacit::cost {

inline constexpr int64_t kUnknown = -1;

/// What an operation sends, in bytes; kUnknown if the source does not state it.
struct Charge {
  int64_t total = 0;           ///< online, both directions
  int64_t toServer = kUnknown; ///< online
  int64_t toClient = kUnknown; ///< online
  int64_t offline = kUnknown;  ///< before the input is known
  int64_t hops = kUnknown;     ///< one-way messages that wait for one another
  /// "formula K3", "published", "apportioned", ...; with ", extrapolated" if the figure is
  /// used outside the range of its measurement.
  std::string basis;
  int64_t setup = kUnknown; ///< once for a session
  /// Exchanges of an engine that does one thing after the other, and does not merge what
  /// could be sent together.
  int64_t rounds = kUnknown;
};

/// The charges of a program, in program order, and what a reader must know about them.
/// Operations that send nothing by their nature (additions, movement) have none.
struct Bill {
  llvm::MapVector<mlir::Operation *, Charge> charges;
  std::vector<std::string> notes;
};

/// The basis of an operation whose messages are added up.
inline constexpr llvm::StringLiteral kMessages = "formula messages";

/// The basis of an operation that is not counted.
inline constexpr llvm::StringLiteral kSkipped = "skipped";

/// Returns true if `entry` is the kind of an operation (as in reports: "tanh", "head"), its
/// name without the dialect, or a site, in which * is any text; "pooler" is what follows
/// the last block and is neither a norm nor the output layer.
bool isSkipped(mlir::Operation *op, llvm::StringRef entry);

enum class SuiteKind {
  Formula,   ///< computed for each primitive
  Published, ///< measured for each function, or for a block
  Messages,  ///< the sum over the messages of the programs that the parties run
};

/// How whole functions are expanded.
enum class Expansion { None, CrypTen, Tacit };

/// How parties reduce the fraction of a product.
enum class Truncation {
  Unknown,
  Local, ///< each party shifts its share, which fails with a probability of |x| / 2^width
  Dealt, ///< with help of the dealer: right, up to one unit, for |x| < 2^62
};

struct SuiteInfo {
  std::string name, title, source;
  std::string threatModel; ///< who is trusted with what
  std::string measures;    ///< which bytes: parties, phases, what is left out
  SuiteKind kind = SuiteKind::Formula;
  Expansion expansion = Expansion::None;
  Truncation truncation = Truncation::Unknown;
  /// The ring that the figures are for, and a customary fraction.
  int64_t ringBits = 64, fractionBits = 16;
};

class Suite {
public:
  virtual ~Suite();

  const SuiteInfo &info() const { return data; }
  /// Returns true if whole functions must be expanded first, by mpc-expand.
  bool wantsExpanded() const { return data.expansion != Expansion::None; }

  /// Returns what each operation of a program sends; nothing for those that an entry of
  /// `skip` matches. Fails with a list of all operations for which the suite has no figure.
  llvm::Expected<Bill> charge(mlir::func::FuncOp func,
                              llvm::ArrayRef<std::string> skip = {}) const;

  /// Returns what a single operation sends.
  llvm::Expected<Charge> charge(const mpc::Workload &workload) const;

protected:
  explicit Suite(SuiteInfo info) : data(std::move(info)) {}

  /// Returns no charge if the suite has no figure. Fails if a figure is too large.
  virtual llvm::Expected<std::optional<Charge>>
  price(const mpc::Workload &workload) const = 0;
  /// Does the same for all operations of a program, which are never Local: adds to the bill
  /// what the suite has figures for.
  virtual llvm::Error priceAll(llvm::ArrayRef<mlir::Operation *> ops, Bill &bill) const;

private:
  SuiteInfo data;
};

using SuitePtr = std::shared_ptr<const Suite>;

/// Returns the built-in suites, in the order in which they are listed.
llvm::ArrayRef<SuitePtr> suites();

/// Returns a suite by its name, or a published one by the path of its data file (which ends
/// in .json).
llvm::Expected<SuitePtr> findSuite(llvm::StringRef nameOrPath);

/// Returns a published suite from the text of a data file; `origin` names it in errors.
llvm::Expected<SuitePtr> parsePublishedSuite(llvm::StringRef text, llvm::StringRef origin);

/// Returns CrypTen: Beaver triples from a dealer.
SuitePtr createCrypTenSuite();

/// Returns our own: secrets masked by a dealer. Its costs are those of a program of
/// messages; see Messages.h.
SuitePtr createTacitSuite();

} // namespace tacit::cost

#endif // TACIT_COST_SUITE_H
