//===- ReferenceProgram.h - A program that the reference runs ---*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_REFERENCEPROGRAM_H
#define TACIT_LIB_DRIVER_REFERENCEPROGRAM_H

#include "Compilation.h"
#include "tacit/Reference/Tensor.h"
#include "tacit/Report/RunReport.h"
#include "tacit/Support/HostTensor.h"

namespace tacit::driver {

/// The last phase whose program the reference interpreter evaluates, and the only one that
/// it needs: later phases do not change what a program means.
inline constexpr PhaseKind kReferencePhase = PhaseKind::Multiplier;

/// An nn program that the reference interpreter runs in double precision, in place of
/// compiled code.
class ReferenceProgram {
public:
  /// Runs the phases that change the model. The session owns the data to which the program
  /// refers.
  static llvm::Expected<std::unique_ptr<ReferenceProgram>>
  make(std::shared_ptr<Session> session, Variant variant);

  std::vector<std::string> inputNames();
  std::vector<std::string> outputNames();

  /// The outputs in double precision.
  llvm::Expected<std::vector<reference::Tensor>> run(llvm::ArrayRef<HostTensor> inputs);

private:
  ReferenceProgram(std::shared_ptr<Session> session, Variant variant)
      : session(std::move(session)), compilation(*this->session, std::move(variant)) {}

  std::shared_ptr<Session> session;
  Compilation compilation;
};

/// A value of the reference, rounded to its element type.
HostTensor toHost(const reference::Tensor &value);

/// How far `found` is from what the reference computed; nothing if it has another shape or
/// element type.
std::optional<report::RunReport::Distance> distanceFrom(const reference::Tensor &truth,
                                                        const HostTensor &found);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_REFERENCEPROGRAM_H
