#include <cstddef>
#include <cstdint>

#include "decode_signal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  evenkeel::testing::DecodeFuzzedSignal({reinterpret_cast<const char*>(data), size});
  return 0;
}
