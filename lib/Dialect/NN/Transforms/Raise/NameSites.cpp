//===- NameSites.cpp - Gives every site a lasting name --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Analysis/SiteNames.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"

namespace tacit::nn {
#define GEN_PASS_DEF_NAMESITES
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace tacit::nn;

namespace {

struct NameSites : tacit::nn::impl::NameSitesBase<NameSites> {
  using NameSitesBase::NameSitesBase;

  void runOnOperation() override {
    sites += nameSites(getOperation(), getAnalysis<SiteNames>());
    // No operation was added or removed.
    markAllAnalysesPreserved();
  }
};

} // namespace
