//===- TlsTransport.h - TLS over a connection -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_RUNTIME_TWOPARTY_TLSTRANSPORT_H
#define TACIT_LIB_RUNTIME_TWOPARTY_TLSTRANSPORT_H

#include "OpenSsl.h"
#include "tacit/Runtime/TwoParty/Transport.h"
#include <vector>

namespace tacit::twoparty {

/// Encrypts what goes through another transport.
///
/// The handshake has no step of its own: it happens in the first calls of `send` and
/// `receive`, so that patience, failures and strangers are those of a channel without TLS.
/// OpenSSL never waits and never writes to a socket. What it reads comes from the transport
/// below; what it writes is kept here until that transport has taken it.
class TlsTransport : public Transport {
public:
  /// `ssl` knows which side it is; `authority` is the file of those it trusts, and `host`
  /// what the other side must be named, for messages.
  TlsTransport(std::unique_ptr<Transport> below, OpenSslPtr<SSL> ssl, std::string authority,
               std::string host);
  ~TlsTransport() override;

  Step send(llvm::ArrayRef<llvm::ArrayRef<char>> parts) override;
  Step receive(llvm::MutableArrayRef<char> bytes) override;
  bool wait(bool forRoom, bool forBytes, double seconds) override;
  void finishSending() override;
  const Complaint *complaint() const override { return found ? &*found : nullptr; }
  std::optional<Protection> protection() const override;

  /// What SSL_CTX_set_verify calls for each certificate.
  static int verify(int isGood, X509_STORE_CTX *chain);

private:
  struct Below;

  Step flush();
  Step stepOf(int result);
  void encrypt(llvm::ArrayRef<llvm::ArrayRef<char>> parts);
  bool mayBeTls() const;
  Complaint explain() const;
  Complaint explainAlert(int alert) const;
  Complaint explainCertificate(X509_STORE_CTX *chain, int reason) const;
  void refuse();

  std::unique_ptr<Transport> below;
  OpenSslPtr<SSL> ssl;
  std::string authority, host;
  /// What the transport below has not taken yet, from `flushed` on.
  std::vector<char> encrypted;
  size_t flushed = 0;
  /// The bytes of a caller that `encrypted` has. They count as sent when it is empty.
  size_t taken = 0;
  std::vector<char> plain;
  /// The first byte that came, which says whether the other side speaks TLS.
  std::optional<uint8_t> opening;
  /// The last step of the transport below in which nothing was read.
  Step lastRead = {Status::WouldBlock};
  /// Why nothing can be sent or received any more.
  std::optional<Complaint> found;
};

} // namespace tacit::twoparty

#endif // TACIT_LIB_RUNTIME_TWOPARTY_TLSTRANSPORT_H
