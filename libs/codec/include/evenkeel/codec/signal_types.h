#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/model/signal.h"

namespace evenkeel {

enum class FieldKind : std::uint8_t {
  kBool = 1,
  kInteger = 2,
  kNumber = 3,
  kText = 4,
  kSymbol = 5,  ///< One of a closed set of words.
  kMoney = 6,
  kTime = 7,
};

/// A field that signals of a type can have.
struct SignalFieldInfo {
  std::string name;  ///< As in Signal::fields.
  FieldKind kind = FieldKind::kText;
  bool is_required = false;
  std::vector<std::string> symbols;  ///< The words of a kSymbol.
};

/// A type of signal of the contract.
struct SignalTypeInfo {
  std::string type;     ///< As in Signal::type: "billing.payment_attempt".
  std::string ce_type;  ///< As on the wire: "evenkeel.signal.billing.payment_attempt.v1".
  SignalFamily family = SignalFamily::kCustom;
  std::vector<SignalFieldInfo> fields;  ///< Sorted by name.
};

/// Every type of the contract, sorted by type. "custom.event" stands for all of "custom.<name>",
/// whose fields nobody knows. Lives for ever.
std::span<const SignalTypeInfo> SignalTypes();

/// The type called `type`, or null. "custom.<anything>" gives "custom.event".
const SignalTypeInfo* FindSignalType(std::string_view type);

/// The family's name, as in topics: "billing".
std::string_view SignalFamilyName(SignalFamily family);

}  // namespace evenkeel
