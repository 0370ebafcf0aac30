//===- WeightFile.cpp - The packed weights of a model ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Codegen/CPU/WeightFile.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/FileBlob.h"
#include "tacit/Support/Fnv64.h"
#include <cstring>
#include <unistd.h>

using namespace mlir;
using namespace tacit;
using namespace tacit::cpu;

static std::string keyOf(ElementsAttr value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return resource.getRawHandle().getKey().str();
  return "(inline constant)";
}

uint64_t tacit::cpu::physicalMemory() {
  return uint64_t(sysconf(_SC_PHYS_PAGES)) * uint64_t(sysconf(_SC_PAGESIZE));
}

llvm::Expected<WeightFile> WeightFile::of(ModuleOp module) {
  WeightFile file;
  uint64_t inlineBytes = 0;
  auto manifest = module->getAttrOfType<ArrayAttr>(kWeightsAttr);
  if (!manifest)
    return fail(ErrorKind::BadInput, "start from an earlier phase",
                "the program has no '{}' attribute: its weights are unknown",
                kWeightsAttr.str());
  for (auto weight : manifest.getAsRange<WeightAttr>()) {
    // This also keeps a hand-written list from requesting an endless file.
    if (weight.getOffset() != static_cast<int64_t>(file.bytes))
      return fail(ErrorKind::BadInput, "start from an earlier phase",
                  "weight '{}' lies at byte {} of the weight file; expected {}, the next "
                  "multiple of 64",
                  keyOf(weight.getValue()), weight.getOffset(), file.bytes);
    // `dense<0.0>` is a constant of any size in a few characters.
    if (isa<DenseElementsAttr>(weight.getValue()))
      inlineBytes += weight.getByteSize();
    if (inlineBytes > physicalMemory())
      return fail(ErrorKind::BadInput, "use smaller dimensions, or a larger machine",
                  "inline constants take {} bytes of weights; this machine has {}",
                  inlineBytes, physicalMemory());
    auto scratch = std::make_unique<std::vector<char>>();
    auto source = rawBytes(weight.getValue(), *scratch);
    if (!source)
      return fail(ErrorKind::BadInput,
                  {"keep weights.bin beside the phase file, as both were dumped",
                   Setting::PhaseDump},
                  "the bytes of weight '{}' are missing or have the wrong size",
                  keyOf(weight.getValue()));
    file.entries.push_back({weight, *source});
    file.scratch.push_back(std::move(scratch));
    file.bytes = llvm::alignTo(weight.getOffset() + weight.getByteSize(), 64);
  }
  return file;
}

/// Copies `source` in panels; see #cpu.weight.
static void packPanels(WeightAttr weight, ArrayRef<char> source, char *destination) {
  auto type = cast<RankedTensorType>(weight.getValue().getShapedType());
  ArrayRef<int64_t> shape = type.getShape(), permutation = weight.getPermutation();
  int64_t width = byteWidth(type.getElementType()), panel = weight.getPanel();
  int64_t position = weight.getPosition(), rank = shape.size();
  SmallVector<int64_t> strides(rank, width);
  for (int64_t i = rank - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * shape[i + 1];
  // The packed shape without the panel itself, and an odometer that iterates over it.
  SmallVector<int64_t> outer, index(rank, 0);
  int64_t count = 1;
  for (int64_t dim : permutation) {
    outer.push_back(dim == position ? llvm::divideCeil(shape[dim], panel) : shape[dim]);
    count *= outer.back();
  }
  for (int64_t k = 0; k < count; ++k, destination += panel * width) {
    int64_t offset = 0, present = panel;
    for (int64_t i = 0; i < rank; ++i) {
      bool isPanel = permutation[i] == position;
      int64_t at = isPanel ? index[i] * panel : index[i];
      offset += at * strides[permutation[i]];
      if (isPanel)
        present = std::min(panel, shape[position] - at);
    }
    if (strides[position] == width) {
      std::memcpy(destination, source.data() + offset, present * width);
    } else {
      for (int64_t j = 0; j < present; ++j)
        std::memcpy(destination + j * width, source.data() + offset + j * strides[position],
                    width);
    }
    std::memset(destination + present * width, 0, (panel - present) * width);
    for (int64_t i = rank - 1; i >= 0; --i) {
      if (++index[i] < outer[i])
        break;
      index[i] = 0;
    }
  }
}

static void packOne(WeightAttr weight, ArrayRef<char> source, char *destination) {
  if (weight.getPanel() == 0)
    std::memcpy(destination, source.data(), source.size());
  else if (!source.empty())
    packPanels(weight, source, destination);
}

void WeightFile::packInto(MutableArrayRef<char> destination) const {
  for (const Entry &entry : entries) {
    packOne(entry.weight, entry.source, destination.data() + entry.weight.getOffset());
    // Otherwise the model would be in memory twice.
    releasePages(entry.source);
  }
}

uint64_t WeightFile::write(raw_ostream &os) const {
  Fnv64 hash;
  uint64_t written = 0;
  std::vector<char> buffer;
  auto emit = [&](ArrayRef<char> piece) {
    hash.update(piece);
    os.write(piece.data(), piece.size());
    written += piece.size();
  };
  for (const Entry &entry : entries) {
    buffer.assign(entry.weight.getOffset() - written, 0);
    emit(buffer);
    buffer.resize(entry.weight.getByteSize());
    packOne(entry.weight, entry.source, buffer.data());
    releasePages(entry.source);
    emit(buffer);
  }
  buffer.assign(bytes - written, 0);
  emit(buffer);
  return hash.digest();
}
