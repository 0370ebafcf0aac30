//===- Certificates.h - Certificates of tests -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// They are made when a test runs: a certificate in the sources would expire, and its key
// would be everybody's.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_UNITTESTS_TWOPARTY_CERTIFICATES_H
#define TACIT_UNITTESTS_TWOPARTY_CERTIFICATES_H

#include "TestSupport.h"
#include "tacit/Runtime/TwoParty/Tls.h"
#include <openssl/x509.h>

namespace tacit::test {

/// What is not usual about a certificate.
struct Particulars {
  std::string hosts = "DNS:localhost,IP:127.0.0.1"; ///< empty for none
  std::string usage = ""; ///< what it may be used for; any if empty
  int64_t beginSeconds = -3600, endSeconds = 3600; ///< from now
  std::string passphrase = "";                     ///< of the key
  bool isWeak = false;                             ///< has a key that TLS refuses
};

/// An authority, whose files are in the folder of a test.
class Authority {
public:
  Authority(const TemporaryFolder &root, std::string name,
            const Particulars &particulars = {});
  ~Authority();

  /// The file of its certificate.
  std::string path() const { return root.path(name + ".pem"); }
  /// Makes a key and a certificate for somebody, who trusts this authority.
  twoparty::TlsFiles issue(const std::string &subject,
                           const Particulars &particulars = {}) const;

private:
  const TemporaryFolder &root;
  std::string name;
  EVP_PKEY *key;
  X509 *certificate;
};

} // namespace tacit::test

#endif // TACIT_UNITTESTS_TWOPARTY_CERTIFICATES_H
