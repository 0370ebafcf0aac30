//===- MPCOps.cpp - Verifiers and work of the mpc operations --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Traits.h"
#include "tacit/Dialect/MPC/IR/MPC.h"

using namespace mlir;
using namespace tacit::mpc;

//===----------------------------------------------------------------------===//
// Assembly: an enum as a bare keyword
//===----------------------------------------------------------------------===//

static ParseResult parsePlainParty(OpAsmParser &parser, PartyAttr &party) {
  StringRef keyword;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return failure();
  auto value = symbolizeParty(keyword);
  if (!value)
    return parser.emitError(loc)
           << "unknown party '" << keyword << "'; expected client or server";
  party = PartyAttr::get(parser.getContext(), *value);
  return success();
}

static void printPlainParty(OpAsmPrinter &printer, Operation *, PartyAttr party) {
  printer << stringifyParty(party.getValue());
}

static ParseResult parsePlainGelu(OpAsmParser &parser, GeluKindAttr &kind) {
  StringRef keyword;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return failure();
  auto value = symbolizeGeluKind(keyword);
  if (!value)
    return parser.emitError(loc) << "unknown kind '" << keyword
                                 << "'; expected erf, tanh, puma, bolt, bumblebee, nimbus "
                                    "or quad";
  kind = GeluKindAttr::get(parser.getContext(), *value);
  return success();
}

static void printPlainGelu(OpAsmPrinter &printer, Operation *, GeluKindAttr kind) {
  printer << stringifyGeluKind(kind.getValue());
}

#include "tacit/Dialect/MPC/IR/MPCInterfaces.cpp.inc"
#define GET_OP_CLASSES
#include "tacit/Dialect/MPC/IR/MPCOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

static ShareType shareOf(Value value) { return cast<ShareType>(value.getType()); }

/// The shape of a secret or of public numbers.
static ArrayRef<int64_t> shapeOf(Value value) {
  if (auto share = dyn_cast<ShareType>(value.getType()))
    return share.getShape();
  return cast<ShapedType>(value.getType()).getShape();
}

static LogicalResult expectResult(Operation *op, ShareType expected) {
  if (op->getResult(0).getType() == expected)
    return success();
  return op->emitOpError() << "gives " << op->getResult(0).getType() << "; expected "
                           << expected;
}

/// The operands' shapes broadcast, and their rings are the same. `fraction` is that
/// of the result.
static LogicalResult verifyBinary(Operation *op, Value lhs, Value rhs, int64_t fraction) {
  ShareType left = shareOf(lhs);
  SmallVector<int64_t> shape;
  auto right = dyn_cast<ShareType>(rhs.getType());
  if ((right && right.getWidth() != left.getWidth()) ||
      !OpTrait::util::getBroadcastedShape(left.getShape(), shapeOf(rhs), shape) ||
      llvm::any_of(shape, ShapedType::isDynamic))
    return op->emitOpError() << "combines " << left << " and " << rhs.getType()
                             << "; expected one ring and shapes that broadcast";
  if (fraction >= left.getWidth())
    return op->emitOpError() << "has a result of " << fraction
                             << " bits of fraction; a ring of " << left.getWidth()
                             << " bits is too small for it";
  return expectResult(op, left.withShape(shape).withFraction(fraction));
}

static LogicalResult verifySum(Operation *op, Value lhs, Value rhs) {
  auto right = dyn_cast<ShareType>(rhs.getType());
  if (right && right.getFraction() != shareOf(lhs).getFraction())
    return op->emitOpError() << "combines " << lhs.getType() << " and " << right
                             << "; expected one fraction";
  return verifyBinary(op, lhs, rhs, shareOf(lhs).getFraction());
}

LogicalResult AddOp::verify() { return verifySum(*this, getLhs(), getRhs()); }
LogicalResult SubOp::verify() { return verifySum(*this, getLhs(), getRhs()); }

LogicalResult MulOp::verify() {
  int64_t fraction = shareOf(getLhs()).getFraction();
  if (auto right = dyn_cast<ShareType>(getRhs().getType()))
    return verifyBinary(*this, getLhs(), getRhs(), fraction + right.getFraction());
  // The bits that the result has more are those of the public factor.
  int64_t result = shareOf(getResult()).getFraction();
  if (result < fraction)
    return emitOpError() << "gives a fraction of " << result << "; expected at least "
                         << fraction << ", that of the secret";
  return verifyBinary(*this, getLhs(), getRhs(), result);
}

LogicalResult SquareOp::verify() {
  return verifyBinary(*this, getInput(), getInput(), 2 * shareOf(getInput()).getFraction());
}

LogicalResult MatmulOp::verify() {
  ShareType left = shareOf(getLhs());
  auto right = dyn_cast<ShareType>(getRhs().getType());
  if (!right)
    return emitOpError() << "multiplies by " << getRhs().getType() << "; expected a share";
  ArrayRef<int64_t> lhs = left.getShape(), rhs = right.getShape();
  SmallVector<int64_t> shape;
  if (lhs.size() < 2 || rhs.size() < 2 || lhs.back() != rhs[rhs.size() - 2] ||
      left.getWidth() != right.getWidth() ||
      !OpTrait::util::getBroadcastedShape(lhs.drop_back(2), rhs.drop_back(2), shape))
    return emitOpError() << "multiplies " << left << " by " << right
                         << "; expected [..., M, K] by [..., K, N] in one ring";
  shape.push_back(lhs[lhs.size() - 2]);
  shape.push_back(rhs.back());
  int64_t fraction = left.getFraction() + right.getFraction();
  if (fraction >= left.getWidth())
    return emitOpError() << "has a result of " << fraction
                         << " bits of fraction; a ring of " << left.getWidth()
                         << " bits is too small for it";
  return expectResult(*this, left.withShape(shape).withFraction(fraction));
}

static LogicalResult verifyBorder(Operation *op, Type plain, ShareType share) {
  auto type = cast<RankedTensorType>(plain);
  if (type.getShape() == share.getShape())
    return success();
  return op->emitOpError() << "turns " << op->getOperand(0).getType() << " into "
                           << op->getResult(0).getType() << "; expected equal shapes";
}

LogicalResult ShareOp::verify() {
  return verifyBorder(*this, getInput().getType(), shareOf(getResult()));
}

LogicalResult RevealOp::verify() {
  return verifyBorder(*this, getResult().getType(), shareOf(getInput()));
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

/// Each step is code of its own in the twin; and the sequence has long converged.
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

/// `axis` stays as 1 in `shape`.
static LogicalResult reduceAxis(Operation *op, SmallVectorImpl<int64_t> &shape,
                                int64_t axis) {
  if (axis < 0 || axis >= static_cast<int64_t>(shape.size()))
    return op->emitOpError() << "has axis " << axis << "; expected a number from 0 to "
                             << static_cast<int64_t>(shape.size()) - 1;
  shape[axis] = 1;
  return success();
}

LogicalResult SumOp::verify() {
  SmallVector<int64_t> shape(shareOf(getInput()).getShape());
  for (int64_t axis : getAxes())
    if (failed(reduceAxis(*this, shape, axis)))
      return failure();
  return expectResult(*this, shareOf(getInput()).withShape(shape));
}

LogicalResult MaxOp::verify() {
  SmallVector<int64_t> shape(shareOf(getInput()).getShape());
  if (failed(reduceAxis(*this, shape, getAxis())))
    return failure();
  return expectResult(*this, shareOf(getInput()).withShape(shape));
}

LogicalResult IsNegativeOp::verify() {
  return expectResult(*this, shareOf(getInput()).withFraction(0));
}

LogicalResult SoftmaxOp::verify() {
  SmallVector<int64_t> shape(shareOf(getInput()).getShape()), joint;
  if (failed(reduceAxis(*this, shape, getAxis())))
    return failure();
  if (!getKeep() ||
      (OpTrait::util::getBroadcastedShape(shapeOf(getInput()), shapeOf(getKeep()), joint) &&
       ArrayRef<int64_t>(joint) == shapeOf(getInput())))
    return success();
  return emitOpError() << "keeps elements by " << getKeep().getType()
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

LogicalResult TransposeOp::verify() {
  ArrayRef<int64_t> shape = shareOf(getInput()).getShape();
  SmallVector<int64_t> sorted(getPermutation()), result;
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, shape.size())))
    return emitOpError() << "permutes " << getInput().getType() << " by ["
                         << getPermutation() << "]; expected every dimension once";
  for (int64_t i : getPermutation())
    result.push_back(shape[i]);
  return expectResult(*this, shareOf(getInput()).withShape(result));
}

LogicalResult SliceOp::verify() {
  ArrayRef<int64_t> shape = shareOf(getInput()).getShape();
  size_t rank = shape.size();
  if (getStarts().size() != rank || getEnds().size() != rank || getSteps().size() != rank)
    return emitOpError() << "expected " << rank
                         << " starts, ends and steps, one per dimension";
  SmallVector<int64_t> result;
  for (auto [dim, start, end, step] :
       llvm::zip(shape, getStarts(), getEnds(), getSteps())) {
    bool ok = step > 0 ? 0 <= start && start <= end && end <= dim
                       : step < 0 && -1 <= end && end <= start && start < dim;
    if (!ok)
      return emitOpError() << "slice " << start << " to " << end << " step " << step
                           << " does not lie in a dimension of " << dim;
    int64_t span = step > 0 ? end - start : start - end, stride = step > 0 ? step : -step;
    result.push_back(span / stride + (span % stride != 0));
  }
  return expectResult(*this, shareOf(getInput()).withShape(result));
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

LogicalResult ConcatOp::verify() {
  if (getInputs().empty())
    return emitOpError() << "needs at least one input";
  ShareType first = shareOf(getInputs().front());
  int64_t axis = getAxis();
  SmallVector<int64_t> shape(first.getShape());
  if (failed(reduceAxis(*this, shape, axis)))
    return failure();
  shape[axis] = 0;
  for (Value input : getInputs()) {
    ShareType type = shareOf(input);
    SmallVector<int64_t> own(type.getShape());
    if (own.size() != shape.size() || type.withShape({}) != first.withShape({}))
      return emitOpError() << "cannot join " << first << " and " << type;
    shape[axis] += own[axis];
    own[axis] = shape[axis];
    if (own != shape)
      return emitOpError() << "cannot join " << first << " and " << type << " along axis "
                           << axis;
  }
  return expectResult(*this, first.withShape(shape));
}

//===----------------------------------------------------------------------===//
// Work
//===----------------------------------------------------------------------===//

static Work workOn(WorkKind kind, Value value) {
  ShareType type = shareOf(value);
  Work work;
  work.kind = kind;
  work.elements = type.getNumElements();
  work.width = type.getWidth();
  work.fraction = type.getFraction();
  return work;
}

/// Work along `axis` of `value`.
static Work workAlong(WorkKind kind, Value value, int64_t axis) {
  Work work = workOn(kind, value);
  work.row = shareOf(value).getShape()[axis];
  work.rows = work.row > 0 ? work.elements / work.row : 0;
  return work;
}

static Work workAlongLast(WorkKind kind, Value value) {
  return workAlong(kind, value, shareOf(value).getRank() - 1);
}

#define WORK(OpT, EXPRESSION)                                                              \
  Work OpT::getWork() { return EXPRESSION; }

WORK(ShareOp, workOn(WorkKind::Share, getResult()))
WORK(OneHotOp, workOn(WorkKind::OneHot, getResult()))
WORK(RevealOp, workOn(WorkKind::Reveal, getInput()))
WORK(AddOp, workOn(WorkKind::Local, getResult()))
WORK(SubOp, workOn(WorkKind::Local, getResult()))
WORK(NegOp, workOn(WorkKind::Local, getResult()))
WORK(MulOp,
     workOn(isa<ShareType>(getRhs().getType()) ? WorkKind::Multiply : WorkKind::Local,
            getResult()))
WORK(SquareOp, workOn(WorkKind::Square, getResult()))
WORK(TruncateOp, workOn(WorkKind::Truncate, getInput()))
WORK(SumOp, workOn(WorkKind::Local, getInput()))
WORK(MaxOp, workAlong(WorkKind::Max, getInput(), getAxis()))
WORK(IsNegativeOp, workOn(WorkKind::IsNegative, getInput()))
WORK(ReluOp, workOn(WorkKind::Relu, getInput()))
WORK(ExpOp, workOn(WorkKind::Exp, getInput()))
WORK(ReciprocalOp, workOn(WorkKind::Reciprocal, getInput()))
WORK(SigmoidOp, workOn(WorkKind::Sigmoid, getInput()))
WORK(TanhOp, workOn(WorkKind::Tanh, getInput()))
WORK(SiluOp, workOn(WorkKind::Silu, getInput()))
WORK(GeluOp, workOn(WorkKind::Gelu, getInput()))
WORK(SoftmaxOp, workAlong(WorkKind::Softmax, getInput(), getAxis()))
WORK(LayerNormOp, workAlongLast(WorkKind::LayerNorm, getInput()))
WORK(RMSNormOp, workAlongLast(WorkKind::RMSNorm, getInput()))
WORK(ReshapeOp, workOn(WorkKind::Local, getInput()))
WORK(TransposeOp, workOn(WorkKind::Local, getInput()))
WORK(SliceOp, workOn(WorkKind::Local, getResult()))
WORK(ExpandOp, workOn(WorkKind::Local, getResult()))
WORK(ConcatOp, workOn(WorkKind::Local, getResult()))

Work RsqrtOp::getWork() {
  Work work = workOn(WorkKind::Rsqrt, getInput());
  work.steps = getSteps();
  return work;
}

Work MatmulOp::getWork() {
  Work work = workOn(WorkKind::Matmul, getResult());
  ArrayRef<int64_t> lhs = shareOf(getLhs()).getShape();
  ArrayRef<int64_t> rhs = shapeOf(getRhs());
  work.m = lhs[lhs.size() - 2];
  work.k = lhs.back();
  work.n = rhs.back();
  // Beside a dimension of 0 the others can be such that their product leaves 64 bits.
  work.batch = work.elements > 0 ? work.elements / (work.m * work.n) : 0;
  work.rightBatch = 1;
  for (int64_t dim : rhs.drop_back(2))
    work.rightBatch *= dim;
  // One matrix for the whole batch multiplies all rows at once.
  if (work.rightBatch == 1 && work.batch > 1) {
    work.m *= work.batch;
    work.batch = 1;
  }
  return work;
}

StringRef tacit::mpc::stringifyWorkKind(WorkKind kind) {
  switch (kind) {
  case WorkKind::Local:
    return "local";
  case WorkKind::Share:
    return "share";
  case WorkKind::OneHot:
    return "one_hot";
  case WorkKind::Reveal:
    return "reveal";
  case WorkKind::Multiply:
    return "mul";
  case WorkKind::Square:
    return "square";
  case WorkKind::Matmul:
    return "matmul";
  case WorkKind::Truncate:
    return "truncate";
  case WorkKind::Max:
    return "max";
  case WorkKind::IsNegative:
    return "is_negative";
  case WorkKind::Relu:
    return "relu";
  case WorkKind::Exp:
    return "exp";
  case WorkKind::Reciprocal:
    return "reciprocal";
  case WorkKind::Rsqrt:
    return "rsqrt";
  case WorkKind::Sigmoid:
    return "sigmoid";
  case WorkKind::Tanh:
    return "tanh";
  case WorkKind::Silu:
    return "silu";
  case WorkKind::Gelu:
    return "gelu";
  case WorkKind::Softmax:
    return "softmax";
  case WorkKind::LayerNorm:
    return "layer_norm";
  case WorkKind::RMSNorm:
    return "rms_norm";
  }
  return "";
}
