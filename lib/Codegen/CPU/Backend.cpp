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
#include "tacit/Runtime/tacit_party.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/HostTensor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
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

#if defined(__x86_64__)
/// The features of the levels of x86-64 above the first that generated code can use.
static constexpr llvm::StringLiteral kLevel2[] = {"sse3", "ssse3", "sse4.1", "sse4.2",
                                                  "popcnt"};
static constexpr llvm::StringLiteral kLevel3[] = {"avx", "avx2", "fma",   "f16c",
                                                  "bmi", "bmi2", "lzcnt", "movbe"};
static constexpr llvm::StringLiteral kLevel4[] = {"avx512f", "avx512bw", "avx512cd",
                                                  "avx512dq", "avx512vl"};
/// Features beyond the levels that the code generator may use. Every one that is enabled is
/// checked before code runs, so this list and that of the runtime are the same.
static constexpr llvm::StringLiteral kExtras[] = {
    "avxvnni",    "gfni",         "avx512vbmi", "avx512vbmi2",    "avx512ifma",
    "avx512vnni", "avx512bitalg", "avx512bf16", "avx512vpopcntdq"};
/// What every processor of 64 bits has, and what no arithmetic is made of.
static constexpr llvm::StringLiteral kBasic[] = {"64bit", "cmov", "cx8", "cx16", "fxsr",
                                                 "mmx",   "sahf", "sse", "sse2", "x87"};

/// Returns the processor with these features, which comprise those of lower levels.
static Processor describe(StringRef cpu, const llvm::StringMap<bool> &has,
                          bool mayBeNewer) {
  auto hasAll = [&](ArrayRef<llvm::StringLiteral> names) {
    return llvm::all_of(names, [&](StringRef name) { return has.lookup(name); });
  };
  std::vector<std::string> features, required;
  auto enable = [&](ArrayRef<llvm::StringLiteral> names, bool isLevel) {
    for (StringRef name : names)
      if (has.lookup(name)) {
        features.push_back("+" + name.str());
        if (!isLevel)
          required.push_back(name.str());
      }
  };
  bool has2 = hasAll(kLevel2), has3 = has2 && hasAll(kLevel3),
       has4 = has3 && hasAll(kLevel4);
  if (has2)
    required.push_back(has4 ? "x86-64-v4" : has3 ? "x86-64-v3" : "x86-64-v2");
  enable(kBasic, /*isLevel=*/true);
  enable(kLevel2, has2);
  enable(kLevel3, has3);
  enable(kLevel4, has4);
  if (mayBeNewer)
    enable(kExtras, /*isLevel=*/false);
  // The name of a processor stands for features that nobody checks.
  for (const auto &feature : has)
    if (!llvm::is_contained(features, "+" + feature.getKey().str()))
      features.push_back("-" + feature.getKey().str());
  llvm::sort(features);
  // Some processors ask for a preference of 256 bits, which would halve our tile.
  if (has4)
    features.push_back("-prefer-256-bit");
  // The accumulators (rows x panel) and one row of the panel fill the registers: 32 of 16
  // floats with AVX-512, 16 of 8 floats with AVX2.
  return {cpu.str(),      llvm::join(features, ","), has4 ? 8 : 6,
          has4 ? 32 : 16, has.lookup("f16c"),        llvm::join(required, ",")};
}

Processor Processor::host(int64_t maxVectorBits) {
  llvm::StringMap<bool> found = llvm::sys::getHostCPUFeatures();
  auto remove = [&](ArrayRef<llvm::StringLiteral> names) {
    for (StringRef name : names)
      found[name] = false;
  };
  auto hasAll = [&](ArrayRef<llvm::StringLiteral> names) {
    return llvm::all_of(names, [&](StringRef name) { return found.lookup(name); });
  };
  // Vectors of a width are used as a whole or not at all.
  bool isWide = maxVectorBits >= 512 && hasAll(kLevel4);
  bool isMedium = maxVectorBits >= 256 && found.lookup("avx2") && found.lookup("fma");
  for (auto &feature : found) {
    StringRef name = feature.getKey();
    if ((!isWide && name.starts_with("avx512")) || (!isMedium && name.starts_with("avx")))
      feature.second = false;
  }
  if (!isMedium)
    remove({"fma", "f16c"});
  return describe(llvm::sys::getHostCPUName(), found, /*mayBeNewer=*/true);
}

llvm::Expected<Processor> Processor::find(StringRef name, int64_t maxVectorBits) {
  if (name == "native")
    return host(maxVectorBits);
  int level = llvm::StringSwitch<int>(name)
                  .Case("x86-64-v2", 2)
                  .Case("x86-64-v3", 3)
                  .Case("x86-64-v4", 4)
                  .Default(0);
  if (level == 0)
    return fail(ErrorKind::InvalidArgument, "use native, x86-64-v4, x86-64-v3 or x86-64-v2",
                "there is no code generator for the processor '{}'", name.str());
  level = std::min<int>(level, maxVectorBits >= 512 ? 4 : maxVectorBits >= 256 ? 3 : 2);
  llvm::StringMap<bool> has;
  auto add = [&](ArrayRef<llvm::StringLiteral> names) {
    for (StringRef feature : names)
      has[feature] = true;
  };
  add(kBasic);
  add(kLevel2);
  if (level >= 3)
    add(kLevel3);
  if (level >= 4)
    add(kLevel4);
  return describe("x86-64-v" + std::to_string(level), has, /*mayBeNewer=*/false);
}
#else
Processor Processor::host(int64_t) {
  std::vector<std::string> features;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    features.push_back((feature.getValue() ? "+" : "-") + feature.getKey().str());
  llvm::sort(features);
  return {llvm::sys::getHostCPUName().str(),
          llvm::join(features, ","),
          6,
          16,
          /*extendsF16=*/false,
          ""};
}

llvm::Expected<Processor> Processor::find(StringRef name, int64_t maxVectorBits) {
  if (name == "native")
    return host(maxVectorBits);
  return fail(ErrorKind::InvalidArgument, "use native",
              "there is no code generator for the processor '{}'", name.str());
}
#endif

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

/// The mark of LLVM IR that was written here.
static bool isIrFile(StringRef contents) {
  return contents.starts_with("; ModuleID = 'model'");
}

llvm::Expected<ObjectCode> tacit::cpu::emitObject(ModuleOp module, const ModelFacts &facts,
                                                  const Processor &processor,
                                                  StringRef irPath, OutputFiles *files) {
  auto optimised = optimise(module, facts, processor);
  if (!optimised)
    return optimised.takeError();
  auto calls = [&](llvm::StringRef prefix) {
    return llvm::any_of(*optimised->module, [&](const llvm::Function &function) {
      return function.isDeclaration() && function.getName().starts_with(prefix);
    });
  };
  bool usesOpenMP = calls("__kmpc_");
  bool isOfParty = calls("tacit_party_") || calls("tacit_dealer_");
  auto print = [&](raw_ostream &os) {
    optimised->module->print(os, nullptr);
    return llvm::Error::success();
  };
  if (files && !irPath.empty())
    if (auto error = files->write(irPath, isIrFile, print, /*isDiagnostic=*/true))
      return std::move(error);
  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream os(object);
  llvm::legacy::PassManager passes;
  if (optimised->machine->addPassesToEmitFile(passes, os, nullptr,
                                              llvm::CodeGenFileType::ObjectFile))
    return fail(ErrorKind::Internal, "",
                "LLVM's code generator for this processor cannot write object files");
  passes.run(*optimised->module);
  return ObjectCode{std::vector<char>(object.begin(), object.end()), usesOpenMP, isOfParty};
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

/// Defines what the code of parties and of the dealer calls: these functions are part of
/// this program, but not among the symbols that it exports.
static llvm::Error defineOutside(llvm::orc::LLJIT &jit) {
  llvm::orc::SymbolMap symbols;
  auto define = [&](llvm::StringRef name, auto *function) {
    symbols[jit.mangleAndIntern(name)] = {llvm::orc::ExecutorAddr::fromPtr(function),
                                          llvm::JITSymbolFlags::Exported};
  };
  define("tacit_party_material", &tacit_party_material);
  define("tacit_party_message", &tacit_party_message);
  define("tacit_party_exchange", &tacit_party_exchange);
  define("tacit_dealer_draw", &tacit_dealer_draw);
  define("tacit_dealer_deal", &tacit_dealer_deal);
  return jit.getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(symbols)));
}

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
  if (auto error = defineOutside(**jit))
    return std::move(error);
  if (auto error = (*jit)->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(
          StringRef(object->bytes.data(), object->bytes.size()), "model")))
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

llvm::Expected<LibraryParts>
tacit::cpu::writeLibrary(ModuleOp module, const Processor &processor, StringRef output,
                         StringRef source, OutputFiles &files, StringRef irPath) {
  auto paths = libraryPaths(output);
  if (!paths)
    return paths.takeError();
  auto facts = ModelFacts::of(module);
  if (!facts)
    return facts.takeError();
  auto file = WeightFile::of(module);
  if (!file)
    return file.takeError();
  auto write = [&](raw_ostream &os) { return file->write(os); };
  auto hash = writeWeights(*paths, file->size(), write, files);
  if (!hash)
    return hash.takeError();
  facts->weightsHash = *hash;
  facts->weightsBytes = file->size();
  facts->weightsFile = llvm::sys::path::filename(paths->weights).str();
  facts->features = processor.required;
  facts->source = source.str();
  auto object = emitObject(module, *facts, processor, irPath, &files);
  if (!object)
    return object.takeError();
  LibraryParts parts = partsOf(*facts);
  parts.output = output.str();
  parts.object = object->bytes;
  parts.usesOpenMP = object->usesOpenMP;
  parts.isOfParty = object->isOfParty;
  if (auto error = tacit::writeLibrary(parts, files))
    return std::move(error);
  parts.object = {};
  return parts;
}
