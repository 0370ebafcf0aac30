//===- PartyMaterial.h - What a party has of the dealer's words -*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_PARTYMATERIAL_H
#define TACIT_RUNTIME_TWOPARTY_PARTYMATERIAL_H

#include "tacit/Runtime/TwoParty/Seed.h"
#include "tacit/Support/HostTensor.h"
#include <memory>

namespace tacit::twoparty {

/// Where the corrections of an inference, which the server has, come from.
class Corrections {
public:
  virtual ~Corrections();
  /// Reads material.correctionBytes() bytes.
  virtual llvm::Error read(const Material &material,
                           llvm::MutableArrayRef<uint8_t> bytes) = 0;
};

/// The material that a party has for one inference.
class PartyMaterial {
public:
  /// The client needs no corrections.
  PartyMaterial(Party party, Seed seed, DealingNumber dealing, int64_t inference,
                std::unique_ptr<Corrections> corrections = nullptr)
      : party(party), seed(std::move(seed)), dealing(dealing), inference(inference),
        corrections(std::move(corrections)) {}

  /// Writes this party's share. `words` has as many words as the material.
  llvm::Error share(const Material &material, llvm::MutableArrayRef<int64_t> words);
  /// Writes words of a material that this party knows, from the word `first` on, which is a
  /// multiple of 8.
  void known(const Material &material, llvm::MutableArrayRef<int64_t> words, int64_t first);
  /// The bytes of corrections that were read.
  int64_t correctionBytes() const { return bytesRead; }

private:
  Party party;
  Seed seed;
  DealingNumber dealing;
  int64_t inference;
  std::unique_ptr<Corrections> corrections;
  int64_t bytesRead = 0;
};

/// Material of one dealing that a party could use.
struct Offer {
  DealingNumber dealing;
  int64_t inferences = 0;  ///< that were dealt
  int64_t next = 0;        ///< the first of which neither it nor a later one was used
  bool hasWeights = false; ///< the client keeps the masked weights
};

/// All the material that a party has. Nothing is given out twice.
class MaterialStore {
public:
  virtual ~MaterialStore();

  virtual llvm::Expected<std::vector<Offer>> offers() = 0;
  /// Marks the inference as used, for ever, before it returns. Fails if it is already used,
  /// or if the material is not complete.
  virtual llvm::Expected<std::unique_ptr<PartyMaterial>> take(const DealingNumber &dealing,
                                                              int64_t inference) = 0;
  /// Says that nothing of the inference will be asked for any more.
  virtual void release(const DealingNumber &dealing, int64_t inference) = 0;
  /// What set-up needs: words of the session, and nothing of an inference.
  virtual llvm::Expected<std::unique_ptr<PartyMaterial>>
  session(const DealingNumber &dealing) = 0;

  /// The masked weights of a dealing, which the client keeps; see Offer::hasWeights.
  virtual llvm::Expected<std::vector<HostTensor>> weights(const DealingNumber &dealing) = 0;
  virtual llvm::Error keepWeights(const DealingNumber &dealing,
                                  llvm::ArrayRef<HostTensor> weights) = 0;
};

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_PARTYMATERIAL_H
