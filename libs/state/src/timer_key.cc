#include "timer_key.h"

#include "big_endian.h"

namespace evenkeel {
namespace {

// Negative times sort before positive ones once the sign bit is flipped.
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

// Within the customer key 0x00 becomes 0x00 0xFF, and 0x00 0x01 ends it: so a key sorts before all
// keys that it begins.
constexpr char kEscape = '\0';
constexpr char kEscapedZero = '\xFF';
constexpr char kEnd = '\1';

}  // namespace

std::string TimerKey(const TimerPosition& timer) {
  std::string out(1, kTimerKind);
  AppendBigEndian(static_cast<std::uint64_t>(timer.due.value) ^ kSignBit, out);
  for (const char byte : timer.key) {
    out.push_back(byte);
    if (byte == kEscape) out.push_back(kEscapedZero);
  }
  out.push_back(kEscape);
  out.push_back(kEnd);
  out.append(timer.name);
  return out;
}

std::optional<TimerPosition> ParseTimerKey(std::string_view key) {
  if (key.size() < 11 || key.front() != kTimerKind) return std::nullopt;
  TimerPosition timer;
  timer.due.value = static_cast<std::int64_t>(ParseBigEndian(key.substr(1, 8)) ^ kSignBit);
  for (std::size_t i = 9; i < key.size(); ++i) {
    if (key[i] != kEscape) {
      timer.key.push_back(key[i]);
      continue;
    }
    if (++i == key.size()) return std::nullopt;
    if (key[i] == kEnd) {
      timer.name = key.substr(i + 1);
      return timer;
    }
    if (key[i] != kEscapedZero) return std::nullopt;
    timer.key.push_back('\0');
  }
  return std::nullopt;
}

}  // namespace evenkeel
