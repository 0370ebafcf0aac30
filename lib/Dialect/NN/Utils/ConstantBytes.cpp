//===- ConstantBytes.cpp - The bytes of dense constants -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Utils/ConstantBytes.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/HostTensor.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

FailureOr<ArrayRef<char>> tacit::nn::readBytes(Operation *user, ElementsAttr value,
                                               std::vector<char> &scratch) {
  if (auto bytes = rawBytes(value, scratch))
    return *bytes;
  // What is written inline can always be read.
  auto resource = cast<DenseResourceElementsAttr>(value);
  return user->emitError()
         << "weight '" << resource.getRawHandle().getKey() << "' does not have the "
         << byteSize(resource.getType()).value_or(0) << " bytes of " << resource.getType()
         << "; tacit reads the file of weights beside a program, tacit-opt "
            "does not";
}

Value tacit::nn::makeConstant(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape,
                              Type elementType, std::vector<char> bytes,
                              const std::string &key) {
  auto type = RankedTensorType::get(shape, elementType);
  return ConstantOp::create(builder, loc, type, makeElements(type, std::move(bytes), key));
}

numerics::Widen tacit::nn::wideningOf(Type element) {
  return element.isF16() ? halfToFloat : element.isBF16() ? brainToFloat : nullptr;
}
