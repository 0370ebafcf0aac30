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
/// Builds constants laid out as the C structs of tacit.h.
class Describer {
public:
  explicit Describer(llvm::Module &module)
      : module(module), context(module.getContext()), pointer(PointerType::getUnqual(context)) {}

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

  /// An array of tacit_io.
  Constant *tensors(ArrayRef<LibraryTensor> tensors) {
    std::vector<Constant *> entries;
    for (const LibraryTensor &tensor : tensors) {
      std::vector<uint64_t> shape(TACIT_MAX_RANK, 0);
      llvm::copy(tensor.shape, shape.begin());
      entries.push_back(ConstantStruct::getAnon(
          context, {text(tensor.name), number(32, tensor.dtype),
                    number(32, tensor.shape.size()), ConstantDataArray::get(context, shape),
                    number(64, tensor.indexBound)}));
    }
    if (entries.empty())
      return ConstantPointerNull::get(pointer);
    auto *type = ArrayType::get(entries.front()->getType(), entries.size());
    return global(ConstantArray::get(type, entries), "tensors");
  }

  llvm::Module &module;
  LLVMContext &context;
  PointerType *pointer;
};
} // namespace

/// void tacit_entry(weights, arena, inputs, outputs): main takes the same two
/// pointers and then one data pointer for each input and each output.
static Function *makeEntry(Describer &d, Function *main, const ModelFacts &facts) {
  auto *type = FunctionType::get(Type::getVoidTy(d.context),
                                 {d.pointer, d.pointer, d.pointer, d.pointer}, false);
  Function *entry =
      Function::Create(type, GlobalValue::InternalLinkage, "tacit_entry", d.module);
  IRBuilder<> b(BasicBlock::Create(d.context, "entry", entry));
  std::vector<Value *> arguments{entry->getArg(0), entry->getArg(1)};
  auto load = [&](Value *tensors, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      Value *tensor = b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), tensors,
                                                   i * sizeof(tacit_tensor));
      // `data` is the first field.
      arguments.push_back(b.CreateLoad(d.pointer, tensor));
    }
  };
  load(entry->getArg(2), facts.inputs.size());
  load(entry->getArg(3), facts.outputs.size());
  b.CreateCall(main, arguments);
  b.CreateRetVoid();
  return entry;
}

llvm::Error tacit::cpu::addModelDescription(llvm::Module &module, const ModelFacts &facts) {
  static_assert(offsetof(tacit_tensor, data) == 0, "the entry loads `data` at offset 0");
  Function *main = module.getFunction("main");
  size_t expected = 2 + facts.inputs.size() + facts.outputs.size();
  if (!main || main->isDeclaration() || main->arg_size() != expected ||
      !llvm::all_of(main->args(), [](Argument &a) { return a.getType()->isPointerTy(); }))
    return fail(ExitCode::BadInput, "start from an earlier phase",
                "the program's @main does not take the {} pointers (weights, arena, {} inputs, "
                "{} outputs) that its interface describes",
                expected, facts.inputs.size(), facts.outputs.size());
  main->setLinkage(GlobalValue::InternalLinkage);
  // As a symbol, `main` would clash with a C program's.
  main->setName("tacit_main");
  Describer d(module);
  Constant *description = ConstantStruct::getAnon(
      d.context,
      {d.number(32, TACIT_ABI_VERSION), d.number(32, facts.inputs.size()),
       d.number(32, facts.outputs.size()), d.number(32, 0), d.tensors(facts.inputs),
       d.tensors(facts.outputs), d.number(64, facts.weightsBytes),
       d.number(64, facts.weightsHash), d.number(64, facts.arenaBytes),
       d.text(facts.weightsFile), d.text(facts.features), makeEntry(d, main, facts)});
  new GlobalVariable(module, description->getType(), /*isConstant=*/true,
                     GlobalValue::ExternalLinkage, description, "tacit_model");
  return llvm::Error::success();
}
