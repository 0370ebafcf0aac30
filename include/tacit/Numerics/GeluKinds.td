//===- GeluKinds.td - The list of kinds of GELU ------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// This is the list alone: the records of enums are in files of their own, because the
// generator of enums repeats what a file includes.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_NUMERICS_GELUKINDS_TD
#define TACIT_NUMERICS_GELUKINDS_TD

include "tacit/Support/Words.td"

class GeluWord<string symbol, int number, string keyword, string help>
    : Word<symbol, number, keyword, help>;

defvar geluKinds = [
  GeluWord<"Erf", 0, "erf", "GELU by erf">,
  GeluWord<"Tanh", 1, "tanh", "GELU by tanh">,
  GeluWord<"Puma", 2, "puma", "polynomials of PUMA">,
  GeluWord<"Bolt", 3, "bolt", "polynomial of BOLT">,
  GeluWord<"Bumblebee", 4, "bumblebee", "polynomials of BumbleBee">,
  GeluWord<"Nimbus", 5, "nimbus", "example polynomial of Nimbus">,
  GeluWord<"Quad", 6, "quad", "parabola of MPCFormer">,
  GeluWord<"Sigmoid", 7, "sigmoid", "x * sigmoid(1.702 x)">,
];

#endif // TACIT_NUMERICS_GELUKINDS_TD
