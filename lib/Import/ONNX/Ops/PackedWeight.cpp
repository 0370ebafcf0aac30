//===- PackedWeight.cpp - Weights of few bits of a file -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/PackedWeight.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "tacit/Support/Elements.h"
#include <cstring>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

Value onnx_import::repackConstant(NodeBuilder &node, Value value, RankedTensorType type,
                                  Repack repack) {
  if (!value)
    return {};
  ElementsAttr constant = constantOf(value);
  if (!constant)
    return node.refuse("its weights are computed",
                       "export the model with constant weights");
  std::string key = "packed";
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant))
    key = resource.getRawHandle().getKey().str();
  std::vector<char> scratch;
  auto bytes = rawBytes(constant, scratch);
  if (!bytes)
    return node.constant(makeNamedElements(type, key + ".packed"));
  return node.constant(makeElements(type, repack(*bytes), key + ".packed"));
}

Value onnx_import::dequantize(NodeBuilder &node, int64_t bits, int64_t rows, Value scale,
                              Value zeroPoint, Value plane) {
  if (!scale || !plane)
    return {};
  SmallVector<Value> operands{scale};
  if (zeroPoint)
    operands.push_back(zeroPoint);
  operands.push_back(plane);
  auto type = RankedTensorType::get({rows, tensorOf(scale).getDimSize(1)},
                                    Float32Type::get(node.context()));
  return node.create<nn::DequantizeOp>(
      operands,
      [&](auto &properties) {
        properties.setBits(node.i64(bits));
        properties.operandSegmentSizes = {1, zeroPoint ? 1 : 0, 1};
      },
      type);
}

Value onnx_import::transposeConstant(NodeBuilder &node, Value value, int64_t rows,
                                     int64_t columns) {
  if (!value)
    return {};
  auto type = tensorOf(value);
  if (!type.hasStaticShape() || type.getNumElements() != rows * columns)
    return node.invalid(fmt::format("a parameter of its weights does not have {} elements",
                                    rows * columns));
  int64_t width = byteWidth(type.getElementType());
  return repackConstant(
      node, value, RankedTensorType::get({columns, rows}, type.getElementType()),
      [&](ArrayRef<char> bytes) {
        std::vector<char> result(bytes.size());
        for (int64_t row = 0; row < rows; ++row)
          for (int64_t column = 0; column < columns; ++column)
            std::memcpy(result.data() + (column * rows + row) * width,
                        bytes.data() + (row * columns + column) * width, width);
        return result;
      });
}
