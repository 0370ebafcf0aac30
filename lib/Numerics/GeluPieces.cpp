//===- GeluPieces.cpp - GELU in polynomial pieces -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The sources are listed in docs/Numerics.md, "Activations".
//
//===----------------------------------------------------------------------===//

#include "tacit/Numerics/GeluPieces.h"
#include "llvm/ADT/StringSwitch.h"
#include <limits>

using namespace tacit::numerics;
using llvm::ArrayRef;

#include "tacit/Numerics/GeluEnums.cpp.inc"

namespace tacit {
#define GET_GeluKindWords_IMPL
#include "tacit/Numerics/GeluWords.inc"

template <>
ArrayRef<Word<GeluKind>> words<GeluKind>() {
  return GeluKindWords;
}
} // namespace tacit

static constexpr double kEverywhere = std::numeric_limits<double>::infinity();
static constexpr double kZero[] = {0};
static constexpr double kIdentity[] = {0, 1};

static constexpr double kPumaLow[] = {-0.5054031199708174, -0.42226581151983866,
                                      -0.11807612951181953, -0.011034134030615728};
static constexpr double kPumaHigh[] = {0.008526321541038084,  0.5, 0.3603292692789629,   0,
                                       -0.037688200365904236, 0,   0.0018067462606141187};
static constexpr double kBolt[] = {0.001620808531841547, -0.03798164612714154,
                                   0.5410550166368381, -0.18352506127082727,
                                   0.020848611754127593};
static constexpr double kNimbus[] = {-0.006946478426716862, 0.32421075145645123,
                                     0.17025471961795552};
static constexpr double kQuad[] = {0.5, 0.25, 0.125};

static constexpr GeluPiece kPumaPieces[] = {
    {-4, kZero}, {-1.95, kPumaLow}, {3, kPumaHigh}, {kEverywhere, kIdentity}};
static constexpr GeluPiece kBumblebeePieces[] = {
    {-5, kZero}, {-1.97, kPumaLow}, {3, kPumaHigh}, {kEverywhere, kIdentity}};
static constexpr GeluPiece kBoltPieces[] = {
    {-2.7, kZero}, {2.7, kBolt, /*ofMagnitude=*/true}, {kEverywhere, kIdentity}};
static constexpr GeluPiece kNimbusPieces[] = {
    {-1.8, kZero}, {0.5, kNimbus}, {kEverywhere, kIdentity}};
static constexpr GeluPiece kQuadPieces[] = {{kEverywhere, kQuad}};

bool GeluPiece::isIdentity() const { return coefficients == ArrayRef<double>(kIdentity); }

ArrayRef<GeluPiece> tacit::numerics::geluPieces(GeluKind kind) {
  switch (kind) {
  case GeluKind::Puma:
    return kPumaPieces;
  case GeluKind::Bumblebee:
    return kBumblebeePieces;
  case GeluKind::Bolt:
    return kBoltPieces;
  case GeluKind::Nimbus:
    return kNimbusPieces;
  case GeluKind::Quad:
    return kQuadPieces;
  case GeluKind::Erf:
  case GeluKind::Tanh:
  case GeluKind::Sigmoid:
    return {};
  }
  llvm_unreachable("a kind of GELU that is none");
}
