//===- Passes.td - Passes on the mpc dialect ----------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_TRANSFORMS_PASSES_TD
#define TACIT_DIALECT_MPC_TRANSFORMS_PASSES_TD

include "tacit/Dialect/MPC/Transforms/Recipe.td"
include "tacit/Support/WordOption.td"

//===----------------------------------------------------------------------===//
// Expand: whole functions become the primitives of a protocol
//===----------------------------------------------------------------------===//

def Expand : Pass<"mpc-expand", "::mlir::func::FuncOp"> {
  let summary = "Expand whole functions into the primitives of a protocol";
  let description = [{
    `mpc.relu`, `sigmoid`, `tanh`, `silu`, `gelu`, `softmax`, `layer_norm` and
    `rms_norm` become products, squares, signs, and the functions that the recipe has
    as wholes: `exp`, `reciprocal`, `rsqrt`, `max`. The functions of `recipe=crypten`
    are those of CrypTen (arXiv 2109.00984, and its sources); what its steps cost is in
    docs/Costs.md:

    - relu: x * (1 - (x < 0)).
    - sigmoid: 1 / (1 + exp(-|x|)), mirrored where x < 0; tanh(x) is 2 sigmoid(2x) - 1
      and silu x * sigmoid(x).
    - gelu erf and tanh: x/2 (1 + erf(x / sqrt 2)), erf by 8 terms of its Taylor series,
      whose powers CrypTen computes one by one: 752 bytes; shared squares would take fewer.
      The other kinds: a comparison for each bound, polynomials from shared powers.
    - layer_norm, rms_norm: mean and variance are local except for the square; one rsqrt per
      row.
    - softmax: max, exp, one reciprocal per row. Elements that `keep` excludes are first set
      to -128, which is local, so that they cannot be the largest.

    They are accurate where CrypTen's are. The series is within 0.01 of GELU for |x| up to
    2.5, off by 0.9 at 3.2 and by 66 at 4. rsqrt converges, to 0.5 %, for variances from
    0.1 to 150; reciprocal, to 2 % with 18 bits of fraction, for sums of a softmax row up
    to 128, and not at all beyond 253. `norm-scale=4` computes norms as
    4 x rsqrt(16 variance), which costs nothing and takes variances from 0.006 to 9;
    any other power of two up to 256 moves the range accordingly.

    `recipe=crypten-bounded` has the same functions for a model that exceeds these ranges.
    GELU compares x with -2.5 and 2.5, gives 0 below and x above, and evaluates the series
    at 0 there: two more signs and two more products, 736 bytes per element. rsqrt takes six
    steps of Newton's method instead of three, 240 more bytes per row, and thus covers, to
    0.5 %, variances from 0.014 to 150, and to 5 % from 0.008 on.

    `recipe=tacit` expands every function, max, exp, reciprocal and rsqrt included, down to
    products and signs, for the programs of `convert-mpc-to-parties`. Its functions take any
    number: exp is 0 below -16, powers of two are found by comparisons, and what follows is
    right to the fraction; reciprocals are those of numbers from 2^-8 to 2^17, roots those
    of numbers from 2^-20 to 2^18. GELU (erf and tanh), sigmoid and tanh are within 0.001 of
    their definitions for every number, silu within 0.0012, besides two units of the
    fraction: polynomials of degree 8 in |x| up to a bound, and exact beyond it. The kinds
    of GELU that consist of pieces are what they are. If a constant mask leaves a range of
    each row, as a causal one does, softmax computes with these scores alone (`mpc.pack`).
    A product that is truncated, multiplied by a number and truncated again is truncated
    once where the ring has room.

    In the recipes of CrypTen a product is truncated at once to the fraction of the
    function. A public factor gets as
    many bits as are needed for 14 significant ones, at least the fraction, or the few that
    represent it exactly. The parts of a function have its location, and an `mpc.site` that
    names it. They must not be shared between functions or within the series (by `cse`) if
    the cost of the recipe is wanted.

    With `local-truncation`, the function states that the parties of this protocol truncate
    by themselves (`mpc.local_truncation`), each its own share, which sometimes fails:
    `convert-mpc-to-linalg` draws these failures.

    **Before**

    ```mlir
    func.func @relu(%x: !mpc.share<2x8, width = 64, fraction = 18>) -> !mpc.share<2x8, width = 64, fraction = 18> {
      %y = mpc.relu %x : !mpc.share<2x8, width = 64, fraction = 18>
      return %y : !mpc.share<2x8, width = 64, fraction = 18>
    }
    ```

    **After**

    ```mlir
    func.func @relu(%x: !mpc.share<2x8, width = 64, fraction = 18>) -> !mpc.share<2x8, width = 64, fraction = 18> {
      %0 = mpc.is_negative %x {mpc.site = #mpc.site<block = -1, role = other, of = "relu">} : !mpc.share<2x8, width = 64, fraction = 18> to !mpc.share<2x8, width = 64, fraction = 0>
      %1 = mpc.neg %0 {mpc.site = #mpc.site<block = -1, role = other, of = "relu">} : !mpc.share<2x8, width = 64, fraction = 0>
      %one = nn.constant {nn.from_attribute} dense<1.000000e+00> : tensor<f32>
      %2 = mpc.public %one as attribute "relu" : tensor<f32>
      %3 = mpc.add %1, %2 {mpc.site = #mpc.site<block = -1, role = other, of = "relu">} : (!mpc.share<2x8, width = 64, fraction = 0>, tensor<f32>) -> !mpc.share<2x8, width = 64, fraction = 0>
      %y = mpc.mul %x, %3 {mpc.site = #mpc.site<block = -1, role = other, of = "relu">} : (!mpc.share<2x8, width = 64, fraction = 18>, !mpc.share<2x8, width = 64, fraction = 0>) -> !mpc.share<2x8, width = 64, fraction = 18>
      return %y : !mpc.share<2x8, width = 64, fraction = 18>
    }
    ```
  }];
  let options = [
    WordOption<"recipe", "recipe", Recipe, /*default=*/"CrypTen", "the expansions that are used">,
    Option<"normScale", "norm-scale", "int64_t", /*default=*/"1",
           "a power of two by which CrypTen's norms move the variances that rsqrt takes">,
    Option<"localTruncation", "local-truncation", "bool", /*default=*/"false",
           "state that each party truncates its own share, by itself">
  ];
  let statistics = [
    Statistic<"functions", "functions", "whole functions expanded">,
    Statistic<"primitives", "primitives", "operations that replaced them">
  ];
  let dependentDialects = ["::tacit::nn::NNDialect"];
}

//===----------------------------------------------------------------------===//
// Secrecy
//===----------------------------------------------------------------------===//

def VerifySecrecy : Pass<"mpc-verify-secrecy", "::mlir::ModuleOp"> {
  let summary = "Prove that secrets leave only through mpc.reveal";
  let description = [{
    Changes nothing; reports every violation, at the operation that commits it, and says who
    would learn what:

    - A share is created by mpc operations and read by mpc operations. Functions take and
      return plain tensors.
    - `mpc.reveal` reveals a secret to the client, who learns results, and to nobody else.
    - A plain operand of an mpc operation is public: it passed `mpc.public`, or follows from
      values that did.
    - `mpc.public` discloses a constant to the client, and its reason holds: a `shape`, an
      `index` or a `mask` is used for nothing else; an `attribute` is one number, or a list
      of up to 64, and marked `nn.from_attribute`; a `listed` constant has a name that the
      option `public` lists.
    - A share from the server follows from constants alone, one from the client not from
      weights alone.
    - No plain operation combines weights with values that follow from an argument, and no
      function returns weights in plain.

    Arguments are the client's input. Every constant belongs to the server, whatever its
    element type, until it passes `mpc.public`.

    A program has to be straight-line code. This one is valid, and stays as it is.

    **Before**, and **After**

    ```mlir
    func.func @main(%x: tensor<2x4xf32>) -> tensor<2x3xf32> {
      %w = nn.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [0.0, 1.0, 0.0]]> : tensor<4x3xf32>
      %0 = mpc.share %x from client : tensor<2x4xf32> to !mpc.share<2x4, width = 64, fraction = 18>
      %1 = mpc.share %w from server : tensor<4x3xf32> to !mpc.share<4x3, width = 64, fraction = 18>
      %2 = mpc.matmul %0, %1 : (!mpc.share<2x4, width = 64, fraction = 18>, !mpc.share<4x3, width = 64, fraction = 18>) -> !mpc.share<2x3, width = 64, fraction = 36>
      %3 = mpc.truncate %2 : !mpc.share<2x3, width = 64, fraction = 36> to !mpc.share<2x3, width = 64, fraction = 18>
      %y = mpc.reveal %3 to client : !mpc.share<2x3, width = 64, fraction = 18> -> tensor<2x3xf32>
      return %y : tensor<2x3xf32>
    }
    ```
  }];
  let options = [
    ListOption<"publicNames", "public", "std::string",
               "names of constants that the client may know">
  ];
  let statistics = [
    Statistic<"secrets", "secrets", "values that parties turned into secrets">,
    Statistic<"reveals", "reveals", "secrets that the client learns">
  ];
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

def AnnotateCosts : Pass<"mpc-annotate-costs", "::mlir::func::FuncOp"> {
  let summary = "Annotate each operation with what it sends, and when";
  let description = [{
    Attaches `mpc.cost` to every operation for which the protocol has a figure, including
    those that send nothing; operations that are local in every protocol have none. `start`
    is the hop at which an operation can begin if everything is sent as early as the data
    allow: independent messages share a round. docs/Costs.md has the figures and their
    sources.

    A suite of formulas requires a program of primitives (`mpc-expand`), a published one
    whole functions. All operations without a figure are reported in one error; those that
    `skip` names cost nothing, and their basis says so. An operation
    on shares in a loop, a branch or a call is an error, too, because it is not known how
    often it runs, and so is a ring for which there are no figures.

    **Before**

    ```mlir
    func.func @relu(%x: !mpc.share<2x8, width = 64, fraction = 18>, %one: tensor<f32>) -> !mpc.share<2x8, width = 64, fraction = 18> {
      %0 = mpc.is_negative %x {mpc.site = #mpc.site<block = -1, role = other, of = "relu">} : !mpc.share<2x8, width = 64, fraction = 18> to !mpc.share<2x8, width = 64, fraction = 0>
      %1 = mpc.neg %0 {mpc.site = #mpc.site<block = -1, role = other, of = "relu">} : !mpc.share<2x8, width = 64, fraction = 0>
      %2 = mpc.add %1, %one : (!mpc.share<2x8, width = 64, fraction = 0>, tensor<f32>) -> !mpc.share<2x8, width = 64, fraction = 0>
      %y = mpc.mul %x, %2 : (!mpc.share<2x8, width = 64, fraction = 18>, !mpc.share<2x8, width = 64, fraction = 0>) -> !mpc.share<2x8, width = 64, fraction = 18>
      return %y : !mpc.share<2x8, width = 64, fraction = 18>
    }
    ```

    **After** (`protocol=crypten`)

    ```mlir
    func.func @relu(%x: !mpc.share<2x8, width = 64, fraction = 18>, %one: tensor<f32>) -> !mpc.share<2x8, width = 64, fraction = 18> {
      %0 = mpc.is_negative %x {mpc.cost = #mpc.cost<total = 6912, to_server = 3456, to_client = 3456, offline = 1792, hops = 8, rounds = 8, start = 0, basis = "formula K6">} : !mpc.share<2x8, width = 64, fraction = 18> to !mpc.share<2x8, width = 64, fraction = 0>
      %1 = mpc.neg %0 {mpc.site = #mpc.site<block = -1, role = other, of = "relu">} : !mpc.share<2x8, width = 64, fraction = 0>
      %2 = mpc.add %1, %one : (!mpc.share<2x8, width = 64, fraction = 0>, tensor<f32>) -> !mpc.share<2x8, width = 64, fraction = 0>
      %y = mpc.mul %x, %2 {mpc.cost = #mpc.cost<total = 512, to_server = 256, to_client = 256, offline = 128, hops = 1, rounds = 1, start = 8, basis = "formula K3">} : (!mpc.share<2x8, width = 64, fraction = 18>, !mpc.share<2x8, width = 64, fraction = 0>) -> !mpc.share<2x8, width = 64, fraction = 18>
      return %y : !mpc.share<2x8, width = 64, fraction = 18>
    }
    ```
  }];
  // This is not an enum because data files of published figures are protocols, too.
  let options = [
    Option<"protocol", "protocol", "std::string", /*default=*/"\"crypten\"",
           "crypten, aero, or the path of a .json file of published figures">,
    ListOption<"skip", "skip", "std::string",
               "kinds or sites of operations that are not counted, or pooler">
  ];
  let statistics = [
    Statistic<"charged", "charged", "operations that send something">,
    Statistic<"silent", "silent", "operations that cost nothing in the protocol">
  ];
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

def ScheduleMessages : Pass<"mpc-schedule-messages", "::mlir::func::FuncOp"> {
  let summary = "Send the messages of one hop together";
  let description = [{
    Every message leaves as early as the data allow: at the hop after the last one that it
    waits for. Messages of the same hop become one `mpc.exchange`, and everything that is
    computed is computed just before it is needed.

    **Before**

    ```mlir
    func.func @party(%x: tensor<4xi64>, %y: tensor<2xi64>) -> (tensor<4xi64>, tensor<2xi64>) {
      %e = tensor.empty() : tensor<4xi64>
      %f = tensor.empty() : tensor<2xi64>
      %0 = mpc.exchange ins(%x : tensor<4xi64>) outs(%e : tensor<4xi64>) [both] -> tensor<4xi64>
      %1 = mpc.exchange ins(%y : tensor<2xi64>) outs(%f : tensor<2xi64>) [to_client] -> tensor<2xi64>
      return %0, %1 : tensor<4xi64>, tensor<2xi64>
    }
    ```

    **After**

    ```mlir
    func.func @party(%x: tensor<4xi64>, %y: tensor<2xi64>) -> (tensor<4xi64>, tensor<2xi64>) {
      %e = tensor.empty() : tensor<4xi64>
      %f = tensor.empty() : tensor<2xi64>
      %0:2 = mpc.exchange ins(%x, %y : tensor<4xi64>, tensor<2xi64>) outs(%e, %f : tensor<4xi64>, tensor<2xi64>) [both, to_client] -> tensor<4xi64>, tensor<2xi64>
      return %0#0, %0#1 : tensor<4xi64>, tensor<2xi64>
    }
    ```
  }];
  let statistics = [Statistic<"numHops", "hops", "exchanges that follow one another">];
}

def SelectProgram : Pass<"mpc-select-program", "::mlir::ModuleOp"> {
  let summary = "Keep one of the programs of parties and dealer, as @main";
  let description = [{
    `convert-mpc-to-parties` writes several functions into one module; each is compiled by
    itself. The function that `name` states becomes @main, whose interface the module then
    states, and the others are erased.

    **Before**

    ```mlir
    func.func @party(%server: tensor<i64>) {
      return
    }
    func.func @dealer() {
      return
    }
    ```

    **After** (`name=dealer`)

    ```mlir
    module attributes {nn.interface = #nn.interface<inputs = [], outputs = []>} {
      func.func @main() {
        return
      }
    }
    ```
  }];
  let options = [
    Option<"name", "name", "std::string", /*default=*/"\"party\"",
           "party, dealer, client or server">
  ];
}

def OutlineSteps : Pass<"mpc-outline-steps", "::mlir::ModuleOp"> {
  let summary = "Outline what is computed between messages, shared by equal layers";
  let description = [{
    A step is what a party computes between two hops, or the dealer between two tensors that
    it deals. Each becomes a call of a private function. The layers of a model compute the
    same on different words, so that most calls share their function, and the passes that
    follow see each kind of layer once.

    Material and messages stay in @main. So do views of tensors (slices and reshapes) and
    small constants, which the functions repeat; large constants are arguments.

    **Before**

    ```mlir
    func.func @main(%x: tensor<4xi64>) -> tensor<4xi64> {
      %e = tensor.empty() : tensor<4xi64>
      %0 = linalg.add ins(%x, %x : tensor<4xi64>, tensor<4xi64>) outs(%e : tensor<4xi64>) -> tensor<4xi64>
      %1 = mpc.exchange ins(%0 : tensor<4xi64>) outs(%e : tensor<4xi64>) [both] -> tensor<4xi64>
      %2 = linalg.add ins(%1, %1 : tensor<4xi64>, tensor<4xi64>) outs(%e : tensor<4xi64>) -> tensor<4xi64>
      return %2 : tensor<4xi64>
    }
    ```

    **After**

    ```mlir
    func.func @main(%x: tensor<4xi64>) -> tensor<4xi64> {
      %e = tensor.empty() : tensor<4xi64>
      %0 = call @step_0(%x) : (tensor<4xi64>) -> tensor<4xi64>
      %1 = mpc.exchange ins(%0 : tensor<4xi64>) outs(%e : tensor<4xi64>) [both] -> tensor<4xi64>
      %2 = call @step_0(%1) : (tensor<4xi64>) -> tensor<4xi64>
      return %2 : tensor<4xi64>
    }
    func.func private @step_0(%x: tensor<4xi64>) -> tensor<4xi64> {
      %e = tensor.empty() : tensor<4xi64>
      %0 = linalg.add ins(%x, %x : tensor<4xi64>, tensor<4xi64>) outs(%e : tensor<4xi64>) -> tensor<4xi64>
      return %0 : tensor<4xi64>
    }
    ```
  }];
  let statistics = [
    Statistic<"numCalls", "calls", "steps that became calls">,
    Statistic<"numSteps", "steps", "functions created">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

#endif // TACIT_DIALECT_MPC_TRANSFORMS_PASSES_TD
