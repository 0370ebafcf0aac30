//===- Backend.cpp - Machine code from the llvm dialect -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Codegen/CPU/Backend.h"
#include "ModelDescription.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "tacit/Codegen/CPU/WeightFile.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/HostTensor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include <mutex>
#include <sys/mman.h>

using namespace mlir;
using namespace tacit;
using namespace tacit::cpu;

//===----------------------------------------------------------------------===//
// Target
//===----------------------------------------------------------------------===//

Processor Processor::host(int64_t maxVectorBits) {
  Processor processor;
  processor.cpu = llvm::sys::getHostCPUName();
  llvm::StringMap<bool> found = llvm::sys::getHostCPUFeatures();
  bool hasAvx512 = maxVectorBits >= 512 && found.lookup("avx512f") &&
                   found.lookup("avx512vl") && found.lookup("avx512bw") &&
                   found.lookup("avx512dq");
  bool hasAvx2 = maxVectorBits >= 256 && found.lookup("avx2") && found.lookup("fma");
  std::vector<std::string> features, required;
  for (const auto &feature : found) {
    StringRef name = feature.getKey();
    bool isWide =
        name.starts_with("avx512") || name.starts_with("avx10") || name.starts_with("amx");
    bool isMedium = name.starts_with("avx") || name == "fma" || name == "f16c" ||
                    name == "vaes" || name == "vpclmulqdq" || name == "xop" ||
                    name == "fma4";
    bool enabled = feature.getValue() && (hasAvx512 || !isWide) && (hasAvx2 || !isMedium);
    features.push_back((enabled ? "+" : "-") + name.str());
  }
  llvm::sort(features);
  // Some processors ask for a preference of 256 bits, which would halve our tile.
  if (hasAvx512)
    features.push_back("-prefer-256-bit");
  processor.features = llvm::join(features, ",");
  if (hasAvx2)
    required = {"avx2", "fma"};
  processor.extendsF16 = hasAvx2 && found.lookup("f16c");
  if (processor.extendsF16)
    required.push_back("f16c");
  if (hasAvx512)
    required.insert(required.end(), {"avx512f", "avx512bw", "avx512dq", "avx512vl"});
  processor.required = llvm::join(required, ",");
  // The accumulators (rows x panel) and one row of the panel fill the registers: 32 of 16
  // floats with AVX-512, 16 of 8 floats with AVX2.
  processor.tileRows = hasAvx512 ? 8 : 6;
  processor.panelColumns = hasAvx512 ? 32 : 16;
  return processor;
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
makeTargetMachine(const Processor &processor) {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
  llvm::Triple triple(llvm::sys::getProcessTriple());
  std::string text;
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, text);
  if (!target)
    return fail(ErrorKind::Internal, "", "no code generator for '{}': {}", triple.str(),
                text);
  llvm::TargetOptions options;
  // Operations that are fused are written as such in the IR, so nothing else may be fused.
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, processor.cpu, processor.features, options, llvm::Reloc::PIC_, std::nullopt,
      llvm::CodeGenOptLevel::Default, /*JIT=*/false));
}

//===----------------------------------------------------------------------===//
// LLVM
//===----------------------------------------------------------------------===//

namespace {
/// Holds optimised LLVM IR; the order of the members makes sure that they are destroyed in
/// the right order.
struct Optimised {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
  std::unique_ptr<llvm::TargetMachine> machine;
};
} // namespace

static llvm::Expected<Optimised> optimise(ModuleOp module, const ModelFacts &facts,
                                          const Processor &processor) {
  Optimised result;
  auto machine = makeTargetMachine(processor);
  if (!machine)
    return machine.takeError();
  result.machine = std::move(*machine);
  result.context = std::make_unique<llvm::LLVMContext>();
  std::string messages;
  {
    ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
        messages += "\n  " + diagnostic.str();
    });
    result.module = translateModuleToLLVMIR(module, *result.context, "model");
  }
  // The output of our own pipeline always translates, but a program from a file can be
  // anything.
  if (!result.module)
    return fail(ErrorKind::BadInput, "start from an earlier phase",
                "cannot translate the program to LLVM IR:{}", messages);
  result.module->setDataLayout(result.machine->createDataLayout());
  result.module->setTargetTriple(result.machine->getTargetTriple());
  if (auto error = addModelDescription(*result.module, facts))
    return std::move(error);

  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  llvm::PipelineTuningOptions tuning;
  // Our loops are already vectors, so LLVM's vectorisers would cost time and find nothing.
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  llvm::PassBuilder builder(result.machine.get(), tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2)
      .run(*result.module, modules);
  return result;
}

llvm::Expected<std::vector<char>> tacit::cpu::emitObject(ModuleOp module,
                                                         const ModelFacts &facts,
                                                         const Processor &processor) {
  auto optimised = optimise(module, facts, processor);
  if (!optimised)
    return optimised.takeError();
  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream os(object);
  llvm::legacy::PassManager passes;
  if (optimised->machine->addPassesToEmitFile(passes, os, nullptr,
                                              llvm::CodeGenFileType::ObjectFile))
    return fail(ErrorKind::Internal, "",
                "LLVM's code generator for this processor cannot write object files");
  passes.run(*optimised->module);
  return std::vector<char>(object.begin(), object.end());
}

//===----------------------------------------------------------------------===//
// JIT
//===----------------------------------------------------------------------===//

namespace {
/// Holds the code and the weights of a model in this process.
struct Loaded {
  std::unique_ptr<llvm::orc::LLJIT> jit;
  char *weights = nullptr;
  size_t size = 0;
  ~Loaded() {
    if (weights)
      munmap(weights, size);
  }
};
} // namespace

llvm::Expected<std::unique_ptr<Executable>>
tacit::cpu::makeJit(ModuleOp module, const Processor &processor) {
  auto facts = ModelFacts::of(module);
  if (!facts)
    return facts.takeError();
  auto file = WeightFile::of(module);
  if (!file)
    return file.takeError();
  // Linux would promise the memory and kill the process when it is used.
  uint64_t needed = file->size() + facts->arenaBytes;
  for (const LibraryTensor &output : facts->outputs)
    needed += tensorBytes(output.dtype, output.shape).value_or(0);
  if (needed > physicalMemory())
    return fail(ErrorKind::BadInput, "use smaller dimensions, or a larger machine",
                "the model needs {} bytes for weights, working memory and outputs; this "
                "machine has {}",
                needed, physicalMemory());
  facts->weightsBytes = file->size();
  facts->features = processor.required;
  auto object = emitObject(module, *facts, processor);
  if (!object)
    return object.takeError();

  auto loaded = std::make_shared<Loaded>();
  loaded->size = std::max<uint64_t>(file->size(), 1);
  void *memory = mmap(nullptr, loaded->size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return fail(ErrorKind::Internal, "use a machine with more memory",
                "cannot allocate {} bytes for the weights", loaded->size);
  loaded->weights = static_cast<char *>(memory);
  file->packInto({loaded->weights, file->size()});

  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*jit)->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  (*jit)->getMainJITDylib().addGenerator(std::move(*process));
  if (auto error = (*jit)->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(
          StringRef(object->data(), object->size()), "model")))
    return std::move(error);
  auto symbol = (*jit)->lookup("tacit_model");
  if (!symbol)
    return symbol.takeError();
  loaded->jit = std::move(*jit);
  const auto *weights = reinterpret_cast<const uint8_t *>(loaded->weights);
  return Executable::fromDescription(symbol->toPtr<const tacit_model_desc *>(), weights,
                                     std::move(loaded));
}

//===----------------------------------------------------------------------===//
// Shared library
//===----------------------------------------------------------------------===//

llvm::Error tacit::cpu::writeLibrary(ModuleOp module, const Processor &processor,
                                     StringRef output, StringRef source) {
  auto paths = libraryPaths(output);
  if (!paths)
    return paths.takeError();
  auto facts = ModelFacts::of(module);
  if (!facts)
    return facts.takeError();
  auto file = WeightFile::of(module);
  if (!file)
    return file.takeError();
  if (auto error = writeFileAtomically(paths->weights, [&](raw_ostream &os) {
        facts->weightsHash = file->write(os);
        os << weightsEnd(file->size(), facts->weightsHash);
        return llvm::Error::success();
      }))
    return error;
  facts->weightsBytes = file->size();
  facts->weightsFile = llvm::sys::path::filename(paths->weights).str();
  facts->features = processor.required;
  auto object = emitObject(module, *facts, processor);
  if (!object)
    return object.takeError();
  LibraryParts parts;
  parts.output = output.str();
  parts.source = source.str();
  parts.object = *object;
  parts.inputs = facts->inputs;
  parts.outputs = facts->outputs;
  parts.dims = facts->dims;
  parts.weightsBytes = facts->weightsBytes;
  parts.arenaBytes = facts->arenaBytes;
  parts.features = facts->features;
  return tacit::writeLibrary(parts);
}
