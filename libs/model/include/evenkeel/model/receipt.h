#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "evenkeel/base/hash.h"
#include "evenkeel/base/time.h"
#include "evenkeel/model/money.h"

namespace evenkeel {

/// What became of an action. All but kAccepted end it.
enum class ReceiptStatus : std::uint8_t {
  kAccepted = 1,    ///< Taken by the target; its end is reported later.
  kDone = 2,        ///< Carried out.
  kFailed = 3,      ///< Certainly not carried out, and will not be.
  kUnknown = 4,     ///< Perhaps carried out: people look.
  kExpired = 5,     ///< Not carried out: its time was over.
  kRefused = 6,     ///< Not carried out: signature, environment, kill switch or limit said no.
  kEdited = 7,      ///< Carried out with changes, by a person.
  kOverridden = 8,  ///< A person did something else, or nothing.
};

/// What an executor reports about an action, once.
struct Receipt {
  std::string action_id;    ///< 32 hexadecimal digits.
  std::string decision_id;  ///< 32 hexadecimal digits.
  ReceiptStatus status = ReceiptStatus::kUnknown;
  TimeMs occurred;  ///< When it came to be so, by the executor's clock.
  std::string executor;
  std::string target_reference;  ///< The target's own name for what it did.
  std::string reason;            ///< A code such as "http_410"; empty when done.
  std::string detail;            ///< For people; no personal data.
  std::string person;            ///< Who edited or overrode; empty otherwise.
  std::int32_t attempt_count = 0;
  std::optional<Money> cost;  ///< What it cost in the end, where that differs from the plan.
  Sha256Digest action_digest{};

  friend bool operator==(const Receipt&, const Receipt&) = default;
};

/// True if nothing more is to come about the action.
constexpr bool IsTerminal(ReceiptStatus status) { return status != ReceiptStatus::kAccepted; }

}  // namespace evenkeel
