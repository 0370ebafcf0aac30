//===- NNIndexing.cpp - Operations on single elements ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// This file infers the result types of searches along an axis (arg_reduce, top_k, cumsum)
// and of operations that pick, write or add elements one by one (gather_elements,
// scatter_nd, pad).
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/NodeName.h"

using namespace mlir;
using namespace tacit::nn;

static bool agree(int64_t a, int64_t b) {
  return a == b || ShapedType::isDynamic(a) || ShapedType::isDynamic(b);
}

#define INFER(OP)                                                                          \
  LogicalResult OP::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,    \
                                     ValueRange operands, DictionaryAttr attributes,       \
                                     OpaqueProperties properties, RegionRange regions,     \
                                     SmallVectorImpl<Type> &types)

static LogicalResult checkAxis(std::optional<Location> loc, int64_t axis,
                               RankedTensorType type) {
  if (axis >= 0 && axis < type.getRank())
    return success();
  return emitOptionalError(loc, "has axis ", axis, "; expected a number from 0 to ",
                           type.getRank() - 1);
}

//===----------------------------------------------------------------------===//
// Along an axis
//===----------------------------------------------------------------------===//

INFER(ArgReduceOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto input = tensorOf(adaptor.getInput());
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(loc, axis, input)))
    return failure();
  if (input.getDimSize(axis) == 0)
    return emitOptionalError(loc, "looks for an element along axis ", axis, " of ", input,
                             ", which has none");
  SmallVector<int64_t> shape(input.getShape());
  shape[axis] = 1;
  if (!adaptor.getKeepDims())
    shape.erase(shape.begin() + axis);
  types.push_back(RankedTensorType::get(shape, IntegerType::get(context, 64)));
  return success();
}

INFER(TopKOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto input = tensorOf(adaptor.getInput());
  int64_t axis = adaptor.getAxis(), k = adaptor.getK();
  if (failed(checkAxis(loc, axis, input)))
    return failure();
  int64_t dim = input.getDimSize(axis);
  if (k < 0 || k > kMaxTensorBytes || (!ShapedType::isDynamic(dim) && k > dim))
    return emitOptionalError(loc, "looks for ", k, " elements along axis ", axis, " of ",
                             input);
  SmallVector<int64_t> shape(input.getShape());
  shape[axis] = k;
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  types.push_back(RankedTensorType::get(shape, IntegerType::get(context, 64)));
  return success();
}

LogicalResult CumSumOp::verify() {
  int64_t axis = getAxis(), rank = tensorOf(getInput()).getRank();
  if (axis < 0 || axis >= rank)
    return emitOpError() << "has axis " << axis << "; expected a number from 0 to "
                         << rank - 1;
  return success();
}

//===----------------------------------------------------------------------===//
// Element by element
//===----------------------------------------------------------------------===//

INFER(GatherElementsOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto data = tensorOf(adaptor.getData()), indices = tensorOf(adaptor.getIndices());
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(loc, axis, data)))
    return failure();
  bool fits = indices.getRank() == data.getRank();
  for (int64_t i = 0; fits && i < data.getRank(); ++i) {
    int64_t dim = data.getDimSize(i), index = indices.getDimSize(i);
    fits = i == axis || ShapedType::isDynamic(dim) || ShapedType::isDynamic(index) ||
           index <= dim;
  }
  if (!fits)
    return emitOptionalError(loc, "has indices of type ", indices, " into ", data,
                             "; expected as many dimensions, none larger but that of axis ",
                             axis);
  types.push_back(RankedTensorType::get(indices.getShape(), data.getElementType()));
  return success();
}

INFER(ScatterNDOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto data = tensorOf(adaptor.getData()), indices = tensorOf(adaptor.getIndices()),
       updates = tensorOf(adaptor.getUpdates());
  int64_t depth = indices.getRank() == 0 ? ShapedType::kDynamic : indices.getShape().back();
  if (ShapedType::isDynamic(depth) || depth > data.getRank())
    return emitOptionalError(loc, "has indices of type ", indices, " into ", data,
                             "; expected a last dimension of at most ", data.getRank());
  SmallVector<int64_t> expected(indices.getShape().drop_back());
  llvm::append_range(expected, data.getShape().drop_front(depth));
  bool fits = updates.getElementType() == data.getElementType() &&
              updates.getRank() == static_cast<int64_t>(expected.size()) &&
              llvm::all_of(llvm::zip(expected, updates.getShape()), [](auto pair) {
                return agree(std::get<0>(pair), std::get<1>(pair));
              });
  if (!fits)
    return emitOptionalError(loc, "has updates of type ", updates, "; expected ",
                             RankedTensorType::get(expected, data.getElementType()));
  types.push_back(data);
  return success();
}

std::string AssertRangeOp::textOfIndices(Location loc, int64_t size, int64_t axis) {
  std::string node = tacit::nodeOf(loc);
  std::string who = node.empty() ? "a lookup" : "node '" + node + "'";
  if (ShapedType::isDynamic(size))
    return who + " has an index outside of dimension " + std::to_string(axis) +
           " of its table";
  return who + " has an index outside of [" + std::to_string(-size) + ", " +
         std::to_string(size - 1) + "], the entries of its table";
}

INFER(PadOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto input = tensorOf(adaptor.getInput());
  size_t rank = input.getRank();
  if (adaptor.getLow().size() != rank || adaptor.getHigh().size() != rank)
    return emitOptionalError(loc, "expected ", rank,
                             " numbers before and behind, one per dimension of ", input);
  if (tensorOf(adaptor.getValue()).getElementType() != input.getElementType())
    return emitOptionalError(loc, "pads ", input, " with a ", adaptor.getValue().getType());
  SmallVector<int64_t> shape;
  for (auto [i, dim, low, high] :
       llvm::enumerate(input.getShape(), adaptor.getLow(), adaptor.getHigh())) {
    bool isFree = ShapedType::isDynamic(dim);
    __int128 size = __int128(isFree ? kMaxTensorBytes / 2 : dim) + low + high;
    if (size < 0 || size > kMaxTensorBytes)
      return emitOptionalError(loc, "adds ", low, " and ", high, " elements to dimension ",
                               i, " of ", input);
    shape.push_back(isFree ? ShapedType::kDynamic : static_cast<int64_t>(size));
  }
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}
