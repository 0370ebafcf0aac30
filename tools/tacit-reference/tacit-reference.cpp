//===- tacit-reference.cpp - Checks what programs compute -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Evaluates each function of a file with the reference interpreter, and compares the
// results with the values that the file states, with the compiled code, or with the same
// function after some passes. See docs/Debugging.md.
//
//===----------------------------------------------------------------------===//

#include "Compare.h"
#include "Compiled.h"
#include "Random.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Support/ToolUtilities.h"
#include "tacit/InitAll/InitAll.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

namespace cl = llvm::cl;
static cl::opt<std::string> inputFile(cl::Positional, cl::desc("FILE.mlir"), cl::init("-"));
static cl::opt<bool>
    isCompiled("compiled",
               cl::desc("Compare with the compiled code: of the widest vectors and one "
                        "thread, which vectors of 128 bits and three threads must equal"));
static cl::opt<std::string>
    pipeline("pipeline", cl::desc("Compare with each function after these passes"));
static cl::opt<bool>
    isSingle("single",
             cl::desc("Round after each operation, instead of computing in double"));
static cl::opt<uint64_t> seed("seed",
                              cl::desc("Draws other inputs; of random programs, the number "
                                       "of the first"),
                              cl::init(0));
static cl::opt<uint64_t>
    randomPrograms("random",
                   cl::desc("Print this many random programs instead of checking "
                            "any"),
                   cl::init(0));
static cl::opt<bool>
    forSecrets("secrets",
               cl::desc("Random programs that two parties can compute on secrets"));

/// Programs on secrets are about bits, and the operations around them round as in compiled
/// code.
static Precision precisionOf(func::FuncOp function) {
  return isSingle || usesSecrets(function) ? Precision::Element : Precision::Double;
}

/// Returns the results of the function after the passes of --pipeline.
static llvm::Expected<std::vector<Tensor>> evaluateChanged(const Case &test) {
  StringRef name = func::FuncOp(test.function).getName();
  OwningOpRef<ModuleOp> module = test.extract(name);
  PassManager manager(module->getContext());
  if (failed(applyPassManagerCLOptions(manager)) ||
      failed(parsePassPipeline(pipeline, manager)) || failed(manager.run(*module)))
    return llvm::createStringError("@" + name + ": the passes fail");
  auto function = module->lookupSymbol<func::FuncOp>(name);
  return evaluate(function, test.inputs, precisionOf(function));
}

/// Checks that several widths of vectors and several threads give the same bits.
static llvm::Error compareCompiled(const Case &test, ArrayRef<Tensor> expected) {
  auto wide = runCompiled(test, /*vectorBits=*/512, /*threads=*/1);
  if (!wide)
    return wide.takeError();
  if (auto error = Comparison(test, "the compiled code", /*ignoresLowerLimit=*/true)
                       .compareAll(*wide, expected))
    return error;
  auto narrow = runCompiled(test, /*vectorBits=*/128, /*threads=*/3);
  if (!narrow)
    return narrow.takeError();
  for (auto [i, pair] : llvm::enumerate(llvm::zip_equal(*wide, *narrow)))
    if (std::get<0>(pair).toBytes() != std::get<1>(pair).toBytes())
      return llvm::createStringError(
          "@" + func::FuncOp(test.function).getName() + ": result " + llvm::Twine(i) +
          " depends on the width of vectors or the number of threads");
  return llvm::Error::success();
}

static llvm::Error checkFunction(func::FuncOp function) {
  auto test = Case::make(function, seed);
  if (!test)
    return test.takeError();
  auto results = evaluate(function, test->inputs, precisionOf(function));
  if (!results)
    return results.takeError();
  int64_t comparisons = 0;
  if (auto error = Comparison(*test, "the reference").compareStated(*results, comparisons))
    return error;
  if (!pipeline.empty()) {
    auto changed = evaluateChanged(*test);
    if (!changed)
      return changed.takeError();
    if (auto error =
            Comparison(*test, "the changed program").compareAll(*changed, *results))
      return error;
    ++comparisons;
  }
  if (isCompiled && !function->hasAttr("test.reference_only")) {
    if (auto error = compareCompiled(*test, *results))
      return error;
    ++comparisons;
  }
  if (comparisons > 0)
    return llvm::Error::success();
  return llvm::createStringError(
      "@" + function.getName() +
      ": nothing to compare with; add test.expected to a result, "
      "or give --compiled or --pipeline");
}

/// Handles every function of a module whose shapes are known. Prints a line for each.
static LogicalResult checkModule(ModuleOp module, int64_t &count) {
  bool isRight = true;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration() || hasUnknownShape(function))
      continue;
    ++count;
    llvm::Error error = checkFunction(function);
    isRight &= !error;
    if (error)
      llvm::outs() << llvm::toString(std::move(error)) << '\n';
    else
      llvm::outs() << '@' << function.getName() << ": right\n";
    llvm::outs().flush();
  }
  return success(isRight);
}

/// Programs for another run of this tool, or of tacit-opt.
static void printRandomPrograms() {
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  loadProgramDialects(context);
  for (uint64_t i = 0; i < randomPrograms; ++i) {
    OwningOpRef<ModuleOp> module = makeRandomProgram(&context, seed + i, forSecrets);
    for (Operation &function : *module->getBody())
      llvm::outs() << function << "\n\n";
  }
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  registerAllPasses();
  // These are --mlir-pass-statistics, --mlir-print-ir-after-all and so on, for --pipeline.
  registerPassManagerCLOptions();
  cl::ParseCommandLineOptions(argc, argv, "Tacit reference interpreter\n");
  if (randomPrograms > 0) {
    printRandomPrograms();
    return 0;
  }
  std::string message;
  auto file = openInputFile(inputFile, &message);
  if (!file) {
    llvm::errs() << message << '\n';
    return 1;
  }
  int64_t count = 0;
  auto check = [&](std::unique_ptr<llvm::MemoryBuffer> chunk,
                   raw_ostream &) -> LogicalResult {
    DialectRegistry registry;
    registerAllDialects(registry);
    MLIRContext context(registry, MLIRContext::Threading::DISABLED);
    loadProgramDialects(context);
    llvm::SourceMgr sources;
    sources.AddNewSourceBuffer(std::move(chunk), llvm::SMLoc());
    SourceMgrDiagnosticHandler handler(sources, &context);
    auto module = parseSourceFile<ModuleOp>(sources, &context);
    return module ? checkModule(*module, count) : failure();
  };
  // In a file that is not split, places are those of the file.
  bool isSplit = file->getBuffer().contains(kDefaultSplitMarker);
  LogicalResult result = isSplit
                             ? splitAndProcessBuffer(std::move(file), check, llvm::outs())
                             : check(std::move(file), llvm::outs());
  llvm::outs() << count << (count == 1 ? " function\n" : " functions\n");
  return succeeded(result) && count > 0 ? 0 : 1;
}
