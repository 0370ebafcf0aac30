//===- NNLoopOps.td - Loops over a sequence -----------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNLOOPOPS_TD
#define TACIT_DIALECT_NN_IR_NNLOOPOPS_TD

include "tacit/Dialect/NN/IR/NNOpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def NN_ScanOp
    : Op<NN_Dialect, "scan",
         [AttrSizedOperandSegments, SingleBlock, RecursiveMemoryEffects,
          RecursivelySpeculatable, NN_InfersSizes]> {
  let summary = "computes a sequence step by step";
  let description = [{
    Runs `body` once for each step, in order. Its arguments are the number of the step, from
    0, as a `tensor<i64>`; the states, which are `states` in the first step and then what
    the step before returned; and one slice of each of `inputs` along the first dimension,
    without that dimension. It ends with `nn.yield` of the next states and of one slice of
    each collected output.

    The results are the states after the last step, and the collected outputs, whose first
    dimension is the number of steps. That number is the first dimension of all of `inputs`;
    with `count` it is that number (0 if it is negative). `reversed` has one entry for each
    input and then for each collected output: one that is true is read or written from its
    last slice to its first.

    States keep their shapes. The body may use every value that is defined before the
    operation; what does not depend on the step is best computed there.

    ```mlir
    %last, %all = nn.scan from %zero over %x : (tensor<?x8xf32>, tensor<?x?x8xf32>)
        -> (tensor<?x8xf32>, tensor<?x?x8xf32>) {
    ^bb0(%step: tensor<i64>, %state: tensor<?x8xf32>, %slice: tensor<?x8xf32>):
      %sum = nn.add %state, %slice : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
      nn.yield %sum, %sum : tensor<?x8xf32>, tensor<?x8xf32>
    }
    ```
  }];
  let arguments = (ins Optional<0DTensorOf<[I64]>>:$count, Variadic<AnyRankedTensor>:$states,
                       Variadic<AnyRankedTensor>:$inputs,
                       OptionalAttr<DenseBoolArrayAttr>:$reversed);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    (`count` $count^)? (`from` $states^)? (`over` $inputs^)? attr-dict `:`
    functional-type(operands, results) $body
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The arguments of the body.
    ::mlir::Value getStep() { return getBody().getArgument(0); }
    ::mlir::MutableArrayRef<::mlir::BlockArgument> getStateArguments() {
      return getBody().getArguments().slice(1, getStates().size());
    }
    ::mlir::MutableArrayRef<::mlir::BlockArgument> getSliceArguments() {
      return getBody().getArguments().drop_front(1 + getStates().size());
    }
    /// What the body returns.
    ::mlir::OperandRange getYielded() {
      return getBody().front().getTerminator()->getOperands();
    }
    ::mlir::OperandRange getNextStates() { return getYielded().take_front(numStates()); }
    ::mlir::OperandRange getSlices() { return getYielded().drop_front(numStates()); }
    ::mlir::ResultRange getLastStates() { return getResults().take_front(numStates()); }
    ::mlir::ResultRange getCollected() { return getResults().drop_front(numStates()); }
    unsigned numStates() { return getStates().size(); }

    /// Returns true if an input, or a collected output, is in reverse order.
    bool isInputReversed(unsigned input);
    bool isOutputReversed(unsigned output);
    /// Returns the argument of the body that is a slice of `use`; null if it is no input.
    ::mlir::Value getSliceOf(::mlir::OpOperand &use);
    /// Returns the number of steps if it is known.
    std::optional<int64_t> getKnownSteps();
    /// Returns the number of steps as a size; null if it is a value of the run.
    ::tacit::nn::SizeExpr inferSteps(::tacit::nn::SizeInference &inference);
    /// Requires of sizes what the operation demands, after the body was visited.
    void requireSizes(::tacit::nn::SizeInference &inference);
  }];
}

def NN_YieldOp
    : Op<NN_Dialect, "yield", [Pure, ReturnLike, Terminator, HasParent<"ScanOp">]> {
  let summary = "ends the body of a loop";
  let description = "States what a step of `nn.scan` returns.";
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif // TACIT_DIALECT_NN_IR_NNLOOPOPS_TD
