//===- FakeModel.h - Tensors of the model written by hand -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_UNITTESTS_RUNTIME_FAKEMODEL_H
#define TACIT_UNITTESTS_RUNTIME_FAKEMODEL_H

#include "TestSupport.h"
#include "tacit/Runtime/Executable.h"

extern "C" const tacit_model_desc tacit_model;

namespace tacit::test {

/// The weights of the models that FakeModel.c makes: eight floats, starting with `first`.
inline std::vector<char> fakeWeights(float first) {
  std::vector<char> bytes;
  for (int i = 0; i < 8; ++i) {
    std::vector<char> value = bytesOf<float>({first + i});
    bytes.insert(bytes.end(), value.begin(), value.end());
  }
  return bytes;
}

/// The inputs that the model takes.
inline std::vector<HostTensor> goodInputs() {
  return {{TACIT_I64, {1, 4}, bytesOf<int64_t>({0, 3, -1, 7})},
          {TACIT_BOOL, {4}, bytesOf<char>({1, 1, 1, 0})}};
}

inline std::vector<float> floatsOf(const HostTensor &tensor) {
  std::vector<float> values(tensor.data.size() / sizeof(float));
  memcpy(values.data(), tensor.data.data(), tensor.data.size());
  return values;
}

} // namespace tacit::test

#endif // TACIT_UNITTESTS_RUNTIME_FAKEMODEL_H
