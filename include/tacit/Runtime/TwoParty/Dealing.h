//===- Dealing.h - What the dealer does -------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_DEALING_H
#define TACIT_RUNTIME_TWOPARTY_DEALING_H

#include "tacit/Runtime/Executable.h"
#include "tacit/Runtime/TwoParty/Seed.h"
#include <functional>

namespace tacit::twoparty {

/// Takes what the dealer makes. The seeds are known before: only corrections are made.
class MaterialSink {
public:
  virtual ~MaterialSink();
  virtual llvm::Error begin(int64_t inference) = 0;
  /// Each dealt material once an inference, in any order.
  virtual llvm::Error correct(const Material &material, llvm::ArrayRef<uint8_t> bytes) = 0;
  virtual llvm::Error end() = 0;
};

struct DealOptions {
  int64_t inferences = 1;
  int64_t first = 0; ///< the number of the first inference
  int threads = 0;   ///< one per core if not positive
  /// Called after each inference, with the number of those that are done.
  std::function<void(int64_t)> progress = nullptr;
};

/// Runs the dealer's program once for each inference.
llvm::Error deal(const Schedule &schedule, Executable &program, const DealingSeeds &seeds,
                 const DealOptions &options, MaterialSink &sink);

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_DEALING_H
