//===- ReferenceProgram.cpp - A program that the reference runs -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceProgram.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Reference/Evaluator.h"
#include "tacit/Report/ProgramFacts.h"
#include "tacit/Support/ElementTypes.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::driver;

static func::FuncOp mainOf(ModuleOp program) {
  return program.lookupSymbol<func::FuncOp>("main");
}

llvm::Expected<std::unique_ptr<ReferenceProgram>>
ReferenceProgram::make(std::shared_ptr<Session> session, Variant variant) {
  std::unique_ptr<ReferenceProgram> made(
      new ReferenceProgram(std::move(session), std::move(variant)));
  if (auto error = made->compilation.advance(kReferencePhase))
    return std::move(error);
  made->session->finish();
  return made;
}

/// A hand-written program need not name its inputs and outputs.
static std::vector<std::string> namesOf(llvm::ArrayRef<OnnxValue> values,
                                        llvm::StringRef kind) {
  std::vector<std::string> names;
  for (auto [i, value] : llvm::enumerate(values))
    names.push_back(value.name.empty() ? fmt::format("{}_{}", kind.str(), i) : value.name);
  return names;
}

std::vector<std::string> ReferenceProgram::inputNames() {
  return namesOf(report::ProgramInterface::of(compilation.program()).inputs, "input");
}

std::vector<std::string> ReferenceProgram::outputNames() {
  return namesOf(report::ProgramInterface::of(compilation.program()).outputs, "output");
}

/// Returns the code of an element type in tacit.h, which is that of ONNX; 0 if it has none.
static int32_t dtypeOf(Type element) {
  const ElementType *type = findElementType(element);
  return type ? type->code : 0;
}

/// Checks that an input has the element type and the dimensions of its argument.
static llvm::Expected<reference::Tensor> readInput(const HostTensor &input, Type type,
                                                   const std::string &name) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  int32_t expected = tensor ? dtypeOf(tensor.getElementType()) : 0;
  auto agrees = [](auto pair) {
    return ShapedType::isDynamic(std::get<1>(pair)) ||
           std::get<0>(pair) == std::get<1>(pair);
  };
  bool fits = expected != 0 && expected == input.dtype &&
              static_cast<size_t>(tensor.getRank()) == input.shape.size() &&
              llvm::all_of(llvm::zip(input.shape, tensor.getShape()), agrees) &&
              reference::countElements(input.shape) >= 0;
  if (fits)
    return reference::Tensor::fromBytes(input.shape, tensor.getElementType(), input.data);
  return fail(ErrorKind::BadInput, "tacit inspect lists names, types and shapes",
              "input '{}' is {} {}; expected {} {}", name, dtypeName(input.dtype).str(),
              shapeText(input.shape), dtypeName(expected).str(),
              tensor ? shapeText(tensor.getShape()) : "tensor");
}

llvm::Expected<std::vector<reference::Tensor>>
ReferenceProgram::run(llvm::ArrayRef<HostTensor> inputs) {
  func::FuncOp main = mainOf(compilation.program());
  std::vector<reference::Tensor> values;
  for (auto [input, type, name] :
       llvm::zip_equal(inputs, main.getArgumentTypes(), inputNames())) {
    auto value = readInput(input, type, name);
    if (!value)
      return value.takeError();
    values.push_back(std::move(*value));
  }
  auto results = reference::evaluate(main, values);
  if (!results)
    return fail(ErrorKind::BadInput, "leave out --reference", "{}",
                llvm::toString(results.takeError()));
  return std::move(*results);
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

HostTensor driver::toHost(const reference::Tensor &value) {
  return {dtypeOf(value.getElementType()), value.getShape().vec(), value.toBytes()};
}

std::optional<report::RunReport::Distance>
driver::distanceFrom(const reference::Tensor &truth, const HostTensor &found) {
  if (truth.getShape() != llvm::ArrayRef(found.shape) ||
      dtypeOf(truth.getElementType()) != found.dtype)
    return std::nullopt;
  report::RunReport::Distance distance{0, 0, 0};
  double squares = 0;
  for (int64_t i = 0; i < truth.getNumElements(); ++i) {
    double a = truth.isFloat() ? truth.real(i) : static_cast<double>(truth.integer(i));
    double b = valueAt(found, i);
    bool isSame = a == b || (std::isnan(a) && std::isnan(b));
    double difference = isSame ? 0 : std::abs(a - b);
    // Nothing is farther away than a number that only one of them has.
    if (std::isnan(difference))
      difference = INFINITY;
    squares += difference * difference;
    if (difference > distance.largest)
      distance = {difference, i, 0};
  }
  if (truth.getNumElements() > 0)
    distance.rms = std::sqrt(squares / truth.getNumElements());
  return distance;
}
