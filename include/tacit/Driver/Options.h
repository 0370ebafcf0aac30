//===- Options.h - What a subcommand is asked to do --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DRIVER_OPTIONS_H
#define TACIT_DRIVER_OPTIONS_H

#include "tacit/Import/ONNX/OnnxModel.h"
#include "tacit/Pipelines/Pipelines.h"
#include <optional>
#include <string>
#include <vector>

namespace tacit::driver {

enum class Subcommand { Inspect, Compile, Run, Eval, Cost, Passes };

/// The command line, parsed and checked for form.
struct Options {
  Subcommand subcommand;
  std::string model;

  /// Whether anybody will read the bytes of weights.
  bool needsWeights() const {
    return subcommand != Subcommand::Inspect && subcommand != Subcommand::Cost;
  }

  // Shared by all that take a model.
  DimBindings bindings;
  std::string from, to, dumpPhases, passPipeline, json;
  bool printPipeline = false, quiet = false, verbose = false;
  int64_t vectorBits = 512;
  /// --aero, --approximate, --quantize and --multiplier, in the order they run.
  std::vector<Transformation> transformations;
  /// Set for a run that is only compared with: it says nothing of what it does.
  bool isAside = false;
  /// What the target, the subcommand, or a phase that only one road has says.
  Road road = Road::Cpu;

  // compile
  std::string output;
  enum class Target { Cpu, TwoParty, Mlir } target = Target::Cpu;

  // cost, compile for two parties, and the twin
  bool twin = false;
  std::vector<std::string> protocols;
  std::optional<int64_t> width, fraction;
  /// The protocol that the phases are run for.
  TwoPartyOptions twoParty;

  // cost
  std::string network = "lan";
  bool listProtocols = false;
  std::optional<int64_t> maxBytes, maxRounds;
  std::string primitive;
  std::optional<int64_t> elements;
  std::vector<int64_t> primitiveShape;

  // run
  std::vector<std::pair<std::string, std::string>> inputs, expected;
  std::string outputDir;
  bool isDynamic = false; ///< dimensions stay free, whatever the inputs have
  double tolerance = 1e-4;
  int64_t repeat = 1;
  int64_t threads = 0;

  // eval
  std::string tokens;
  int64_t window = 0; ///< 0: the model's length, else 128
};

} // namespace tacit::driver

#endif // TACIT_DRIVER_OPTIONS_H
