//===- Signs.cpp - Comparison on packed bits ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A secret x = D - r, with D opened, is negative if its top bit is set: the exclusive or of
// the top bits of D and r, and of the borrow, which is set where the lower bits of D are
// less than those of r. Bits lie in planes: one word has the same bit of 64 elements.
//
// The bits of r are compared with those of D in groups of four. Whether a group of D is
// less than that of r, or equal to it, is a polynomial in the four bits of r whose
// coefficients both parties know; the dealer deals its monomials, and nothing is sent. Then
// four groups at a time become one, by a tree of two levels: each opens the bits of its
// groups behind masks, and the dealer deals the monomials of the masks.
//
//===----------------------------------------------------------------------===//

#include "Secrets.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tacit;

static constexpr int64_t kGroup = 4, kNumGroups = kWordBits / kGroup;

namespace {
/// Builds products of bits each of which is the exclusive or of a known bit and a dealt
/// one.
class Polynomial {
public:
  /// `known` has the known bits; `dealt` has a party's shares of the products of each set
  /// of dealt bits. `isServer` is all ones at the server.
  Polynomial(WordBuilder &w, ValueRange known, ArrayRef<Value> dealt, Value isServer)
      : w(w), known(known), dealt(dealt), isServer(isServer) {}

  /// Returns a share of the product of the bits of `set`: the sum, over all subsets, of the
  /// product of the dealt bits of the subset, times the known ones of the others.
  Value product(unsigned set) {
    Value sum;
    for (unsigned subset = set;; subset = (subset - 1) & set) {
      Value term = subset ? dealt[subset] : isServer;
      for (unsigned bit = 0; bit < known.size(); ++bit)
        if ((set & ~subset) >> bit & 1)
          term = w.bitAnd(term, known[bit]);
      sum = sum ? w.bitXor(sum, term) : term;
      if (!subset)
        return sum;
    }
  }

private:
  WordBuilder &w;
  ValueRange known;
  ArrayRef<Value> dealt;
  Value isServer;
};

/// Returns the bits that a product is made of, from what was read for them. The innermost
/// two loops are those over groups and words.
using BitsReader = llvm::function_ref<SmallVector<Value>(WordBuilder &, ValueRange)>;

/// Bits of several groups: whether D is less, and whether it is equal, in each. The lowest
/// group is the first; whether it is equal is never needed.
struct Groups {
  Value less, equal;
};

class Comparison {
public:
  Comparison(Programs &programs, Value opened, Value mask)
      : programs(programs), party(programs.party), dealer(programs.dealer), opened(opened),
        mask(mask) {
    findCopies();
  }

  Bits sign();

private:
  void findCopies();
  Value toPlanes(Value numbers);
  Groups compareGroups();
  Groups combine(Groups groups, bool isLast);
  /// Returns shares of the products of the bits of each set, which the dealer deals in one
  /// tensor [sets, groups, words].
  Value dealProducts(ArrayRef<Part> bits, ArrayRef<unsigned> sets, int64_t numGroups,
                     BitsReader read);

  Programs &programs;
  Program &party, &dealer;
  Value opened, mask;
  /// How many copies of the numbers with `mask` follow one another. The words of a plane
  /// are those of one copy after another.
  int64_t numCopies = 1;
  /// The planes of D, and a share of the top bits of r.
  Value planes, topOfMask;
  int64_t numWords = 0;
};
} // namespace

/// Returns all ones or zero: whether `set`, a number that is looked up by `index`, has
/// `bit`. One constant has that for all sets.
static Value isInSet(WordBuilder &w, ArrayRef<unsigned> sets, unsigned bit, Value index) {
  uint64_t contains = 0;
  for (auto [i, set] : llvm::enumerate(sets))
    contains |= uint64_t(set >> bit & 1) << i;
  Value shifted = arith::ShRUIOp::create(w.b, w.loc, w.constant(contains), index);
  return w.neg(w.bitAnd(shifted, w.constant(1)));
}

Value Comparison::dealProducts(ArrayRef<Part> bits, ArrayRef<unsigned> sets,
                               int64_t numGroups, BitsReader read) {
  assert(sets.size() <= kWordBits && "one constant says which sets have a bit");
  SmallVector<int64_t> shape{static_cast<int64_t>(sets.size()), numGroups,
                             tacit::shapeOf(bits.front().tensor).back()};
  Value products =
      dealer.mapParts(shape, bits, [&](WordBuilder &w, ValueRange args) -> Value {
        Value product;
        for (auto [bit, value] : llvm::enumerate(read(w, args))) {
          // A bit that is not in the set is replaced by one.
          Value factor = arith::OrIOp::create(w.b, w.loc, value,
                                              w.bitNot(isInSet(w, sets, bit, w.index(0))));
          product = product ? w.bitAnd(product, factor) : factor;
        }
        return product;
      });
  return programs.dealBits(products).share;
}

/// Returns bit `i` of all nodes, where each has four that follow one another. The loops are
/// those over nodes and words or, if there are several, over nodes, copies and their words.
static SmallVector<Part> childrenOf(Program &program, Value bits, int64_t numCopies = 1) {
  int64_t numNodes = tacit::shapeOf(bits)[0] / kGroup, numWords = tacit::shapeOf(bits)[1];
  SmallVector<int64_t> shape{numNodes, kGroup, numWords}, place{-2, 0, -1};
  if (numCopies != 1) {
    shape = {numNodes, kGroup, numCopies, numWords / numCopies};
    place = {-3, 0, -2, -1};
  }
  Value nodes = program.reshape(bits, shape);
  SmallVector<Part> children;
  for (place[1] = 0; place[1] < kGroup; ++place[1])
    children.push_back({nodes, place});
  return children;
}

/// Adds each element of the first of three dimensions; the second has a loop of its own,
/// and the last has the innermost one.
static void appendRows(SmallVectorImpl<Part> &parts, Value tensor, int64_t loop = -2) {
  for (int64_t i = 0; i < tacit::shapeOf(tensor)[0]; ++i)
    parts.push_back({tensor, {i, loop, -1}});
}

/// Returns the bits of a group without the top bit of the word, which takes no part in the
/// comparison. Loop `group` is that over groups.
static SmallVector<Value> withoutTopBit(WordBuilder &w, ValueRange bits, unsigned group) {
  SmallVector<Value> result(bits);
  Value isLast = arith::CmpIOp::create(w.b, w.loc, arith::CmpIPredicate::eq, w.index(group),
                                       w.constant(kNumGroups - 1));
  result.back() = arith::SelectOp::create(w.b, w.loc, isLast, w.constant(0), result.back());
  return result;
}

/// A secret that is compared with several numbers is masked once, and the bits of the mask
/// are dealt once, if the words of a plane can be taken from one copy each.
void Comparison::findCopies() {
  auto expand = mask.getDefiningOp<nn::ExpandOp>();
  if (!expand)
    return;
  ArrayRef<int64_t> from = tacit::shapeOf(expand.getInput()), to = tacit::shapeOf(mask);
  if (from.size() != to.size() || from.front() != 1 ||
      from.drop_front() != to.drop_front() ||
      ShapedType::getNumElements(from) % kWordBits != 0)
    return;
  mask = expand.getInput();
  numCopies = to.front();
}

Value Comparison::toPlanes(Value numbers) {
  if (numCopies == 1)
    return party.toPlanes(numbers);
  int64_t count = ShapedType::getNumElements(tacit::shapeOf(numbers));
  int64_t length = count / (numCopies * kWordBits);
  Value copies = party.reshape(numbers, {numCopies, kWordBits, length});
  return party.toPlanes(party.swapLeading(copies));
}

Groups Comparison::compareGroups() {
  planes = toPlanes(opened);
  Value ofMask = dealer.toPlanes(mask);
  numWords = tacit::shapeOf(planes)[1];
  topOfMask = programs.dealBits(dealer.row(ofMask, kWordBits - 1)).share;
  auto sets = llvm::to_vector(llvm::seq<unsigned>(1, 1 << kGroup));
  Value monomials = dealProducts(
      childrenOf(dealer, ofMask), sets, kNumGroups,
      [](WordBuilder &w, ValueRange args) { return withoutTopBit(w, args, /*group=*/1); });
  SmallVector<Part> inputs = childrenOf(party, planes, numCopies);
  appendRows(inputs, monomials, /*loop=*/numCopies == 1 ? -2 : -3);
  inputs.push_back({programs.isServer, {}});
  // A bit of D equals that of r if the exclusive or of both is not set, and is less if only
  // that of r is set.
  auto build = [&](bool isLess) {
    SmallVector<int64_t> shape{kNumGroups, numWords};
    if (numCopies != 1)
      shape = {kNumGroups, numCopies, numWords / numCopies};
    Value bits =
        party.mapParts(shape, inputs, [&](WordBuilder &w, ValueRange args) -> Value {
          SmallVector<Value> inverted, dealt{Value()};
          for (Value bit : withoutTopBit(w, args.take_front(kGroup), /*group=*/0))
            inverted.push_back(w.bitNot(bit));
          for (Value arg : args.drop_front(kGroup).drop_back())
            dealt.push_back(arg);
          Polynomial polynomial(w, inverted, dealt, w.neg(args.back()));
          if (!isLess)
            return polynomial.product((1 << kGroup) - 1);
          Value sum;
          for (int64_t i = kGroup - 1; i >= 0; --i) {
            // Of the bits above, which are equal, and of bit i, which is set in r alone.
            unsigned above = ((1 << kGroup) - 1) & ~((2u << i) - 1);
            Value term;
            for (unsigned subset = above;; subset = (subset - 1) & above) {
              Value part = w.bitAnd(dealt[subset | (1u << i)], inverted[i]);
              for (int64_t bit = i + 1; bit < kGroup; ++bit)
                if ((above & ~subset) >> bit & 1)
                  part = w.bitAnd(part, inverted[bit]);
              term = term ? w.bitXor(term, part) : part;
              if (!subset)
                break;
            }
            sum = sum ? w.bitXor(sum, term) : term;
          }
          return sum;
        });
    return party.reshape(bits, {kNumGroups, numWords});
  };
  return {build(/*isLess=*/true), build(/*isLess=*/false)};
}

/// Returns the children of all nodes, the lowest first: the first four are those of `less`,
/// the others those of `equal`. The lowest child of all has no `equal`. Another bit is in
/// its place, because nothing reads what the first node computes from it.
static SmallVector<Part> splitGroups(Program &program, Value bits) {
  int64_t numGroups = (tacit::shapeOf(bits)[0] + 1) / 2;
  SmallVector<Part> children = childrenOf(program, program.rows(bits, 0, numGroups));
  llvm::append_range(
      children, childrenOf(program, program.rows(bits, numGroups - 1, 2 * numGroups - 1)));
  return children;
}

/// Returns the products of children that make up a node: it is less if a child is, and all
/// above it are equal. The last product, of all that are equal, is left out if `isLast`.
static SmallVector<unsigned> productsOfNode(bool isLast) {
  SmallVector<unsigned> products;
  for (int64_t i = kGroup - 1; i >= 0; --i) {
    unsigned above = (((1u << kGroup) - 1) & ~((2u << i) - 1)) << kGroup;
    products.push_back(above | (1u << i));
  }
  if (!isLast)
    products.push_back(((1u << kGroup) - 1) << kGroup);
  return products;
}

Groups Comparison::combine(Groups groups, bool isLast) {
  int64_t numGroups = tacit::shapeOf(groups.less)[0];
  Value share = party.join({groups.less, party.rows(groups.equal, 1, numGroups)});
  Dealt masks =
      programs.draw(tacit::shapeOf(share), mpc::Origin::Drawn, /*isBoolean=*/true);
  Value open = programs.openBits(
      party.map(share, {share, masks.share}, [](WordBuilder &w, ValueRange args) {
        return w.bitXor(args[0], args[1]);
      }));
  SmallVector<unsigned> products = productsOfNode(isLast), sets;
  for (unsigned set = 1; set < (1u << (2 * kGroup)); ++set)
    if (llvm::any_of(products, [&](unsigned product) { return (set & ~product) == 0; }))
      sets.push_back(set);
  // The parties have shares of single bits already.
  SmallVector<unsigned> dealt;
  llvm::copy_if(sets, std::back_inserter(dealt),
                [](unsigned set) { return !llvm::isPowerOf2_32(set); });
  int64_t numNodes = numGroups / kGroup;
  Value monomials =
      dealProducts(splitGroups(dealer, masks.word), dealt, numNodes,
                   [](WordBuilder &, ValueRange args) { return SmallVector<Value>(args); });
  // These are the known bits, the masks of single bits, and the products of several.
  SmallVector<Part> inputs = splitGroups(party, open);
  size_t numBits = inputs.size();
  llvm::append_range(inputs, splitGroups(party, masks.share));
  appendRows(inputs, monomials);
  inputs.push_back({programs.isServer, {}});
  auto build = [&](ArrayRef<unsigned> terms) {
    SmallVector<int64_t> shape{numNodes, numWords};
    return party.mapParts(shape, inputs, [&](WordBuilder &w, ValueRange args) -> Value {
      SmallVector<Value> shares(size_t(1) << numBits);
      for (size_t bit = 0; bit < numBits; ++bit)
        shares[size_t(1) << bit] = args[numBits + bit];
      for (auto [i, set] : llvm::enumerate(dealt))
        shares[set] = args[2 * numBits + i];
      Polynomial polynomial(w, args.take_front(numBits), shares, w.neg(args.back()));
      Value sum;
      for (unsigned term : terms) {
        Value product = polynomial.product(term);
        sum = sum ? w.bitXor(sum, product) : product;
      }
      return sum;
    });
  };
  Groups result{build(ArrayRef(products).take_front(kGroup)), {}};
  if (!isLast)
    result.equal = build(ArrayRef(products).drop_front(kGroup));
  return result;
}

Bits Comparison::sign() {
  Groups groups = compareGroups();
  while (tacit::shapeOf(groups.less)[0] > 1)
    groups = combine(groups, tacit::shapeOf(groups.less)[0] == kGroup);
  int64_t length = numWords / numCopies;
  SmallVector<Part> inputs{
      {party.reshape(groups.less, {numCopies, length}), {-2, -1}},
      {topOfMask, {-1}},
      {party.reshape(planes, {kWordBits, numCopies, length}), {kWordBits - 1, -2, -1}},
      {programs.isServer, {}}};
  Value sign =
      party.mapParts({numCopies, length}, inputs, [](WordBuilder &w, ValueRange args) {
        Value top = w.bitAnd(args[2], w.neg(args[3]));
        return w.bitXor(w.bitXor(args[0], args[1]), top);
      });
  return {party.reshape(sign, {numWords}), SmallVector<int64_t>(tacit::shapeOf(opened)),
          numCopies};
}

Bits Lowering::msb(Secret &x) {
  bool isUntruncated = x.untruncated && !x.hasPlainMask();
  if (!isUntruncated)
    maskPlainly(x);
  Comparison comparison(programs, isUntruncated ? x.untruncated->opened : x.opened,
                        isUntruncated ? x.untruncated->mask.word : x.terms[0].dealt.word);
  return comparison.sign();
}

/// Returns the bits of a plane as elements.
static Value elementsOf(Program &program, Value plane, ArrayRef<int64_t> shape,
                        int64_t numCopies) {
  if (numCopies == 1)
    return program.fromPlane(plane, shape);
  int64_t numWords = tacit::shapeOf(plane)[0];
  Value copies = program.fromPlane(plane, {kWordBits, numCopies, numWords / numCopies});
  return program.reshape(program.swapLeading(copies), shape);
}

/// Bits are opened behind random ones, as e = x ^ b, so that x is e + (1 - 2 e) b.
Secret Lowering::toArithmetic(const Bits &x) {
  Program &party = programs.party;
  Dealt masks =
      programs.draw(tacit::shapeOf(x.plane), mpc::Origin::Drawn, /*isBoolean=*/true);
  Value opened = programs.openBits(
      party.map(x.plane, {x.plane, masks.share}, [](WordBuilder &w, ValueRange args) {
        return w.bitXor(args[0], args[1]);
      }));
  Secret result;
  result.opened = elementsOf(party, opened, x.shape, x.numCopies);
  Value factor = party.map(x.shape, result.opened, [](WordBuilder &w, ValueRange args) {
    return w.sub(w.constant(1), w.shiftLeft(args[0], 1));
  });
  Dealt numbers =
      programs.deal(elementsOf(programs.dealer, masks.word, x.shape, x.numCopies));
  result.terms.push_back(Term{numbers, factor});
  return result;
}
