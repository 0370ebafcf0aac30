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
// built from products. The labels are those of docs/Costs.md.
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

/// The cost for one element: bytes online, in both directions; bytes from the dealer to
/// both parties; hops.
struct Price {
  int64_t online, offline, hops;

  /// Adds the costs of two steps that run one after the other.
  constexpr Price operator+(Price other) const {
    return {online + other.online, offline + other.offline, hops + other.hops};
  }
  constexpr Price operator*(int64_t times) const {
    return {online * times, offline * times, hops * times};
  }
};

/// A masked word that both parties send, and a word that the dealer sends to both.
constexpr int64_t kOpening = 16, kDealt = 16;

/// Opens `openings` words in one exchange, with a triple of `words`.
constexpr Price exchange(int64_t openings, int64_t words) {
  return {openings * kOpening, words * kDealt, 1};
}

// K3: x y = c + e b + a d + e d with e = x - a, d = y - b and c = a b.
// crypten/mpc/primitives/beaver.py: mul
constexpr Price kMul = exchange(2, 3);
// K4: x^2 = c + 2 e a + e^2. beaver.py: square
constexpr Price kSquare = exchange(1, 2);
// K6: the shares become bits by a carry tree over log2(64) levels, each of which is one
// The AND of a word with two others, after which the sign bit becomes an arithmetic share
// again. crypten/mpc/primitives/circuit.py, converters.py; crypten/mpc/mpc.py: _ltz
constexpr Price kAnd = exchange(2, 3);
constexpr Price kTreeLevel = exchange(3, 5);
constexpr Price kBitToArithmetic = exchange(1, 2);
constexpr Price kMostSignificantBit = kAnd + kTreeLevel * 6;
constexpr Price kIsNegative = kMostSignificantBit + kBitToArithmetic;
// K7: (1 + x / 2^8)^(2^8). crypten/common/functions/approximations.py: exp
constexpr Price kExp = kSquare * 8;
// K8: ten Newton steps 2 y - x y^2 from 3 exp(1 - 2 x) + 0.003. ibid.: reciprocal
constexpr Price kReciprocal = kExp + (kSquare + kMul) * 10;
// K9: Newton steps y (3 - x y^2) / 2, three unless the user sets another number, from an
// exp. ibid.: inv_sqrt, and sqrt_nr_iters of crypten/config
constexpr Price rsqrt(int64_t steps) { return kExp + (kSquare + kMul + kMul) * steps; }
// K11: the server sends its word.
constexpr int64_t kReveal = 8;

static_assert(kIsNegative.online == 336 && kIsNegative.hops == 8);
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
             "CrypTen, arXiv 2109.00984, and its sources; checked against "
             "SIGMA (eprint 2023/1269), tables 3 and 5",
             /*threatModel=*/
             "two parties, semi-honest; a trusted dealer makes the triples "
             "and colludes with neither",
             /*measures=*/
             "online: all bytes of both parties; offline: words of triples "
             "from the dealer to both; nothing for set-up",
             SuiteKind::Formula, Expansion::CrypTen, Truncation::Local, /*ringBits=*/64,
             /*fractionBits=*/16}) {}

/// An exchange is symmetric: half of the bytes go each way.
static Charge symmetric(StringRef label, int64_t online, int64_t offline, int64_t hops) {
  return {online, online / 2, online / 2, offline, hops, "formula " + label.str()};
}

static Expected<std::optional<Charge>> onElements(StringRef label, Price price,
                                                  int64_t elements) {
  auto online = exactRatio({price.online, elements});
  if (!online)
    return online.takeError();
  auto offline = exactRatio({price.offline, elements});
  if (!offline)
    return offline.takeError();
  return symmetric(label, *online, *offline, price.hops);
}

/// K5: both operands are opened, elementwise; an element that the windows of a convolution
/// repeat is opened once. beaver.py: matmul, conv1d, conv2d
static Expected<std::optional<Charge>> onMatmul(const Workload &workload) {
  auto left = workload.leftElements
                  ? exactRatio({kOpening, *workload.leftElements})
                  : exactRatio({kOpening, workload.batch, workload.m, workload.k});
  if (!left)
    return left.takeError();
  auto right = exactRatio({kOpening, workload.batch, workload.k, workload.n});
  if (!right)
    return right.takeError();
  auto result = exactRatio({kDealt, workload.batch, workload.m, workload.n});
  if (!result)
    return result.takeError();
  auto online = exactSum({*left, *right});
  if (!online)
    return online.takeError();
  auto offline = exactSum({*online, *result});
  if (!offline)
    return offline.takeError();
  return symmetric("K5", *online, *offline, 1);
}

/// K10: int(ln n) times the halves of a row are compared and the larger of each pair is
/// selected; each of the remaining r values is compared with each other, and the product of
/// its comparisons selects the result. CrypTen also compares the maximum with every element
/// for equality, which nothing waits for. crypten/common/functions/maximum.py, from memory:
/// see docs/Costs.md.
static Expected<std::optional<Charge>> onMax(const Workload &workload) {
  constexpr Price kChoice = kIsNegative + kMul, kEquality = kIsNegative * 2;
  int64_t left = workload.row, pairs = 0, hops = 0;
  // The powers of e are not integers, so rounding errors cannot change the result.
  auto steps = left > 0 ? static_cast<int64_t>(std::log(static_cast<double>(left))) : 0;
  for (int64_t i = 0; i < steps; ++i) {
    pairs += left / 2;
    left -= left / 2;
    hops += kChoice.hops;
  }
  if (left > 1)
    hops += kIsNegative.hops + Log2_64_Ceil(left - 1) + kMul.hops;
  auto total = [&](int64_t Price::*bytes) -> Expected<int64_t> {
    auto halving = exactRatio({kChoice.*bytes, workload.rows, pairs});
    if (!halving)
      return halving.takeError();
    auto pairwise =
        exactRatio({kChoice.*bytes, workload.rows, left, std::max<int64_t>(left - 1, 0)});
    if (!pairwise)
      return pairwise.takeError();
    auto equality = exactRatio({kEquality.*bytes, workload.elements});
    if (!equality)
      return equality.takeError();
    return exactSum({*halving, *pairwise, *equality});
  };
  auto online = total(&Price::online);
  if (!online)
    return online.takeError();
  auto offline = total(&Price::offline);
  if (!offline)
    return offline.takeError();
  return symmetric("K10", *online, *offline, hops);
}

Expected<std::optional<Charge>> CrypTenSuite::price(const Workload &workload) const {
  switch (workload.kind) {
  // K1: shares of zero that both derive from a common seed hide the input.
  // crypten/mpc/primitives/arithmetic.py
  case WorkloadKind::Share:
    return symmetric("K1", 0, 0, 0);
  // K2: each party shifts its share. arithmetic.py: div_
  case WorkloadKind::Truncate:
    return symmetric("K2", 0, 0, 0);
  case WorkloadKind::Multiply:
    return onElements("K3", kMul, workload.elements);
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
    return Charge{*bytes, 0, *bytes, 0, 1, "formula K11"};
  }
  // K12: the client shares rows of zeros and ones, as K1.
  case WorkloadKind::OneHot:
    return symmetric("K12", 0, 0, 0);
  default:
    return std::nullopt;
  }
}

SuitePtr createCrypTenSuite() { return std::make_shared<CrypTenSuite>(); }

} // namespace tacit::cost
