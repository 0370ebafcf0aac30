//===- FakePackage.h - A two-party package written by hand ------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The client puts in x, the server has the weights w and the constants c; the client learns
// y = x * w + c, element by element, and both keep shares of a number of 20 bits. There is
// one message of each direction, and one material of each origin.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_UNITTESTS_TWOPARTY_FAKEPACKAGE_H
#define TACIT_UNITTESTS_TWOPARTY_FAKEPACKAGE_H

#include "tacit/Runtime/Executable.h"
#include "tacit/Runtime/TwoParty/Schedule.h"

namespace tacit::test {

using Words = std::vector<int64_t>;

/// The numbers of the materials.
enum : int64_t {
  kOpeningMask = 1, ///< drawn
  kInputMask = 2,   ///< the client's
  kServerWord = 3,  ///< the server's; nobody needs it
  kProduct = 4,     ///< dealt: input mask * weight mask
  kWeightMask = 5,  ///< the server's, for the session
  kBits = 6,        ///< dealt: 20 bits of the opening mask, as bits
};

constexpr int64_t kCount = 4;

/// With `hasState`, the client learns y plus a number of which both have a share.
twoparty::Schedule fakeSchedule(bool hasState = false);

std::unique_ptr<Executable> fakeDealer();
std::unique_ptr<Executable> fakeParty(bool hasState = false);

/// What a program does that is not that of the schedule.
enum class Fault {
  None,
  OtherWords,    ///< a message has one word more
  OtherMaterial, ///< asks for one that does not exist, or deals it
  Twice,         ///< deals one twice
  Missing,       ///< ends before the last hop, or does not deal one
};
/// Holds for all fake programs until it is destroyed.
class WithFault {
public:
  explicit WithFault(Fault fault);
  ~WithFault();
};

/// How many programs have come to their end.
int finishedRuns();

HostTensor tensorOf(const Words &words, std::vector<int64_t> shape = {kCount});
Words wordsOf(const HostTensor &tensor);

} // namespace tacit::test

#endif // TACIT_UNITTESTS_TWOPARTY_FAKEPACKAGE_H
