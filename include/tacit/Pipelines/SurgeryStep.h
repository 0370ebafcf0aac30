//===- SurgeryStep.h - One change of the model's operations -----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_PIPELINES_SURGERYSTEP_H
#define TACIT_PIPELINES_SURGERYSTEP_H

#include "tacit/Dialect/NN/Transforms/Surgery/Passes.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Error.h"
#include <variant>

namespace tacit {

/// A step in the form that users write, NAME[=VALUE][@SITES], and the pass that it
/// requests.
struct SurgeryStep {
  std::string text;
  std::variant<nn::RemoveLayerNormOptions, nn::ReplaceActivationOptions,
               nn::FoldLinearOptions>
      pass;
};

/// The two options of the command line whose lists contain steps.
enum class StepFamily {
  Aero,          ///< norms and activations are removed
  Approximation, ///< functions are computed by others
};

/// Returns the values of the step `gelu`. A function that is not a kind of GELU does not
/// approximate one.
llvm::ArrayRef<Word<nn::Replacement>> getGeluForms();

/// Returns the names of the steps of `family`.
std::vector<std::string> surgeryStepNames(StepFamily family);

/// Reads a step of `family`, or of either if none is given. Fails with what is wrong about
/// a name, a value or the form of the sites. Whether the blocks exist that sites name is
/// checked by the passes.
llvm::Expected<SurgeryStep> parseSurgeryStep(llvm::StringRef text,
                                             std::optional<StepFamily> family = {});

} // namespace tacit

namespace llvm::cl {

/// Reads the steps of the pipeline option `steps`.
template <>
class parser<tacit::SurgeryStep> : public basic_parser<tacit::SurgeryStep> {
public:
  using basic_parser::basic_parser;
  bool parse(Option &option, StringRef name, StringRef text, tacit::SurgeryStep &step);
  static void print(raw_ostream &os, const tacit::SurgeryStep &step);
  StringRef getValueName() const override { return "step"; }
  void anchor() override;
};

} // namespace llvm::cl

#endif // TACIT_PIPELINES_SURGERYSTEP_H
