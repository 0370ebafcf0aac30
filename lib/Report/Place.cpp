//===- Place.cpp - Formats the place of an operation ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Report/Place.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Support/NodeName.h"

using namespace mlir;
using namespace tacit;

/// The node, or the line, without more.
static std::string placeOf(Location loc) {
  if (std::string node = nodeOf(loc); !node.empty())
    return "node '" + node + "'";
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      if (std::string text = placeOf(part); !text.empty())
        return text;
  if (auto file = dyn_cast<FileLineColLoc>(loc))
    return "line " + std::to_string(file.getLine());
  return "";
}

std::string report::describePlace(Location loc) {
  std::string place = placeOf(loc), site = nn::getSiteName(loc).str();
  if (!site.empty())
    place = place.empty() ? site : site + " (" + place + ")";
  return place.empty() ? "" : place + ": ";
}
