//===- Compile.cpp - tacit compile ----------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "tacit/Pipelines/Pipelines.h"
#include "tacit/Runtime/LibraryWriter.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Files.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace tacit;
using namespace tacit::tool;

/// Where a compile to text ends if --to does not say: the model as nn operations, with
/// the changes that were asked for.
static std::string lastModelPhase(const Options &options) {
  return options.transformations.empty() ? "raise" : options.transformations.back().phase;
}

static llvm::Error printProgramTo(const Options &options, Compilation &compilation) {
  if (options.output == "-") {
    printProgram(compilation.program(), llvm::outs());
    return llvm::Error::success();
  }
  if (llvm::sys::fs::exists(options.output) &&
      !llvm::sys::fs::is_regular_file(options.output))
    // A pipe or a device: there is no place beside it.
    return writeFileAtomically(options.output, [&](llvm::raw_ostream &os) {
      printProgram(compilation.program(), os);
      return llvm::Error::success();
    });
  auto files = PhaseFiles::createBeside(options.output);
  if (!files)
    return files.takeError();
  if (auto error = (*files)->write(compilation.program(), options.output))
    return error;
  return (*files)->finish();
}

static int64_t sizeOf(const std::string &path) {
  uint64_t size = 0;
  return llvm::sys::fs::file_size(path, size) ? 0 : size;
}

/// The dimensions that --dim and --shape leave free, with how to pin them.
static llvm::Error requireDimensions(const Options &options, const OnnxModel &model) {
  std::vector<std::string> missing;
  for (const OnnxValue &input : model.inputs()) {
    if (options.bindings.shapes.count(input.name))
      continue;
    for (const OnnxDim &dim : input.dims)
      if (dim.size < 0 && !options.bindings.dims.count(dim.name) &&
          !llvm::is_contained(missing, dim.name))
        missing.push_back(dim.name);
  }
  if (missing.empty())
    return llvm::Error::success();
  std::string hint;
  for (const std::string &name : missing)
    hint += (hint.empty() ? "--dim " : " --dim ") + name + "=N";
  return fail(
      ExitCode::Usage, hint, "the model leaves {} free: {}; the CPU needs every dimension",
      missing.size() == 1 ? "a dimension" : "dimensions", llvm::join(missing, ", "));
}

llvm::Error tool::runCompile(const Options &options) {
  bool isText = options.target == Options::Target::Mlir;
  size_t from = options.from.empty() ? 0 : *findPhase(options.from);
  std::string last = !options.to.empty() ? options.to
                     : isText            ? lastModelPhase(options)
                                         : "llvm";
  if (!options.passPipeline.empty() && !options.to.empty())
    return fail(ExitCode::Usage, "give one of them",
                "--pass-pipeline replaces the phases; --to has no effect on it");
  if (options.passPipeline.empty() && from > *findPhase(last))
    return fail(ExitCode::Usage, "add --to PHASE, one of: " + phaseNames(),
                "the last phase, {}, lies before --from {}", last, options.from);
  if (options.printPipeline && !options.passPipeline.empty()) {
    llvm::outs() << options.passPipeline << "\n";
    return llvm::Error::success();
  }
  if (options.printPipeline) {
    cpu::Processor processor = cpu::Processor::host(options.vectorBits);
    llvm::outs() << pipelineText(from, *findPhase(last),
                                 {processor.tileRows, processor.panelColumns,
                                  options.transformations})
                 << "\n";
    return llvm::Error::success();
  }
  if (options.output.empty() && options.dumpPhases.empty())
    return fail(ExitCode::Usage,
                isText ? "add -o NAME.mlir, or -o - for stdout" : "add -o NAME.so",
                "compile needs to know where the result goes");
  if (!isText && !options.to.empty())
    return fail(ExitCode::Usage, "add --target=mlir, or leave --to out",
                "a library comes after the last phase; --to stops before it");
  if (!isText && !options.passPipeline.empty())
    return fail(ExitCode::Usage, "add --target=mlir",
                "--pass-pipeline gives a program, not a library");
  if (!isText && !options.output.empty())
    if (auto paths = libraryPaths(options.output); !paths)
      return paths.takeError();

  Compilation compilation(options);
  if (auto error = compilation.open())
    return error;
  bool needsDimensions = !isText || *findPhase(last) >= *findPhase("check");
  if (compilation.onnx() && needsDimensions && options.passPipeline.empty())
    if (auto error = requireDimensions(options, *compilation.onnx()))
      return error;
  if (auto error = compilation.import(options.bindings))
    return error;
  if (!options.passPipeline.empty()) {
    if (auto error = compilation.runPipeline(options.passPipeline))
      return error;
  } else if (auto error = compilation.advance(last)) {
    return error;
  }
  if (auto error = compilation.finish())
    return error;
  if (options.output.empty() || isText) {
    if (!options.output.empty())
      if (auto error = printProgramTo(options, compilation))
        return error;
    llvm::json::Value program = nullptr;
    if (!options.output.empty())
      program = jsonText(options.output);
    return writeJson(options,
                     llvm::json::Object{{"schema", 1},
                                        {"program", std::move(program)},
                                        {"phase", phases()[compilation.phase()].name},
                                        {"compile_seconds", compilation.elapsed()},
                                        {"peak_rss_bytes", peakMemory()}});
  }

  if (auto error = compilation.writeLibrary())
    return error;
  auto paths = libraryPaths(options.output);
  if (!paths)
    return paths.takeError();
  if (wantsText(options))
    llvm::outs() << fmt::format("{} ({} bytes), {} ({} bytes), {}\n"
                                "compiled in {:.2f} s, peak memory {:.0f} MB\n",
                                paths->library, sizeOf(paths->library), paths->weights,
                                sizeOf(paths->weights), paths->header,
                                compilation.elapsed(), peakMemory() / 1e6);
  return writeJson(options, llvm::json::Object{{"schema", 1},
                                               {"library", jsonText(paths->library)},
                                               {"header", jsonText(paths->header)},
                                               {"weights", jsonText(paths->weights)},
                                               {"library_bytes", sizeOf(paths->library)},
                                               {"weights_bytes", sizeOf(paths->weights)},
                                               {"compile_seconds", compilation.elapsed()},
                                               {"peak_rss_bytes", peakMemory()}});
}
