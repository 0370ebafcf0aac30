//===- Runner.h - A model as an evaluation runs it --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_RUNNER_H
#define TACIT_LIB_DRIVER_RUNNER_H

#include "Workload.h"
#include "tacit/Runtime/Executable.h"

namespace tacit::driver {

using Outputs = std::vector<HostTensor>;

/// Runs compiled code as it is.
class Runner {
public:
  explicit Runner(std::unique_ptr<Executable> executable)
      : executable(std::move(executable)) {}
  virtual ~Runner();

  /// Describes inputs and outputs; those that a twin adds come last.
  const tacit_model_desc &description() const { return executable->description(); }

  /// Runs call number `index` of an evaluation; without a number it counts for nothing but
  /// its time.
  virtual llvm::Expected<Outputs> run(const Call &call, std::optional<int64_t> index,
                                      int64_t threads);

protected:
  std::unique_ptr<Executable> executable;
};

/// What a cleartext twin says about the calls of an evaluation.
struct TwinFacts {
  int64_t calls = 0;
  int64_t examples = 0; ///< those of a last call that are repeated included
  int64_t failed = 0;   ///< truncations of shares that failed
  /// In runs in which none fails: the sums and products that left the ring, and how many
  /// truncations fail on average, at each of mpc::TruncationSites.
  int64_t wraps = 0;
  std::vector<double> expected;
};

/// Runs the cleartext twin of a two-party program. It draws the shares that are truncated
/// from a seed, anew in each call. What is to be expected it counts in a second run of
/// each, in which no truncation fails.
class TwinRunner : public Runner {
public:
  TwinRunner(std::unique_ptr<Executable> executable, uint64_t seed)
      : Runner(std::move(executable)), seed(seed) {}

  llvm::Expected<Outputs> run(const Call &call, std::optional<int64_t> index,
                              int64_t threads) override;

  const TwinFacts &facts() const { return counted; }
  /// Returns true if truncations fail as shares that are drawn from the seed decide.
  bool drawsShares() const;
  /// Returns true if the outputs depend on the seed.
  virtual bool usesSeed() const { return drawsShares(); }

private:
  struct Counts {
    int64_t wraps = 0, failed = 0;
    std::vector<double> expected;
  };
  llvm::Expected<Outputs> runWith(const Call &call, uint64_t word, int64_t threads,
                                  Counts &counts);

  uint64_t seed;
  TwinFacts counted;
};

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_RUNNER_H
