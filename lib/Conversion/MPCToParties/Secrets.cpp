//===- Secrets.cpp - Shares, masks and products ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Secrets.h"

using namespace mlir;
using namespace tacit;

/// Returns `word` times the factor of a term, and its sign.
static Value times(WordBuilder &w, const Term &term, Value factor, Value word) {
  Value product = factor ? w.mul(factor, word) : word;
  return term.isNegated ? w.neg(product) : product;
}

Value Lowering::shareOf(Secret &secret) {
  if (secret.rest) {
    secret.share = programs.party.add(secret.share,
                                      programs.deal(std::exchange(secret.rest, {})).share);
  }
  if (secret.share)
    return secret.share;
  // The server adds the opened word.
  SmallVector<Value> inputs{secret.opened, programs.isServer};
  for (const Term &term : secret.terms) {
    inputs.push_back(term.dealt.share);
    if (term.factor)
      inputs.push_back(term.factor);
  }
  return secret.share = programs.party.map(
             secret.opened, inputs, [&](WordBuilder &w, ValueRange args) {
               Value sum = w.bitAnd(args[0], w.neg(args[1]));
               size_t next = 2;
               for (const Term &term : secret.terms) {
                 Value word = args[next++];
                 Value factor = term.factor ? args[next++] : Value();
                 sum = w.add(sum, times(w, term, factor, word));
               }
               return sum;
             });
}

void Lowering::mask(Secret &secret) {
  if (!secret.isMasked())
    maskPlainly(secret);
}

/// Returns the words of the owner, which it sends to the other party.
static Value ownersWord(Programs &programs, mpc::Party owner, Value words,
                        mpc::Direction direction) {
  Value received = programs.exchange(words, direction);
  Value own =
      owner == mpc::Party::Server ? programs.atServer(words) : programs.atClient(words);
  return programs.party.add(own, received);
}

void Lowering::maskPlainly(Secret &secret) {
  if (secret.hasPlainMask())
    return;
  Program &party = programs.party;
  if (secret.weight) {
    // The client has the opened words already, and the server knows the mask.
    secret.opened = party.add(secret.weight->version, secret.weight->mask.share);
    secret.terms = {Term{secret.weight->mask, {}, /*isNegated=*/true}};
    return;
  }
  Value share = shareOf(secret);
  auto origin = mpc::Origin::Drawn;
  auto direction = mpc::Direction::Both;
  if (secret.owner == mpc::Party::Client) {
    origin = mpc::Origin::Client;
    direction = mpc::Direction::ToServer;
  } else if (secret.owner == mpc::Party::Server) {
    origin = mpc::Origin::Server;
    direction = mpc::Direction::ToClient;
  }
  Dealt mask = programs.draw(tacit::shapeOf(share), origin);
  Value message = party.add(share, mask.share);
  // Whoever receives nothing receives zeros.
  secret.opened = secret.owner ? ownersWord(programs, *secret.owner, message, direction)
                               : programs.open(message);
  secret.terms = {Term{mask, {}, /*isNegated=*/true}};
}

//===----------------------------------------------------------------------===//
// Products of elements
//===----------------------------------------------------------------------===//

namespace {
/// A product of two terms: a dealt word, times the factors of both.
struct TermPair {
  const Term *x, *y;
  Dealt dealt;
  bool isDoubled = false;
};

/// Collects the inputs of an elementwise loop, each once.
class Inputs {
public:
  size_t add(Value value) {
    for (auto [i, known] : llvm::enumerate(values))
      if (known == value)
        return i;
    values.push_back(value);
    return values.size() - 1;
  }
  SmallVector<Value> values;
};
} // namespace

/// Adds the product of the words of two terms, once or twice, to `rest`, if it has no
/// factor that only the parties know. Otherwise deals it; nothing if it does not matter,
/// because the factors make it a multiple of 2^64.
static std::optional<TermPair> dealPair(Programs &programs, ArrayRef<int64_t> shape,
                                        const Term &x, const Term &y, Value &rest,
                                        bool isDoubled = false) {
  int64_t dropped = (kWordBits - x.bits) + (kWordBits - y.bits);
  if (dropped >= kWordBits)
    return std::nullopt;
  Value product = programs.dealer.map(
      shape, {x.dealt.word, y.dealt.word},
      [](WordBuilder &w, ValueRange args) { return w.mul(args[0], args[1]); });
  if (x.factor || y.factor || dropped)
    return TermPair{&x, &y, programs.deal(product, kWordBits - dropped), isDoubled};
  Program &dealer = programs.dealer;
  if (isDoubled)
    product = dealer.add(product, product);
  if (x.isNegated != y.isNegated)
    product = dealer.neg(product);
  rest = rest ? dealer.add(rest, product) : product;
  return std::nullopt;
}

/// Returns, for each element, opened_x opened_y + opened_x terms_y + opened_y terms_x +
/// pairs.
static Value sumOfProducts(Programs &programs, ArrayRef<int64_t> shape, const Secret &x,
                           const Secret &y, ArrayRef<TermPair> pairs, bool isSquare) {
  Inputs inputs;
  size_t isServer = inputs.add(programs.isServer);
  size_t openedX = inputs.add(x.opened), openedY = inputs.add(y.opened);
  auto addTerm = [&](const Term &term) {
    inputs.add(term.dealt.share);
    if (term.factor)
      inputs.add(term.factor);
  };
  for (const Term &term : x.terms)
    addTerm(term);
  for (const Term &term : y.terms)
    addTerm(term);
  for (const TermPair &pair : pairs)
    inputs.add(pair.dealt.share);
  return programs.party.map(
      shape, inputs.values, [&](WordBuilder &w, ValueRange args) -> Value {
        auto read = [&](Value value) { return args[inputs.add(value)]; };
        auto sumOf = [&](const Secret &secret) -> Value {
          Value sum;
          for (const Term &term : secret.terms) {
            Value factor = term.factor ? read(term.factor) : Value();
            Value word = times(w, term, factor, read(term.dealt.share));
            sum = sum ? w.add(sum, word) : word;
          }
          return sum;
        };
        Value a = args[openedX], b = args[openedY];
        Value atServer = w.bitAnd(w.mul(a, b), w.neg(args[isServer]));
        Value linear = w.mul(a, sumOf(y));
        linear = isSquare ? w.shiftLeft(linear, 1) : w.add(linear, w.mul(b, sumOf(x)));
        Value sum = w.add(atServer, linear);
        for (const TermPair &pair : pairs) {
          Value word = read(pair.dealt.share);
          for (const Term *term : {pair.x, pair.y}) {
            Value factor = term->factor ? read(term->factor) : Value();
            word = times(w, *term, factor, word);
          }
          sum = w.add(sum, pair.isDoubled ? w.shiftLeft(word, 1) : word);
        }
        return sum;
      });
}

Secret Lowering::multiply(ArrayRef<int64_t> shape, const Secret &x, const Secret &y) {
  Secret result;
  SmallVector<TermPair> pairs;
  for (const Term &a : x.terms)
    for (const Term &b : y.terms)
      if (auto pair = dealPair(programs, shape, a, b, result.rest))
        pairs.push_back(*pair);
  result.share = sumOfProducts(programs, shape, x, y, pairs, /*isSquare=*/false);
  return result;
}

Secret Lowering::square(const Secret &x) {
  ArrayRef<int64_t> shape = tacit::shapeOf(x.opened);
  Secret result;
  SmallVector<TermPair> pairs;
  for (auto [i, a] : llvm::enumerate(x.terms))
    for (const Term &b : ArrayRef(x.terms).drop_front(i))
      if (auto pair = dealPair(programs, shape, a, b, result.rest, /*isDoubled=*/&a != &b))
        pairs.push_back(*pair);
  result.share = sumOfProducts(programs, shape, x, x, pairs, /*isSquare=*/true);
  return result;
}

//===----------------------------------------------------------------------===//
// Products with weights, and of matrices
//===----------------------------------------------------------------------===//

/// With x + l at the server, where the client has drawn l, x w is (x + l) w - l (w + b) +
/// l b: the first term is computed by the server, the second by the client, who has w + b,
/// and the dealer deals the third.
Secret Lowering::multiplyByWeight(Secret &x, const Weight &weight, Product product) {
  Program &party = programs.party;
  if (!x.operand) {
    Value share = shareOf(x);
    Dealt mask = programs.draw(tacit::shapeOf(share), mpc::Origin::Client);
    Value received =
        programs.exchange(party.add(share, mask.share), mpc::Direction::ToServer);
    // The server's share of the mask is zero.
    Value atServer = programs.atServer(party.add(share, received));
    x.operand = {party.sub(atServer, mask.share), mask};
  }
  const Operand &operand = *x.operand;
  Secret result;
  result.share = product(party, operand.factor, weight.version);
  result.rest = product(programs.dealer, operand.mask.word, weight.mask.word);
  return result;
}

Secret Lowering::matmul(Secret &x, Secret &y) {
  // A sum of products can have no factors of its own, so that each operand is opened minus
  // a word: (X - l) (Y - m) = ((X - l) Y) - X m + l m, where X Y is the server's.
  maskPlainly(x);
  maskPlainly(y);
  const Dealt &left = x.terms[0].dealt, &right = y.terms[0].dealt;
  Secret result;
  result.rest = programs.dealer.matmul(left.word, right.word);
  Program &party = programs.party;
  Value first = party.sub(programs.atServer(x.opened), left.share);
  result.share =
      party.sub(party.matmul(first, y.opened), party.matmul(x.opened, right.share));
  return result;
}

//===----------------------------------------------------------------------===//
// Truncation
//===----------------------------------------------------------------------===//

/// The numbers of a truncation are moved up by 2^62, so that they are not negative.
static constexpr int64_t kOffsetBits = 62;

/// Opens z + 2^62 + r = m + 2^64 w, where z + 2^62 < 2^63. Then z >> f is, up to one unit,
/// (m >> f) - (r >> f) + 2^(64 - f) w - 2^(62 - f). The sum wraps where the top bit of r is
/// set and that of m is not: w = r[63] (1 - m[63]).
Secret Lowering::truncate(Value share, int64_t bits) {
  ArrayRef<int64_t> shape = tacit::shapeOf(share);
  Dealt mask = programs.draw(shape, mpc::Origin::Drawn);
  Program &dealer = programs.dealer, &party = programs.party;
  Dealt shifted =
      programs.deal(dealer.map(shape, mask.word, [&](WordBuilder &w, ValueRange args) {
        return w.shiftRight(args[0], bits);
      }));
  Dealt top = programs.deal(dealer.map(shape, mask.word,
                                       [](WordBuilder &w, ValueRange args) {
                                         return w.shiftRight(args[0], kWordBits - 1);
                                       }),
                            bits);
  Value message = party.map(shape, {share, mask.share, programs.isServer},
                            [](WordBuilder &w, ValueRange args) {
                              Value offset = w.shiftLeft(args[2], kOffsetBits);
                              return w.add(w.add(args[0], args[1]), offset);
                            });
  Value opened = programs.open(message);
  Secret result;
  result.untruncated = {party.map(shape, opened,
                                  [](WordBuilder &w, ValueRange args) {
                                    return w.sub(args[0],
                                                 w.constant(uint64_t(1) << kOffsetBits));
                                  }),
                        mask, bits};
  result.opened = party.map(shape, opened, [&](WordBuilder &w, ValueRange args) {
    return w.sub(w.shiftRight(args[0], bits),
                 w.constant(uint64_t(1) << (kOffsetBits - bits)));
  });
  Value wraps = party.map(shape, opened, [&](WordBuilder &w, ValueRange args) {
    Value isLow = w.bitXor(w.shiftRight(args[0], kWordBits - 1), w.constant(1));
    return w.shiftLeft(isLow, kWordBits - bits);
  });
  result.terms.push_back(Term{shifted, {}, /*isNegated=*/true});
  result.terms.push_back(Term{top, wraps, /*isNegated=*/false, bits});
  return result;
}
