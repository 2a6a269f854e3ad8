#include "json_data.h"

#include <cctype>

#include "envelope.h"
#include "utf8.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

namespace evenkeel::internal {
namespace {

namespace pb = google::protobuf;

constexpr std::size_t kDataDepthMax = 32;
constexpr char kUrlPrefix[] = "type.googleapis.com";

pb::util::TypeResolver& Resolver() {
  static pb::util::TypeResolver* const kResolver =
      pb::util::NewTypeResolverForDescriptorPool(kUrlPrefix, pb::DescriptorPool::generated_pool());
  return *kResolver;
}

bool Convert(const MessagePlan& plan, std::string_view json, bool ignore_unknown, std::string& wire,
             std::string& message) {
  wire.clear();
  pb::util::JsonParseOptions options;
  options.ignore_unknown_fields = ignore_unknown;
  const std::string url = std::string(kUrlPrefix) + "/" + plan.descriptor->full_name();
  const auto status = pb::util::JsonToBinaryString(
      &Resolver(), url, pb::StringPiece(json.data(), json.size()), &wire, options);
  if (!status.ok()) message = status.message().ToString();
  return status.ok();
}

/// The path at the front of a message such as `amount.units: invalid value "x" ...`, without the
/// value, which may be personal.
std::string PlaceOf(std::string_view message) {
  if (message.starts_with('(')) message.remove_prefix(1);
  std::size_t end = 0;
  while (end < message.size() && end < 128) {
    const auto c = static_cast<unsigned char>(message[end]);
    if (std::isalnum(c) == 0 && c != '_' && c != '.' && c != '[' && c != ']') break;
    ++end;
  }
  const bool is_path =
      end > 0 && end < message.size() && (message[end] == ':' || message[end] == ')');
  return is_path ? " at " + std::string(message.substr(0, end)) : std::string();
}

/// True if the value that was refused is a whole number: then it does not fit its field's type.
bool IsWholeNumberRefused(std::string_view message) {
  constexpr std::string_view kBegin = "invalid value ";
  const std::size_t begin = message.find(kBegin);
  if (begin == std::string_view::npos) return false;
  std::string_view value = message.substr(begin + kBegin.size());
  value = value.substr(0, value.find(" for type TYPE_"));
  if (value.starts_with('"') && value.ends_with('"') && value.size() > 2) {
    value = value.substr(1, value.size() - 2);
  }
  if (value.starts_with('-')) value.remove_prefix(1);
  return !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
}

DecodeFailure FailureOf(const MessagePlan& plan, std::string_view message) {
  const bool is_overflow = message.starts_with("Number exceeds the range") ||
                           (IsWholeNumberRefused(message) &&
                            message.find("for type TYPE_ENUM") == std::string_view::npos);
  if (is_overflow) {
    return {DecodeError::kNumberOverflow,
            "a number does not fit" + PlaceOf(message) + " of " + plan.descriptor->full_name()};
  }
  return {DecodeError::kUndecodable,
          "the data are not JSON of " + plan.descriptor->full_name() + PlaceOf(message)};
}

}  // namespace

std::optional<DecodeFailure> JsonToWire(const MessagePlan& plan, std::string_view json,
                                        std::string& wire, std::uint32_t& unknown_field_count) {
  unknown_field_count = 0;
  if (auto failure = CheckJsonDepth(json, kDataDepthMax)) return failure;
  if (!IsValidUtf8(json)) {
    return DecodeFailure{DecodeError::kInvalidUtf8, "the data are not UTF-8"};
  }
  std::string message;
  if (Convert(plan, json, /*ignore_unknown=*/false, wire, message)) return std::nullopt;
  if (Convert(plan, json, /*ignore_unknown=*/true, wire, message)) {
    unknown_field_count = 1;
    return std::nullopt;
  }
  return FailureOf(plan, message);
}

}  // namespace evenkeel::internal
