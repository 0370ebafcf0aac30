//===- Options.h - Options of the subcommands -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DRIVER_OPTIONS_H
#define TACIT_DRIVER_OPTIONS_H

#include "tacit/Import/ONNX/OnnxModel.h"
#include "tacit/Pipelines/Pipelines.h"
#include "tacit/Runtime/TwoParty/Schedule.h"
#include "tacit/Runtime/TwoParty/Tls.h"
#include <optional>
#include <string>
#include <vector>

namespace tacit::driver {

//===----------------------------------------------------------------------===//
// Options that several subcommands share
//===----------------------------------------------------------------------===//

/// The model, and what is known of its inputs.
struct ModelOptions {
  std::string model;
  DimBindings bindings;
  /// The phase that left the model, if it is a program.
  std::optional<PhaseKind> from;
  /// The folder to which the program after each phase is written; empty for none.
  std::string dumpPhases;
  /// The target to which all named phases belong.
  Flow flow = Flow::Cpu;

  /// Position on the flow of the phase that left the model.
  size_t start() const { return from ? *findPhase(*from, flow) : 0; }
};

/// The changes of the model, in the order in which they run.
struct ChangeOptions {
  std::vector<Transformation> transformations;
};

/// Where results go, and which messages are printed.
struct OutputOptions {
  /// A file, "-" for stdout, or empty.
  std::string json;
  bool quiet = false, verbose = false;
  /// True if files that Tacit did not write may be replaced as well.
  bool force = false;
  /// True if the user says where to write a reproducer when a phase fails.
  bool hasReproducer = false;

  /// Returns true if the text for people goes to stdout, which it does unless the JSON
  /// does.
  bool wantsText() const { return json != "-"; }
};

/// How the two parties compute, and in which ring.
struct ProtocolOptions {
  std::vector<std::string> protocols;
  std::optional<int64_t> width, fraction; ///< else those of the protocol
  bool isBounded = false;
  int64_t normScale = 1;
  /// True if the user asked for these, and did not leave them at their defaults.
  bool hasFunctions = false, hasNormScale = false;
  /// The names of constants that the client may know.
  std::vector<std::string> publicNames;
  /// The caches that stay shares, as IN=OUT or just "none"; empty to look for them.
  std::vector<std::string> caches;
};

/// How code for the CPU is generated.
struct CodeOptions {
  std::string cpu = "native";
  int64_t vectorBits = 512;
  bool usesThreads = true;
};

//===----------------------------------------------------------------------===//
// One structure for each subcommand
//===----------------------------------------------------------------------===//

struct InspectOptions : ModelOptions, ChangeOptions, OutputOptions {};

struct CompileOptions : ModelOptions,
                        ChangeOptions,
                        OutputOptions,
                        ProtocolOptions,
                        CodeOptions {
  enum class Target { Cpu, TwoParty, Mlir } target = Target::Cpu;
  /// The last phase, unless it is that of the target.
  std::optional<PhaseKind> to;
  /// The user's pipeline, which runs instead of the phases.
  std::string passPipeline;
  bool printPipeline = false;
  std::string output;
};

struct RunOptions : ModelOptions, ChangeOptions, OutputOptions, CodeOptions {
  std::vector<std::pair<std::string, std::string>> inputs, expected; ///< name, file
  std::string inputsPath; ///< a folder or an archive with the rest of the inputs
  std::string outputDir;
  bool isDynamic = false;   ///< dimensions stay free, whatever the inputs have
  bool isReference = false; ///< the reference runs in place of compiled code
  double tolerance = 1e-4;
  int64_t repeat = 1;
  int64_t threads = 0; ///< 0: one for each processor
};

struct EvalOptions : ModelOptions,
                     ChangeOptions,
                     OutputOptions,
                     ProtocolOptions,
                     CodeOptions {
  /// Files with token ids, with the arrays of inputs, and with the labels of examples.
  std::string tokens, inputsPath, labels;
  int64_t window = 0;          ///< 0: the model's length, else 128
  std::optional<int64_t> seed; ///< of the inputs that are not given; else 0
  /// True to evaluate the arithmetic of the two parties.
  bool twin = false;
  std::string wires; ///< a file for all words that the parties exchange; empty for none
  int64_t threads = 0;
};

struct CostOptions : ModelOptions, ChangeOptions, OutputOptions, ProtocolOptions {
  std::string network = "lan";
  bool hasNetwork = false; ///< the user asked for it
  std::optional<int64_t> maxBytes, maxRounds, maxHops;
  /// The kinds or sites of operations that are not counted.
  std::vector<std::string> skip;
  /// One operation on shares instead of a model, and the shapes of its operands.
  std::string primitive;
  std::vector<std::vector<int64_t>> primitiveShapes;
};

/// Other processes, and how long to wait for them.
struct PeerOptions {
  /// In seconds, without a byte from the other side.
  double patience = 60;
  int64_t threads = 0; ///< 0: one for each processor
  /// What protects the connections; nullopt to leave them open.
  std::optional<twoparty::TlsFiles> tls;
};

struct DealOptions : OutputOptions, PeerOptions {
  std::string package; ///< a folder
  int64_t inferences = 1;
  /// The number that the material follows from; else it is random.
  std::optional<int64_t> seed;
  /// HOST:PORT where parties ask for material; empty to write it into the package.
  std::string serve;
};

struct PartyOptions : OutputOptions, PeerOptions {
  std::string package; ///< a folder
  twoparty::Party party = twoparty::Party::Client;
  std::string address; ///< HOST:PORT where the server listens
  std::string dealer;  ///< HOST:PORT, or empty for material in the package
  int64_t inferences = 1;
  std::vector<std::pair<std::string, std::string>> inputs; ///< name, file
  std::string inputsPath; ///< a folder or an archive with the rest of the inputs
  std::string outputDir;
  /// Files for this party's shares of the caches, before and after the run.
  std::string stateIn, stateOut;
  std::string wires; ///< a file for all exchanged words; empty for none
};

} // namespace tacit::driver

#endif // TACIT_DRIVER_OPTIONS_H
