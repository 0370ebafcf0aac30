//===- MaterialFolder.h - Material in files ---------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A dealing is a folder `material-NUMBER` in a party's own folder:
//
//   dealing         which package, party and inferences; the seed
//   corrections-K   for inference K; only the server has them
//   used-K          inference K was begun; see MaterialFolder::take
//
// docs/TwoParty.md has the formats.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_MATERIALFOLDER_H
#define TACIT_RUNTIME_TWOPARTY_MATERIALFOLDER_H

#include "tacit/Runtime/TwoParty/Dealing.h"
#include "tacit/Runtime/TwoParty/PartyMaterial.h"

namespace tacit::twoparty {

/// Writes a dealing into the folder of one party. Nothing of it is taken for material
/// before `commit`: until then the folder has another name, and a failure removes it. What
/// a killed process left is removed by the next one that writes into the same folder.
class MaterialWriter : public MaterialSink {
public:
  /// `seed` is that of the party. Fails if the folder already has this dealing, or does not
  /// have room for the corrections.
  static llvm::Expected<std::unique_ptr<MaterialWriter>>
  create(llvm::StringRef folder, Party party, const Schedule &schedule,
         const DealingNumber &dealing, const Seed &seed, int64_t inferences);
  ~MaterialWriter() override;

  /// The client's writer ignores corrections.
  llvm::Error begin(int64_t inference) override;
  llvm::Error correct(const Material &material, llvm::ArrayRef<uint8_t> bytes) override;
  llvm::Error end() override;

  /// Puts the material in place; it is on the disk when this returns.
  llvm::Error commit();

private:
  struct State;
  explicit MaterialWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

/// Deals into the folders of both parties. Each gets all of its material or nothing.
llvm::Error dealIntoFolders(const Schedule &schedule, Executable &dealerProgram,
                            const DealingSeeds &seeds, const DealOptions &options,
                            llvm::StringRef clientFolder, llvm::StringRef serverFolder);

/// The dealings in the folder of a party.
class MaterialFolder : public MaterialStore {
public:
  /// Lives no longer than `schedule`.
  MaterialFolder(llvm::StringRef folder, Party party, const Schedule &schedule);
  ~MaterialFolder() override;

  /// Fails with BadInput if a dealing is damaged, or belongs to another package or party.
  llvm::Expected<std::vector<Offer>> offers() override;
  /// The mark `used-K` has reached the disk when this returns.
  llvm::Expected<std::unique_ptr<PartyMaterial>> take(const DealingNumber &dealing,
                                                      int64_t inference) override;
  /// Deletes the corrections, and the masked weights after the last inference.
  void release(const DealingNumber &dealing, int64_t inference) override;
  llvm::Expected<std::unique_ptr<PartyMaterial>>
  session(const DealingNumber &dealing) override;
  llvm::Expected<std::vector<HostTensor>> weights(const DealingNumber &dealing) override;
  llvm::Error keepWeights(const DealingNumber &dealing,
                          llvm::ArrayRef<HostTensor> weights) override;

  /// The folder of the party.
  llvm::StringRef path() const { return folder; }

private:
  struct Header;
  std::string pathOf(const DealingNumber &dealing, llvm::StringRef name) const;
  llvm::Expected<Header> readHeader(llvm::StringRef path) const;
  llvm::Expected<Header> headerOf(const DealingNumber &dealing) const;
  std::string weightsPath(const DealingNumber &dealing) const;

  std::string folder;
  Party party;
  const Schedule &schedule;
};

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_MATERIALFOLDER_H
