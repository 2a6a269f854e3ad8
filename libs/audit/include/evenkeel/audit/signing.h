#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"

namespace evenkeel {

/// An Ed25519 signature over stored bytes, and which key made it.
struct Signature {
  std::string key_id;  ///< 16 hexadecimal digits: the first 8 bytes of SHA-256 of the public key.
  std::array<std::uint8_t, 64> bytes{};
};

/// A private key that signs actions. Its memory is wiped when it goes.
class SigningKey {
 public:
  /// Reads the 32-byte seed (64 hexadecimal digits) in `file`.
  /// Errors: kNotFound, kInvalidArgument (content; or the file can be read by others than its
  /// owner), with the remedy.
  static Result<SigningKey> Load(const std::string& file);

  /// Makes a new key and writes it to `file` (mode 0400). Errors: kAlreadyExists, kUnavailable.
  static Result<SigningKey> Create(const std::string& file);

  SigningKey(SigningKey&& other) noexcept;
  SigningKey& operator=(SigningKey&& other) noexcept;
  ~SigningKey();

  Signature Sign(std::string_view bytes) const;

  const std::string& key_id() const { return key_id_; }
  const std::array<std::uint8_t, 32>& public_key() const { return public_; }

 private:
  explicit SigningKey(const std::array<std::uint8_t, 32>& seed);

  std::array<std::uint8_t, 64> secret_{};
  std::array<std::uint8_t, 32> public_{};
  std::string key_id_;
};

/// The public keys that are trusted.
///
/// Thread-safety: const calls from any thread.
class VerifyingKeys {
 public:
  /// One key per line as 64 hexadecimal digits; '#' begins a comment.
  static Result<VerifyingKeys> Load(const std::string& file);

  void Add(const std::array<std::uint8_t, 32>& public_key);

  /// Public keys by key id.
  const std::map<std::string, std::array<std::uint8_t, 32>>& keys() const { return keys_; }

  /// Errors: kPermissionDenied, for an unknown key id or a signature that does not fit the bytes.
  Status Verify(const Signature& signature, std::string_view bytes) const;

 private:
  std::map<std::string, std::array<std::uint8_t, 32>> keys_;
};

}  // namespace evenkeel
