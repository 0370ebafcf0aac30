//===- Passes.td - Passes on the nn dialect -----------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_PASSES_TD
#define TACIT_DIALECT_NN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"
include "tacit/Dialect/NN/Transforms/RaisePasses.td"

//===----------------------------------------------------------------------===//
// Surgery: the model becomes another one
//===----------------------------------------------------------------------===//

/// A pass of the surgery phase. It does not keep what the model computes, unless it
/// says so. Every site it changes, and every one it leaves with the reason, is a
/// remark of category "surgery". What is left without a reader is erased.
///
/// The description of nn-remove-layer-norm says what `sites` means.
class SurgeryPass<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  Option siteOption = Option<"siteText", "sites", "std::string", /*default=*/"\"all\"",
      "all, blocks, final, or block numbers such as 0+2+4-7">;
  let options = [siteOption];
  let statistics = [
    Statistic<"sites", "sites", "sites changed">,
    Statistic<"nearMisses", "near-misses", "sites left as they are">
  ];
}

def RemoveLayerNorm : SurgeryPass<"nn-remove-layer-norm"> {
  let summary = "Remove layer and root mean square normalisation";
  let description = [{
    The normalisation goes, and its scale and shift with it: what read it reads its
    input. A model that was trained with normalisation needs training after this.

    `sites` is `all`, `blocks` (all transformer blocks), `final` (behind the last one)
    or block numbers, `0+2+4-7`. There is a block for each attention, counted from 0:
    what leads to the attention is in it, and what leads from there to the residual
    sums before the next. Where norms follow the sums, as in BERT, the norm between two
    blocks is in the second.

    **Before**

    ```mlir
    func.func @norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
      %0 = nn.layer_norm %x scale(%g) bias(%b) epsilon = 9.99999974E-6 : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
      %1 = nn.relu %0 : tensor<2x8xf32>
      return %1 : tensor<2x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
      %0 = nn.relu %x : tensor<2x8xf32>
      return %0 : tensor<2x8xf32>
    }
    ```
  }];
}

def ReplaceActivation : SurgeryPass<"nn-replace-activation"> {
  let summary = "Replace GELU, or any activation, by another function";
  let description = [{
    `what=gelu` is every `nn.gelu`, `what=any` every `nn.silu` and `nn.relu` too. `with`
    says what comes in its place: `relu`, `identity` (nothing), or a kind of
    `nn.gelu`. `with=relu slope=S` is max(x, S x), leaky ReLU, for 0 <= S < 1.

    What is the wanted function already is no site.

    **Before**

    ```mlir
    func.func @activation(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %y = nn.gelu tanh %x : tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @activation(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %y = nn.relu %x : tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```
  }];
  let options = [
    siteOption,
    Option<"what", "what", "::tacit::nn::ActivationSet",
           /*default=*/"::tacit::nn::ActivationSet::Gelu", "which activations are replaced",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::ActivationSet::Gelu, "gelu", "GELU of any kind"),
             clEnumValN(::tacit::nn::ActivationSet::Any, "any", "GELU, SiLU and ReLU"))}]>,
    Option<"with", "with", "::tacit::nn::Replacement",
           /*default=*/"::tacit::nn::Replacement::Relu", "what comes in their place",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::Replacement::Relu, "relu", "max(x, 0)"),
             clEnumValN(::tacit::nn::Replacement::Identity, "identity", "x"),
             clEnumValN(::tacit::nn::Replacement::Erf, "erf", "GELU by erf"),
             clEnumValN(::tacit::nn::Replacement::Tanh, "tanh", "GELU by tanh"),
             clEnumValN(::tacit::nn::Replacement::Puma, "puma", "polynomials of PUMA"),
             clEnumValN(::tacit::nn::Replacement::Bolt, "bolt", "polynomial of BOLT"),
             clEnumValN(::tacit::nn::Replacement::Bumblebee, "bumblebee",
                        "polynomials of BumbleBee"),
             clEnumValN(::tacit::nn::Replacement::Nimbus, "nimbus",
                        "example polynomial of Nimbus"),
             clEnumValN(::tacit::nn::Replacement::Quad, "quad", "parabola of MPCFormer"))}]>,
    Option<"slope", "slope", "double", /*default=*/"0",
           "of a ReLU for negative arguments, from 0 to less than 1">
  ];
}

def FoldLinear : SurgeryPass<"nn-fold-linear"> {
  let summary = "Make one linear layer of two that follow each other";
  let description = [{
    (x W1 + b1) W2 + b2 is x (W1 W2) + (b1 W2 + b2). The new weight and bias are
    summed in double precision and rounded once, so the model computes the same but
    for rounding. A chain becomes one layer, two at a time.

    Near misses: something else reads the first product, a weight or bias is computed
    and not constant, the elements are not f32, a product is not exact, the new weight
    would have more elements than both, one operation stands between. `named` is for
    what asks about shapes alone, of models whose weights are not at hand.

    **Before**

    ```mlir
    func.func @fold(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
      %w1 = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
      %b1 = nn.constant dense<[1.0, -1.0]> : tensor<2xf32>
      %w2 = nn.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
      %0 = nn.linear %x, %w1 bias(%b1) : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
      %y = nn.linear %0, %w2 : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
      return %y : tensor<?x1xf32>
    }
    ```

    **After**

    ```mlir
    func.func @fold(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
      %w = nn.constant dense<[[5.0], [11.0]]> : tensor<2x1xf32>
      %b = nn.constant dense<-1.0> : tensor<1xf32>
      %y = nn.linear %x, %w bias(%b) : (tensor<?x2xf32>, tensor<2x1xf32>, tensor<1xf32>) -> tensor<?x1xf32>
      return %y : tensor<?x1xf32>
    }
    ```
  }];
  let options = [siteOption, Option<"named", "named", "bool", /*default=*/"false",
      "the new constants are names without bytes">];
}

//===----------------------------------------------------------------------===//
// Quantize: weights in few bits
//===----------------------------------------------------------------------===//

def QuantizeWeights : Pass<"nn-quantize-weights", "::mlir::func::FuncOp"> {
  let summary = "Store the weights of linear layers in 4, 6 or 8 bits";
  let description = [{
    The weight of each `nn.linear` is rounded to the nearest of 2^bits levels, which
    each `group` of weights along the reduction spaces for itself: `symmetric` around
    zero, or `asymmetric` from the smallest to the largest. `nn.dequantize` says how
    the integers are packed; docs/Numerics.md has the arithmetic. A weight that is
    read twice is quantized once, and the old constant goes where nothing else reads
    it. Inputs that are not a multiple of the group have a last group that is filled
    up.

    The head (output layer) is the `nn.linear` whose result reaches a result of the
    function through nothing but `nn.reshape`. It stays as it is unless `head` says
    `int8`, or `same` as the others; embeddings always stay.

    `named` is for what asks only for sizes: no weight is read.

    Each weight is a remark of category "quantize" with its root mean square error,
    relative to that of the weight. Near misses: a weight that is computed, not f32,
    quantized already, not finite.

    **Before**

    ```mlir
    func.func @quantize(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
      %w = nn.constant dense<[[7.0, 1.5], [-7.0, 0.0], [2.0, -1.0], [0.4, 3.5]]> : tensor<4x2xf32>
      %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
      %y = nn.relu %0 : tensor<?x2xf32>
      return %y : tensor<?x2xf32>
    }
    ```

    **After** (`bits=4 group=4`)

    ```mlir
    func.func @quantize(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
      %scale = nn.constant dense<[[1.0, 0.5]]> : tensor<1x2xf32>
      %low = nn.constant dense<[[[31, -117], [-118, -10]]]> : tensor<1x2x2xi8>
      %w = nn.dequantize bits = 4 scale(%scale) planes(%low) : (tensor<1x2xf32>, tensor<1x2x2xi8>) -> tensor<4x2xf32>
      %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
      %y = nn.relu %0 : tensor<?x2xf32>
      return %y : tensor<?x2xf32>
    }
    ```
  }];
  let options = [
    Option<"bits", "bits", "int64_t", /*default=*/"8", "of a weight: 4, 6 or 8">,
    Option<"group", "group", "int64_t", /*default=*/"32", "weights that share a scale">,
    Option<"scheme", "scheme", "::tacit::numerics::Scheme",
           /*default=*/"::tacit::numerics::Scheme::Symmetric", "how the levels lie",
           [{::llvm::cl::values(
             clEnumValN(::tacit::numerics::Scheme::Symmetric, "symmetric",
                        "around zero"),
             clEnumValN(::tacit::numerics::Scheme::Asymmetric, "asymmetric",
                        "from the smallest weight to the largest"))}]>,
    Option<"head", "head", "::tacit::nn::HeadWeights",
           /*default=*/"::tacit::nn::HeadWeights::Float", "weights of the output layer",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::HeadWeights::Float, "float", "as they are"),
             clEnumValN(::tacit::nn::HeadWeights::Int8, "int8", "in 8 bits"),
             clEnumValN(::tacit::nn::HeadWeights::Same, "same", "as the others"))}]>,
    Option<"named", "named", "bool", /*default=*/"false",
      "the new constants are names without bytes">
  ];
  let statistics = [
    Statistic<"sites", "sites", "linear layers whose weight is quantized">,
    Statistic<"weights", "weights", "weights quantized; layers may share one">,
    Statistic<"nearMisses", "near-misses", "linear layers left as they are">
  ];
}

//===----------------------------------------------------------------------===//
// Multiplier: how each product is computed
//===----------------------------------------------------------------------===//

def SetMultiplier : Pass<"nn-set-multiplier", "::mlir::func::FuncOp"> {
  let summary = "Choose how the products of matrix products are computed";
  let description = [{
    Puts `#nn.multiplier` on the operations of `scope`: `matmul` is every `nn.linear`,
    `nn.matmul` and `nn.attention`; `attention` is `nn.attention`, and `nn.matmul` of
    two operands that are both computed; `linear` is every `nn.linear`. `kind=exact`
    takes the attribute away.

    `shift_add` writes each weight as a sum of `terms` signed powers of two, found
    greedily, the nearest in value first: the weight becomes `nn.powers_of_two` of
    codes. It can be a constant, a transposed one, or one in few bits. Products without
    a constant weight stay as they are, and so does the head (output layer), which is a
    linear layer whose result reaches a result of the function through nothing but
    `nn.reshape`.

    Each site is a remark of category "multiplier".

    **Before**

    ```mlir
    func.func @multiplier(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
      %w = nn.constant dense<[[1.0, 0.75], [-7.0, 0.0], [2.0, -1.0], [0.4, 3.5]]> : tensor<4x2xf32>
      %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
      %y = nn.relu %0 : tensor<?x2xf32>
      return %y : tensor<?x2xf32>
    }
    ```

    **After** (`kind=lmul mantissa=4`)

    ```mlir
    func.func @multiplier(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
      %w = nn.constant dense<[[1.0, 0.75], [-7.0, 0.0], [2.0, -1.0], [0.4, 3.5]]> : tensor<4x2xf32>
      %0 = nn.linear %x, %w multiplier(<lmul, mantissa = 4>) : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
      %y = nn.relu %0 : tensor<?x2xf32>
      return %y : tensor<?x2xf32>
    }
    ```
  }];
  let options = [
    Option<"kind", "kind", "::tacit::nn::MultiplierKind",
           /*default=*/"::tacit::nn::MultiplierKind::Exact", "how a product is computed",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::MultiplierKind::Exact, "exact", "as IEEE 754 has it"),
             clEnumValN(::tacit::nn::MultiplierKind::LMul, "lmul",
                        "L-Mul: mantissas are added"),
             clEnumValN(::tacit::nn::MultiplierKind::Pam, "pam",
                        "piecewise affine, mantissas are added"),
             clEnumValN(::tacit::nn::MultiplierKind::ShiftAdd, "shift_add",
                        "weights as sums of signed powers of two"))}]>,
    Option<"mantissa", "mantissa", "int64_t", /*default=*/"23", "bits that lmul reads">,
    Option<"alpha", "alpha", "double", /*default=*/"1.0552",
           "factor of a product by pam, from 1 to less than 2">,
    Option<"terms", "terms", "int64_t", /*default=*/"2", "powers of two of a weight, 1 to 8">,
    Option<"zero", "zero", "::tacit::nn::ZeroPolicy",
           /*default=*/"::tacit::nn::ZeroPolicy::Exact", "zeros and products near zero",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::ZeroPolicy::Exact, "exact", "give zero"),
             clEnumValN(::tacit::nn::ZeroPolicy::Lift, "lift",
                        "operands are lifted to 2^-62"),
             clEnumValN(::tacit::nn::ZeroPolicy::Ignore, "ignore",
                        "go wrong: for operands that are never near zero"))}]>,
    Option<"overflow", "overflow", "::tacit::nn::OverflowPolicy",
           /*default=*/"::tacit::nn::OverflowPolicy::Infinity",
           "products and operands that are not finite",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::OverflowPolicy::Infinity, "infinity",
                        "as IEEE 754 has it"),
             clEnumValN(::tacit::nn::OverflowPolicy::Ignore, "ignore",
                        "go wrong: for products that are never large"))}]>,
    Option<"scope", "scope", "::tacit::nn::MultiplierScope",
           /*default=*/"::tacit::nn::MultiplierScope::Matmul", "which products",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::MultiplierScope::Matmul, "matmul",
                        "every matrix product"),
             clEnumValN(::tacit::nn::MultiplierScope::Attention, "attention",
                        "products of two computed matrices"),
             clEnumValN(::tacit::nn::MultiplierScope::Linear, "linear",
                        "products by a weight"),
             clEnumValN(::tacit::nn::MultiplierScope::All, "all",
                        "not available"))}]>
  ];
  let statistics = [
    Statistic<"sites", "sites", "operations whose multiplier is set">,
    Statistic<"weights", "weights", "weights written as powers of two">,
    Statistic<"nearMisses", "near-misses", "operations of the scope left as they are">
  ];
}

//===----------------------------------------------------------------------===//
// Free dimensions
//===----------------------------------------------------------------------===//

def InferShapes : Pass<"nn-infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "Write down what is known of shapes in programs with free dimensions";
  let description = [{
    Follows every dimension as a function of the inputs' free dimensions, through the
    shape arithmetic of the exporter. A dimension that turns out to be a number is one
    from then on, shape arithmetic with a constant result becomes that constant, a
    reshape, expansion or slice whose shape was computed for nothing becomes a plain
    one, and a concatenation loses its parts of no elements. Not so where a run has to
    check a size: the check is made of the operation that demands it. A program without
    free dimensions, or with a dimension that depends on values of the run, stays as it
    is.

    **Before**

    ```mlir
    func.func @main(%x: tensor<?x?x8xf32> {nn.dims = ["batch", "seq", ""], nn.name = "x"}) -> tensor<?x?x?x4xf32> {
      %shape = nn.shape_of %x : (tensor<?x?x8xf32>) -> tensor<3xi64>
      %leading = nn.slice %shape [0] to [2] step [1] : (tensor<3xi64>) -> tensor<2xi64>
      %heads = nn.constant dense<[-1, 4]> : tensor<2xi64>
      %target = nn.concat %leading, %heads axis = 0 : (tensor<2xi64>, tensor<2xi64>) -> tensor<4xi64>
      %0 = nn.dynamic_reshape %x, %target : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x?x4xf32>
      return %0 : tensor<?x?x?x4xf32>
    }
    ```

    **After**

    ```mlir
    func.func @main(%x: tensor<?x?x8xf32> {nn.dims = ["batch", "seq", ""], nn.name = "x"}) -> tensor<?x?x2x4xf32> {
      %0 = nn.reshape %x : tensor<?x?x8xf32> to tensor<?x?x2x4xf32>
      return %0 : tensor<?x?x2x4xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"refined", "refined", "values of which more dimensions are known">,
    Statistic<"settled", "settled",
              "computed shapes that became known ones, and parts of no elements">
  ];
}

def ResolveDims : Pass<"nn-resolve-dims", "::mlir::func::FuncOp"> {
  let summary = "Compute the sizes of free dimensions at the start of the program";
  let description = [{
    Puts an `nn.sized` behind every value with free dimensions. Its sizes are `arith`
    on the sizes of the arguments, at the start of the function, each computed once:
    two dimensions are proved equal if they have the same value. All arguments take a
    dimension from the first one that has its name. Tensors of shape arithmetic become
    `tensor.from_elements` of such numbers. What must hold and cannot be proved is a
    `cf.assert`; from there on it counts as known, so that a dimension which must be
    equal to another one is that one.

    An `nn.dynamic_slice` gets bounds that lie within its input.

    **Before**

    ```mlir
    func.func @main(%x: tensor<?x8xf32> {nn.dims = ["rows", ""], nn.name = "x"}, %y: tensor<?x8xf32> {nn.dims = ["more", ""], nn.name = "y"}) -> tensor<?x8xf32> {
      %0 = nn.concat %x, %y axis = 0 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
      return %0 : tensor<?x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @main(%x: tensor<?x8xf32> {nn.dims = ["rows", ""], nn.name = "x"}, %y: tensor<?x8xf32> {nn.dims = ["more", ""], nn.name = "y"}) -> tensor<?x8xf32> {
      %c0 = arith.constant 0 : index
      %rows = tensor.dim %x, %c0 : tensor<?x8xf32>
      %c0_0 = arith.constant 0 : index
      %more = tensor.dim %y, %c0_0 : tensor<?x8xf32>
      %sum = arith.addi %rows, %more : index
      %0 = nn.sized %x[%rows] : tensor<?x8xf32>
      %1 = nn.sized %y[%more] : tensor<?x8xf32>
      %2 = nn.concat %0, %1 axis = 0 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
      %3 = nn.sized %2[%sum] : tensor<?x8xf32>
      return %3 : tensor<?x8xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"sized", "sized", "values with free dimensions">,
    Statistic<"checked", "checks", "conditions that are left to the run">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif // TACIT_DIALECT_NN_TRANSFORMS_PASSES_TD
