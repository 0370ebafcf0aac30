//===- Programs.cpp - The programs of the parties and the dealer ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Programs.h"
#include "../NNToLinalg/Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tacit/Cost/ProgramCosts.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Support/NodeName.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

Value WordBuilder::constant(uint64_t word) {
  return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(static_cast<int64_t>(word)));
}

Value WordBuilder::add(Value x, Value y) { return arith::AddIOp::create(b, loc, x, y); }
Value WordBuilder::sub(Value x, Value y) { return arith::SubIOp::create(b, loc, x, y); }
Value WordBuilder::mul(Value x, Value y) { return arith::MulIOp::create(b, loc, x, y); }
Value WordBuilder::bitAnd(Value x, Value y) { return arith::AndIOp::create(b, loc, x, y); }
Value WordBuilder::bitXor(Value x, Value y) { return arith::XOrIOp::create(b, loc, x, y); }
Value WordBuilder::bitNot(Value x) { return bitXor(x, constant(~uint64_t(0))); }
Value WordBuilder::neg(Value x) { return sub(constant(0), x); }

Value WordBuilder::shiftLeft(Value x, int64_t bits) {
  return arith::ShLIOp::create(b, loc, x, constant(bits));
}

Value WordBuilder::shiftRight(Value x, int64_t bits) {
  return arith::ShRUIOp::create(b, loc, x, constant(bits));
}

Value WordBuilder::rotateLeft(Value x, Value bits) {
  // A shift by 64 bits would have no defined result.
  Value rest = bitAnd(neg(bits), constant(kWordBits - 1));
  return arith::OrIOp::create(b, loc, arith::ShLIOp::create(b, loc, x, bits),
                              arith::ShRUIOp::create(b, loc, x, rest));
}

Value WordBuilder::index(unsigned loop) {
  return arith::IndexCastOp::create(b, loc, b.getI64Type(),
                                    linalg::IndexOp::create(b, loc, loop));
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Program::Program(func::FuncOp function)
    : function(function), builder(OpBuilder::atBlockEnd(&function.getBody().front())),
      loc(function.getLoc()) {}

RankedTensorType Program::words(ArrayRef<int64_t> shape) const {
  return RankedTensorType::get(shape, IntegerType::get(loc.getContext(), kWordBits));
}

Value Program::map(ArrayRef<int64_t> shape, ValueRange inputs, WordsBody body) {
  return broadcastGeneric(builder, loc, words(shape), inputs,
                          [&](OpBuilder &b, Location loc, ValueRange args) {
                            WordBuilder word(b, loc);
                            return body(word, args);
                          });
}

Value Program::map(Value like, ValueRange inputs, WordsBody body) {
  return map(shapeOf(like), inputs, body);
}

Value Program::mapParts(ArrayRef<int64_t> shape, ArrayRef<Part> parts, WordsBody body) {
  MLIRContext *context = builder.getContext();
  SmallVector<Value> tensors;
  SmallVector<AffineMap> maps;
  for (const Part &part : parts) {
    SmallVector<AffineExpr> results;
    for (int64_t index : part.place)
      results.push_back(index < 0 ? getAffineDimExpr(shape.size() + index, context)
                                  : getAffineConstantExpr(index, context));
    tensors.push_back(part.tensor);
    maps.push_back(AffineMap::get(shape.size(), 0, results, context));
  }
  return parallelGeneric(builder, loc, words(shape), tensors, maps,
                         [&](OpBuilder &b, Location loc, ValueRange args) {
                           WordBuilder word(b, loc);
                           return body(word, args);
                         });
}

/// Returns the shape to which both broadcast.
static SmallVector<int64_t> broadcastShape(Value x, Value y) {
  ArrayRef<int64_t> a = shapeOf(x), b = shapeOf(y);
  if (a.size() < b.size())
    std::swap(a, b);
  SmallVector<int64_t> shape(a);
  for (size_t i = 0; i < b.size(); ++i) {
    int64_t &dim = shape[a.size() - b.size() + i];
    dim = dim == 1 ? b[i] : dim;
  }
  return shape;
}

Value Program::add(Value x, Value y) {
  return map(broadcastShape(x, y), {x, y},
             [](WordBuilder &w, ValueRange args) { return w.add(args[0], args[1]); });
}

Value Program::sub(Value x, Value y) {
  return map(broadcastShape(x, y), {x, y},
             [](WordBuilder &w, ValueRange args) { return w.sub(args[0], args[1]); });
}

Value Program::neg(Value x) {
  return map(x, x, [](WordBuilder &w, ValueRange args) { return w.neg(args[0]); });
}

Value Program::sum(Value x, ArrayRef<int64_t> axes) {
  ArrayRef<int64_t> shape = shapeOf(x);
  SmallVector<int64_t> kept(shape);
  for (int64_t axis : axes)
    kept[axis] = 1;
  AffineMap identity =
      AffineMap::getMultiDimIdentityMap(shape.size(), builder.getContext());
  Value reduced = reduceGeneric(builder, loc, shape, axes, builder.getI64Type(),
                                builder.getI64IntegerAttr(0), x, identity,
                                [](OpBuilder &b, Location loc, ValueRange args) {
                                  return WordBuilder(b, loc).add(args[1], args[0]);
                                });
  return reshape(reduced, kept);
}

Value Program::matmul(Value x, Value y) {
  MLIRContext *context = builder.getContext();
  ArrayRef<int64_t> left = shapeOf(x), right = shapeOf(y);
  int64_t rank = std::max(left.size(), right.size()), inner = rank;
  SmallVector<int64_t> loops(rank + 1, 1);
  auto mapOf = [&](ArrayRef<int64_t> shape, bool isLeft) {
    int64_t own = shape.size();
    SmallVector<AffineExpr> results;
    for (int64_t i = 0; i < own - 2; ++i) {
      int64_t loop = rank - own + i;
      loops[loop] = std::max(loops[loop], shape[i]);
      results.push_back(shape[i] == 1 ? getAffineConstantExpr(0, context)
                                      : getAffineDimExpr(loop, context));
    }
    results.push_back(getAffineDimExpr(isLeft ? rank - 2 : inner, context));
    results.push_back(getAffineDimExpr(isLeft ? inner : rank - 1, context));
    return AffineMap::get(rank + 1, 0, results, context);
  };
  SmallVector<AffineMap> maps{mapOf(left, true), mapOf(right, false)};
  loops[rank - 2] = left[left.size() - 2];
  loops[rank - 1] = right.back();
  loops[inner] = left.back();
  return reduceGeneric(builder, loc, loops, {inner}, builder.getI64Type(),
                       builder.getI64IntegerAttr(0), {x, y}, maps,
                       [](OpBuilder &b, Location loc, ValueRange args) {
                         WordBuilder w(b, loc);
                         return w.add(args[2], w.mul(args[0], args[1]));
                       });
}

Value Program::reshape(Value x, ArrayRef<int64_t> shape) {
  return shapeOf(x) == shape ? x : reshapeTo(builder, loc, x, shape);
}

Value Program::row(Value x, int64_t i) {
  return reshape(rows(x, i, i + 1), shapeOf(x).drop_front());
}

Value Program::rows(Value x, int64_t from, int64_t to) {
  SmallVector<int64_t> starts(shapeOf(x).size(), 0), ends(shapeOf(x)),
      steps(shapeOf(x).size(), 1);
  starts[0] = from;
  ends[0] = to;
  SmallVector<int64_t> shape(shapeOf(x));
  shape[0] = to - from;
  return nn::SliceOp::create(builder, loc, words(shape), x, starts, ends, steps);
}

Value Program::join(ValueRange tensors) {
  if (tensors.size() == 1)
    return tensors.front();
  SmallVector<int64_t> shape(shapeOf(tensors.front()));
  shape[0] = 0;
  for (Value tensor : tensors)
    shape[0] += shapeOf(tensor)[0];
  return nn::ConcatOp::create(builder, loc, words(shape), tensors, /*axis=*/0);
}

Value Program::swapLeading(Value x) {
  ArrayRef<int64_t> shape = shapeOf(x);
  return mapParts({shape[1], shape[0], shape[2]}, Part{x, {-2, -3, -1}},
                  [](WordBuilder &, ValueRange args) { return args[0]; });
}

Value Program::empty(ArrayRef<int64_t> shape) {
  return tensor::EmptyOp::create(builder, loc, shape, builder.getI64Type());
}

Value Program::zeros(ArrayRef<int64_t> shape) {
  return map(shape, {}, [](WordBuilder &w, ValueRange) { return w.constant(0); });
}

/// The bits of 64 words are transposed in two steps: a number below 64 has two digits to
/// base 8, and each step exchanges one digit of the word with the same digit of the bit.
/// Its loops are those over the digits of the word and over words to a plane.
static Value exchangeDigits(Program &program, Value words, bool isHigh) {
  constexpr int64_t kBase = 8;
  ArrayRef<int64_t> shape = shapeOf(words);
  SmallVector<Part> parts;
  for (int64_t digit = 0; digit < kBase; ++digit)
    parts.push_back({words, isHigh ? SmallVector<int64_t>{digit, -2, -1}
                                   : SmallVector<int64_t>{-3, digit, -1}});
  return program.mapParts(shape, parts, [&](WordBuilder &w, ValueRange args) -> Value {
    Value own = w.index(isHigh ? 0 : 1), sum;
    for (auto [digit, word] : llvm::enumerate(args)) {
      // The bits that have the digit of the result come to where those with the digit of
      // the word are.
      Value distance = w.sub(w.constant(digit), own);
      if (isHigh)
        distance = w.mul(distance, w.constant(kBase));
      Value bits = w.rotateLeft(word, w.bitAnd(distance, w.constant(kWordBits - 1)));
      uint64_t mask = isHigh ? uint64_t(0xff) << (kBase * digit)
                             : uint64_t(0x0101010101010101) << digit;
      bits = w.bitAnd(bits, w.constant(mask));
      sum = sum ? arith::OrIOp::create(w.b, w.loc, sum, bits).getResult() : bits;
    }
    return sum;
  });
}

Value Program::toPlanes(Value x) {
  int64_t count = cast<ShapedType>(x.getType()).getNumElements();
  int64_t numWords = llvm::divideCeil(count, kWordBits);
  Value flat = reshape(x, {count});
  if (count != numWords * kWordBits)
    flat = join({flat, zeros({numWords * kWordBits - count})});
  Value planes = exchangeDigits(*this, reshape(flat, {8, 8, numWords}), /*isHigh=*/true);
  planes = exchangeDigits(*this, planes, /*isHigh=*/false);
  return reshape(planes, {kWordBits, numWords});
}

Value Program::fromPlane(Value plane, ArrayRef<int64_t> shape) {
  int64_t count = ShapedType::getNumElements(shape), numWords = shapeOf(plane).back();
  Value bits = mapParts({kWordBits, numWords}, Part{reshape(plane, {numWords}), {-1}},
                        [](WordBuilder &w, ValueRange args) -> Value {
                          Value bit =
                              arith::ShRUIOp::create(w.b, w.loc, args[0], w.index(0));
                          return w.bitAnd(bit, w.constant(1));
                        });
  Value flat = reshape(bits, {numWords * kWordBits});
  if (count != numWords * kWordBits)
    flat = rows(flat, 0, count);
  return reshape(flat, shape);
}

//===----------------------------------------------------------------------===//
// Both programs
//===----------------------------------------------------------------------===//

void Programs::begin(Operation *op, int64_t number) {
  party.loc = dealer.loc = op->getLoc();
  StringRef name = nn::getSiteName(op);
  if (name.empty())
    name = nn::getSiteName(op->getLoc());
  site = mpc::PlaceAttr::get(op->getContext(), number, cost::kindOf(op),
                             op->getName().getStringRef(), name, nodeOf(op->getLoc()));
}

Dealt Programs::make(Value word, ArrayRef<int64_t> shape, mpc::Origin origin, int64_t bits,
                     bool isBoolean, bool isSession) {
  auto source = mpc::MaterialAttr::get(party.function.getContext(), numMaterials++, origin,
                                       bits, isBoolean, isSession);
  if (word)
    mpc::DealOp::create(dealer.builder, dealer.loc, word, source, site);
  else
    word = mpc::DrawOp::create(dealer.builder, dealer.loc, dealer.words(shape), source,
                               dealer.empty(shape), site)
               .getResult();
  Value share = mpc::MaterialOp::create(party.builder, party.loc, party.words(shape),
                                        source, party.empty(shape), site)
                    .getResult();
  return {word, share};
}

Dealt Programs::draw(ArrayRef<int64_t> shape, mpc::Origin origin, bool isBoolean,
                     bool isSession) {
  return make({}, shape, origin, kWordBits, isBoolean, isSession);
}

Dealt Programs::deal(Value word, int64_t bits) {
  return make(word, shapeOf(word), mpc::Origin::Dealt, bits, /*isBoolean=*/false,
              /*isSession=*/false);
}

Dealt Programs::dealBits(Value word) {
  return make(word, shapeOf(word), mpc::Origin::Dealt, kWordBits, /*isBoolean=*/true,
              /*isSession=*/false);
}

Value Programs::exchange(Value message, mpc::Direction direction) {
  OpBuilder &b = party.builder;
  return mpc::ExchangeOp::create(b, party.loc, TypeRange(message.getType()), message,
                                 party.empty(shapeOf(message)),
                                 b.getDenseI32ArrayAttr({static_cast<int32_t>(direction)}),
                                 b.getArrayAttr({site}))
      ->getResult(0);
}

Value Programs::open(Value share) { return party.add(share, exchange(share)); }

Value Programs::openBits(Value share) {
  Value theirs = exchange(share);
  return party.map(share, {share, theirs}, [](WordBuilder &w, ValueRange args) {
    return w.bitXor(args[0], args[1]);
  });
}

Value Programs::atServer(Value word) {
  return party.map(word, {word, isServer}, [](WordBuilder &w, ValueRange args) {
    return w.bitAnd(args[0], w.neg(args[1]));
  });
}

Value Programs::atClient(Value word) {
  return party.map(word, {word, isServer}, [](WordBuilder &w, ValueRange args) {
    return w.bitAnd(args[0], w.sub(args[1], w.constant(1)));
  });
}
