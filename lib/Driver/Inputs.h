//===- Inputs.h - Arrays that are given for inputs --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_INPUTS_H
#define TACIT_LIB_DRIVER_INPUTS_H

#include "tacit/Import/ONNX/OnnxModel.h"
#include "tacit/Runtime/tacit.h"
#include "tacit/Support/Npz.h"
#include "llvm/ADT/StringSet.h"

namespace tacit::driver {

/// Reads the files of --input or --expect, given as pairs of name and file.
llvm::Expected<NamedTensors>
readTensors(llvm::ArrayRef<std::pair<std::string, std::string>> files);

/// Reads the arrays of --inputs: a .npz file, or a folder of .npy files. An array belongs
/// to the input of its name, or to the one whose file name it is. Warns of arrays that
/// belong to none; it is an error if none belongs to any.
llvm::Expected<NamedTensors> readInputs(llvm::StringRef path,
                                        llvm::ArrayRef<std::string> inputs);

/// Returns the tensor of this name, or null.
const HostTensor *findTensor(const NamedTensors &tensors, llvm::StringRef name);

std::vector<std::string> namesOf(llvm::ArrayRef<OnnxValue> values);
std::vector<std::string> namesOf(llvm::ArrayRef<tacit_io> values);

/// Returns `name` with '_' in place of the characters that a file name should not have. The
/// end of a long name is replaced by a hash.
std::string fileNameOf(llvm::StringRef name);

inline constexpr const char *kInspect = "tacit inspect lists names, types and shapes";

/// Fails unless every given name is one of `known`; with `all`, every known one must be
/// given. `hint` says where names are listed.
llvm::Error checkNames(llvm::StringRef option, const NamedTensors &given,
                       llvm::ArrayRef<std::string> known, bool all,
                       const std::string &hint = kInspect);

/// A list that decides a shape has at most this many bytes.
inline constexpr size_t kMaxDecidingBytes = 512;

/// Returns true if the values of this array could determine a size: shapes, axes, counts
/// and conditions are short lists of integers, tokens are not.
bool mayDecideShape(const HostTensor &tensor);

/// Makes the inputs that `isChosen` accepts constants.
void pinValues(llvm::ArrayRef<OnnxValue> inputs, const NamedTensors &given,
               llvm::function_ref<bool(llvm::StringRef, const HostTensor &)> isChosen,
               DimBindings &bindings);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_INPUTS_H
