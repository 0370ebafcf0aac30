//===- ModelDescription.cpp - tacit_model in LLVM IR ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelDescription.h"
#include "tacit/Support/Error.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::cpu;

namespace {
/// Builds constants with the layout of the C structs of tacit.h.
class Describer {
public:
  explicit Describer(llvm::Module &module)
      : module(module), context(module.getContext()),
        pointer(PointerType::getUnqual(context)) {}

  Constant *number(unsigned bits, uint64_t value) {
    return ConstantInt::get(IntegerType::get(context, bits), value);
  }

  Constant *global(Constant *value, const Twine &name) {
    return new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                              GlobalValue::PrivateLinkage, value, name);
  }

  Constant *text(StringRef string) {
    return global(ConstantDataArray::getString(context, string), "text");
  }

  /// Builds an array of tacit_io.
  Constant *tensors(ArrayRef<LibraryTensor> tensors) {
    std::vector<Constant *> entries;
    for (const LibraryTensor &tensor : tensors) {
      std::vector<uint64_t> shape(TACIT_MAX_RANK, 0);
      std::vector<uint32_t> dims(TACIT_MAX_RANK, 0);
      llvm::copy(tensor.shape, shape.begin());
      llvm::copy(tensor.dims, dims.begin());
      entries.push_back(ConstantStruct::getAnon(
          context, {text(tensor.name), number(32, tensor.dtype),
                    number(32, tensor.shape.size()), ConstantDataArray::get(context, shape),
                    number(64, tensor.indexBound), ConstantDataArray::get(context, dims)}));
    }
    if (entries.empty())
      return ConstantPointerNull::get(pointer);
    auto *type = ArrayType::get(entries.front()->getType(), entries.size());
    return global(ConstantArray::get(type, entries), "tensors");
  }

  /// Builds an array of C strings.
  Constant *texts(ArrayRef<std::string> strings) {
    if (strings.empty())
      return ConstantPointerNull::get(pointer);
    std::vector<Constant *> entries;
    for (const std::string &string : strings)
      entries.push_back(text(string));
    return global(ConstantArray::get(ArrayType::get(pointer, entries.size()), entries),
                  "texts");
  }

  llvm::Module &module;
  LLVMContext &context;
  PointerType *pointer;
};
} // namespace

/// Builds int64_t tacit_entry(weights, arena, inputs, outputs, dims). @main takes the same
/// first two pointers, then one data pointer for each input and each output, and then the
/// sizes.
static Function *makeEntry(Describer &d, Function *main, const ModelFacts &facts) {
  auto *type = FunctionType::get(Type::getInt64Ty(d.context),
                                 std::vector<Type *>(5, d.pointer), false);
  Function *entry =
      Function::Create(type, GlobalValue::InternalLinkage, "tacit_entry", d.module);
  IRBuilder<> b(BasicBlock::Create(d.context, "entry", entry));
  std::vector<Value *> arguments{entry->getArg(0), entry->getArg(1)};
  auto load = [&](Value *tensors, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      Value *tensor =
          b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), tensors, i * sizeof(tacit_tensor));
      // `data` is the first field.
      arguments.push_back(b.CreateLoad(d.pointer, tensor));
    }
  };
  load(entry->getArg(2), facts.inputs.size());
  load(entry->getArg(3), facts.outputs.size());
  for (size_t i = 0; i < facts.dims.size(); ++i)
    arguments.push_back(b.CreateLoad(
        b.getInt64Ty(), b.CreateConstInBoundsGEP1_64(b.getInt64Ty(), entry->getArg(4), i)));
  Value *status = b.CreateCall(main, arguments);
  b.CreateRet(facts.valueChecks.empty() ? b.getInt64(0) : status);
  return entry;
}

/// Returns true if @main returns the number of the check that failed, or nothing if it has
/// no checks.
static bool returnsStatus(Function *main, bool hasChecks) {
  Type *type = main->getReturnType();
  return hasChecks ? type->isIntegerTy(64) : type->isVoidTy();
}

/// @main takes pointers, followed by the sizes of free dimensions.
static bool takesPointers(Function *main, size_t numPointers, size_t numDims) {
  if (!main || main->isDeclaration() || main->arg_size() != numPointers + numDims)
    return false;
  return llvm::all_of(main->args(), [&](Argument &argument) {
    return argument.getArgNo() < numPointers ? argument.getType()->isPointerTy()
                                             : argument.getType()->isIntegerTy(64);
  });
}

/// Returns @shapes if it has the type that tacit_model_desc expects, otherwise null.
static Function *findShapes(llvm::Module &module) {
  Function *shapes = module.getFunction("shapes");
  Type *pointer = PointerType::getUnqual(module.getContext());
  auto *type = FunctionType::get(Type::getInt64Ty(module.getContext()), {pointer, pointer},
                                 /*isVarArg=*/false);
  return shapes && !shapes->isDeclaration() && shapes->getFunctionType() == type ? shapes
                                                                                 : nullptr;
}

LibraryParts tacit::cpu::partsOf(const ModelFacts &facts) {
  LibraryParts parts;
  parts.source = facts.source;
  parts.inputs = facts.inputs;
  parts.outputs = facts.outputs;
  parts.dims = facts.dims;
  parts.weightsBytes = facts.weightsBytes;
  parts.arenaBytes = facts.arenaBytes;
  parts.features = facts.features;
  return parts;
}

llvm::Error tacit::cpu::addModelDescription(llvm::Module &module, const ModelFacts &facts) {
  static_assert(offsetof(tacit_tensor, data) == 0, "the entry loads `data` at offset 0");
  Function *main = module.getFunction("main");
  size_t expected = 2 + facts.inputs.size() + facts.outputs.size();
  if (!takesPointers(main, expected, facts.dims.size()))
    return fail(
        ErrorKind::BadInput, "start from an earlier phase",
        "the program's @main does not take the {} pointers (weights, arena, {} inputs, "
        "{} outputs) and {} sizes that its interface describes",
        expected, facts.inputs.size(), facts.outputs.size(), facts.dims.size());
  if (!returnsStatus(main, !facts.valueChecks.empty()))
    return fail(ErrorKind::BadInput, "start from an earlier phase",
                "the program's @main does not return what its {} checks of values found",
                facts.valueChecks.size());
  Function *shapes = findShapes(module);
  if (!facts.dims.empty() && !shapes)
    return fail(ErrorKind::BadInput, "start from an earlier phase",
                "the program has free dimensions, but no function @shapes that takes two "
                "pointers and returns an integer");
  // Functions of the model are never called from outside, whatever their names are.
  for (Function &function : module)
    if (!function.isDeclaration())
      function.setLinkage(GlobalValue::InternalLinkage);
  // As a symbol, `main` would clash with that of a C program.
  main->setName("tacit_main");
  Describer d(module);
  Constant *derive = ConstantPointerNull::get(d.pointer);
  if (!facts.dims.empty()) {
    shapes->setName("tacit_shapes");
    derive = shapes;
  }
  Constant *description = ConstantStruct::getAnon(
      d.context,
      {d.number(32, TACIT_ABI_VERSION), d.number(32, facts.inputs.size()),
       d.number(32, facts.outputs.size()), d.number(32, facts.dims.size()),
       d.tensors(facts.inputs), d.tensors(facts.outputs), d.number(64, facts.weightsBytes),
       d.number(64, facts.weightsHash), d.number(64, facts.arenaBytes),
       d.text(facts.weightsFile), d.text(facts.features), makeEntry(d, main, facts),
       d.texts(facts.valueChecks), d.number(64, facts.valueChecks.size()),
       d.texts(facts.dims), d.texts(facts.checks), d.number(64, facts.checks.size()),
       derive, d.text(libraryDescription(partsOf(facts)))});
  new GlobalVariable(module, description->getType(), /*isConstant=*/true,
                     GlobalValue::ExternalLinkage, description, "tacit_model");
  return llvm::Error::success();
}
