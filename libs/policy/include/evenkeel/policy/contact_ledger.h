#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/bytes.h"
#include "evenkeel/base/time.h"
#include "evenkeel/model/receipt.h"

namespace evenkeel {

/// 16 bytes; the 32 hexadecimal digits of an action id.
using ActionKey = std::array<std::uint8_t, 16>;

enum class ContactState : std::uint8_t {
  kReserved = 1,  ///< Decided: may happen at any time of its send window.
  kSettled = 2,   ///< Happened, or has to be taken for happened.
  kReturned = 3,  ///< Did not happen.
  kShadow = 4,    ///< Would have happened, were the customer not held out.
};

/// One contact, planned or made.
struct ContactEntry {
  ActionKey action_key{};
  std::string action;
  std::string channel;
  std::string purpose;
  ContactState state = ContactState::kReserved;
  bool is_counted = true;  ///< Uses up caps.
  bool is_paused = true;   ///< Starts cool-downs.
  TimeMs from;             ///< When it happened; the send window while reserved,
  TimeMs by;               ///< which ends before this.
  TimeMs return_at;        ///< A reservation without a receipt is returned then.
  /// What the customer gets over the full term, in millionths of the bundle's currency.
  std::int64_t face_micro = 0;

  /// The last moment at which it may have happened.
  TimeMs last() const { return state == ContactState::kReserved ? TimeMs{by.value - 1} : from; }

  friend bool operator==(const ContactEntry&, const ContactEntry&) = default;
};

enum class Settlement : std::uint8_t {
  kUnknownAction = 1,  ///< Not in the ledger: too old, or never ours.
  kSettled = 2,
  kReturned = 3,
  kUnchanged = 4,
};

/// The contacts of a customer that caps and cool-downs still look at.
class ContactLedger {
 public:
  static constexpr std::size_t kEntriesMax = 128;

  const std::vector<ContactEntry>& entries() const { return entries_; }

  /// Forgets what ended before `cut`, then says whether one more fits.
  bool MakeRoom(TimeMs cut);

  /// REQUIRES: MakeRoom() said yes.
  void Add(ContactEntry entry);

  /// A contact that was planned will be made at another time: from `from`, before `by`.
  void Move(const ActionKey& key, TimeMs from, TimeMs by, TimeMs return_at);

  /// A contact that was planned will not be made.
  void Return(const ActionKey& key);

  /// The ledger as it would be without the contact of `key`.
  ContactLedger Without(const ActionKey& key) const;

  /// What the customer got, or may get, since `since`: face values in millionths.
  std::int64_t FaceSince(TimeMs since) const;

  /// Takes in what became of an action.
  Settlement Settle(const ActionKey& key, ReceiptStatus status, TimeMs occurred, TimeMs now);

  /// Returns the reservations whose receipt has not come in time; how many.
  int ReturnExpired(TimeMs now);

  /// When the first reservation will be returned, or TimeMs::Max().
  TimeMs FirstReturn() const;

  void Write(ByteWriter& writer) const;
  /// On bytes that are none, `reader` is not ok afterwards.
  void Read(ByteReader& reader);

  /// The face values, which version 1 of the state does not have: after Write() and Read().
  void WriteFaces(ByteWriter& writer) const;
  void ReadFaces(ByteReader& reader);

  friend bool operator==(const ContactLedger&, const ContactLedger&) = default;

 private:
  ContactEntry* ReservedOf(const ActionKey& key);

  std::vector<ContactEntry> entries_;  // In the order of decision.
};

}  // namespace evenkeel
