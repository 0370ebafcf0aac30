//===- Certificates.cpp - Certificates of tests ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TwoParty/Certificates.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

using namespace tacit;
using namespace tacit::test;

static void addExtension(X509 *certificate, int number, const std::string &value) {
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(nullptr, nullptr, number, value.c_str());
  ASSERT_TRUE(extension) << value;
  X509_add_ext(certificate, extension, /*loc=*/-1);
  X509_EXTENSION_free(extension);
}

/// Returns a certificate without a signature and without an issuer.
static X509 *draft(const std::string &subject, EVP_PKEY *key,
                   const Particulars &particulars) {
  X509 *certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  uint32_t number = 0;
  RAND_bytes(reinterpret_cast<unsigned char *>(&number), 3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), number);
  X509_gmtime_adj(X509_getm_notBefore(certificate), particulars.beginSeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), particulars.endSeconds);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char *>(subject.c_str()), -1,
                             -1, 0);
  return certificate;
}

/// Writes something in PEM into a file of mode 0600.
template <typename Write>
static std::string writePem(const std::string &path, Write write) {
  std::FILE *file = std::fopen(path.c_str(), "w");
  EXPECT_TRUE(file && write(file) == 1);
  std::fclose(file);
  EXPECT_EQ(chmod(path.c_str(), 0600), 0);
  return path;
}

Authority::Authority(const TemporaryFolder &root, std::string name,
                     const Particulars &particulars)
    : root(root), name(std::move(name)), key(EVP_EC_gen("P-256")),
      certificate(draft(this->name, key, particulars)) {
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  addExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate, key, EVP_sha256());
  writePem(path(), [&](std::FILE *file) { return PEM_write_X509(file, certificate); });
}

Authority::~Authority() {
  X509_free(certificate);
  EVP_PKEY_free(key);
}

twoparty::TlsFiles Authority::issue(const std::string &subject,
                                    const Particulars &particulars) const {
  EVP_PKEY *own = particulars.isWeak ? EVP_RSA_gen(512) : EVP_EC_gen("P-256");
  X509 *issued = draft(subject, own, particulars);
  X509_set_issuer_name(issued, X509_get_subject_name(certificate));
  if (!particulars.hosts.empty())
    addExtension(issued, NID_subject_alt_name, particulars.hosts);
  if (!particulars.usage.empty())
    addExtension(issued, NID_ext_key_usage, particulars.usage);
  X509_sign(issued, key, EVP_sha256());
  twoparty::TlsFiles files;
  files.certificate = writePem(root.path(subject + ".pem"), [&](std::FILE *file) {
    return PEM_write_X509(file, issued);
  });
  files.key = writePem(root.path(subject + ".key"), [&](std::FILE *file) {
    const std::string &phrase = particulars.passphrase;
    return PEM_write_PrivateKey(file, own, phrase.empty() ? nullptr : EVP_aes_256_cbc(),
                                reinterpret_cast<const unsigned char *>(phrase.data()),
                                static_cast<int>(phrase.size()), nullptr, nullptr);
  });
  files.authority = path();
  X509_free(issued);
  EVP_PKEY_free(own);
  return files;
}
