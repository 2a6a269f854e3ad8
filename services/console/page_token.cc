#include "console/page_token.h"

#include <memory>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

constexpr std::size_t kDigestBytes = 8;
constexpr std::size_t kTokenMax = 1024;

int DigitOf(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

std::optional<std::string> FromHex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = DigitOf(digits[i]);
    const int low = DigitOf(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

std::string Short(const Sha256Digest& digest) {
  return std::string(AsBytes(digest).substr(0, kDigestBytes));
}

/// So that a token that was cut or changed is told from one that is whole.
std::string SealOf(std::string_view filter_digest, std::string_view last) {
  Sha256Stream seal;
  seal.UpdateField("evenkeel.page.v1");
  seal.UpdateField(filter_digest);
  seal.UpdateField(last);
  return Short(seal.Finish());
}

}  // namespace

std::string FilterDigest(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> filters(request.New());
  filters->CopyFrom(request);
  const google::protobuf::Descriptor* type = filters->GetDescriptor();
  for (const char* name : {"page_size", "page_token"}) {
    const google::protobuf::FieldDescriptor* field = type->FindFieldByName(name);
    if (field != nullptr) filters->GetReflection()->ClearField(filters.get(), field);
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    filters->SerializeToCodedStream(&coded);
  }
  Sha256Stream digest;
  digest.UpdateField(type->full_name());
  digest.UpdateField(bytes);
  return Short(digest.Finish());
}

std::string MakePageToken(std::string_view filter_digest, std::string_view last) {
  return ToHex(std::string(filter_digest) + SealOf(filter_digest, last) + std::string(last));
}

std::optional<RpcError> ReadPageToken(std::string_view filter_digest, std::string_view token,
                                      std::string& last) {
  last.clear();
  if (token.empty()) return std::nullopt;
  const auto bytes = token.size() <= kTokenMax ? FromHex(token) : std::nullopt;
  if (!bytes || bytes->size() <= 2 * kDigestBytes) {
    return RpcError::BadField("page_token",
                              "is no token of ours; take next_page_token of the answer before as "
                              "it is, or leave it out for the first page");
  }
  const std::string_view all = *bytes;
  const std::string_view rest = all.substr(2 * kDigestBytes);
  if (all.substr(0, kDigestBytes) != filter_digest) {
    return RpcError::BadField("page_token",
                              "belongs to another query; the filters must be those of the first "
                              "page, or leave the token out to begin anew");
  }
  if (all.substr(kDigestBytes, kDigestBytes) != SealOf(filter_digest, rest)) {
    return RpcError::BadField("page_token", "was changed; take it as it was given");
  }
  last = rest;
  return std::nullopt;
}

std::optional<RpcError> CheckPageSize(bool is_there, int page_size, int& out) {
  out = is_there ? page_size : kPageSizeDefault;
  if (out >= 1 && out <= kPageSizeMax) return std::nullopt;
  return RpcError::BadField("page_size", std::to_string(page_size) + " is not between 1 and " +
                                             std::to_string(kPageSizeMax));
}

}  // namespace evenkeel
