//===- Compose.cpp - Helpers for builders of many operations --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/Compose.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/NodeName.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

Value onnx_import::refuseIntegers(NodeBuilder &node) {
  return node.refuse("it works on integers, and only floats are supported",
                     "cast its inputs to float32");
}

Value onnx_import::scalarLike(NodeBuilder &node, Value like, double value) {
  if (!like)
    return {};
  Type element = tensorOf(like).getElementType();
  if (auto type = dyn_cast<FloatType>(element))
    return node.scalarConstant(type, value);
  Builder builder(node.context());
  return node.attributeConstant(
      DenseElementsAttr::get(RankedTensorType::get({}, element),
                             builder.getIntegerAttr(element, static_cast<int64_t>(value))));
}

Value onnx_import::compare(NodeBuilder &node, nn::ComparePredicate predicate, Value lhs,
                           Value rhs) {
  return node.create<nn::CompareOp>({lhs, rhs}, [&](auto &properties) {
    properties.setPredicate(nn::ComparePredicateAttr::get(node.context(), predicate));
  });
}

Value onnx_import::castTo(NodeBuilder &node, Value input, Type element) {
  if (!input || tensorOf(input).getElementType() == element)
    return input;
  return node.create<nn::CastOp>({input}, tensorOf(input).clone(element));
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

/// Applies `move` to `input`, or to the weight of 16 bits that it is a cast of: such a
/// weight is moved first, and cast afterwards.
static Value beneathCast(NodeBuilder &node, Value input,
                         llvm::function_ref<Value(Value)> move) {
  auto cast = input ? input.getDefiningOp<nn::CastOp>() : nullptr;
  Value narrow = cast ? cast.getInput() : Value();
  while (narrow && narrow.getDefiningOp<nn::TransposeOp>())
    narrow = narrow.getDefiningOp()->getOperand(0);
  if (!narrow || !constantOf(narrow) || !isa<FloatType>(tensorOf(narrow).getElementType()))
    return move(input);
  Value moved = move(cast.getInput());
  return moved ? node.create<nn::CastOp>(
                     {moved}, tensorOf(moved).clone(tensorOf(input).getElementType()))
               : Value();
}

Value onnx_import::transpose(NodeBuilder &node, Value input,
                             ArrayRef<int64_t> permutation) {
  return beneathCast(node, input, [&](Value value) {
    return node.create<nn::TransposeOp>({value}, [&](auto &properties) {
      properties.setPermutation(node.i64Array(permutation));
    });
  });
}

Value onnx_import::transposeMatrix(NodeBuilder &node, Value input) {
  if (!input)
    return {};
  auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, tensorOf(input).getRank()));
  std::swap(permutation.back(), permutation[permutation.size() - 2]);
  return transpose(node, input, permutation);
}

Value onnx_import::reshape(NodeBuilder &node, Value input, ArrayRef<int64_t> dims) {
  if (!input || tensorOf(input).getShape() == dims)
    return input;
  return node.create<nn::ReshapeOp>({input}, tensorOf(input).clone(dims));
}

bool onnx_import::hasDim(NodeBuilder &node, Value input, int64_t axis) {
  if (!input)
    return false;
  if (axis < tensorOf(input).getRank())
    return true;
  node.invalid(fmt::format("an input has {} dimensions; expected at least {}",
                           tensorOf(input).getRank(), axis + 1));
  return false;
}

Value onnx_import::splitDim(NodeBuilder &node, Value input, int64_t axis, int64_t outer) {
  if (!hasDim(node, input, axis))
    return {};
  SmallVector<int64_t> dims(tensorOf(input).getShape());
  int64_t size = dims[axis];
  if (ShapedType::isDynamic(size))
    return node.refuse(
        fmt::format("dimension {} of an input, which it splits into {}, is free", axis,
                    outer),
        {"pin it", Setting::Dimensions});
  if (outer <= 0 || size % outer != 0)
    return node.invalid(fmt::format("dimension {} of an input has {} elements; expected a "
                                    "multiple of {}",
                                    axis, size, outer));
  dims[axis] = size / outer;
  dims.insert(dims.begin() + axis, outer);
  return reshape(node, input, dims);
}

Value onnx_import::mergeDims(NodeBuilder &node, Value input, int64_t axis) {
  if (!hasDim(node, input, axis + 1))
    return {};
  SmallVector<int64_t> dims(tensorOf(input).getShape());
  if (ShapedType::isDynamic(dims[axis]) || ShapedType::isDynamic(dims[axis + 1]))
    return node.refuse(
        fmt::format("dimensions {} and {}, which it merges, are not both known", axis,
                    axis + 1),
        {"pin them", Setting::Dimensions});
  auto size = llvm::checkedMul(dims[axis], dims[axis + 1]);
  if (!size)
    return node.invalid(fmt::format("dimensions {} and {}, which it merges, are too large",
                                    axis, axis + 1));
  dims[axis] = *size;
  dims.erase(dims.begin() + axis + 1);
  return reshape(node, input, dims);
}

Value onnx_import::insertDim(NodeBuilder &node, Value input, int64_t axis) {
  if (!input)
    return {};
  SmallVector<int64_t> dims(tensorOf(input).getShape());
  dims.insert(dims.begin() + axis, 1);
  return reshape(node, input, dims);
}

Value onnx_import::slice(NodeBuilder &node, Value input, int64_t axis, int64_t start,
                         int64_t end) {
  if (!hasDim(node, input, axis))
    return {};
  SmallVector<int64_t> starts, ends;
  for (int64_t dim : tensorOf(input).getShape()) {
    starts.push_back(0);
    ends.push_back(ShapedType::isDynamic(dim) ? std::numeric_limits<int64_t>::max() : dim);
  }
  starts[axis] = start;
  ends[axis] = end;
  return node.create<nn::SliceOp>({input}, [&](auto &properties) {
    properties.setStarts(node.i64Array(starts));
    properties.setEnds(node.i64Array(ends));
    properties.setSteps(node.i64Array(SmallVector<int64_t>(starts.size(), 1)));
  });
}

Value onnx_import::pad(NodeBuilder &node, Value input, ArrayRef<int64_t> low,
                       ArrayRef<int64_t> high, Value value) {
  return node.create<nn::PadOp>({input, value}, [&](auto &properties) {
    properties.setLow(node.i64Array(low));
    properties.setHigh(node.i64Array(high));
  });
}

Value onnx_import::concat(NodeBuilder &node, ValueRange inputs, int64_t axis) {
  return node.create<nn::ConcatOp>(
      inputs, [&](auto &properties) { properties.setAxis(node.i64(axis)); });
}

Value onnx_import::repeatEach(NodeBuilder &node, Value input, int64_t axis, int64_t block,
                              int64_t size) {
  Value column = insertDim(node, input, axis + 1);
  if (!column)
    return {};
  SmallVector<int64_t> dims(tensorOf(column).getShape());
  dims[axis + 1] = std::min(block, size);
  Value blocks = node.create<nn::ExpandOp>({column}, tensorOf(column).clone(dims));
  return slice(node, mergeDims(node, blocks, axis), axis, 0, size);
}

static Value i64Scalar(NodeBuilder &node, int64_t value) {
  return reshape(node, node.intsConstant({value}), {});
}

/// Returns true, and the node is invalid, if an index is a constant outside of the
/// dimension. Positions beyond a table of embeddings are the usual cause.
static bool areOutside(NodeBuilder &node, Value indices, Value data, int64_t axis) {
  if (!indices || !hasDim(node, data, axis))
    return true;
  int64_t size = tensorOf(data).getDimSize(axis);
  auto known = readPayload(constantOf(indices), /*maxElements=*/1 << 20);
  if (!known || ShapedType::isDynamic(size))
    return false;
  auto outside = llvm::find_if(
      known->values, [&](int64_t index) { return index < -size || index >= size; });
  if (outside == known->values.end())
    return false;
  node.invalid(fmt::format("it looks up entry {} of a table that has {}", *outside, size));
  return true;
}

static Value createAssertion(NodeBuilder &node, Value input, Value low, Value high,
                             StringRef text) {
  return node.create<nn::AssertRangeOp>(
      {input, low, high},
      [&](auto &properties) { properties.setText(StringAttr::get(node.context(), text)); },
      input ? input.getType() : Type());
}

/// Returns true if all values are known, and one of `input` is not between the others.
static bool isKnownOutside(Value input, Value low, Value high) {
  if (!input || !low || !high)
    return false;
  auto values = readIntegers(constantOf(input)), least = readIntegers(constantOf(low)),
       most = readIntegers(constantOf(high));
  bool areKnown = values && least && most && least->size() == 1 && most->size() == 1;
  return areKnown && llvm::any_of(*values, [&](int64_t number) {
           return number < least->front() || number > most->front();
         });
}

Value onnx_import::assertRange(NodeBuilder &node, Value input, Value low, Value high,
                               StringRef what) {
  if (isKnownOutside(input, low, high))
    return node.invalid(fmt::format("it has {}", what.str()));
  std::string text = fmt::format("node '{}' has {}", nodeOf(node.loc()), what.str());
  return createAssertion(node, input, low, high, text);
}

bool onnx_import::requireSameSize(NodeBuilder &node, StringRef name, Value input,
                                  int64_t axis, StringRef otherName, Value other,
                                  int64_t otherAxis) {
  if (!input || !other || !hasDim(node, input, axis) || !hasDim(node, other, otherAxis))
    return false;
  int64_t size = tensorOf(input).getDimSize(axis),
          wanted = tensorOf(other).getDimSize(otherAxis);
  bool isKnown = !ShapedType::isDynamic(size) && !ShapedType::isDynamic(wanted);
  if (isKnown && size != wanted)
    node.invalid(fmt::format("dimension {} of its {} is {}; expected {} as in its {}", axis,
                             name.str(), size, wanted, otherName.str()));
  if (isKnown)
    return size == wanted;
  Value most = dimOf(node, other, otherAxis);
  return static_cast<bool>(
      assertRange(node, dimOf(node, input, axis), most, most,
                  fmt::format("a {} whose dimension {} differs from its {}", name.str(),
                              axis, otherName.str())));
}

Value onnx_import::assertIndices(NodeBuilder &node, Value indices, Value data,
                                 int64_t axis) {
  if (areOutside(node, indices, data, axis))
    return {};
  if (constantOf(indices) && !tensorOf(data).isDynamicDim(axis))
    return indices;
  Value size = dimOf(node, data, axis);
  return createAssertion(
      node, indices, node.create<nn::NegOp>({size}), sub(node, size, i64Scalar(node, 1)),
      nn::AssertRangeOp::textOfIndices(node.loc(), tensorOf(data).getDimSize(axis), axis));
}

Value onnx_import::gather(NodeBuilder &node, Value data, Value indices, int64_t axis) {
  if (areOutside(node, indices, data, axis))
    return {};
  return beneathCast(node, data, [&](Value value) {
    return node.create<nn::GatherOp>(
        {value, indices}, [&](auto &properties) { properties.setAxis(node.i64(axis)); });
  });
}

Value onnx_import::assertEntries(NodeBuilder &node, Value indices, Value table,
                                 StringRef what) {
  if (!table || !hasDim(node, table, 0))
    return {};
  Value last = sub(node, dimOf(node, table, 0), i64Scalar(node, 1));
  return assertRange(node, indices, i64Scalar(node, 0), last, what);
}

//===----------------------------------------------------------------------===//
// Reductions and norms
//===----------------------------------------------------------------------===//

Value onnx_import::reduce(NodeBuilder &node, nn::ReduceKind kind, Value input,
                          ArrayRef<int64_t> axes, bool keepDims) {
  if (axes.empty())
    return input;
  return node.create<nn::ReduceOp>({input}, [&](auto &properties) {
    properties.setKind(nn::ReduceKindAttr::get(node.context(), kind));
    properties.setAxes(node.i64Array(axes));
    if (keepDims)
      properties.setKeepDims(UnitAttr::get(node.context()));
  });
}

Value onnx_import::softmax(NodeBuilder &node, Value input, int64_t axis) {
  return node.create<nn::SoftmaxOp>(
      {input}, [&](auto &properties) { properties.setAxis(node.i64(axis)); });
}

Value onnx_import::layerNorm(NodeBuilder &node, Value input, float epsilon) {
  return node.create<nn::LayerNormOp>({input}, [&](auto &properties) {
    properties.setEpsilon(FloatAttr::get(Float32Type::get(node.context()), epsilon));
    properties.operandSegmentSizes = {1, 0, 0};
  });
}

Value onnx_import::rmsNorm(NodeBuilder &node, Value input, Value scale, float epsilon) {
  SmallVector<Value> operands{input};
  if (scale)
    operands.push_back(scale);
  return node.create<nn::RMSNormOp>(operands, [&](auto &properties) {
    properties.setEpsilon(FloatAttr::get(Float32Type::get(node.context()), epsilon));
  });
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

Value onnx_import::dimOf(NodeBuilder &node, Value input, int64_t axis) {
  if (!hasDim(node, input, axis))
    return {};
  if (int64_t size = tensorOf(input).getDimSize(axis); !ShapedType::isDynamic(size))
    return i64Scalar(node, size);
  Value shape = node.create<nn::ShapeOfOp>({input});
  return reshape(node, slice(node, shape, 0, axis, axis + 1), {});
}

Value onnx_import::rangeBelow(NodeBuilder &node, Value limit, int64_t size) {
  Type element = IntegerType::get(node.context(), 64);
  return node.create<nn::RangeOp>({i64Scalar(node, 0), limit, i64Scalar(node, 1)},
                                  RankedTensorType::get({size}, element));
}

Value onnx_import::rangeOf(NodeBuilder &node, Value input, int64_t axis) {
  if (!hasDim(node, input, axis))
    return {};
  return rangeBelow(node, dimOf(node, input, axis), tensorOf(input).getDimSize(axis));
}
