//===- FuzzMaterial.cpp - Any bytes as a file of a party ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The first byte of an input says which file it is. A checksum is added to what has one at
// its end, or else nothing but the checksum would be tried.
//
//===----------------------------------------------------------------------===//

#include "TwoParty/FakePackage.h"
#include "tacit/Runtime/TwoParty/MaterialFolder.h"
#include "tacit/Runtime/TwoParty/StateFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;
namespace fs = llvm::sys::fs;

static const Schedule &schedule() {
  static const Schedule made = fakeSchedule(/*hasState=*/true);
  return made;
}

namespace {
/// A folder with one dealing of two inferences, of which the fuzzer changes a file.
class Folder {
public:
  Folder() {
    if (fs::createUniqueDirectory("tacit-fuzz", root) ||
        fs::create_directory(root + "/client") || fs::create_directory(root + "/server"))
      __builtin_trap();
    DealOptions options;
    options.inferences = 2;
    auto dealer = fakeDealer();
    if (dealIntoFolders(schedule(), *dealer, seeds, options, path("client"),
                        path("server")))
      __builtin_trap();
  }
  ~Folder() { (void)fs::remove_directories(root); }

  std::string path(StringRef name) const { return (root + "/" + name).str(); }
  void write(const std::string &name, ArrayRef<uint8_t> bytes, bool hasChecksum) const {
    std::error_code reason;
    raw_fd_ostream os(path(name), reason);
    os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    if (!hasChecksum)
      return;
    XXH128_hash_t hash = xxh3_128bits(bytes);
    os.write(reinterpret_cast<const char *>(&hash.low64), sizeof hash.low64);
    os.write(reinterpret_cast<const char *>(&hash.high64), sizeof hash.high64);
  }

  DealingSeeds seeds = DealingSeeds::fromNumber(1);
  std::string dealing = "/material-" + seeds.number.text() + "/";

private:
  SmallString<128> root;
};
} // namespace

/// Either everything that was asked for is there, or an error.
template <typename T>
static void finish(Expected<T> result) {
  if (!result)
    consumeError(result.takeError());
}

static void useCorrections(const Folder &folder) {
  MaterialFolder server(folder.path("server"), Party::Server, schedule());
  auto material = server.take(folder.seeds.number, 0);
  if (material)
    for (const Material &each : schedule().materials) {
      Words words(each.words);
      consumeError((*material)->share(each, words));
    }
  finish(std::move(material));
  (void)fs::remove(folder.path("server" + folder.dealing + "used-0"));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const Folder folder;
  if (size == 0)
    return 0;
  ArrayRef<uint8_t> bytes(data + 1, size - 1);
  MaterialFolder client(folder.path("client"), Party::Client, schedule());
  const DealingNumber &number = folder.seeds.number;
  switch (data[0] % 4) {
  case 0:
    folder.write("client" + folder.dealing + "dealing", bytes, /*hasChecksum=*/true);
    finish(client.offers());
    break;
  case 1:
    folder.write("server" + folder.dealing + "corrections-0", bytes, /*hasChecksum=*/false);
    useCorrections(folder);
    break;
  case 2:
    folder.write("client/weights-" + number.text() + ".bin", bytes, /*hasChecksum=*/false);
    finish(client.weights(number));
    break;
  case 3: {
    folder.write("state", bytes, /*hasChecksum=*/true);
    auto state = readState(folder.path("state"), Party::Client, schedule());
    if (state && (state->shares.size() != 1 || wordsOf(state->shares[0]).size() != kCount))
      __builtin_trap();
    finish(std::move(state));
    break;
  }
  }
  return 0;
}
