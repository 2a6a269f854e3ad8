#include "evenkeel/audit/signing.h"

#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string KeyIdOf(const std::array<std::uint8_t, 32>& public_key) {
  return ToHex(Sha256({reinterpret_cast<const char*>(public_key.data()), public_key.size()}))
      .substr(0, 16);
}

/// 64 hexadecimal digits, white space around them ignored.
bool ParseHex32(std::string_view text, std::array<std::uint8_t, 32>& out) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.remove_suffix(1);
  }
  std::size_t length = 0;
  const char* end = nullptr;
  return sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &length, &end) ==
             0 &&
         length == out.size() && end == text.data() + text.size();
}

}  // namespace

SigningKey::SigningKey(const std::array<std::uint8_t, 32>& seed) {
  crypto_sign_seed_keypair(public_.data(), secret_.data(), seed.data());
  key_id_ = KeyIdOf(public_);
}

SigningKey::SigningKey(SigningKey&& other) noexcept { *this = std::move(other); }

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  secret_ = other.secret_;
  public_ = other.public_;
  key_id_ = std::move(other.key_id_);
  sodium_memzero(other.secret_.data(), other.secret_.size());
  return *this;
}

SigningKey::~SigningKey() { sodium_memzero(secret_.data(), secret_.size()); }

Result<SigningKey> SigningKey::Load(const std::string& file) {
  struct stat info{};
  if (stat(file.c_str(), &info) != 0) {
    return NotFound("signing key " + file + ": " + std::strerror(errno));
  }
  if ((info.st_mode & 077) != 0) {
    return InvalidArgument("signing key " + file +
                           " can be read by others than its owner; run: chmod 400 " + file);
  }
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::array<std::uint8_t, 32> seed{};
  const bool good = ParseHex32(text, seed);
  sodium_memzero(text.data(), text.size());
  if (!good) {
    return InvalidArgument("signing key " + file + ": expected 64 hexadecimal digits");
  }
  SigningKey key(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Result<SigningKey> SigningKey::Create(const std::string& file) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
  if (descriptor < 0) {
    return Status(errno == EEXIST ? StatusCode::kAlreadyExists : StatusCode::kUnavailable,
                  "signing key " + file + ": " + std::strerror(errno));
  }
  std::array<std::uint8_t, 32> seed{};
  randombytes_buf(seed.data(), seed.size());
  const std::string text = ToHex({reinterpret_cast<const char*>(seed.data()), seed.size()}) + "\n";
  const bool written =
      write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      fsync(descriptor) == 0;
  close(descriptor);
  if (!written) {
    unlink(file.c_str());
    return Unavailable("signing key " + file + ": cannot be written: " + std::strerror(errno));
  }
  SigningKey key(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Signature SigningKey::Sign(std::string_view bytes) const {
  Signature signature;
  signature.key_id = key_id_;
  crypto_sign_detached(signature.bytes.data(), nullptr, Bytes(bytes), bytes.size(), secret_.data());
  return signature;
}

Result<VerifyingKeys> VerifyingKeys::Load(const std::string& file) {
  std::ifstream in(file);
  if (!in) return NotFound("verifying keys " + file + ": " + std::strerror(errno));
  VerifyingKeys keys;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::array<std::uint8_t, 32> key{};
    if (!ParseHex32(line, key)) {
      return InvalidArgument(file + ":" + std::to_string(number) +
                             ": expected a public key as 64 hexadecimal digits");
    }
    keys.Add(key);
  }
  return keys;
}

void VerifyingKeys::Add(const std::array<std::uint8_t, 32>& public_key) {
  keys_[KeyIdOf(public_key)] = public_key;
}

Status VerifyingKeys::Verify(const Signature& signature, std::string_view bytes) const {
  const auto key = keys_.find(signature.key_id);
  if (key == keys_.end()) {
    return {StatusCode::kPermissionDenied, "signed with unknown key \"" + signature.key_id + "\""};
  }
  if (crypto_sign_verify_detached(signature.bytes.data(), Bytes(bytes), bytes.size(),
                                  key->second.data()) != 0) {
    return {StatusCode::kPermissionDenied, "the signature does not fit the bytes"};
  }
  return {};
}

}  // namespace evenkeel
