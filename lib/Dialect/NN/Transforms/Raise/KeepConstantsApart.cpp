//===- KeepConstantsApart.cpp - Equal constants stay two ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"

namespace tacit::nn {
#define GEN_PASS_DEF_KEEPCONSTANTSAPART
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

namespace {

struct KeepConstantsApart : tacit::nn::impl::KeepConstantsApartBase<KeepConstantsApart> {
  void runOnOperation() override {
    tacit::nn::keepConstantsApart(getOperation());
    // No operation was added or removed.
    markAllAnalysesPreserved();
  }
};

} // namespace
