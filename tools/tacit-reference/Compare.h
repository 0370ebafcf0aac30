//===- Compare.h - Compares results with expected ones ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_REFERENCE_COMPARE_H
#define TACIT_TOOLS_TACIT_REFERENCE_COMPARE_H

#include "Case.h"

namespace tacit::reference {

/// Compares results of a function with the expected ones. Attributes of a result state the
/// tolerance:
///
///   test.ulp = N         at most N units in the last place of the element type
///   test.within = X      at most X, whatever the size of the number
///   test.at_least = X    and the largest difference not below X, so that the limit
///                        above is meaningful
/// Without them integers, booleans and secrets must be equal, and floats within 1e-5 of the
/// largest number of their tensor or of 1.
class Comparison {
public:
  /// `what` is compared, in messages; `isLoose` is about code that is another program
  /// than the one of the limits, and leaves test.at_least out.
  Comparison(Case test, llvm::StringRef what, bool ignoresLowerLimit = false)
      : test(test), what(what), ignoresLowerLimit(ignoresLowerLimit) {}

  llvm::Error compare(unsigned result, const Tensor &found, const Tensor &expected) const;
  llvm::Error compareAll(llvm::ArrayRef<Tensor> found,
                         llvm::ArrayRef<Tensor> expected) const;
  /// Compares with the attributes test.expected; the default tolerance of floats is one
  /// unit in the last place. Counts the comparisons.
  llvm::Error compareStated(llvm::ArrayRef<Tensor> found, int64_t &count) const;

private:
  struct Limits;
  llvm::Expected<Limits> limitsOf(unsigned result, const Tensor &expected,
                                  bool isStated) const;
  llvm::Error check(unsigned result, const Tensor &found, const Tensor &expected,
                    const Limits &limits) const;

  Case test;
  llvm::StringRef what;
  bool ignoresLowerLimit;
};

} // namespace tacit::reference

#endif // TACIT_TOOLS_TACIT_REFERENCE_COMPARE_H
