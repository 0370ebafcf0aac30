//===- Compiled.cpp - The compiled code of a function of a test -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiled.h"
#include "mlir/Pass/PassManager.h"
#include "tacit/Codegen/CPU/Backend.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Conversion/Passes.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Pipelines/Pipelines.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

/// Creates a module of which only the interface matters: @main of these types, which
/// returns zeros. The integers of secrets are 64 bits wide in compiled code.
static OwningOpRef<ModuleOp> makeStub(func::FuncOp function) {
  MLIRContext *context = function.getContext();
  auto clearType = [&](Type type) -> Type {
    auto secret = dyn_cast<mpc::ShareType>(type);
    return secret ? RankedTensorType::get(secret.getShape(), IntegerType::get(context, 64))
                  : type;
  };
  OwningOpRef<ModuleOp> module = ModuleOp::create(function.getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  SmallVector<Type> inputs(llvm::map_range(function.getArgumentTypes(), clearType)),
      results(llvm::map_range(function.getResultTypes(), clearType));
  auto stub = func::FuncOp::create(builder, function.getLoc(), "main",
                                   builder.getFunctionType(inputs, results));
  builder.setInsertionPointToStart(stub.addEntryBlock());
  SmallVector<Value> zeros;
  for (Type type : results)
    zeros.push_back(nn::ConstantOp::create(builder, function.getLoc(), type,
                                           cast<ElementsAttr>(builder.getZeroAttr(type))));
  func::ReturnOp::create(builder, function.getLoc(), zeros);
  return module;
}

/// Inputs and outputs are named by their position.
static void nameInterface(func::FuncOp main) {
  Builder builder(main.getContext());
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    main.setArgAttr(i, nn::kNameAttr, builder.getStringAttr("in" + Twine(i)));
  for (unsigned i = 0; i < main.getNumResults(); ++i)
    main.setResultAttr(i, nn::kNameAttr, builder.getStringAttr("out" + Twine(i)));
}

static func::FuncOp mainOf(ModuleOp module) {
  return module.lookupSymbol<func::FuncOp>("main");
}

/// Runs the phases after `from`, up to the last.
static LogicalResult runPhases(ModuleOp module, PhaseKind from,
                               const PipelineOptions &options) {
  PassManager manager(module.getContext());
  buildPipeline(manager, *findPhase(from), *findPhase(PhaseKind::Llvm), options);
  return manager.run(module);
}

/// Lowers secrets to integers, in the phase `linalg`. The interface is that of the stub,
/// because the phase `check` handles only nn.
static LogicalResult lowerSecrets(ModuleOp module) {
  OwningOpRef<ModuleOp> stub = makeStub(mainOf(module));
  nameInterface(mainOf(*stub));
  PassManager check(module.getContext()), lower(module.getContext());
  check.addPass(cpu::createCheckProgram());
  lower.addPass(createConvertMPCToLinalg());
  lower.addPass(createConvertNNToLinalg());
  if (failed(check.run(*stub)))
    return failure();
  module->setAttrs(stub->getOperation()->getAttrDictionary());
  return lower.run(module);
}

static llvm::Expected<std::unique_ptr<Executable>> compile(const Case &test,
                                                           int64_t vectorBits) {
  OwningOpRef<ModuleOp> module = test.extract("main");
  nameInterface(mainOf(*module));
  cpu::Processor processor = cpu::Processor::host(vectorBits);
  PipelineOptions options;
  options.tileRows = processor.tileRows;
  options.panelColumns = processor.panelColumns;
  options.extendsF16 = processor.extendsF16;
  LogicalResult result = success();
  if (usesSecrets(test.function)) {
    result = lowerSecrets(*module);
    if (succeeded(result))
      result = runPhases(*module, PhaseKind::Linalg, options);
  } else {
    result = runPhases(*module, PhaseKind::Import, options);
  }
  if (failed(result))
    return llvm::createStringError("@" + func::FuncOp(test.function).getName() +
                                   ": does not compile");
  return cpu::makeJit(*module, processor);
}

/// Converts the same integers to another type. Those of a secret are words of 64 bits in
/// code.
static Tensor withElementType(const Tensor &tensor, Type elementType) {
  Tensor result(tensor.getShape(), elementType);
  for (int64_t k = 0; k < tensor.getNumElements(); ++k)
    result.integer(k) = tensor.integer(k);
  return result;
}

llvm::Expected<std::vector<Tensor>>
reference::runCompiled(const Case &test, int64_t vectorBits, int threads) {
  auto executable = compile(test, vectorBits);
  if (!executable)
    return executable.takeError();
  const tacit_model_desc &model = (*executable)->description();
  func::FuncOp function = test.function;
  Type word = IntegerType::get(function.getContext(), 64);
  std::vector<HostTensor> inputs;
  for (auto [i, input] : llvm::enumerate(test.inputs)) {
    bool isSecret = isa<mpc::ShareType>(function.getArgumentTypes()[i]);
    HostTensor tensor;
    tensor.dtype = model.inputs[i].dtype;
    tensor.shape.assign(input.getShape().begin(), input.getShape().end());
    tensor.data = (isSecret ? withElementType(input, word) : input).toBytes();
    inputs.push_back(std::move(tensor));
  }
  auto outputs = (*executable)->run(inputs, threads);
  if (!outputs)
    return outputs.takeError();
  std::vector<Tensor> results;
  for (auto [output, type] : llvm::zip_equal(*outputs, function.getResultTypes())) {
    Type element = elementTypeOf(type);
    bool isSecret = isa<mpc::ShareType>(type);
    Tensor result = Tensor::fromBytes(output.shape, isSecret ? word : element, output.data);
    results.push_back(isSecret ? withElementType(result, element) : std::move(result));
  }
  return results;
}
