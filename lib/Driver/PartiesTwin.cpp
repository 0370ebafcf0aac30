//===- PartiesTwin.cpp - Two parties and a dealer in this process ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PartiesTwin.h"
#include "Package.h"

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::twoparty;

llvm::Expected<std::unique_ptr<PartiesTwin>>
PartiesTwin::make(Compilation &compilation, const Variant &variant, uint64_t seed) {
  auto schedule = reachMessages(compilation);
  if (!schedule)
    return schedule.takeError();
  std::unique_ptr<PartiesTwin> result(new PartiesTwin);
  std::unique_ptr<Executable> encoder;
  result->forecast = std::move(*schedule);
  for (auto [name, program] :
       {std::pair("dealer", &result->dealer), std::pair("party", &result->client),
        std::pair("client", &result->inputs), std::pair("result", &result->outputs),
        std::pair("server", &encoder)}) {
    auto made = forkProgram(compilation, variant, name).makeExecutable();
    if (!made)
      return made.takeError();
    *program = std::move(*made);
  }
  auto constants = encoder->run({}, /*threads=*/0);
  if (!constants)
    return constants.takeError();
  result->constants = std::move(*constants);
  result->server = result->client->another();
  result->twin = std::make_unique<Twin>(
      result->forecast, TwinPrograms{*result->dealer, *result->client, *result->server},
      result->constants, DealingSeeds::fromNumber(seed));
  return result;
}

llvm::Expected<std::vector<HostTensor>> PartiesTwin::run(llvm::ArrayRef<HostTensor> given,
                                                         int threads, bool isObserved) {
  auto arguments = inputs->run(given, threads);
  if (!arguments)
    return arguments.takeError();
  auto results =
      twin->run({*arguments, nullptr, nullptr, threads, isObserved ? observer : nullptr});
  if (!results)
    return results.takeError();
  std::vector<HostTensor> known(given.begin(), given.end());
  llvm::append_range(known, results->client.revealed);
  return outputs->run(known, threads);
}

llvm::Expected<Outputs> PartiesRunner::run(const Call &call, std::optional<int64_t> index,
                                           int64_t threads) {
  if (index)
    if (auto clear = TwinRunner::run(call, index, threads); !clear)
      return clear;
  return parties->run(call.inputs, threads, index.has_value());
}
