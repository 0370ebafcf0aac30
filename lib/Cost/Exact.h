//===- Exact.h - Byte counts without overflow -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_COST_EXACT_H
#define TACIT_LIB_COST_EXACT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace tacit::cost {

/// Returns the product of the numerators divided by that of the denominators, rounded to
/// the nearest integer. No number may be negative, and there are at most eight on each
/// side; 0 / 0 is 0. Fails if the result does not fit into 63 bits, because hand-written
/// programs can have any dimension.
llvm::Expected<int64_t> exactRatio(llvm::ArrayRef<int64_t> numerators,
                                   llvm::ArrayRef<int64_t> denominators = {});

/// The error for amounts that leave 63 bits.
llvm::Error tooLarge();

/// Returns the sum of non-negative numbers.
llvm::Expected<int64_t> exactSum(llvm::ArrayRef<int64_t> numbers);

} // namespace tacit::cost

#endif // TACIT_LIB_COST_EXACT_H
