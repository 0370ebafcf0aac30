//===- NNOps.cpp - Result types and verifiers of the nn operations --------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/PatternMatch.h"
#include "tacit/Dialect/NN/IR/Elementwise.h"
#include "tacit/Dialect/NN/IR/SizeInference.h"
#include "tacit/Support/PlainEnum.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

#include "tacit/Dialect/NN/IR/NNInterfaces.cpp.inc"

#define GET_OP_CLASSES
#include "tacit/Dialect/NN/IR/NNOps.cpp.inc"

StringRef nn::detail::mnemonicOf(StringRef operationName) {
  return operationName.split('.').second;
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<int64_t>> tacit::nn::broadcastShapes(ArrayRef<int64_t> lhs,
                                                           ArrayRef<int64_t> rhs) {
  if (lhs.size() < rhs.size())
    std::swap(lhs, rhs);
  SmallVector<int64_t> shape(lhs);
  for (auto [dim, other] :
       llvm::zip(MutableArrayRef<int64_t>(shape).take_back(rhs.size()), rhs)) {
    if (dim == other || other == 1)
      continue;
    if (dim == 1 || (ShapedType::isDynamic(dim) && !ShapedType::isDynamic(other)))
      dim = other;
    else if (!ShapedType::isDynamic(other))
      return failure();
  }
  return shape;
}

bool tacit::nn::areCompatibleShapes(TypeRange lhs, TypeRange rhs) {
  return lhs.size() == rhs.size() && llvm::all_of(llvm::zip(lhs, rhs), [](auto pair) {
           auto a = dyn_cast<RankedTensorType>(std::get<0>(pair));
           auto b = dyn_cast<RankedTensorType>(std::get<1>(pair));
           return a && b && a.getElementType() == b.getElementType() &&
                  succeeded(verifyCompatibleShape(a, b));
         });
}

static bool agree(int64_t a, int64_t b) {
  return a == b || ShapedType::isDynamic(a) || ShapedType::isDynamic(b);
}

/// Returns the known one of two dimensions that agree.
static int64_t known(int64_t a, int64_t b) { return ShapedType::isDynamic(a) ? b : a; }

static LogicalResult inferBroadcast(std::optional<Location> loc, ValueRange operands,
                                    Type elementType, SmallVectorImpl<Type> &types) {
  SmallVector<int64_t> shape(tensorOf(operands.front()).getShape());
  for (Value operand : operands.drop_front()) {
    auto next = broadcastShapes(shape, tensorOf(operand).getShape());
    if (failed(next))
      return emitOptionalError(
          loc, "operands do not broadcast: found ", operands.front().getType(), " and ",
          operand.getType(),
          "; expected dimensions, aligned at the last, that are equal or 1");
    shape = *next;
  }
  types.push_back(RankedTensorType::get(shape, elementType));
  return success();
}

static LogicalResult inferSameElements(std::optional<Location> loc, Value lhs, Value rhs,
                                       Type elementType, SmallVectorImpl<Type> &types) {
  if (tensorOf(lhs).getElementType() != tensorOf(rhs).getElementType())
    return emitOptionalError(loc, "operands have different element types: found ",
                             lhs.getType(), " and ", rhs.getType());
  return inferBroadcast(loc, {lhs, rhs}, elementType, types);
}

#define INFER(OP)                                                                          \
  LogicalResult OP::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,    \
                                     ValueRange operands, DictionaryAttr attributes,       \
                                     OpaqueProperties properties, RegionRange regions,     \
                                     SmallVectorImpl<Type> &types)

LogicalResult nn::detail::inferBinaryType(std::optional<Location> loc, ValueRange operands,
                                          SmallVectorImpl<Type> &types) {
  return inferSameElements(loc, operands[0], operands[1],
                           tensorOf(operands[0]).getElementType(), types);
}

INFER(PowOp) {
  return inferBroadcast(loc, operands, tensorOf(operands[0]).getElementType(), types);
}

INFER(CompareOp) {
  return inferSameElements(loc, operands[0], operands[1], IntegerType::get(context, 1),
                           types);
}

INFER(WhereOp) {
  Type lhs = tensorOf(operands[1]).getElementType();
  if (lhs != tensorOf(operands[2]).getElementType())
    return emitOptionalError(loc, "operands have different element types: found ",
                             operands[1].getType(), " and ", operands[2].getType());
  return inferBroadcast(loc, operands, lhs, types);
}

//===----------------------------------------------------------------------===//
// Reductions and normalisation
//===----------------------------------------------------------------------===//

INFER(ReduceOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto input = tensorOf(adaptor.getInput());
  ArrayRef<int64_t> axes = adaptor.getAxes();
  for (auto [i, axis] : llvm::enumerate(axes))
    if (axis < 0 || axis >= input.getRank() || (i > 0 && axis <= axes[i - 1]))
      return emitOptionalError(loc, "axes are ", DenseI64ArrayAttr::get(context, axes),
                               "; expected distinct ascending numbers from 0 to ",
                               input.getRank() - 1);
  SmallVector<int64_t> shape;
  for (auto [i, dim] : llvm::enumerate(input.getShape())) {
    bool isReduced = llvm::is_contained(axes, static_cast<int64_t>(i));
    if (!isReduced || adaptor.getKeepDims())
      shape.push_back(isReduced ? 1 : dim);
  }
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult SoftmaxOp::verify() {
  int64_t rank = tensorOf(getInput()).getRank();
  if (static_cast<int64_t>(getAxis()) < 0 || static_cast<int64_t>(getAxis()) >= rank)
    return emitOpError() << "has axis " << static_cast<int64_t>(getAxis())
                         << "; expected a number from 0 to " << rank - 1;
  return success();
}

/// Checks that `scale` and `bias` of a normalisation have the shape of the last dimension.
static LogicalResult verifyNorm(Operation *op, Value input, Value parameter,
                                StringRef name) {
  auto type = tensorOf(input);
  if (type.getRank() == 0)
    return op->emitOpError() << "needs an input of at least one dimension, found " << type;
  if (!parameter)
    return success();
  auto found = tensorOf(parameter);
  if (found.getRank() != 1 || !agree(found.getDimSize(0), type.getShape().back()) ||
      found.getElementType() != type.getElementType())
    return op->emitOpError() << "has a " << name << " of type " << found << "; expected "
                             << RankedTensorType::get({type.getShape().back()},
                                                      type.getElementType());
  return success();
}

LogicalResult LayerNormOp::verify() {
  return failure(failed(verifyNorm(*this, getInput(), getScale(), "scale")) ||
                 failed(verifyNorm(*this, getInput(), getBias(), "bias")));
}

LogicalResult RMSNormOp::verify() {
  return verifyNorm(*this, getInput(), getScale(), "scale");
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

INFER(MatmulOp) {
  auto lhs = tensorOf(operands[0]), rhs = tensorOf(operands[1]);
  if (lhs.getRank() == 0 || rhs.getRank() == 0 ||
      lhs.getElementType() != rhs.getElementType())
    return emitOptionalError(loc, "cannot multiply ", lhs, " by ", rhs,
                             "; expected two tensors of one element type and at least "
                             "one dimension");
  int64_t inner = lhs.getShape().back();
  int64_t outer =
      rhs.getRank() == 1 ? rhs.getDimSize(0) : rhs.getDimSize(rhs.getRank() - 2);
  if (!agree(inner, outer))
    return emitOptionalError(loc, "cannot multiply ", lhs, " by ", rhs,
                             ": the inner dimensions are ", inner, " and ", outer);
  auto batch =
      broadcastShapes(lhs.getShape().drop_back(std::min<int64_t>(2, lhs.getRank())),
                      rhs.getShape().drop_back(std::min<int64_t>(2, rhs.getRank())));
  if (failed(batch))
    return emitOptionalError(loc, "cannot multiply ", lhs, " by ", rhs,
                             ": the leading dimensions do not broadcast");
  SmallVector<int64_t> shape(*batch);
  if (lhs.getRank() > 1)
    shape.push_back(lhs.getDimSize(lhs.getRank() - 2));
  if (rhs.getRank() > 1)
    shape.push_back(rhs.getShape().back());
  types.push_back(RankedTensorType::get(shape, lhs.getElementType()));
  return success();
}

INFER(LinearOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto input = tensorOf(adaptor.getInput()), weight = tensorOf(adaptor.getWeight());
  if (input.getRank() == 0 || weight.getRank() != 2 ||
      !agree(input.getShape().back(), weight.getDimSize(0)) ||
      input.getElementType() != weight.getElementType())
    return emitOptionalError(loc, "cannot multiply ", input, " by ", weight,
                             "; expected [..., K] by [K, N] of one element type");
  if (Value bias = adaptor.getBias()) {
    auto type = tensorOf(bias);
    if (type.getRank() != 1 || !agree(type.getDimSize(0), weight.getDimSize(1)) ||
        type.getElementType() != weight.getElementType())
      return emitOptionalError(
          loc, "bias has type ", type, "; expected ",
          RankedTensorType::get({weight.getDimSize(1)}, weight.getElementType()));
  }
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = weight.getDimSize(1);
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

INFER(AttentionOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto query = tensorOf(adaptor.getQuery()), key = tensorOf(adaptor.getKey()),
       value = tensorOf(adaptor.getValue());
  int64_t rank = query.getRank();
  bool ok = rank >= 2 && key.getRank() == rank && value.getRank() == rank &&
            query.getElementType() == key.getElementType() &&
            query.getElementType() == value.getElementType();
  SmallVector<int64_t> shape;
  for (int64_t i = 0; ok && i < rank - 2; ++i) {
    shape.push_back(query.getDimSize(i));
    // A key or value that several heads share is not repeated.
    for (int64_t dim : {key.getDimSize(i), value.getDimSize(i)}) {
      ok &= dim == 1 || agree(shape.back(), dim);
      shape.back() = dim == 1 ? shape.back() : known(shape.back(), dim);
    }
  }
  if (!ok || !agree(query.getShape().back(), key.getShape().back()) ||
      !agree(key.getDimSize(rank - 2), value.getDimSize(rank - 2)))
    return emitOptionalError(
        loc, "query, key and value are ", query, ", ", key, " and ", value,
        "; expected [..., M, D], [..., N, D] and [..., N, E] with equal "
        "leading dimensions, or 1 in those of key and value");
  shape.push_back(query.getDimSize(rank - 2));
  if (Value mask = adaptor.getMask()) {
    auto type = tensorOf(mask);
    SmallVector<int64_t> scores(shape);
    scores.push_back(key.getDimSize(rank - 2));
    auto joint = broadcastShapes(scores, type.getShape());
    if (failed(joint) || static_cast<int64_t>(joint->size()) != rank ||
        !llvm::all_of(llvm::zip(*joint, scores), [](auto pair) {
          return agree(std::get<0>(pair), std::get<1>(pair));
        }))
      return emitOptionalError(loc, "mask has type ", type,
                               "; expected a shape that broadcasts to the scores ",
                               RankedTensorType::get(scores, query.getElementType()));
    bool isBoolean = type.getElementType().isInteger(1);
    if (!isBoolean && type.getElementType() != query.getElementType())
      return emitOptionalError(loc, "mask has type ", type, "; expected i1 or ",
                               query.getElementType(), " elements");
    if (isBoolean != adaptor.getFill().has_value())
      return emitOptionalError(
          loc, "'fill' applies to a boolean mask only: the mask has type ", type);
  } else if (adaptor.getFill()) {
    return emitOptionalError(loc,
                             "'fill' applies to a boolean mask only, and there is no mask");
  }
  shape.push_back(value.getShape().back());
  types.push_back(RankedTensorType::get(shape, query.getElementType()));
  return success();
}

//===----------------------------------------------------------------------===//
// Movement and shapes
//===----------------------------------------------------------------------===//

INFER(GatherOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto data = tensorOf(adaptor.getData()), indices = tensorOf(adaptor.getIndices());
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= data.getRank())
    return emitOptionalError(loc, "has axis ", axis, "; expected a number from 0 to ",
                             data.getRank() - 1);
  SmallVector<int64_t> shape(data.getShape().take_front(axis));
  llvm::append_range(shape, indices.getShape());
  llvm::append_range(shape, data.getShape().drop_front(axis + 1));
  types.push_back(RankedTensorType::get(shape, data.getElementType()));
  return success();
}

INFER(SliceOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto input = tensorOf(adaptor.getInput());
  size_t rank = input.getRank();
  if (adaptor.getStarts().size() != rank || adaptor.getEnds().size() != rank ||
      adaptor.getSteps().size() != rank)
    return emitOptionalError(loc, "expected ", rank,
                             " starts, ends and steps, one per dimension of ", input);
  SmallVector<int64_t> shape;
  for (auto [i, start, end, step, dim] : llvm::enumerate(
           adaptor.getStarts(), adaptor.getEnds(), adaptor.getSteps(), input.getShape())) {
    if (ShapedType::isDynamic(dim)) {
      if (start != 0 || end != std::numeric_limits<int64_t>::max() || step != 1)
        return emitOptionalError(loc, "cannot slice dimension ", i,
                                 ", which is free, with known bounds");
      shape.push_back(dim);
      continue;
    }
    bool ok = step > 0 ? 0 <= start && start <= end && end <= dim
                       : step < 0 && -1 <= end && end <= start && start < dim;
    if (!ok)
      return emitOptionalError(loc, "slice ", start, " to ", end, " step ", step,
                               " does not lie in dimension ", i, " of ", input);
    int64_t magnitude = step > 0 ? step : -step;
    int64_t span = step > 0 ? end - start : start - end;
    shape.push_back(span / magnitude + (span % magnitude != 0));
  }
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult DynamicSliceOp::verify() {
  auto input = tensorOf(getInput()), result = tensorOf(getResult());
  int64_t rank = input.getRank(), count = getAxes().size();
  if (result.getRank() != rank || result.getElementType() != input.getElementType())
    return emitOpError() << "result has type " << result << "; expected " << rank
                         << " dimensions of " << input.getElementType() << " as the input";
  for (Value bounds : {getStarts(), getEnds(), getSteps()})
    if (tensorOf(bounds).getRank() != 1 || !agree(tensorOf(bounds).getDimSize(0), count))
      return emitOpError() << "has bounds of type " << bounds.getType() << "; expected "
                           << count << " numbers, one per axis";
  for (int64_t axis : getAxes())
    if (axis < 0 || axis >= rank)
      return emitOpError() << "has axis " << axis << "; expected numbers from 0 to "
                           << rank - 1;
  return success();
}

INFER(ConcatOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  if (operands.empty())
    return emitOptionalError(loc, "needs at least one input");
  auto first = tensorOf(operands[0]);
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= first.getRank())
    return emitOptionalError(loc, "has axis ", axis, "; expected a number from 0 to ",
                             first.getRank() - 1);
  SmallVector<int64_t> shape(first.getShape());
  for (Value operand : operands.drop_front()) {
    auto type = tensorOf(operand);
    bool ok = type.getRank() == first.getRank() &&
              type.getElementType() == first.getElementType();
    for (int64_t i = 0; ok && i < type.getRank(); ++i) {
      int64_t dim = type.getDimSize(i);
      if (i != axis) {
        ok = agree(shape[i], dim);
        shape[i] = known(shape[i], dim);
      } else {
        shape[i] = ShapedType::isDynamic(shape[i]) || ShapedType::isDynamic(dim)
                       ? ShapedType::kDynamic
                       : shape[i] + dim;
      }
    }
    if (!ok)
      return emitOptionalError(loc, "cannot join ", first, " and ", type, " along axis ",
                               axis);
  }
  types.push_back(RankedTensorType::get(shape, first.getElementType()));
  return success();
}

LogicalResult ReshapeOp::verify() {
  auto from = tensorOf(getInput()), to = tensorOf(getResult());
  auto describe = [](RankedTensorType type) {
    __int128 elements = 1;
    int64_t numFree = 0;
    for (int64_t dim : type.getShape())
      ShapedType::isDynamic(dim) ? void(++numFree) : void(elements *= dim);
    return std::make_pair(static_cast<int64_t>(elements), numFree);
  };
  if (from.getElementType() != to.getElementType() || describe(from) != describe(to))
    return emitOpError() << "cannot turn " << from << " into " << to
                         << "; expected the same number of elements and of free dimensions";
  return success();
}

/// Infers the type for a computed shape, which is one-dimensional; the result keeps the
/// element type and has `rank` dimensions, given how many entries the shape has.
static LogicalResult verifyComputedShape(Operation *op, Value input, Value shape,
                                         Value result,
                                         llvm::function_ref<int64_t(int64_t)> rank) {
  auto from = tensorOf(input), entries = tensorOf(shape), to = tensorOf(result);
  if (entries.getRank() != 1)
    return op->emitOpError() << "has a shape of type " << entries
                             << "; expected one dimension";
  bool isFree = entries.isDynamicDim(0);
  if (from.getElementType() == to.getElementType() &&
      (isFree || to.getRank() == rank(entries.getDimSize(0))))
    return success();
  auto error = op->emitOpError() << "result has type " << to << "; expected ";
  if (!isFree)
    error << rank(entries.getDimSize(0)) << " dimensions of ";
  return error << from.getElementType() << " elements";
}

LogicalResult DynamicReshapeOp::verify() {
  return verifyComputedShape(*this, getInput(), getShape(), getResult(),
                             [](int64_t entries) { return entries; });
}

LogicalResult DynamicExpandOp::verify() {
  int64_t least = tensorOf(getInput()).getRank();
  return verifyComputedShape(*this, getInput(), getShape(), getResult(),
                             [&](int64_t entries) { return std::max(entries, least); });
}

INFER(TransposeOp) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto input = tensorOf(adaptor.getInput());
  ArrayRef<int64_t> permutation = adaptor.getPermutation();
  SmallVector<int64_t> sorted(permutation);
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, input.getRank())))
    return emitOptionalError(
        loc, "permutation is ", DenseI64ArrayAttr::get(context, permutation),
        "; expected every number from 0 to ", input.getRank() - 1, " once");
  SmallVector<int64_t> shape;
  for (int64_t i : permutation)
    shape.push_back(input.getDimSize(i));
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult ExpandOp::verify() {
  auto from = tensorOf(getInput()), to = tensorOf(getResult());
  auto joint = broadcastShapes(to.getShape(), from.getShape());
  if (from.getElementType() != to.getElementType() || from.getRank() > to.getRank() ||
      failed(joint) || *joint != SmallVector<int64_t>(to.getShape()))
    return emitOpError()
           << "cannot expand " << from << " to " << to
           << "; expected dimensions, aligned at the last, that are equal or 1";
  return success();
}

INFER(ShapeOfOp) {
  types.push_back(RankedTensorType::get({tensorOf(operands[0]).getRank()},
                                        IntegerType::get(context, 64)));
  return success();
}

LogicalResult SizedOp::verify() {
  int64_t numFree = tensorOf(getInput()).getNumDynamicDims(), found = getSizes().size();
  if (numFree != found)
    return emitOpError() << "has " << found << " sizes; expected " << numFree
                         << ", one for each free dimension of " << getInput().getType();
  return success();
}

LogicalResult RangeOp::verify() {
  auto result = tensorOf(getResult());
  if (result.getRank() != 1 || !result.getElementType().isIntOrFloat())
    return emitOpError() << "result has type " << result
                         << "; expected one dimension of integers or floats";
  for (Value operand : getOperands()) {
    auto type = tensorOf(operand);
    if (!type.hasStaticShape() || type.getNumElements() != 1 ||
        type.getElementType() != result.getElementType())
      return emitOpError() << "has an operand of type " << type
                           << "; expected one element of " << result.getElementType()
                           << " as in the result";
  }
  return success();
}
