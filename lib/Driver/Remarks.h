//===- Remarks.h - What passes say they did ---------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_REMARKS_H
#define TACIT_LIB_DRIVER_REMARKS_H

#include "mlir/Pass/PassManager.h"
#include "tacit/Report/InspectReport.h"
#include <memory>
#include <string>
#include <vector>

namespace tacit::driver {

/// Listens to the remarks of passes: a pass remarks on each site that it changed.
class RemarkListener {
public:
  RemarkListener();

  /// Begins to listen in `context`, if nobody does yet.
  llvm::LogicalResult attach(mlir::MLIRContext &context);

  /// Counts anew, for the passes of `manager`. With `prints`, every remark becomes a
  /// line on stderr.
  void watch(mlir::PassManager &manager, bool prints);

  /// Sites changed by each pass that ran since, in order.
  std::vector<int64_t> sites() const;

  /// What the phase raise missed so far, each place once.
  const std::vector<report::MissedSite> &missed() const;

  struct State;

private:
  std::shared_ptr<State> state;
};

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_REMARKS_H
