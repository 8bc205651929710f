#include "cluster/cluster_message.hpp"
#include "fuzz/fuzz_input.hpp"

#include <string_view>

using namespace spritefarm::cluster;
using spritefarm::fuzz::must;

template <typename Message>
void must_survive(std::string_view body) {
  const auto decoded = decode_message<Message>(body);
  if (!decoded) return;
  const std::string sent = encode_message(*decoded);
  const auto again = decode_message<Message>(sent);
  must(static_cast<bool>(again) && encode_message(*again) == sent, "a message survives a round trip");
}

/// The kind of a message, then its body, as a client or a node may send it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  spritefarm::fuzz::FuzzInput input(data, size);
  const auto kind = input.number<std::uint8_t>();
  const std::string_view body = input.rest();
  switch (kind % 7) {
    case 0:
      must_survive<CallMessage>(body);
      break;
    case 1:
      must_survive<StartedMessage>(body);
      break;
    case 2:
      must_survive<OutcomeMessage>(body);
      break;
    case 3:
      must_survive<DiedMessage>(body);
      break;
    case 4:
      must_survive<RedeliveredMessage>(body);
      break;
    case 5:
      must_survive<BeatMessage>(body);
      break;
    default:
      must_survive<CancelMessage>(body);
  }
  return 0;
}
