//===- Results.cpp - Arrays that a run leaves -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Results.h"
#include "Inputs.h"
#include "tacit/Support/Npy.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"

using namespace tacit;
using namespace tacit::driver;
using tacit::report::RunReport;

/// Returns the output's name as a file name, which a file system takes; "_2" and so on is
/// added if another output has it.
static std::string fileName(llvm::StringRef output, llvm::StringSet<> &taken) {
  std::string name = fileNameOf(output), unique = name;
  for (int i = 2; !taken.insert(unique).second; ++i)
    unique = fmt::format("{}_{}", name, i);
  return unique + ".npy";
}

llvm::Expected<std::vector<RunReport::Output>>
driver::writeOutputs(llvm::StringRef folder, llvm::ArrayRef<std::string> names,
                     llvm::ArrayRef<HostTensor> outputs, OutputFiles &files) {
  std::vector<RunReport::Output> written;
  llvm::StringSet<> taken;
  if (!folder.empty())
    if (auto error = files.makeFolder(folder))
      return std::move(error);
  for (auto [name, tensor] : llvm::zip(names, outputs)) {
    std::string file;
    if (!folder.empty()) {
      llvm::SmallString<256> path(folder);
      llvm::sys::path::append(path, fileName(name, taken));
      file = path.str().str();
      if (auto error = writeNpy(files, file, tensor.dtype, tensor.shape, tensor.data))
        return std::move(error);
    }
    written.push_back({name, dtypeName(tensor.dtype).str(), tensor.shape, file});
  }
  return written;
}
