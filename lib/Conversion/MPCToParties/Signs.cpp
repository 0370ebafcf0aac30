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
#include "tacit/Dialect/NN/IR/NN.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tacit;

static constexpr int64_t kGroup = 4, kNumGroups = kWordBits / kGroup;

namespace {
/// Shares of monomials over GF(2) in a few bits, by the set of bits: an element for each
/// set, null if it is not needed. All are planes of one shape.
using Monomials = SmallVector<Value>;

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

/// Bits of several groups: whether D is less, and whether it is equal, in each. The lowest
/// group is the first; whether it is equal is never needed.
struct Groups {
  Value less, equal;
};

class Comparison {
public:
  Comparison(Programs &programs, Value opened, Value mask)
      : programs(programs), party(programs.party), dealer(programs.dealer),
        shape(tacit::shapeOf(opened)), opened(opened), mask(mask) {}

  /// Returns a share of the plane of signs.
  Value sign();

private:
  Groups compareGroups();
  Groups combine(Groups groups, bool isLast);
  /// Returns shares of the products of all sets of bits in `sets`. The parties have
  /// `shares` of single bits already, if there are any.
  Monomials dealProducts(ArrayRef<Value> bits, ArrayRef<Value> shares,
                         ArrayRef<unsigned> sets);
  Value ones() {
    return party.map(ArrayRef<int64_t>(), programs.isServer,
                     [](WordBuilder &w, ValueRange args) { return w.neg(args[0]); });
  }

  Programs &programs;
  Program &party, &dealer;
  ArrayRef<int64_t> shape;
  Value opened, mask;
  /// The top bits of D, and a share of those of r.
  Value topOfOpened, topOfMask;
  int64_t numWords = 0;
};
} // namespace

Monomials Comparison::dealProducts(ArrayRef<Value> bits, ArrayRef<Value> shares,
                                   ArrayRef<unsigned> sets) {
  unsigned numSets = 1 << bits.size();
  SmallVector<Value> products(numSets);
  for (unsigned set = 1; set < numSets; ++set) {
    unsigned lowest = llvm::countr_zero(set), rest = set & (set - 1);
    products[set] = rest ? dealer.map(bits[0], {products[rest], bits[lowest]},
                                      [](WordBuilder &w, ValueRange args) {
                                        return w.bitAnd(args[0], args[1]);
                                      })
                         : bits[lowest];
  }
  Monomials monomials(numSets);
  SmallVector<unsigned> wanted;
  for (unsigned set : sets)
    if (llvm::isPowerOf2_32(set) && !shares.empty())
      monomials[set] = shares[llvm::countr_zero(set)];
    else
      wanted.push_back(set);
  SmallVector<Value> planes;
  for (unsigned set : wanted)
    planes.push_back(products[set]);
  Value share = programs.dealBits(dealer.stack(planes)).share;
  for (auto [i, set] : llvm::enumerate(wanted))
    monomials[set] = party.row(share, i);
  return monomials;
}

Groups Comparison::compareGroups() {
  Value ofOpened = party.toPlanes(opened), ofMask = dealer.toPlanes(mask);
  numWords = tacit::shapeOf(ofOpened)[1];
  topOfOpened = party.row(ofOpened, kWordBits - 1);
  topOfMask = programs.dealBits(dealer.row(ofMask, kWordBits - 1)).share;
  // The top bit takes no part in the comparison.
  auto bitsOf = [&](Program &program, Value planes) {
    Value low = program.rows(planes, 0, kWordBits - 1);
    Value groups = program.reshape(program.join({low, program.zeros({1, numWords})}),
                                   {kNumGroups, kGroup, numWords});
    SmallVector<Value> bits;
    for (int64_t i = 0; i < kGroup; ++i) {
      Value slice = nn::SliceOp::create(
          program.builder, program.loc, program.words({kNumGroups, 1, numWords}), groups,
          ArrayRef<int64_t>{0, i, 0}, ArrayRef<int64_t>{kNumGroups, i + 1, numWords},
          ArrayRef<int64_t>{1, 1, 1});
      bits.push_back(program.reshape(slice, {kNumGroups, numWords}));
    }
    return bits;
  };
  SmallVector<Value> known = bitsOf(party, ofOpened), dealt = bitsOf(dealer, ofMask);
  auto sets = llvm::to_vector(llvm::seq<unsigned>(1, 1 << kGroup));
  Monomials monomials = dealProducts(dealt, {}, sets);
  SmallVector<Value> inputs(known);
  for (unsigned set : sets)
    inputs.push_back(monomials[set]);
  inputs.push_back(ones());
  // A bit of D equals that of r if the exclusive or of both is not set, and is less if only
  // that of r is set.
  auto build = [&](bool isLess) {
    return party.map(known[0], inputs, [&](WordBuilder &w, ValueRange args) -> Value {
      SmallVector<Value> inverted, dealt{Value()};
      for (int64_t i = 0; i < kGroup; ++i)
        inverted.push_back(w.bitNot(args[i]));
      for (Value arg : args.drop_front(kGroup).drop_back())
        dealt.push_back(arg);
      Polynomial polynomial(w, inverted, dealt, args.back());
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
  };
  return {build(/*isLess=*/true), build(/*isLess=*/false)};
}

/// Returns child `i` of all nodes, from the bits of the children of one node after another.
static Value childrenOf(Program &program, Value bits, int64_t i) {
  int64_t numNodes = tacit::shapeOf(bits)[0] / kGroup, numWords = tacit::shapeOf(bits)[1];
  Value nodes = program.reshape(bits, {numNodes, kGroup, numWords});
  Value slice = nn::SliceOp::create(
      program.builder, program.loc, program.words({numNodes, 1, numWords}), nodes,
      ArrayRef<int64_t>{0, i, 0}, ArrayRef<int64_t>{numNodes, i + 1, numWords},
      ArrayRef<int64_t>{1, 1, 1});
  return program.reshape(slice, {numNodes, numWords});
}

/// Returns the children of all nodes, the lowest first: the first four are those of `less`,
/// the others those of `equal`. The lowest child of all has no `equal`.
static SmallVector<Value> splitGroups(Program &program, Value bits) {
  int64_t numGroups = (tacit::shapeOf(bits)[0] + 1) / 2, numWords = tacit::shapeOf(bits)[1];
  Value less = program.rows(bits, 0, numGroups);
  Value equal = program.join(
      {program.zeros({1, numWords}), program.rows(bits, numGroups, 2 * numGroups - 1)});
  SmallVector<Value> children;
  for (Value half : {less, equal})
    for (int64_t i = 0; i < kGroup; ++i)
      children.push_back(childrenOf(program, half, i));
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
  SmallVector<Value> known = splitGroups(party, open);
  Monomials monomials =
      dealProducts(splitGroups(dealer, masks.word), splitGroups(party, masks.share), sets);
  SmallVector<Value> inputs(known);
  for (unsigned set : sets)
    inputs.push_back(monomials[set]);
  inputs.push_back(ones());
  auto build = [&](ArrayRef<unsigned> terms) {
    return party.map(known[0], inputs, [&](WordBuilder &w, ValueRange args) -> Value {
      Monomials dealt(monomials.size());
      for (auto [i, set] : llvm::enumerate(sets))
        dealt[set] = args[known.size() + i];
      Polynomial polynomial(w, args.take_front(known.size()), dealt, args.back());
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

Value Comparison::sign() {
  Groups groups = compareGroups();
  while (tacit::shapeOf(groups.less)[0] > 1)
    groups = combine(groups, tacit::shapeOf(groups.less)[0] == kGroup);
  Value borrow = party.reshape(groups.less, {numWords});
  return party.map(borrow, {borrow, topOfMask, topOfOpened, ones()},
                   [](WordBuilder &w, ValueRange args) {
                     Value top = w.bitAnd(args[2], args[3]);
                     return w.bitXor(w.bitXor(args[0], args[1]), top);
                   });
}

/// The sign is opened behind a random bit b, as e = sign ^ b, so that it is e + (1 - 2 e)
/// b.
Secret Lowering::isNegative(Secret &x) {
  maskPlainly(x);
  ArrayRef<int64_t> shape = tacit::shapeOf(x.opened);
  Value sign = Comparison(programs, x.opened, x.terms[0].dealt.word).sign();
  Dealt bits = programs.draw(tacit::shapeOf(sign), mpc::Origin::Drawn, /*isBoolean=*/true);
  Program &party = programs.party;
  Value plane = programs.openBits(
      party.map(sign, {sign, bits.share}, [](WordBuilder &w, ValueRange args) {
        return w.bitXor(args[0], args[1]);
      }));
  Secret result;
  result.opened = party.fromPlane(plane, shape);
  Value factor = party.map(shape, result.opened, [](WordBuilder &w, ValueRange args) {
    return w.sub(w.constant(1), w.shiftLeft(args[0], 1));
  });
  Dealt numbers = programs.deal(programs.dealer.fromPlane(bits.word, shape));
  result.terms.push_back(Term{numbers, factor});
  return result;
}
