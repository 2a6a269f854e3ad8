#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace simulator {

/// SHA-256 (FIPS 180-4), so that the program needs no library for its manifest.
class Sha256 {
 public:
  void Update(std::string_view bytes);
  std::string Hex();  ///< Ends the message; the object is spent.

 private:
  void Block(const unsigned char* block);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> pending_{};
  std::size_t pending_size_ = 0;
  std::uint64_t length_ = 0;
};

/// A number in [0, 1) that follows from a text.
double Uniform(std::string_view text);

}  // namespace simulator
