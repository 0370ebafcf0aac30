//===- Primitives.cpp - What the parties do for a primitive ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../MPCToLinalg/Lowering.h"
#include "Secrets.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// Values that are no secrets
//===----------------------------------------------------------------------===//

Value tacit::copyPlain(OpBuilder &builder, Value value, IRMapping &copies) {
  if (Value known = copies.lookupOrNull(value))
    return known;
  Operation *op = value.getDefiningOp();
  if (auto disclosed = dyn_cast<mpc::PublicOp>(op)) {
    Value input = copyPlain(builder, disclosed.getInput(), copies);
    copies.map(value, input);
    return input;
  }
  for (Value operand : op->getOperands())
    copyPlain(builder, operand, copies);
  builder.clone(*op, copies);
  return copies.lookup(value);
}

Value Lowering::plain(Value value) {
  return copyPlain(programs.party.builder, value, plains);
}

Value tacit::encode(OpBuilder &builder, Location loc, Value numbers, int64_t fraction) {
  auto type = mpc::ShareType::get(builder.getContext(), tacit::shapeOf(numbers), kWordBits,
                                  fraction);
  return broadcastGeneric(
      builder, loc, RankedTensorType::get(tacit::shapeOf(numbers), builder.getI64Type()),
      numbers, [&](OpBuilder &b, Location loc, ValueRange args) {
        return FixedPoint(b, loc, type).encode(args[0], fraction);
      });
}

Value Lowering::publicWords(Value numbers, int64_t fraction) {
  Program &party = programs.party;
  return encode(party.builder, party.loc, plain(numbers), fraction);
}

Value Lowering::dealersWords(Value numbers, int64_t fraction) {
  Program &dealer = programs.dealer;
  return encode(dealer.builder, dealer.loc,
                copyPlain(dealer.builder, numbers, dealersPlains), fraction);
}

//===----------------------------------------------------------------------===//
// Linear operations
//===----------------------------------------------------------------------===//

/// Applies the movement of `op` to a tensor of words.
static Value moveWords(Program &program, Operation *op, ValueRange inputs) {
  OpBuilder &b = program.builder;
  RankedTensorType type = program.words(typeOf(op->getResult(0)).getShape());
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](mpc::ReshapeOp) {
        return nn::ReshapeOp::create(b, program.loc, type, inputs[0]);
      })
      .Case([&](mpc::ExpandOp) {
        return nn::ExpandOp::create(b, program.loc, type, inputs[0]);
      })
      .Case([&](mpc::TransposeOp transpose) {
        return nn::TransposeOp::create(b, program.loc, type, inputs[0],
                                       transpose.getPermutation());
      })
      .Case([&](mpc::SliceOp slice) {
        return nn::SliceOp::create(b, program.loc, type, inputs[0], slice.getStarts(),
                                   slice.getEnds(), slice.getSteps());
      })
      .Case([&](mpc::ConcatOp concat) {
        return nn::ConcatOp::create(b, program.loc, type, inputs, concat.getAxis());
      })
      .Case([&](mpc::PackOp pack) {
        return packRows(b, program.loc, inputs[0], pack.getBegins(), pack.getEnds());
      })
      .Case([&](mpc::UnpackOp unpack) {
        return unpackRows(b, program.loc, inputs[0], unpack.getBegins(), unpack.getEnds(),
                          static_cast<int64_t>(unpack.getColumns()));
      })
      .Case([&](mpc::SumOp sum) { return program.sum(inputs[0], sum.getAxes()); });
}

/// Moves a secret: all that there is of it, so that a masked one stays masked.
void Lowering::move(Operation *op) {
  Secret result;
  if (op->getNumOperands() != 1) {
    SmallVector<Value> shares;
    for (Value operand : op->getOperands())
      shares.push_back(shareOf(secretOf(operand)));
    result.share = moveWords(programs.party, op, shares);
    secrets[op->getResult(0)] = result;
    return;
  }
  Secret x = secretOf(op->getOperand(0));
  auto ofParty = [&](Value value) {
    return value ? moveWords(programs.party, op, value) : Value();
  };
  auto ofDealer = [&](Value value) { return moveWords(programs.dealer, op, value); };
  bool isSum = isa<mpc::SumOp>(op);
  // A sum has no factors of its elements. What is picked by tables takes longer than one
  // map, so that it stays masked only if something needs that.
  bool hasFactors = llvm::any_of(x.terms, [](const Term &term) { return term.factor; });
  bool isShared =
      isa<mpc::PackOp, mpc::UnpackOp>(op) && openingOf(op->getResult(0)) == Opening::None;
  if (x.isMasked() && !(isSum && hasFactors) && !isShared) {
    result.opened = ofParty(x.opened);
    for (const Term &term : x.terms)
      result.terms.push_back({{ofDealer(term.dealt.word), ofParty(term.dealt.share)},
                              ofParty(term.factor),
                              term.isNegated,
                              isSum ? kWordBits : term.bits});
    if (x.untruncated && !isSum && openingOf(op->getResult(0)) == Opening::Sign)
      result.untruncated = {
          ofParty(x.untruncated->opened),
          {ofDealer(x.untruncated->mask.word), ofParty(x.untruncated->mask.share)},
          x.untruncated->bits};
  }
  if (!result.isMasked() && x.rest) {
    result.share = ofParty(x.share);
    result.rest = ofDealer(x.rest);
  } else if (!result.isMasked()) {
    result.share = ofParty(shareOf(secretOf(op->getOperand(0))));
  }
  result.owner = x.owner;
  if (x.weight)
    result.weight = {ofParty(x.weight->version),
                     {ofDealer(x.weight->mask.word), ofParty(x.weight->mask.share)}};
  secrets[op->getResult(0)] = result;
}

/// Returns true if the result is a copy of the first operand with as many elements or more,
/// each of which is changed by numbers that both parties know: opened words can be changed
/// in the same way.
static bool isLocalChange(Operation *op) {
  if (isa<mpc::NegOp, mpc::ReshapeOp, mpc::ExpandOp, mpc::TransposeOp, mpc::UnpackOp>(op))
    return true;
  return isa<mpc::AddOp, mpc::SubOp, mpc::MulOp>(op) &&
         !isa<mpc::ShareType>(op->getOperand(1).getType()) &&
         typeOf(op->getOperand(0)).getShape() == typeOf(op->getResult(0)).getShape();
}

/// Returns true if the sum of a truncated secret and numbers that both know has its sign
/// before the truncation, too, since the numbers fit into the ring with its fraction.
static bool fitsUntruncated(Operation *sum) {
  Value value = sum->getOperand(0);
  while (Operation *op = value.getDefiningOp()) {
    if (!isLocalChange(op))
      break;
    value = op->getOperand(0);
  }
  auto truncate = value.getDefiningOp<mpc::TruncateOp>();
  auto numbers = sum->getOperand(1).getDefiningOp<mpc::PublicOp>();
  auto constant = numbers ? numbers.getInput().getDefiningOp<nn::ConstantOp>() : nullptr;
  auto values = constant ? dyn_cast<DenseFPElementsAttr>(constant.getValue()) : nullptr;
  if (!truncate || !values)
    return false;
  // The secret is below 2^62, and a few sums must not add more than that.
  int64_t room = kWordBits - 4 - typeOf(truncate.getInput()).getFraction();
  return llvm::all_of(values.getValues<APFloat>(), [&](const APFloat &number) {
    return std::fabs(number.convertToDouble()) <= std::ldexp(1.0, static_cast<int>(room));
  });
}

void Lowering::addPublic(Operation *op, Secret &x, Value words, bool isSubtracted) {
  ArrayRef<int64_t> shape = typeOf(op->getResult(0)).getShape();
  Program &party = programs.party;
  auto change = [&](Value value, Value amount) {
    return isSubtracted ? party.sub(value, amount) : party.add(value, amount);
  };
  Secret result;
  if (x.isMasked() && tacit::shapeOf(x.opened) == shape) {
    result.opened = change(x.opened, words);
    result.terms = x.terms;
    if (x.untruncated && fitsUntruncated(op)) {
      Value raised = party.map(words, words, [&](WordBuilder &w, ValueRange args) {
        return w.shiftLeft(args[0], x.untruncated->bits);
      });
      result.untruncated = x.untruncated;
      result.untruncated->opened = change(x.untruncated->opened, raised);
    }
  } else {
    Value all =
        party.map(shape, words, [](WordBuilder &, ValueRange args) { return args[0]; });
    bool isLate = x.rest && tacit::shapeOf(x.share) == shape;
    result.rest = isLate ? x.rest : Value();
    result.share = change(isLate ? x.share : shareOf(x), programs.atServer(all));
  }
  secrets[op->getResult(0)] = result;
}

/// A sum of masked secrets could be masked by the terms of both; each of them would take
/// part in all later products, so that it is a share instead.
void Lowering::combine(Operation *op, Secret &x, Secret &y, bool isSubtracted) {
  auto combined = [&](Program &program, Value left, Value right) {
    return isSubtracted ? program.sub(left, right) : program.add(left, right);
  };
  ArrayRef<int64_t> shape = typeOf(op->getResult(0)).getShape();
  auto isLate = [&](const Secret &secret) {
    return secret.rest && tacit::shapeOf(secret.rest) == shape;
  };
  Value restOfX = isLate(x) ? x.rest : Value(), restOfY = isLate(y) ? y.rest : Value();
  Value left = restOfX ? x.share : shareOf(x), right = restOfY ? y.share : shareOf(y);
  Secret result;
  result.share = combined(programs.party, left, right);
  if (restOfX && restOfY)
    result.rest = combined(programs.dealer, restOfX, restOfY);
  else if (restOfY && isSubtracted)
    result.rest = programs.dealer.neg(restOfY);
  else
    result.rest = restOfX ? restOfX : restOfY;
  secrets[op->getResult(0)] = result;
}

void Lowering::scale(mpc::MulOp op) {
  int64_t bits = typeOf(op.getResult()).getFraction() - typeOf(op.getLhs()).getFraction();
  Secret x = secretOf(op.getLhs());
  Value words = publicWords(op.getRhs(), bits);
  ArrayRef<int64_t> shape = typeOf(op.getResult()).getShape();
  auto multiplyIn = [&](Program &program, Value value, Value factor) {
    return program.map(shape, {value, factor}, [](WordBuilder &w, ValueRange args) {
      return w.mul(args[0], args[1]);
    });
  };
  auto multiply = [&](Value value, Value factor) {
    return multiplyIn(programs.party, value, factor);
  };
  Secret result;
  if (x.isMasked() && tacit::shapeOf(x.opened) == shape) {
    result.opened = multiply(x.opened, words);
    for (Term term : x.terms) {
      Value factor =
          term.factor ? multiply(term.factor, words)
                      : programs.party.map(
                            shape, words, [](WordBuilder &, ValueRange a) { return a[0]; });
      term.factor = factor;
      result.terms.push_back(term);
    }
  } else if (x.rest) {
    result.share = multiply(x.share, words);
    result.rest = multiplyIn(programs.dealer, x.rest, dealersWords(op.getRhs(), bits));
  } else {
    result.share = multiply(shareOf(x), words);
  }
  secrets[op.getResult()] = result;
}

/// A plain mask stays plain: -(D - r) is -D minus the word -r.
void Lowering::negate(mpc::NegOp op) {
  auto negateDealt = [&](const Dealt &dealt) {
    return Dealt{programs.dealer.neg(dealt.word), programs.party.neg(dealt.share)};
  };
  Secret &x = secretOf(op.getInput());
  Secret negated;
  if (x.hasPlainMask()) {
    negated.opened = programs.party.neg(x.opened);
    negated.terms = {Term{negateDealt(x.terms[0].dealt), {}, /*isNegated=*/true}};
  } else if (x.isMasked()) {
    negated.opened = programs.party.neg(x.opened);
    if (x.untruncated)
      negated.untruncated = {programs.party.neg(x.untruncated->opened),
                             negateDealt(x.untruncated->mask), x.untruncated->bits};
    for (Term term : x.terms) {
      term.isNegated = !term.isNegated;
      negated.terms.push_back(term);
    }
  } else {
    negated.share = programs.party.neg(x.rest ? x.share : shareOf(x));
    negated.rest = x.rest ? programs.dealer.neg(x.rest) : Value();
  }
  secrets[op.getResult()] = negated;
}

//===----------------------------------------------------------------------===//
// What is opened once for all that read it
//===----------------------------------------------------------------------===//

/// Returns true if a value is what the server put in, moved.
static bool isWeight(Value value) {
  Operation *op = value.getDefiningOp();
  if (isa_and_present<mpc::ReshapeOp, mpc::ExpandOp, mpc::TransposeOp, mpc::SliceOp,
                      mpc::SumOp>(op))
    return isWeight(op->getOperand(0));
  auto share = dyn_cast_if_present<mpc::ShareOp>(op);
  return share && share.getParty() == mpc::Party::Server;
}

/// Returns how the product, comparison or local change that reads an operand needs it.
Opening Lowering::openingFor(OpOperand &use) {
  Operation *op = use.getOwner();
  if (isLocalChange(op)) {
    Opening opening = openingOf(op->getResult(0));
    // The mask of a multiple is not a plain one.
    if (isa<mpc::MulOp>(op) && opening >= Opening::Sign)
      return Opening::None;
    bool isSum = isa<mpc::AddOp, mpc::SubOp>(op);
    return isSum && opening == Opening::Sign && !fitsUntruncated(op) ? Opening::Plain
                                                                     : opening;
  }
  if (isa<mpc::MsbOp>(op))
    return Opening::Sign;
  if (isa<mpc::SquareOp>(op))
    return Opening::Masked;
  if (!isa<mpc::MulOp, mpc::MatmulOp>(op))
    return Opening::None;
  Value other = op->getOperand(1 - use.getOperandNumber());
  if (!isa<mpc::ShareType>(other.getType()) || isWeight(other))
    return Opening::None;
  return isa<mpc::MulOp>(op) ? Opening::Masked : Opening::Plain;
}

Opening Lowering::openingOf(Value value) {
  auto known = openings.find(value);
  if (known != openings.end())
    return known->second;
  auto opening = Opening::None;
  for (OpOperand &use : value.getUses())
    opening = std::max(opening, openingFor(use));
  return openings[value] = opening;
}

/// Opens the operand of a local change if the result would be opened later, so that all
/// results of one secret share an opening, and copies are not opened one by one.
void Lowering::openBefore(Operation *op) {
  if (!isLocalChange(op))
    return;
  Opening opening = openingFor(op->getOpOperand(0));
  Secret &operand = secretOf(op->getOperand(0));
  if (opening == Opening::Plain || (opening == Opening::Sign && !operand.untruncated))
    maskPlainly(operand);
  else if (opening == Opening::Masked)
    mask(operand);
}

void Lowering::lowerLinear(Operation *op) {
  auto addOrSubtract = [&](auto sum, bool isSubtracted) {
    // New secrets move those that references point to.
    Secret x = secretOf(sum.getLhs());
    if (!isa<mpc::ShareType>(sum.getRhs().getType())) {
      Value words = publicWords(sum.getRhs(), typeOf(sum.getLhs()).getFraction());
      return addPublic(op, x, words, isSubtracted);
    }
    Secret y = secretOf(sum.getRhs());
    combine(op, x, y, isSubtracted);
  };
  TypeSwitch<Operation *>(op)
      .Case([&](mpc::AddOp sum) { addOrSubtract(sum, /*isSubtracted=*/false); })
      .Case([&](mpc::SubOp sum) { addOrSubtract(sum, /*isSubtracted=*/true); })
      .Case([&](mpc::NegOp negative) { negate(negative); })
      .Default([&](Operation *) { move(op); });
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

Secret Lowering::multiplyElements(mpc::MulOp op) {
  ArrayRef<int64_t> shape = typeOf(op.getResult()).getShape();
  auto product = [&](Program &program, Value x, Value y) {
    return program.map(shape, {x, y}, [](WordBuilder &w, ValueRange args) {
      return w.mul(args[0], args[1]);
    });
  };
  Secret &left = secretOf(op.getLhs()), &right = secretOf(op.getRhs());
  if (right.weight && !left.isMasked())
    return multiplyByWeight(left, *right.weight, product);
  if (left.weight && !right.isMasked())
    return multiplyByWeight(right, *left.weight, product);
  mask(left);
  mask(right);
  return multiply(shape, left, right);
}

Secret Lowering::multiplyMatrices(mpc::MatmulOp op) {
  Secret &left = secretOf(op.getLhs()), &right = secretOf(op.getRhs());
  if (right.weight)
    return multiplyByWeight(left, *right.weight, [](Program &program, Value x, Value y) {
      return program.matmul(x, y);
    });
  if (left.weight)
    return multiplyByWeight(right, *left.weight, [](Program &program, Value x, Value y) {
      return program.matmul(y, x);
    });
  return matmul(left, right);
}

void Lowering::lowerProduct(Operation *op) {
  auto mul = dyn_cast<mpc::MulOp>(op);
  if (mul && !isa<mpc::ShareType>(mul.getRhs().getType()))
    return scale(mul);
  Secret product;
  if (mul) {
    product = multiplyElements(mul);
  } else if (auto squared = dyn_cast<mpc::SquareOp>(op)) {
    Secret &x = secretOf(squared.getInput());
    mask(x);
    product = square(x);
  } else {
    product = multiplyMatrices(cast<mpc::MatmulOp>(op));
  }
  secrets[op->getResult(0)] = product;
}

//===----------------------------------------------------------------------===//
// Borders
//===----------------------------------------------------------------------===//

Value Lowering::addArgument(Operation *origin, mpc::ShareType type, mpc::Party party) {
  Program &program = programs.party;
  BlockArgument words = program.function.getBody().addArgument(
      program.words(type.getShape()), origin->getLoc());
  arguments.push_back({words, origin, party});
  return words;
}

void Lowering::addState(BlockArgument argument) {
  Program &program = programs.party;
  BlockArgument words = program.function.getBody().addArgument(
      program.words(typeOf(argument).getShape()), argument.getLoc());
  Argument state = {words};
  state.state = argument;
  arguments.push_back(state);
  secrets[argument].share = words;
}

/// A weight is an argument twice: masked for its products, and as a share for the rest. The
/// one that is not used is removed at the end.
void Lowering::share(Operation *op, mpc::Party party) {
  mpc::ShareType type = typeOf(op->getResult(0));
  Secret result;
  result.share = addArgument(op, type, party);
  result.owner = party;
  if (party == mpc::Party::Server) {
    Value version = addArgument(op, type, party);
    Dealt mask = programs.draw(type.getShape(), mpc::Origin::Server, /*isBoolean=*/false,
                               /*isSession=*/true);
    arguments.back().mask =
        cast<mpc::MaterialOp>(mask.share.getDefiningOp()).getSource().getId();
    result.weight = {version, mask};
  }
  secrets[op->getResult(0)] = result;
}

void Lowering::reveal(mpc::RevealOp op) {
  Value share = shareOf(secretOf(op.getInput()));
  Program &party = programs.party;
  Value words = party.add(share, programs.exchange(share, mpc::Direction::ToClient));
  mpc::ShareType type = typeOf(op.getInput());
  Value numbers =
      broadcastGeneric(party.builder, party.loc, cast<RankedTensorType>(op.getType()),
                       words, [&](OpBuilder &b, Location loc, ValueRange args) {
                         return FixedPoint(b, loc, type).decode(args[0]);
                       });
  revealed.push_back({op, numbers});
}

bool Lowering::isPrimitive(Operation *op) {
  return isa<mpc::ShareOp, mpc::OneHotOp, mpc::RevealOp, mpc::MulOp, mpc::SquareOp,
             mpc::MatmulOp, mpc::TruncateOp, mpc::MsbOp, mpc::B2AOp, mpc::AddOp, mpc::SubOp,
             mpc::NegOp, mpc::SumOp, mpc::ReshapeOp, mpc::ExpandOp, mpc::TransposeOp,
             mpc::SliceOp, mpc::ConcatOp, mpc::PackOp, mpc::UnpackOp>(op);
}

void Lowering::lower(Operation *op, int64_t number) {
  programs.begin(op, number);
  openBefore(op);
  TypeSwitch<Operation *>(op)
      .Case([&](mpc::ShareOp share) { this->share(op, share.getParty()); })
      .Case([&](mpc::OneHotOp rows) { share(op, rows.getParty()); })
      .Case([&](mpc::RevealOp reveal) { this->reveal(reveal); })
      .Case<mpc::MulOp, mpc::SquareOp, mpc::MatmulOp>([&](auto) { lowerProduct(op); })
      .Case([&](mpc::TruncateOp truncate) {
        int64_t bits = typeOf(truncate.getInput()).getFraction() -
                       typeOf(truncate.getResult()).getFraction();
        Secret result = this->truncate(shareOf(secretOf(truncate.getInput())), bits);
        secrets[op->getResult(0)] = result;
      })
      .Case([&](mpc::MsbOp msb) {
        bits[msb.getResult()] = this->msb(secretOf(msb.getInput()));
      })
      .Case([&](mpc::B2AOp convert) {
        secrets[convert.getResult()] = toArithmetic(bits.lookup(convert.getInput()));
      })
      .Default([&](Operation *) { lowerLinear(op); });
  // What several operations read is dealt once, before them.
  for (Value result : op->getResults())
    if (isa<mpc::ShareType>(result.getType()) && !result.hasOneUse() &&
        secretOf(result).rest)
      shareOf(secretOf(result));
}
