//===- Inputs.cpp - Arrays that are given for inputs ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inputs.h"
#include "Errors.h"
#include "tacit/Support/Nearest.h"
#include "tacit/Support/Npy.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

using namespace tacit;
using namespace tacit::driver;

llvm::Expected<NamedTensors>
driver::readTensors(llvm::ArrayRef<std::pair<std::string, std::string>> files) {
  NamedTensors tensors;
  for (const auto &[name, path] : files) {
    auto tensor = readNpy(path);
    if (!tensor)
      return tensor.takeError();
    tensors.push_back({name, std::move(*tensor)});
  }
  return tensors;
}

const HostTensor *driver::findTensor(const NamedTensors &tensors, llvm::StringRef name) {
  for (const auto &[key, tensor] : tensors)
    if (key == name)
      return &tensor;
  return nullptr;
}

std::vector<std::string> driver::namesOf(llvm::ArrayRef<OnnxValue> values) {
  std::vector<std::string> names;
  for (const OnnxValue &value : values)
    names.push_back(value.name);
  return names;
}

std::vector<std::string> driver::namesOf(llvm::ArrayRef<tacit_io> values) {
  std::vector<std::string> names;
  for (const tacit_io &value : values)
    names.push_back(value.name);
  return names;
}

std::string driver::fileNameOf(llvm::StringRef name) {
  std::string file = name.str();
  for (char &c : file)
    if (!llvm::isAlnum(c) && c != '.' && c != '_' && c != '-')
      c = '_';
  // File systems take 255 bytes.
  constexpr size_t kMaxLength = 200;
  if (file.size() <= kMaxLength)
    return file;
  return fmt::format("{}-{:016x}", file.substr(0, kMaxLength - 17),
                     llvm::xxh3_64bits(llvm::arrayRefFromStringRef(name)));
}

//===----------------------------------------------------------------------===//
// --inputs
//===----------------------------------------------------------------------===//

/// Returns the input that an array of this name is for; null if there is none.
static const std::string *inputOf(llvm::StringRef array,
                                  llvm::ArrayRef<std::string> inputs) {
  for (const std::string &input : inputs)
    if (array == input)
      return &input;
  for (const std::string &input : inputs)
    if (array == fileNameOf(input))
      return &input;
  return nullptr;
}

llvm::Expected<NamedTensors> driver::readInputs(llvm::StringRef path,
                                                llvm::ArrayRef<std::string> inputs) {
  std::vector<std::string> others;
  auto arrays = readArrays(path, [&](llvm::StringRef name) {
    bool isWanted = inputOf(name, inputs) != nullptr;
    if (!isWanted)
      others.push_back("'" + name.str() + "'");
    return isWanted;
  });
  if (!arrays)
    return arrays.takeError();
  std::string names = llvm::join(inputs, ", ");
  if (arrays->empty())
    return fail(ErrorKind::BadInput, "name each array after an input",
                "'{}' has no array for any input: it has {}, and the inputs are {}",
                path.str(), others.empty() ? "none" : llvm::join(others, ", "), names);
  if (!others.empty())
    warn(fmt::format("'{}' has arrays that are not read: {}", path.str(),
                     llvm::join(others, ", ")),
         "name each array after an input: " + names);
  llvm::StringSet<> taken;
  for (auto &[name, tensor] : *arrays) {
    name = *inputOf(name, inputs);
    if (!taken.insert(name).second)
      return fail(ErrorKind::BadInput, "name each array after an input",
                  "'{}' has two arrays for the input '{}'", path.str(), name);
  }
  return arrays;
}

llvm::Error driver::checkNames(llvm::StringRef option, const NamedTensors &given,
                               llvm::ArrayRef<std::string> known, bool all,
                               const std::string &hint) {
  for (const auto &[name, tensor] : given)
    if (!llvm::is_contained(known, name))
      return fail(ErrorKind::BadInput, didYouMean(name, known, hint),
                  "--{} names '{}'; the model has {}", option.str(), name,
                  llvm::join(known, ", "));
  for (const std::string &name : known)
    if (all && !findTensor(given, name))
      return fail(ErrorKind::BadInput, fmt::format("add --input {}=FILE.npy", name),
                  "input '{}' is missing", name);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Values that determine sizes
//===----------------------------------------------------------------------===//

bool driver::mayDecideShape(const HostTensor &tensor) {
  bool isOne = static_cast<int64_t>(tensor.data.size()) == dtypeBytes(tensor.dtype);
  bool isFloat = tensor.dtype == TACIT_F32 || tensor.dtype == TACIT_F64;
  return tensor.shape.size() <= 1 &&
         (isOne || (!isFloat && tensor.data.size() <= kMaxDecidingBytes));
}

void driver::pinValues(
    llvm::ArrayRef<OnnxValue> inputs, const NamedTensors &given,
    llvm::function_ref<bool(llvm::StringRef, const HostTensor &)> isChosen,
    DimBindings &bindings) {
  for (const OnnxValue &value : inputs) {
    const HostTensor *tensor = findTensor(given, value.name);
    if (tensor && isChosen(value.name, *tensor) &&
        tensor->shape.size() == value.dims.size())
      bindings.values[value.name] = {tensor->dtype, tensor->shape, tensor->data};
  }
}
