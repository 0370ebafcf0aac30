//===- Lowering.cpp - Shared parts of the nn to mpc conversion ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "tacit/Dialect/MPC/Analysis/Disclosures.h"
#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::mpc;

Lowering::Lowering(func::FuncOp function, const KnowledgeInfo &knowledge,
                   const nn::Blocks &blocks, int64_t width, int64_t fraction)
    : builder(function.getContext(), this), loc(function.getLoc()), knowledge(knowledge),
      blocks(blocks), width(width), fraction(fraction) {}

void Lowering::begin(Operation *op) {
  current = op;
  loc = nn::getSiteLocation(op);
  builder.setInsertionPoint(op);
}

void Lowering::notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) {
  // A value that crosses a border is created once for all its users.
  if (!current || !isa_and_present<MPCDialect>(op->getDialect()) ||
      isa<ShareOp, PublicOp, RevealOp>(op))
    return;
  nn::copySiteName(current, op);
  if (isa<MulOp, SquareOp>(op) &&
      llvm::all_of(op->getOperandTypes(), llvm::IsaPred<ShareType>))
    setSite(op, Role::Other);
}

LogicalResult Lowering::finish(Value value) {
  if (!value)
    return failure();
  secrets[current->getResult(0)] = value;
  return success();
}

void Lowering::finishFailed() {
  // A value that is too large to be a secret was reported where it was created.
  ScopedDiagnosticHandler quiet(builder.getContext(),
                                [](Diagnostic &) { return success(); });
  for (Value result : current->getResults()) {
    auto tensor = dyn_cast<RankedTensorType>(result.getType());
    if (!tensor || !tensor.hasStaticShape())
      continue;
    if (failed(checkSize(tensor.getShape())))
      continue;
    auto share = ShareType::get(builder.getContext(), tensor.getShape(), width, fraction);
    secrets[result] =
        UnrealizedConversionCastOp::create(builder, loc, share, result).getResult(0);
  }
}

Refusal Lowering::refuse(const Twine &reason) {
  current->emitOpError() << reason;
  return {};
}

/// Returns the shape of a secret, or of numbers that both parties know.
static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

LogicalResult Lowering::checkSize(ArrayRef<int64_t> shape) {
  return ShareType::verify([&] { return current->emitOpError() << "needs "; }, shape, width,
                           fraction);
}

void Lowering::setSite(Operation *op, Role role) {
  // Tables come before all blocks, although their result is read by the first one.
  auto block = role == Role::Embedding ? std::nullopt : blocks.blockOf(current);
  op->setAttr(kSiteAttr, SiteAttr::get(builder.getContext(),
                                       block ? static_cast<int64_t>(*block) : -1, role));
}

//===----------------------------------------------------------------------===//
// Borders
//===----------------------------------------------------------------------===//

Value Lowering::shareFrom(Party party, Value plain) {
  if (failed(checkSize(shapeOf(plain))))
    return {};
  return ShareOp::create(builder, loc, plain, party, width, fraction);
}

Value Lowering::oneHot(Value indices, Party party, int64_t classes) {
  SmallVector<int64_t> shape(shapeOf(indices));
  shape.push_back(classes);
  if (failed(checkSize(shape)))
    return {};
  return OneHotOp::create(builder, loc, indices, party, classes, width);
}

Value Lowering::share(Value value) {
  if (Value known = secrets.lookup(value))
    return known;
  auto tensor = tensorOf(value);
  if (!tensor.getElementType().isF32() || !tensor.hasStaticShape())
    return current->emitOpError()
               << "makes a secret of " << tensor << "; expected f32 and known dimensions",
           Value();
  // The operation that produces it failed.
  if (knowledge.of(value) == Knowledge::Secret)
    return {};
  return secrets[value] = shareFrom(partyOf(value), value);
}

Value Lowering::reveal(Value value) {
  Value secret = share(value);
  if (!secret)
    return {};
  // The location of a result is that of its computation, not the end of the function.
  return RevealOp::create(builder, value.getLoc(), secret, Party::Client);
}

//===----------------------------------------------------------------------===//
// Known values
//===----------------------------------------------------------------------===//

nn::ConstantOp tacit::constantOf(Value value) {
  if (auto open = value.getDefiningOp<PublicOp>())
    value = open.getInput();
  return value.getDefiningOp<nn::ConstantOp>();
}

std::optional<double> tacit::splatValue(Value value) {
  nn::ConstantOp constant = constantOf(value);
  auto dense = constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : nullptr;
  if (!dense || !dense.isSplat() || !isa<FloatType>(dense.getElementType()))
    return std::nullopt;
  APFloat number = dense.getSplatValue<APFloat>();
  bool losesInfo;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  return number.convertToDouble();
}

Party Lowering::partyOf(Value value) const {
  return knowledge.of(value) == Knowledge::Client ? Party::Client : Party::Server;
}

std::optional<double> Lowering::publicNumber(Value value) const {
  return knowledge.of(value) == Knowledge::Public ? splatValue(value) : std::nullopt;
}

bool Lowering::isNumber(Value value) const {
  return publicNumber(value) ||
         (splatValue(value) && tensorOf(value).getNumElements() == 1);
}

Value Lowering::number(double value) {
  auto tensor = RankedTensorType::get({}, builder.getF32Type());
  auto attribute = DenseElementsAttr::get(tensor, static_cast<float>(value));
  auto name = builder.getStringAttr(current->getName().stripDialect());
  Value &made = numbers[{attribute, name}];
  if (!made) {
    // Without the location of `current`: the number does not have that node's name.
    auto constant =
        nn::ConstantOp::create(builder, builder.getUnknownLoc(), tensor, attribute);
    nn::setFromAttribute(constant);
    made = PublicOp::create(builder, loc, constant, Reason::Attribute, name);
  }
  return made;
}

Value Lowering::term(double value) {
  return succeeded(checkNumber(value, Use::Term)) ? number(value) : Value();
}

Value Lowering::publicMask(ElementsAttr mask, StringRef name) {
  StringAttr attribute = name.empty() ? StringAttr() : builder.getStringAttr(name);
  Location named = attribute ? Location(NameLoc::get(attribute)) : builder.getUnknownLoc();
  auto constant = nn::ConstantOp::create(builder, named, mask.getType(), mask);
  return PublicOp::create(builder, loc, constant.getType(), constant, Reason::Mask,
                          attribute);
}

LogicalResult Lowering::checkNumber(double value, Use use) {
  // For a factor, a product also needs room for a secret of magnitude around 1.
  int64_t whole = width - 1 - (use == Use::Factor ? 2 * fraction : fraction);
  if (!(std::abs(value) < std::ldexp(1.0, whole)))
    return current->emitOpError() << "has the constant " << value << "; a ring of " << width
                                  << " bits with a fraction of " << fraction
                                  << " has room only for numbers below 2^" << whole
                                  << " there; expected a wider ring or a smaller constant";
  if (use == Use::Factor && value != 0 && std::abs(value) < std::ldexp(1.0, -1 - fraction))
    return current->emitOpError() << "multiplies by " << value << ", which a fraction of "
                                  << fraction << " bits rounds to 0; expected a longer one";
  return success();
}

Value Lowering::operand(Value value, Use use) {
  auto number = splatValue(value);
  if (!number || !tensorOf(value).getElementType().isF32())
    return share(value);
  if (failed(checkNumber(*number, use)))
    return {};
  return knowledge.of(value) == Knowledge::Public ? value : share(value);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// Creates a broadcasting operation; null operands give null.
template <typename OpT, typename... Args>
Value Lowering::combine(Value lhs, Value rhs, Args... args) {
  if (!lhs || !rhs)
    return {};
  auto shape = nn::broadcastShapes(shapeOf(lhs), shapeOf(rhs));
  if (failed(shape) || failed(checkSize(*shape)))
    return {};
  return OpT::create(builder, loc, lhs, rhs, args...);
}

Value Lowering::sum(Value secret, Value other) { return combine<AddOp>(secret, other); }

Value Lowering::product(Value secret, Value other) {
  return truncate(combine<MulOp>(secret, other, /*publicFraction=*/fraction));
}

Value Lowering::addTo(Value secret, Value value) {
  return sum(secret, operand(value, Use::Term));
}

Value Lowering::multiplyBy(Value secret, Value value) {
  return product(secret, operand(value, Use::Factor));
}

Value Lowering::add(Value lhs, Value rhs) {
  if (isNumber(lhs))
    std::swap(lhs, rhs);
  return addTo(share(lhs), rhs);
}

Value Lowering::subtract(Value lhs, Value rhs) {
  if (!isNumber(lhs)) {
    Value secret = share(lhs);
    return combine<SubOp>(secret, operand(rhs, Use::Term));
  }
  Value secret = share(rhs);
  if (!secret)
    return {};
  return addTo(NegOp::create(builder, loc, secret), lhs);
}

Value Lowering::multiply(Value lhs, Value rhs) {
  if (isNumber(lhs))
    std::swap(lhs, rhs);
  return multiplyBy(share(lhs), rhs);
}

Value Lowering::square(Value value) {
  Value secret = share(value);
  if (!secret)
    return {};
  return truncate(SquareOp::create(builder, loc, secret));
}

Value Lowering::scale(Value secret, double factor) {
  if (!secret || failed(checkNumber(factor, Use::Factor)))
    return {};
  return factor == 1 ? secret : product(secret, number(factor));
}

Value Lowering::matmul(Value lhs, Value rhs, Role role) {
  if (!lhs || !rhs)
    return {};
  ArrayRef<int64_t> left = shareOf(lhs).getShape(), right = shareOf(rhs).getShape();
  auto shape = nn::broadcastShapes(left.drop_back(2), right.drop_back(2));
  if (failed(shape))
    return {};
  shape->push_back(left[left.size() - 2]);
  shape->push_back(right.back());
  if (failed(checkSize(*shape)))
    return {};
  auto product = MatmulOp::create(builder, loc, lhs, rhs);
  setSite(product, role);
  return truncate(product);
}

Value Lowering::truncate(Value secret) {
  if (!secret || shareOf(secret).getFraction() == fraction)
    return secret;
  return TruncateOp::create(builder, loc, secret, fraction);
}

Value Lowering::reshape(Value secret, ArrayRef<int64_t> shape) {
  if (!secret || shareOf(secret).getShape() == shape)
    return secret;
  return ReshapeOp::create(builder, loc, secret, shape);
}

Value Lowering::transpose(Value secret, ArrayRef<int64_t> permutation) {
  if (!secret)
    return {};
  return TransposeOp::create(builder, loc, secret, permutation);
}

Value Lowering::expand(Value secret, ArrayRef<int64_t> shape) {
  if (!secret || shareOf(secret).getShape() == shape)
    return secret;
  if (failed(checkSize(shape)))
    return {};
  return ExpandOp::create(builder, loc, secret, shape);
}

Value Lowering::choose(Value condition, Value yes, Value no) {
  if (!yes || !no)
    return {};
  auto floats = RankedTensorType::get(tensorOf(condition).getShape(), builder.getF32Type());
  Value bits = nn::CastOp::create(builder, loc, floats, condition);
  if (knowledge.of(condition) != Knowledge::Public) {
    if (failed(checkSize(floats.getShape())))
      return {};
    bits = ShareOp::create(builder, loc, bits, partyOf(condition), width, /*fraction=*/0);
  }
  // Computes no + bits * (yes - no); bits without a fraction need no truncation.
  bool isSecret = isa<ShareType>(yes.getType());
  Value difference = combine<SubOp>(isSecret ? yes : no, isSecret ? no : yes);
  if (!isSecret && difference)
    difference = NegOp::create(builder, loc, difference);
  return sum(combine<MulOp>(difference, bits, /*publicFraction=*/0), no);
}

/// Adds notes on what helps: about integers that stand for activations, and about numbers
/// of the server without which the client could compute `op` alone.
static void noteRemedies(InFlightDiagnostic &diagnostic, Operation *op,
                         const Lowering &lowering) {
  if (isa<nn::RoundOp, nn::MatmulOp>(op))
    diagnostic.attachNote()
        << "activations in few bits save nothing here, because every number is a word of "
           "the ring: use the model as it was before its activations were quantized";
  for (Value operand : op->getOperands()) {
    nn::ConstantOp constant = constantOf(operand);
    if (lowering.knowledgeOf(operand) == Knowledge::Secret)
      return;
    if (!constant || lowering.knowledgeOf(operand) != Knowledge::Server ||
        tensorOf(operand).getNumElements() != 1)
      continue;
    if (StringRef name = nn::getConstantName(constant); !name.empty())
      diagnostic.attachNote() << "the number '" << name
                              << "' is the server's; list it as public if the client may "
                                 "know it";
  }
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

LogicalResult Rules::apply(Operation *op, Lowering &lowering) const {
  auto isStatic = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape();
  };
  if (!llvm::all_of(op->getOperandTypes(), isStatic) ||
      !llvm::all_of(op->getResultTypes(), isStatic))
    return op->emitOpError() << "has a dimension that is not known; expected numbers";
  // It is computed where it is used.
  if (isCondition(op))
    return success();
  if (op->getNumResults() != 1 || !getElementTypeOrSelf(op->getResult(0)).isF32()) {
    InFlightDiagnostic diagnostic = op->emitOpError();
    diagnostic << "computes " << op->getResultTypes()
               << " from a secret; expected f32, the only type that fixed point represents";
    noteRemedies(diagnostic, op, lowering);
    return diagnostic;
  }
  auto rule = rules.find(op->getName().getStringRef());
  if (rule != rules.end())
    return rule->second(op, lowering);
  InFlightDiagnostic diagnostic = op->emitOpError();
  diagnostic << "depends on a secret, and there is no two-party protocol for it; expected "
                "operands that one party knows, or another form of the model";
  noteRemedies(diagnostic, op, lowering);
  return diagnostic;
}
