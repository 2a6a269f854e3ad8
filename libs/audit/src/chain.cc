#include "evenkeel/audit/chain.h"

#include <string>

namespace evenkeel {

ChainHead ExtendChain(const ChainHead& position, std::string_view payload) {
  ChainHead next;
  next.sequence = position.sequence + 1;
  std::string sequence(8, '\0');
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    sequence[i] = static_cast<char>((next.sequence >> (56 - 8 * i)) & 0xFF);
  }
  Sha256Stream hash;
  hash.UpdateField("evenkeel.chain.v1");
  hash.UpdateField(sequence);
  hash.UpdateField(AsBytes(position.head));
  hash.UpdateField(payload);
  next.head = hash.Finish();
  return next;
}

}  // namespace evenkeel
