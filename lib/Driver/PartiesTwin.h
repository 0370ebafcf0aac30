//===- PartiesTwin.h - Two parties and a dealer in this process -*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_PARTIESTWIN_H
#define TACIT_LIB_DRIVER_PARTIESTWIN_H

#include "Compilation.h"
#include "Runner.h"
#include "tacit/Runtime/TwoParty/Twin.h"

namespace tacit::driver {

/// The programs of a package, compiled into this process. What they compute is what two
/// processes compute, to the bit, with the material of `tacit deal --seed`.
class PartiesTwin {
public:
  /// Compiles the programs that `compilation` leads to; it has not gone beyond phase `mpc`.
  static llvm::Expected<std::unique_ptr<PartiesTwin>>
  make(Compilation &compilation, const Variant &variant, uint64_t seed);

  /// Runs one inference, the n-th call with the material of the n-th. Takes and returns
  /// what the model does. The observer is told of an inference that counts.
  llvm::Expected<std::vector<HostTensor>> run(llvm::ArrayRef<HostTensor> inputs,
                                              int threads, bool isObserved);

  /// Describes the outputs of the model.
  const tacit_model_desc &description() const { return outputs->description(); }
  const twoparty::Schedule &schedule() const { return forecast; }

  /// Called for all words that are exchanged.
  std::function<void(const twoparty::Exchanged &)> observer = nullptr;

private:
  twoparty::Schedule forecast;
  std::unique_ptr<Executable> dealer, client, server, inputs, outputs;
  std::vector<HostTensor> constants;
  std::unique_ptr<twoparty::Twin> twin;
};

/// Evaluates the programs of the parties. The cleartext twin of the same program runs as
/// well, because masked words do not show whether a number left the ring.
class PartiesRunner : public TwinRunner {
public:
  PartiesRunner(std::unique_ptr<Executable> clear, std::unique_ptr<PartiesTwin> parties)
      : TwinRunner(std::move(clear), /*seed=*/0), parties(std::move(parties)) {}

  llvm::Expected<Outputs> run(const Call &call, std::optional<int64_t> index,
                              int64_t threads) override;
  /// Rounding depends on the words that the dealer deals.
  bool usesSeed() const override { return true; }

private:
  std::unique_ptr<PartiesTwin> parties;
};

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_PARTIESTWIN_H
