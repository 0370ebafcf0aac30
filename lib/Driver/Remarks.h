//===- Remarks.h - Collects the remarks of passes ---------------*- C++ -*-===//
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

/// Collects the remarks of passes, which emit one for each site that they change.
class RemarkListener {
public:
  RemarkListener();

  /// Installs the collector in `context`, unless one is installed already.
  llvm::LogicalResult attach(mlir::MLIRContext &context);

  /// Resets the counts, for the passes of `manager`. With `prints`, every remark becomes a
  /// line on stderr.
  void watch(mlir::PassManager &manager, bool prints);

  /// Returns the number of sites that each pass has changed since, in order.
  std::vector<int64_t> sites() const;

  /// Returns the near misses of the phase raise so far, each place once.
  const std::vector<report::MissedSite> &missed() const;

  struct State;

private:
  std::shared_ptr<State> state;
};

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_REMARKS_H
