//===- Inspect.cpp - tacit inspect ----------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "Output.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Report/InspectReport.h"
#include "tacit/Support/Error.h"

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::report;

/// Runs the phases that recognise and change whole operations, if they are still to come.
static llvm::Error runPhases(const InspectOptions &options, Session &session,
                             Compilation &compilation) {
  bool isFinished = !session.onnx() && !options.from;
  PhaseKind last = PhaseKind::Raise;
  if (!options.transformations.empty())
    last = options.transformations.back().phase();
  if (!isFinished)
    if (auto error = compilation.advance(last))
      return error;
  session.finish();
  return llvm::Error::success();
}

/// The parts of an ONNX file that cannot be imported are part of the report; a wrong --dim
/// or a damaged file is an error.
static llvm::Error keepProblem(llvm::Error error, InspectReport &report) {
  return llvm::handleErrors(
      std::move(error),
      [&](const UnsupportedError &found) {
        report.unsupported = withOptions(found.getNodes());
      },
      [&](std::unique_ptr<Error> other) -> llvm::Error {
        if (other->getKind() != ErrorKind::Unsupported)
          return llvm::Error(std::move(other));
        report.problem = other->getMessage().str();
        return llvm::Error::success();
      });
}

static void describeProgram(mlir::ModuleOp program, InspectReport &report) {
  report.findings = {isModel(program),         SiteCounts::of(program),
                     headCounts(program),      Arithmetic::of(program),
                     operationCounts(program), constantBytes(program),
                     namedSites(program)};
  ProgramInterface interface = ProgramInterface::of(program);
  report.inputs = std::move(interface.inputs);
  report.outputs = std::move(interface.outputs);
  for (const OnnxValue &input : report.inputs)
    for (const OnnxDim &dim : input.dims)
      if (dim.size < 0 && !llvm::is_contained(report.freeDims, dim.name))
        report.freeDims.push_back(dim.name);
}

/// Gives the dimensions of a value the sizes that the user pinned.
static void pin(const DimBindings &bindings, OnnxValue &value) {
  auto shape = bindings.shapes.find(value.name);
  for (auto [i, dim] : llvm::enumerate(value.dims)) {
    auto size = bindings.dims.find(dim.name);
    if (dim.size < 0 && size != bindings.dims.end())
      dim = {size->second, ""};
    else if (shape != bindings.shapes.end() && i < shape->second.size())
      dim = {shape->second[i], ""};
  }
}

/// Statements of the file take precedence over those derived from its program.
static void describeModel(const InspectOptions &options, const OnnxModel &model,
                          InspectReport &report) {
  report.onnx = {model.producer().str(), model.opset(), model.parameters(),
                 model.weightBytes(), model.opCounts()};
  report.inputs = model.inputs();
  llvm::erase_if(report.inputs, [&](const OnnxValue &input) {
    return options.bindings.constants.count(input.name) > 0;
  });
  report.outputs = model.outputs();
  report.freeDims.clear();
  for (OnnxValue &input : report.inputs) {
    pin(options.bindings, input);
    for (const OnnxDim &dim : input.dims)
      if (dim.size < 0 && !llvm::is_contained(report.freeDims, dim.name))
        report.freeDims.push_back(dim.name);
  }
  for (OnnxValue &output : report.outputs)
    pin(options.bindings, output);
}

/// Imports, recognises and changes; what cannot be imported becomes part of the report.
static llvm::Error find(const InspectOptions &options, Session &session,
                        InspectReport &report) {
  llvm::Error error = session.import(options.bindings);
  if (!error) {
    Compilation compilation(session, {options.flow, options.transformations});
    error = runPhases(options, session, compilation);
    if (!error)
      describeProgram(compilation.program(), report);
  }
  report.missed = session.missed();
  return error && session.onnx() ? keepProblem(std::move(error), report) : std::move(error);
}

llvm::Error driver::inspect(const InspectOptions &options) {
  OutputFiles files(options.force, kForceOption);
  Session session(options, options, Purpose::Look, files);
  if (auto error = session.open(!options.transformations.empty()))
    return error;
  InspectReport report;
  report.model = options.model;
  report.isChanged = !options.transformations.empty();
  report.listsSites = options.verbose;
  report.advice = {"--json lists them", "pin them with --dim NAME=N"};
  if (auto error = find(options, session, report))
    return error;
  if (const OnnxModel *model = session.onnx())
    describeModel(options, *model, report);
  return finish(options, files, report);
}
