//===- Results.h - Arrays that a run leaves ---------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_RESULTS_H
#define TACIT_LIB_DRIVER_RESULTS_H

#include "tacit/Report/RunReport.h"
#include "tacit/Support/HostTensor.h"
#include "tacit/Support/OutputFiles.h"

namespace tacit::driver {

/// Adds the outputs of a model to the files of a folder, unless that is empty. Returns what
/// a report says about them.
llvm::Expected<std::vector<report::RunReport::Output>>
writeOutputs(llvm::StringRef folder, llvm::ArrayRef<std::string> names,
             llvm::ArrayRef<HostTensor> outputs, OutputFiles &files);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_RESULTS_H
