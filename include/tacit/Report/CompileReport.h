//===- CompileReport.h - Report of a compilation ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REPORT_COMPILEREPORT_H
#define TACIT_REPORT_COMPILEREPORT_H

#include "tacit/Runtime/TwoParty/Schedule.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace tacit::report {

/// A library, and the files that belong to it.
struct LibraryReport {
  std::string library, header, weights;
  int64_t libraryBytes, weightsBytes;
  double seconds;
  int64_t peakBytes;
  std::string features; ///< of the processor, comma-separated
  bool usesOpenMP;
};

void printText(const LibraryReport &report, llvm::raw_ostream &os);
llvm::json::Object toJson(const LibraryReport &report);

/// A program or a schedule.
struct ProgramReport {
  std::string program; ///< the file; empty if there is none
  int64_t programBytes;
  std::string phase; ///< the last one that has run
  double seconds;
  int64_t peakBytes;
};

/// Prints where the program is. One that was printed itself needs no words.
void printText(const ProgramReport &report, llvm::raw_ostream &os);
llvm::json::Object toJson(const ProgramReport &report);

/// A package for two parties.
struct PackageReport {
  std::string folder;
  twoparty::Schedule schedule;
  /// The bytes of the three folders.
  int64_t publicBytes, clientBytes, serverBytes;
  double seconds;
  int64_t peakBytes;
};

void printText(const PackageReport &report, llvm::raw_ostream &os);
llvm::json::Object toJson(const PackageReport &report);

} // namespace tacit::report

#endif // TACIT_REPORT_COMPILEREPORT_H
