//===- Passes.td - Conversions between dialects -------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CONVERSION_PASSES_TD
#define TACIT_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertNNToLinalg : Pass<"convert-nn-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Lower nn to linalg on tensors";
  let description = [{
    This is a full conversion: every `nn` operation becomes `linalg`, `tensor`, `arith` and
    `math`, or the pass fails and names it. The sizes of free dimensions were stated by
    `nn-resolve-dims` in `nn.sized`: all arithmetic on sizes is at the start of the
    function, and only there is `tensor.dim`, of arguments. Tensors of `i1` become tensors
    of `i8` that hold 0 or 1, and those of `ui8` tensors of `i8`: whether a number has a
    sign is then determined by the operation.

    **Before**
    ```mlir
    func.func @main(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %0 = nn.relu %x : tensor<2x8xf32>
      return %0 : tensor<2x8xf32>
    }
    ```

    **After**
    ```mlir
    #map = affine_map<(d0, d1) -> (d0, d1)>
    func.func @main(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %0 = tensor.empty() : tensor<2x8xf32>
      %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
          ins(%x : tensor<2x8xf32>) outs(%0 : tensor<2x8xf32>) {
      ^bb0(%in: f32, %out: f32):
        %zero = arith.constant 0.000000e+00 : f32
        %2 = arith.maximumf %in, %zero : f32
        linalg.yield %2 : f32
      } -> tensor<2x8xf32>
      return %1 : tensor<2x8xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::cf::ControlFlowDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def ConvertNNToMPC : Pass<"convert-nn-to-mpc", "::mlir::ModuleOp"> {
  let summary = "Convert nn to computation by two parties on secrets";
  let description = [{
    Operations that one party can compute alone stay `nn` on plain tensors: the client has
    the arguments of a function, and the server the constants. Both know a constant if it is
    used for nothing but shapes, indices and masks, if it follows from an attribute, or if
    the option `public` lists its name; if the client needs it, it passes `mpc.public`.
    Operations that need values of both parties become `mpc` on numbers with `fraction` bits
    behind the binary point, in a ring of `width` bits, or the pass fails and names each
    operation for which there is no protocol. The client learns the results.

    - A weight becomes a share once, however often it is read. `dense_resource` blobs
      are not read, except the constant masks of attentions.
    - A product is truncated at once to `fraction`.
    - A look-up in the server's table at the client's indices is the product of
      `mpc.one_hot` and the table.
    - A constant mask becomes the operand `keep` of `mpc.softmax`. A mask that follows from
      the inputs is limited to -64 by the client and added to the scores, and so is any mask
      of scores that a softmax outside of an attention reads.
    - A convolution is the product of its windows, which are moved together, and its
      filters. A pool is the sum or the maximum of its windows.
    - A choice by a comparison of secrets is a product with the sign of their difference.
    - Matrix products and whole functions state their place in the model by `mpc.site`.
    - Caches stay shares: the argument and the result are `!mpc.share`, marked by
      `mpc.state`, which names the other end.

    All dimensions must be known.

    **Before**

    ```mlir
    func.func @main(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
      %w = nn.constant dense_resource<w> : tensor<8x4xf32>
      %0 = nn.linear %x, %w : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
      %1 = nn.relu %0 : tensor<2x4xf32>
      return %1 : tensor<2x4xf32>
    }
    ```

    **After**

    ```mlir
    func.func @main(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
      %w = nn.constant dense_resource<w> : tensor<8x4xf32>
      %0 = mpc.share %x from client : tensor<2x8xf32> to !mpc.share<2x8, width = 64, fraction = 18>
      %1 = mpc.share %w from server : tensor<8x4xf32> to !mpc.share<8x4, width = 64, fraction = 18>
      %2 = mpc.matmul %0, %1 {mpc.site = #mpc.site<block = -1, role = other>} : (!mpc.share<2x8, width = 64, fraction = 18>, !mpc.share<8x4, width = 64, fraction = 18>) -> !mpc.share<2x4, width = 64, fraction = 36>
      %3 = mpc.truncate %2 : !mpc.share<2x4, width = 64, fraction = 36> to !mpc.share<2x4, width = 64, fraction = 18>
      %4 = mpc.relu %3 {mpc.site = #mpc.site<block = -1, role = other>} : !mpc.share<2x4, width = 64, fraction = 18>
      %5 = mpc.reveal %4 to client : !mpc.share<2x4, width = 64, fraction = 18> -> tensor<2x4xf32>
      return %5 : tensor<2x4xf32>
    }
    ```
  }];
  let options = [
    Option<"width", "width", "int64_t", /*default=*/"64", "bits of the ring, up to 128">,
    Option<"fraction", "fraction", "int64_t", /*default=*/"18",
           "bits behind the binary point">,
    ListOption<"publicNames", "public", "std::string",
               "names of constants that the client may know">,
    ListOption<"caches", "caches", "std::string",
               "caches that stay shares, as IN=OUT; none for none of them. By default they "
               "are found by their use and by their names">
  ];
  let statistics = [
    Statistic<"operations", "operations", "operations that became mpc">
  ];
  let dependentDialects = ["::tacit::mpc::MPCDialect"];
}

def ConvertMPCToParties : Pass<"convert-mpc-to-parties", "::mlir::ModuleOp"> {
  let summary = "Write what each party and the dealer compute, send and deal";
  let description = [{
    @main becomes five functions. @client and @server compute, each for itself, the words
    that a party puts in. @party is what both run: on its first argument, which is 1 at the
    server, on the words of both, and on its shares of what the dealer dealt. It returns
    what the client learns, from which @result computes the results, and the parties' shares
    of state. @dealer makes what is dealt, from random words. docs/Rationale/TwoParties.md
    explains the protocol.

    An argument of @party that belongs to one party states it (`mpc.party`); the other party
    has zeros in its place, or the words plus the material `mpc.mask`.

    Whole functions must have been expanded by `mpc-expand`.

    **Before**

    ```mlir
    func.func @main(%x: !mpc.share<2, width = 64, fraction = 16>) -> !mpc.share<2, width = 64, fraction = 16> {
      %y = mpc.neg %x : !mpc.share<2, width = 64, fraction = 16>
      return %y : !mpc.share<2, width = 64, fraction = 16>
    }
    ```

    **After**

    ```mlir
    #map = affine_map<(d0) -> (d0)>
    func.func @party(%server: tensor<i64>, %x: tensor<2xi64>) -> tensor<2xi64> {
      %0 = tensor.empty() : tensor<2xi64>
      %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
          ins(%x : tensor<2xi64>) outs(%0 : tensor<2xi64>) {
      ^bb0(%in: i64, %out: i64):
        %zero = arith.constant 0 : i64
        %2 = arith.subi %zero, %in : i64
        linalg.yield %2 : i64
      } -> tensor<2xi64>
      return %1 : tensor<2xi64>
    }
    func.func @dealer() {
      return
    }
    func.func @client() {
      return
    }
    func.func @server() {
      return
    }
    func.func @result() {
      return
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect", "::tacit::nn::NNDialect"
  ];
}

def ConvertMPCToLLVM : Pass<"convert-mpc-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Call what stands around a party or the dealer";
  let description = [{
    Operations of the message level, on buffers whose words follow one another, become calls
    of the functions that tacit/Runtime/tacit_party.h declares. A hop is one call for each
    of its messages, and one that sends and receives them all.

    A function without loops of its own is then a list of calls, which LLVM is told not to
    optimise: there can be thousands of them in one block, for which its scheduler and
    register allocator need most of the time, and no machine code gets faster.

    **Before**

    ```mlir
    func.func @dealer(%r: memref<4xi64>) {
      mpc.draw <id = 0, origin = drawn> into %r : memref<4xi64>
      return
    }
    ```

    **After**

    ```mlir
    llvm.func @tacit_dealer_draw(i64, !llvm.ptr, i64)
    func.func @dealer(%r: memref<4xi64>) attributes {passthrough = ["noinline", "optnone"]} {
      %id = llvm.mlir.constant(0 : i64) : i64
      %start = memref.extract_aligned_pointer_as_index %r : memref<4xi64> -> index
      %0 = arith.index_cast %start : index to i64
      %pointer = llvm.inttoptr %0 : i64 to !llvm.ptr
      %count = llvm.mlir.constant(4 : i64) : i64
      llvm.call @tacit_dealer_draw(%id, %pointer, %count) : (i64, !llvm.ptr, i64) -> ()
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect"];
}

def ConvertMPCToLinalg : Pass<"convert-mpc-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Compute in the clear what two parties compute on secrets";
  let description = [{
    This creates the cleartext twin: each secret becomes the integer that its two shares add
    up to, an i64, and each primitive becomes the arithmetic modulo 2^width that the parties
    perform: truncation drops bits (an arithmetic shift to the right), exp, reciprocal and
    rsqrt are CrypTen's iterations. Whole functions must have been expanded by `mpc-expand`.

    If @main states that each party truncates its own share (`mpc.local_truncation`), a share
    is drawn for each truncation, and both are divided, towards zero: the result may be off by
    one unit, and fails with a probability of |x| / 2^width. @main gets one more input,
    `truncation_seed`; if it is even, shares are drawn from half of the ring, and do not fail.

    Movement becomes `nn` on integers, which `convert-nn-to-linalg` lowers; what one party
    computes alone is `nn` already. Weights are converted to fixed point at compile time.
    Rings have at most 64 bits.

    With `count-wraps`, each sum and product is computed again on doubles, and @main gets an
    additional result, `wraps`: the number of those that are outside the ring. Each of them
    makes some result wrong, so that the count should be 0. Where shares are truncated, it
    also gets `failed_truncations`, how many failed, and `expected_failed_truncations`, how
    many do on average, for each node of the model.

    In the suite `tacit` a sum may leave the ring on the way if its result is inside, and a
    truncated number must have at most 62 bits. With `truncated-bits=62`, `wraps` is how many
    have more where they are truncated or compared.

    **Before**

    ```mlir
    func.func @main(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
      %0 = mpc.share %x from client : tensor<2x4xf32> to !mpc.share<2x4, width = 64, fraction = 18>
      %1 = mpc.square %0 : !mpc.share<2x4, width = 64, fraction = 18> to !mpc.share<2x4, width = 64, fraction = 36>
      %y = mpc.reveal %1 to client : !mpc.share<2x4, width = 64, fraction = 36> -> tensor<2x4xf32>
      return %y : tensor<2x4xf32>
    }
    ```

    **After** (the bodies in words)

    ```mlir
    %0 = linalg.generic ins(%x : tensor<2x4xf32>) ... -> tensor<2x4xi64>   // floor(x * 2^18 + 0.5)
    %1 = linalg.generic ins(%0 : tensor<2x4xi64>) ... -> tensor<2x4xi64>   // x * x
    %y = linalg.generic ins(%1 : tensor<2x4xi64>) ... -> tensor<2x4xf32>   // x * 2^-36
    ```
  }];
  let options = [
    Option<"countWraps", "count-wraps", "bool", /*default=*/"false",
           "@main also returns how many sums and products left the ring">,
    Option<"truncatedBits", "truncated-bits", "int64_t", /*default=*/"0",
           "count the numbers instead that have more bits where they are truncated or compared">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect", "::tacit::nn::NNDialect"
  ];
}

#endif // TACIT_CONVERSION_PASSES_TD
