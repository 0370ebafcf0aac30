//===- Tls.h - Connections that nobody else reads ---------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// TLS 1.3 below the frames of a channel. Both sides present a certificate and check that of
// the other one.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_TLS_H
#define TACIT_RUNTIME_TWOPARTY_TLS_H

#include "tacit/Runtime/TwoParty/Transport.h"

namespace tacit::twoparty {

/// Files in PEM.
struct TlsFiles {
  std::string certificate; ///< of this side, and those that lead to its authority
  std::string key;         ///< of that certificate, without a passphrase
  std::string authority;   ///< those whose certificates are trusted
};

/// Who this side is, and whom it trusts.
class Tls {
public:
  /// Reads the files, and checks that they belong together and are valid now.
  static llvm::Expected<std::unique_ptr<Tls>> load(const TlsFiles &files);
  ~Tls();
  Tls(const Tls &) = delete;
  Tls &operator=(const Tls &) = delete;

  /// Protects a connection that this side has made. The certificate of the other side must
  /// name `host`.
  std::unique_ptr<Transport> connect(std::unique_ptr<Transport> below,
                                     llvm::StringRef host) const;
  /// Protects a connection that this side has accepted.
  std::unique_ptr<Transport> accept(std::unique_ptr<Transport> below) const;

private:
  struct Context;
  explicit Tls(std::unique_ptr<Context> context);

  std::unique_ptr<Context> context;
};

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_TLS_H
