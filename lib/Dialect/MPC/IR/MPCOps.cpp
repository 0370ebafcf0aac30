//===- MPCOps.cpp - Types and workloads of the mpc operations -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Traits.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Support/PlainEnum.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::mpc;

/// Directions are printed as words: [both, to_server].
static ParseResult parseDirections(OpAsmParser &parser, DenseI32ArrayAttr &attribute) {
  SmallVector<int32_t> directions;
  auto parse = [&]() -> ParseResult {
    StringRef word;
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeyword(&word))
      return failure();
    auto direction = symbolizeDirection(word);
    if (!direction)
      return parser.emitError(loc) << "expected a direction, found '" << word << "'";
    directions.push_back(static_cast<int32_t>(*direction));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parse))
    return failure();
  attribute = parser.getBuilder().getDenseI32ArrayAttr(directions);
  return success();
}

static void printDirections(OpAsmPrinter &printer, Operation *,
                            DenseI32ArrayAttr attribute) {
  auto word = [](int32_t value) {
    return stringifyDirection(static_cast<Direction>(value));
  };
  printer << "[";
  llvm::interleaveComma(attribute.asArrayRef(), printer,
                        [&](int32_t value) { printer << word(value); });
  printer << "]";
}

#include "tacit/Dialect/MPC/IR/MPCInterfaces.cpp.inc"
#define GET_OP_CLASSES
#include "tacit/Dialect/MPC/IR/MPCOps.cpp.inc"

static ShareType shareOf(Value value) { return cast<ShareType>(value.getType()); }

/// Returns the shape of a secret or of public numbers.
static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// Types of results
//===----------------------------------------------------------------------===//

namespace {
/// Infers the types of the results of one operation.
struct Inference {
  StringRef op;
  std::optional<Location> loc;
  SmallVectorImpl<Type> &types;

  /// Reports an error; `reason` follows the name of the operation.
  template <typename... Args>
  LogicalResult refuse(Args &&...reason) const {
    return emitOptionalError(loc, "'", op, "' op ", std::forward<Args>(reason)...);
  }

  /// Adds a result in the ring of `like`.
  LogicalResult give(ShareType like, ArrayRef<int64_t> shape, int64_t fraction) const {
    if (fraction >= like.getWidth())
      return refuse("has a result of ", fraction, " bits of fraction; a ring of ",
                    like.getWidth(), " bits is too small for it");
    Location where = loc.value_or(UnknownLoc::get(like.getContext()));
    auto type = ShareType::getChecked([&] { return emitError(where); }, like.getContext(),
                                      shape, like.getWidth(), fraction);
    types.push_back(type);
    return success(type != nullptr);
  }
  LogicalResult give(ShareType like, ArrayRef<int64_t> shape) const {
    return give(like, shape, like.getFraction());
  }

  /// Checks that the operands' rings are the same, and that their shapes broadcast to that
  /// of the result.
  LogicalResult addBroadcastResult(Value lhs, Value rhs, int64_t fraction) const {
    ShareType left = shareOf(lhs);
    SmallVector<int64_t> shape;
    auto right = dyn_cast<ShareType>(rhs.getType());
    if ((right && right.getWidth() != left.getWidth()) ||
        !OpTrait::util::getBroadcastedShape(left.getShape(), shapeOf(rhs), shape) ||
        ShapedType::isDynamicShape(shape))
      return refuse("combines ", left, " and ", rhs.getType(),
                    "; expected one ring and shapes that broadcast");
    return give(left, shape, fraction);
  }

  LogicalResult addSumResult(Value lhs, Value rhs) const {
    auto right = dyn_cast<ShareType>(rhs.getType());
    if (right && right.getFraction() != shareOf(lhs).getFraction())
      return refuse("combines ", lhs.getType(), " and ", right, "; expected one fraction");
    return addBroadcastResult(lhs, rhs, shareOf(lhs).getFraction());
  }

  /// Sets the dimension `axis` of `shape` to 1.
  LogicalResult reduceAxis(MutableArrayRef<int64_t> shape, int64_t axis) const {
    auto rank = static_cast<int64_t>(shape.size());
    if (axis < 0 || axis >= rank)
      return refuse("has axis ", axis, "; expected a number from 0 to ", rank - 1);
    shape[axis] = 1;
    return success();
  }
};
} // namespace

#define INFER(OpT)                                                                         \
  LogicalResult OpT::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,   \
                                      Adaptor adaptor, SmallVectorImpl<Type> &types)

INFER(AddOp) {
  return Inference{getOperationName(), loc, types}.addSumResult(adaptor.getLhs(),
                                                                adaptor.getRhs());
}

INFER(SubOp) {
  return Inference{getOperationName(), loc, types}.addSumResult(adaptor.getLhs(),
                                                                adaptor.getRhs());
}

INFER(SquareOp) {
  ShareType input = shareOf(adaptor.getInput());
  return Inference{getOperationName(), loc, types}.give(input, input.getShape(),
                                                        2 * input.getFraction());
}

INFER(MatmulOp) {
  Inference result{getOperationName(), loc, types};
  ShareType left = shareOf(adaptor.getLhs());
  auto right = dyn_cast<ShareType>(adaptor.getRhs().getType());
  if (!right)
    return result.refuse("multiplies by ", adaptor.getRhs().getType(),
                         "; expected a share");
  ArrayRef<int64_t> lhs = left.getShape(), rhs = right.getShape();
  SmallVector<int64_t> shape;
  if (lhs.size() < 2 || rhs.size() < 2 || lhs.back() != rhs[rhs.size() - 2] ||
      left.getWidth() != right.getWidth() ||
      !OpTrait::util::getBroadcastedShape(lhs.drop_back(2), rhs.drop_back(2), shape))
    return result.refuse("multiplies ", left, " by ", right,
                         "; expected [..., M, K] by [..., K, N] in one ring");
  shape.push_back(lhs[lhs.size() - 2]);
  shape.push_back(rhs.back());
  return result.give(left, shape, left.getFraction() + right.getFraction());
}

INFER(RevealOp) {
  types.push_back(
      RankedTensorType::get(shapeOf(adaptor.getInput()), Float32Type::get(context)));
  return success();
}

INFER(IsNegativeOp) {
  types.push_back(shareOf(adaptor.getInput()).withFraction(0));
  return success();
}

INFER(MsbOp) {
  types.push_back(BitsType::get(context, shapeOf(adaptor.getInput())));
  return success();
}

INFER(SumOp) {
  Inference result{getOperationName(), loc, types};
  SmallVector<int64_t> shape(shapeOf(adaptor.getInput()));
  for (int64_t axis : adaptor.getAxes())
    if (failed(result.reduceAxis(shape, axis)))
      return failure();
  return result.give(shareOf(adaptor.getInput()), shape);
}

INFER(MaxOp) {
  Inference result{getOperationName(), loc, types};
  SmallVector<int64_t> shape(shapeOf(adaptor.getInput()));
  if (failed(result.reduceAxis(shape, adaptor.getAxis())))
    return failure();
  return result.give(shareOf(adaptor.getInput()), shape);
}

INFER(TransposeOp) {
  Inference result{getOperationName(), loc, types};
  ShareType input = shareOf(adaptor.getInput());
  ArrayRef<int64_t> permutation = adaptor.getPermutation();
  SmallVector<int64_t> sorted(permutation), shape;
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, input.getRank())))
    return result.refuse("permutes ", input, " by [", permutation,
                         "]; expected every dimension once");
  for (int64_t i : permutation)
    shape.push_back(input.getDimSize(i));
  return result.give(input, shape);
}

INFER(SliceOp) {
  Inference result{getOperationName(), loc, types};
  ShareType input = shareOf(adaptor.getInput());
  size_t rank = input.getRank();
  ArrayRef<int64_t> starts = adaptor.getStarts(), ends = adaptor.getEnds();
  ArrayRef<int64_t> steps = adaptor.getSteps();
  if (starts.size() != rank || ends.size() != rank || steps.size() != rank)
    return result.refuse("expected ", rank, " starts, ends and steps, one per dimension");
  SmallVector<int64_t> shape;
  for (auto [dim, start, end, step] : llvm::zip(input.getShape(), starts, ends, steps)) {
    bool ok = step > 0 ? 0 <= start && start <= end && end <= dim
                       : step < 0 && -1 <= end && end <= start && start < dim;
    if (!ok)
      return result.refuse("slice ", start, " to ", end, " step ", step,
                           " does not lie in a dimension of ", dim);
    int64_t span = step > 0 ? end - start : start - end, stride = step > 0 ? step : -step;
    shape.push_back(span / stride + (span % stride != 0));
  }
  return result.give(input, shape);
}

/// Returns the number of elements in ranges of rows with `columns` elements, or nullopt if
/// a range does not lie in its row.
static std::optional<int64_t> countRanges(ArrayRef<int64_t> begins, ArrayRef<int64_t> ends,
                                          int64_t columns) {
  if (begins.size() != ends.size())
    return std::nullopt;
  int64_t count = 0;
  for (auto [begin, end] : llvm::zip(begins, ends)) {
    if (begin < 0 || begin > end || end > columns)
      return std::nullopt;
    count += end - begin;
  }
  return count;
}

INFER(PackOp) {
  Inference result{getOperationName(), loc, types};
  ShareType input = shareOf(adaptor.getInput());
  SmallVector<int64_t> shape(input.getShape());
  std::optional<int64_t> count;
  if (shape.size() >= 2 &&
      shape[shape.size() - 2] == static_cast<int64_t>(adaptor.getBegins().size()))
    count = countRanges(adaptor.getBegins(), adaptor.getEnds(), shape.back());
  if (!count)
    return result.refuse("packs ", input, "; expected one range for each row, within it");
  shape.pop_back();
  shape.back() = *count;
  return result.give(input, shape);
}

INFER(UnpackOp) {
  Inference result{getOperationName(), loc, types};
  ShareType input = shareOf(adaptor.getInput());
  auto columns = static_cast<int64_t>(adaptor.getColumns());
  auto count = countRanges(adaptor.getBegins(), adaptor.getEnds(), columns);
  SmallVector<int64_t> shape(input.getShape());
  if (!count || shape.empty() || shape.back() != *count)
    return result.refuse("unpacks ", input, " to rows of ", columns,
                         "; expected ranges within them, of as many elements together");
  shape.back() = static_cast<int64_t>(adaptor.getBegins().size());
  shape.push_back(columns);
  return result.give(input, shape);
}

INFER(ConcatOp) {
  Inference result{getOperationName(), loc, types};
  if (adaptor.getInputs().empty())
    return result.refuse("needs at least one input");
  ShareType first = shareOf(adaptor.getInputs().front());
  int64_t axis = adaptor.getAxis();
  SmallVector<int64_t> shape(first.getShape());
  if (failed(result.reduceAxis(shape, axis)))
    return failure();
  shape[axis] = 0;
  for (Value input : adaptor.getInputs()) {
    ShareType type = shareOf(input);
    SmallVector<int64_t> own(type.getShape());
    if (own.size() != shape.size() || type.withShape({}) != first.withShape({}))
      return result.refuse("cannot join ", first, " and ", type);
    shape[axis] += own[axis];
    own[axis] = shape[axis];
    if (own != shape)
      return result.refuse("cannot join ", first, " and ", type, " along axis ", axis);
  }
  return result.give(first, shape);
}

//===----------------------------------------------------------------------===//
// Builders of properties that do not follow from the operands
//===----------------------------------------------------------------------===//

void ShareOp::build(OpBuilder &builder, OperationState &state, Value input, Party party,
                    int64_t width, int64_t fraction) {
  MLIRContext *context = input.getContext();
  build(builder, state, ShareType::get(context, shapeOf(input), width, fraction), input,
        PartyAttr::get(context, party));
}

void OneHotOp::build(OpBuilder &builder, OperationState &state, Value indices, Party party,
                     int64_t classes, int64_t width) {
  SmallVector<int64_t> shape(shapeOf(indices));
  shape.push_back(classes);
  MLIRContext *context = indices.getContext();
  build(builder, state, ShareType::get(context, shape, width, /*fraction=*/0), indices,
        PartyAttr::get(context, party));
}

void B2AOp::build(OpBuilder &builder, OperationState &state, Value bits, int64_t width) {
  build(builder, state,
        ShareType::get(bits.getContext(), shapeOf(bits), width, /*fraction=*/0), bits);
}

void MulOp::build(OpBuilder &builder, OperationState &state, Value lhs, Value rhs,
                  int64_t publicFraction) {
  auto right = dyn_cast<ShareType>(rhs.getType());
  int64_t fraction = right ? right.getFraction() : publicFraction;
  SmallVector<Type, 1> types;
  if (failed(Inference{getOperationName(), state.location, types}.addBroadcastResult(
          lhs, rhs, shareOf(lhs).getFraction() + fraction)))
    mlir::detail::reportFatalInferReturnTypesError(state);
  build(builder, state, types, lhs, rhs);
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

static LogicalResult expectResult(Operation *op, Type expected) {
  if (op->getResult(0).getType() == expected)
    return success();
  return op->emitOpError() << "gives " << op->getResult(0).getType() << "; expected "
                           << expected;
}

LogicalResult MulOp::verify() {
  int64_t fraction = shareOf(getLhs()).getFraction();
  int64_t result = shareOf(getResult()).getFraction();
  // The public factor contributes the additional bits of the result.
  if (auto right = dyn_cast<ShareType>(getRhs().getType()))
    result = fraction + right.getFraction();
  else if (result < fraction)
    return emitOpError() << "gives a fraction of " << result << "; expected at least "
                         << fraction << ", that of the secret";
  SmallVector<Type, 1> types;
  if (failed(Inference{getOperationName(), getLoc(), types}.addBroadcastResult(
          getLhs(), getRhs(), result)))
    return failure();
  return expectResult(*this, types.front());
}

LogicalResult B2AOp::verify() {
  return expectResult(*this, ShareType::get(getContext(), shapeOf(getInput()),
                                            shareOf(getResult()).getWidth(),
                                            /*fraction=*/0));
}

LogicalResult ShareOp::verify() {
  if (shapeOf(getInput()) == shapeOf(getResult()))
    return success();
  return emitOpError() << "turns " << getInput().getType() << " into "
                       << getResult().getType() << "; expected equal shapes";
}

LogicalResult OneHotOp::verify() {
  auto indices = cast<RankedTensorType>(getInput().getType());
  ShareType result = shareOf(getResult());
  if (result.getRank() == indices.getRank() + 1 && result.getFraction() == 0 &&
      result.getShape().drop_back() == indices.getShape())
    return success();
  return emitOpError() << "turns " << indices << " into " << result
                       << "; expected one dimension more and fraction 0";
}

/// Each step is code of its own in the twin, and the sequence converges much earlier.
static constexpr int64_t kMaxNewtonSteps = 64;

LogicalResult RsqrtOp::verify() {
  int64_t steps = getSteps();
  if (steps >= 1 && steps <= kMaxNewtonSteps)
    return success();
  return emitOpError() << "takes " << steps << " steps; expected 1 to " << kMaxNewtonSteps;
}

LogicalResult TruncateOp::verify() {
  ShareType from = shareOf(getInput()), to = shareOf(getResult());
  if (to.getFraction() >= from.getFraction())
    return emitOpError() << "goes from a fraction of " << from.getFraction() << " to "
                         << to.getFraction() << "; expected fewer bits";
  return expectResult(*this, from.withFraction(to.getFraction()));
}

LogicalResult SoftmaxOp::verify() {
  int64_t axis = getAxis(), rank = shareOf(getInput()).getRank();
  if (axis < 0 || axis >= rank)
    return emitOpError() << "has axis " << axis << "; expected a number from 0 to "
                         << rank - 1;
  SmallVector<int64_t> joint;
  if (!getKeep() ||
      (OpTrait::util::getBroadcastedShape(shapeOf(getInput()), shapeOf(getKeep()), joint) &&
       ArrayRef<int64_t>(joint) == shapeOf(getInput())))
    return success();
  return emitOpError() << "selects elements by " << getKeep().getType()
                       << "; expected a shape that broadcasts to " << getInput().getType();
}

static LogicalResult verifyNorm(Operation *op, Value input) {
  if (shareOf(input).getRank() > 0)
    return success();
  return op->emitOpError() << "needs an input of at least one dimension";
}

LogicalResult LayerNormOp::verify() { return verifyNorm(*this, getInput()); }
LogicalResult RMSNormOp::verify() { return verifyNorm(*this, getInput()); }

LogicalResult ReshapeOp::verify() {
  ShareType from = shareOf(getInput()), to = shareOf(getResult());
  if (from.getNumElements() != to.getNumElements())
    return emitOpError() << "turns " << from << " into " << to
                         << "; expected the same number of elements";
  return expectResult(*this, from.withShape(to.getShape()));
}

LogicalResult ExpandOp::verify() {
  ShareType from = shareOf(getInput()), to = shareOf(getResult());
  SmallVector<int64_t> joint;
  if (!OpTrait::util::getBroadcastedShape(from.getShape(), to.getShape(), joint) ||
      ArrayRef<int64_t>(joint) != to.getShape())
    return emitOpError()
           << "cannot expand " << from << " to " << to
           << "; expected dimensions, aligned at the last, that are equal or 1";
  return expectResult(*this, from.withShape(to.getShape()));
}

//===----------------------------------------------------------------------===//
// Workload
//===----------------------------------------------------------------------===//

static Workload workloadOn(WorkloadKind kind, Value value) {
  ShareType type = shareOf(value);
  Workload workload;
  workload.kind = kind;
  workload.elements = type.getNumElements();
  workload.width = type.getWidth();
  workload.fraction = type.getFraction();
  return workload;
}

/// Returns the workload along `axis` of `value`.
static Workload workloadAlong(WorkloadKind kind, Value value, int64_t axis) {
  Workload workload = workloadOn(kind, value);
  workload.row = shareOf(value).getShape()[axis];
  workload.rows = workload.row > 0 ? workload.elements / workload.row : 0;
  return workload;
}

static Workload workloadAlongLast(WorkloadKind kind, Value value) {
  return workloadAlong(kind, value, shareOf(value).getRank() - 1);
}

#define WORKLOAD(OpT, EXPRESSION)                                                          \
  Workload OpT::getWorkload() { return EXPRESSION; }

WORKLOAD(ShareOp, workloadOn(WorkloadKind::Share, getResult()))
WORKLOAD(OneHotOp, workloadOn(WorkloadKind::OneHot, getResult()))
WORKLOAD(RevealOp, workloadOn(WorkloadKind::Reveal, getInput()))
WORKLOAD(AddOp, workloadOn(WorkloadKind::Local, getResult()))
WORKLOAD(SubOp, workloadOn(WorkloadKind::Local, getResult()))
WORKLOAD(NegOp, workloadOn(WorkloadKind::Local, getResult()))
WORKLOAD(SquareOp, workloadOn(WorkloadKind::Square, getResult()))
WORKLOAD(TruncateOp, workloadOn(WorkloadKind::Truncate, getInput()))
WORKLOAD(SumOp, workloadOn(WorkloadKind::Local, getInput()))
WORKLOAD(MaxOp, workloadAlong(WorkloadKind::Max, getInput(), getAxis()))
WORKLOAD(IsNegativeOp, workloadOn(WorkloadKind::IsNegative, getInput()))
WORKLOAD(MsbOp, workloadOn(WorkloadKind::MostSignificantBit, getInput()))
WORKLOAD(B2AOp, workloadOn(WorkloadKind::BitToArithmetic, getResult()))
WORKLOAD(ReluOp, workloadOn(WorkloadKind::Relu, getInput()))
WORKLOAD(ExpOp, workloadOn(WorkloadKind::Exp, getInput()))
WORKLOAD(ReciprocalOp, workloadOn(WorkloadKind::Reciprocal, getInput()))
WORKLOAD(SigmoidOp, workloadOn(WorkloadKind::Sigmoid, getInput()))
WORKLOAD(TanhOp, workloadOn(WorkloadKind::Tanh, getInput()))
WORKLOAD(SiluOp, workloadOn(WorkloadKind::Silu, getInput()))
WORKLOAD(GeluOp, workloadOn(WorkloadKind::Gelu, getInput()))
WORKLOAD(SoftmaxOp, workloadAlong(WorkloadKind::Softmax, getInput(), getAxis()))
WORKLOAD(LayerNormOp, workloadAlongLast(WorkloadKind::LayerNorm, getInput()))
WORKLOAD(RMSNormOp, workloadAlongLast(WorkloadKind::RMSNorm, getInput()))
WORKLOAD(ReshapeOp, workloadOn(WorkloadKind::Local, getInput()))
WORKLOAD(TransposeOp, workloadOn(WorkloadKind::Local, getInput()))
WORKLOAD(SliceOp, workloadOn(WorkloadKind::Local, getResult()))
WORKLOAD(PackOp, workloadOn(WorkloadKind::Local, getResult()))
WORKLOAD(UnpackOp, workloadOn(WorkloadKind::Local, getResult()))
WORKLOAD(ExpandOp, workloadOn(WorkloadKind::Local, getResult()))
WORKLOAD(ConcatOp, workloadOn(WorkloadKind::Local, getResult()))

Workload RsqrtOp::getWorkload() {
  Workload workload = workloadOn(WorkloadKind::Rsqrt, getInput());
  workload.steps = getSteps();
  return workload;
}

/// Returns the value whose elements are moved to `value`, and not repeated on the way.
static Value rootOf(Value value) {
  while (auto *op = value.getDefiningOp()) {
    if (!isa<ReshapeOp, TransposeOp, SliceOp, PackOp, UnpackOp>(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

/// Returns the number of elements of `value` that are different by the way it is made:
/// parts of one secret that are put together again may overlap, and x - x is not a secret.
static int64_t differentElements(Value value) {
  int64_t count = shareOf(value).getNumElements();
  Operation *op = value.getDefiningOp();
  if (isa_and_present<ReshapeOp, TransposeOp, SliceOp, PackOp, UnpackOp>(op))
    return std::min(count, differentElements(op->getOperand(0)));
  // Elsewhere an expanded operand counts as often as it is repeated.
  if (isa_and_present<ExpandOp>(op) && differentElements(op->getOperand(0)) == 0)
    return 0;
  if (isa_and_present<SubOp>(op) && op->getOperand(0) == op->getOperand(1))
    return 0;
  if (!isa_and_present<ConcatOp>(op))
    return count;
  llvm::MapVector<Value, int64_t> parts;
  for (Value part : op->getOperands())
    parts[rootOf(part)] += differentElements(part);
  int64_t sum = 0;
  for (auto [root, elements] : parts)
    sum += std::min(elements, differentElements(root));
  return std::min(count, sum);
}

Workload MulOp::getWorkload() {
  auto right = dyn_cast<ShareType>(getRhs().getType());
  if (!right)
    return workloadOn(WorkloadKind::Local, getResult());
  Workload workload = workloadOn(WorkloadKind::Multiply, getResult());
  auto fewer = [&](ShareType factor) -> std::optional<int64_t> {
    int64_t count = factor.getNumElements();
    return count < workload.elements ? std::optional(count) : std::nullopt;
  };
  workload.leftElements = fewer(shareOf(getLhs()));
  workload.rightElements = fewer(right);
  return workload;
}

Workload MatmulOp::getWorkload() {
  Workload workload = workloadOn(WorkloadKind::Matmul, getResult());
  ArrayRef<int64_t> lhs = shareOf(getLhs()).getShape();
  ArrayRef<int64_t> rhs = shapeOf(getRhs());
  workload.m = lhs[lhs.size() - 2];
  workload.k = lhs.back();
  workload.n = rhs.back();
  // If one dimension is 0, the product of the others may still overflow 64 bits.
  workload.batch =
      workload.elements > 0 ? workload.elements / (workload.m * workload.n) : 0;
  workload.rightBatch = 1;
  for (int64_t dim : rhs.drop_back(2))
    workload.rightBatch *= dim;
  int64_t matrices = 1;
  for (int64_t dim : lhs.drop_back(2))
    matrices *= dim;
  if (int64_t count = differentElements(getLhs());
      count < shareOf(getLhs()).getNumElements() || matrices < workload.batch)
    workload.leftElements = count;
  // If one matrix serves the whole batch, it multiplies all rows at once.
  if (workload.rightBatch == 1 && workload.batch > 1) {
    workload.m *= workload.batch;
    workload.batch = 1;
  }
  return workload;
}
