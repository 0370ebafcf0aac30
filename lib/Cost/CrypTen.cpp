//===- CrypTen.cpp - Formulas of Beaver triples from a dealer -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// CrypTen computes on additive shares in words of 64 bits. A product opens its operands,
// masked by a triple that a dealer made: each party sends each masked word, which amounts
// to 16 bytes per word, half in each direction, both at the same time. Everything else is
// built from products. The labels are those of docs/Costs.md; every figure but the offline
// bytes of K10 was measured.
//
//===----------------------------------------------------------------------===//

#include "Exact.h"
#include "tacit/Cost/Suite.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace llvm;
using namespace tacit::mpc;

namespace tacit::cost {

namespace {

/// The cost for one element: bytes online, in both directions; bytes from the dealer; hops
/// if all that can be sent together is; rounds as the engine counts them.
struct Price {
  int64_t online, offline, hops, rounds;

  /// Adds the costs of two steps that run one after the other.
  constexpr Price operator+(Price other) const {
    return {online + other.online, offline + other.offline, hops + other.hops,
            rounds + other.rounds};
  }
  constexpr Price operator*(int64_t times) const {
    return {online * times, offline * times, hops * times, rounds * times};
  }
};

/// A masked word that both parties send. The parties derive all words of a triple from
/// seeds but for one party's share of the product, which the dealer sends.
constexpr int64_t kOpening = 16, kDealt = 8;

/// Opens `openings` words in one exchange, for `products` products.
constexpr Price exchange(int64_t openings, int64_t products) {
  return {openings * kOpening, products * kDealt, 1, 1};
}

// K3: x y = c + e b + a d + e d with e = x - a, d = y - b and c = a b.
// crypten/mpc/primitives/beaver.py: mul
constexpr Price kMul = exchange(2, 1);
// K4: x^2 = c + 2 e a + e^2. beaver.py: square
constexpr Price kSquare = exchange(1, 1);
// K6: the shares become bits by a carry tree over log2(64) levels, each of which is two
// ANDs of two words, after which the sign bit becomes an arithmetic share again.
// crypten/mpc/primitives/circuit.py, converters.py; crypten/mpc/mpc.py: _ltz
constexpr Price kAnd = exchange(2, 1);
constexpr Price kTreeLevel = exchange(4, 2);
constexpr Price kBitToArithmetic = exchange(1, 1);
constexpr Price kMostSignificantBit = kAnd + kTreeLevel * 6;
constexpr Price kIsNegative = kMostSignificantBit + kBitToArithmetic;
// K13: a bit that says whether all bits of a difference are equal, by 6 ANDs. mpc.py:
// _eqz_2PC
constexpr Price kEquality = kAnd * 6 + kBitToArithmetic;
// The larger of two numbers is the sum of two products, of which the engine computes one
// after the other. common/functions/logic.py: where
constexpr Price kSelect = {kMul.online * 2, kMul.offline * 2, 1, 2};
// K7: (1 + x / 2^8)^(2^8). crypten/common/functions/approximations.py: exp
constexpr Price kExp = kSquare * 8;
// K8: ten Newton steps 2 y - x y^2 from 3 exp(1 - 2 x) + 0.003. ibid.: reciprocal
constexpr Price kReciprocal = kExp + (kSquare + kMul) * 10;
// K9: Newton steps y (3 - x y^2) / 2, three unless the user sets another number, from an
// exp. ibid.: inv_sqrt, and sqrt_nr_iters of crypten/config
constexpr Price rsqrt(int64_t steps) { return kExp + (kSquare + kMul + kMul) * steps; }
// K11: the server sends its word.
constexpr int64_t kReveal = 8;

static_assert(kIsNegative.online == 432 && kIsNegative.offline == 112 &&
              kIsNegative.hops == 8);
static_assert(kEquality.online == 208 && kEquality.hops == 7);
static_assert(kReciprocal.online == 608 && kReciprocal.hops == 28);
static_assert(rsqrt(3).online == 368 && rsqrt(3).hops == 17);

class CrypTenSuite : public Suite {
public:
  CrypTenSuite();
  Expected<std::optional<Charge>> price(const Workload &workload) const override;
};

} // namespace

CrypTenSuite::CrypTenSuite()
    : Suite({/*name=*/"crypten",
             /*title=*/"CrypTen: Beaver triples from a dealer",
             /*source=*/
             "CrypTen, arXiv 2109.00984, and its sources at 775868a; measured with two "
             "processes, and checked against SIGMA (eprint 2023/1269), tables 3 and 5",
             /*threatModel=*/
             "two parties, semi-honest; a trusted dealer makes the triples "
             "and colludes with neither",
             /*measures=*/
             "online: all bytes of both parties; offline: from the dealer to "
             "one party, the rest follows from seeds; nothing for set-up",
             SuiteKind::Formula, Expansion::CrypTen, Truncation::Local, /*ringBits=*/64,
             /*fractionBits=*/16}) {}

namespace {
/// Adds up what an operation of several steps sends.
class Tally {
public:
  /// Adds the bytes of a step on so many elements, the product of `factors`.
  void send(Price price, ArrayRef<int64_t> factors) {
    add(online, price.online, factors);
    add(offline, price.offline, factors);
  }
  void wait(int64_t moreHops, int64_t moreRounds) {
    hops += moreHops;
    rounds += moreRounds;
  }
  void step(Price price, ArrayRef<int64_t> factors) {
    send(price, factors);
    wait(price.hops, price.rounds);
  }

  /// An exchange is symmetric: half of the bytes go each way.
  Expected<std::optional<Charge>> charge(StringRef label) && {
    if (error)
      return std::move(*error);
    return Charge{online,   online / 2, online / 2, offline, hops, "formula " + label.str(),
                  kUnknown, rounds};
  }

private:
  void add(int64_t &sum, int64_t each, ArrayRef<int64_t> factors) {
    if (error)
      return;
    SmallVector<int64_t> all(factors);
    all.push_back(each);
    auto bytes = exactRatio(all);
    auto next = bytes ? exactSum({sum, *bytes}) : bytes.takeError();
    if (next)
      sum = *next;
    else
      error.emplace(next.takeError());
  }

  int64_t online = 0, offline = 0, hops = 0, rounds = 0;
  std::optional<llvm::Error> error;
};
} // namespace

static Expected<std::optional<Charge>> onElements(StringRef label, Price price,
                                                  int64_t elements) {
  Tally tally;
  tally.step(price, elements);
  return std::move(tally).charge(label);
}

/// K3: a factor that is broadcast is opened once.
static Expected<std::optional<Charge>> onMul(const Workload &workload) {
  Tally tally;
  tally.step(exchange(1, 0), workload.leftElements.value_or(workload.elements));
  tally.send(exchange(1, 0), workload.rightElements.value_or(workload.elements));
  tally.send(exchange(0, 1), workload.elements);
  return std::move(tally).charge("K3");
}

/// K5: both operands are opened, elementwise; an element that the windows of a convolution
/// repeat is opened once. beaver.py: matmul, conv1d, conv2d
static Expected<std::optional<Charge>> onMatmul(const Workload &workload) {
  Tally tally;
  if (workload.leftElements)
    tally.step(exchange(1, 0), *workload.leftElements);
  else
    tally.step(exchange(1, 0), {workload.batch, workload.m, workload.k});
  int64_t rightMatrices = std::min(workload.rightBatch, workload.batch);
  tally.send(exchange(1, 0), {rightMatrices, workload.k, workload.n});
  tally.send(exchange(0, 1), {workload.batch, workload.m, workload.n});
  return std::move(tally).charge("K5");
}

/// Chooses one of the elements of each row that are marked, of those that are, at random:
/// a number below their sum, of `fraction` random bits, is compared with all partial sums.
/// crypten/mpc/mpc.py: rand; common/functions/sampling.py: weighted_index. The bits can be
/// made before.
static void chooseMarked(Tally &tally, int64_t rows, int64_t row, int64_t fraction) {
  tally.send(kBitToArithmetic, {rows, fraction});
  tally.send(kMul, rows);
  tally.send(kIsNegative, {rows, row});
}
static constexpr Price kChoice = kMul + kIsNegative;

/// K10: int(ln n) times the halves of a row are compared and the larger of each pair is
/// selected; an element that is left over waits. Each of the r that remain is compared with
/// each other, products of the comparisons mark the largest, and of equal ones one is
/// chosen. The engine then marks the maximum in the whole row and chooses again, which
/// nothing waits for. crypten/common/functions/maximum.py: _max_helper_log_reduction,
/// _argmax_helper_pairwise, _argmax_helper
static Expected<std::optional<Charge>> onMax(const Workload &workload) {
  // With more columns their sum is compared, in place of a product.
  static constexpr int64_t kMaxFactors = 128;
  int64_t rows = workload.rows, left = workload.row;
  Tally tally;
  if (left == 0)
    return std::move(tally).charge("K10");
  // The powers of e are not integers, so rounding errors cannot change the result.
  auto steps = static_cast<int64_t>(std::log(static_cast<double>(left)));
  int64_t pairs = 0;
  for (int64_t i = 0; i < steps; ++i) {
    pairs += left / 2;
    left -= left / 2;
  }
  Price larger = kIsNegative + kSelect;
  tally.send(larger, {rows, pairs});
  tally.wait(steps * larger.hops, steps * larger.rounds);

  // The only element of a row is compared with itself.
  int64_t others = std::max<int64_t>(left, 2) - 1;
  tally.step(kIsNegative, {rows, left, others});
  if (others < kMaxFactors) {
    tally.send(kMul, {rows, left, others - 1});
    tally.wait(Log2_64_Ceil(others), Log2_64_Ceil(others));
  } else {
    tally.step(kIsNegative, {rows, left});
  }
  chooseMarked(tally, rows, left, workload.fraction);
  tally.wait(kChoice.hops, kChoice.rounds + kBitToArithmetic.rounds);
  tally.step(kMul, {rows, left});
  tally.send(kEquality, {rows, workload.row});
  chooseMarked(tally, rows, workload.row, workload.fraction);
  tally.wait(0, kEquality.rounds + kChoice.rounds + kBitToArithmetic.rounds);
  return std::move(tally).charge("K10");
}

Expected<std::optional<Charge>> CrypTenSuite::price(const Workload &workload) const {
  switch (workload.kind) {
  // K1: shares of zero that both derive from a common seed hide the input.
  // crypten/mpc/primitives/arithmetic.py
  case WorkloadKind::Share:
    return onElements("K1", {}, 0);
  // K2: each party shifts its share. arithmetic.py: div_
  case WorkloadKind::Truncate:
    return onElements("K2", {}, 0);
  case WorkloadKind::Multiply:
    return onMul(workload);
  case WorkloadKind::Square:
    return onElements("K4", kSquare, workload.elements);
  case WorkloadKind::Matmul:
    return onMatmul(workload);
  case WorkloadKind::IsNegative:
    return onElements("K6", kIsNegative, workload.elements);
  case WorkloadKind::MostSignificantBit:
    return onElements("K6", kMostSignificantBit, workload.elements);
  case WorkloadKind::BitToArithmetic:
    return onElements("K6", kBitToArithmetic, workload.elements);
  case WorkloadKind::Exp:
    return onElements("K7", kExp, workload.elements);
  case WorkloadKind::Reciprocal:
    return onElements("K8", kReciprocal, workload.elements);
  case WorkloadKind::Rsqrt:
    return onElements("K9", rsqrt(workload.steps), workload.elements);
  case WorkloadKind::Max:
    return onMax(workload);
  case WorkloadKind::Reveal: {
    auto bytes = exactRatio({kReveal, workload.elements});
    if (!bytes)
      return bytes.takeError();
    return Charge{*bytes, 0, *bytes, 0, 1, "formula K11", kUnknown, 1};
  }
  // K12: the client shares rows of zeros and ones, as K1.
  case WorkloadKind::OneHot:
    return onElements("K12", {}, 0);
  default:
    return std::nullopt;
  }
}

SuitePtr createCrypTenSuite() { return std::make_shared<CrypTenSuite>(); }

} // namespace tacit::cost
