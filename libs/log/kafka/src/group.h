#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "raii.h"

#include "evenkeel/base/result.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel::kafka {

/// The client.id that tells others where a member is found: the group says it of its members, and
/// nothing else of ours. `given` is the operator's own.
std::string ClientIdWith(std::string_view given, std::string_view address);
std::string_view AddressIn(std::string_view client_id);

/// Blocks up to `timeout`. Any thread.
Result<std::vector<GroupMember>> DescribeGroup(rd_kafka_t* kafka, const std::string& group,
                                               std::chrono::milliseconds timeout);

}  // namespace evenkeel::kafka
