#pragma once

#include <functional>
#include <string>
#include <vector>

#include "log_driver.h"

#include "evenkeel/log/cluster.h"

namespace evenkeel::testing {

/// A writer that is to be killed. Its transaction number n writes a known set of records to three
/// partitions of "out" and commits n + 1 as the position of row 0; it goes on from the committed
/// position. After each step it reports a line such as "acked 7" and stops if told so (false).
void WriteTransactions(LogDriver& driver, const std::string& prefix,
                       const std::function<bool(const std::string& line)>& report);

/// What the partitions of "out" hold after `count` whole transactions.
std::vector<std::vector<std::string>> WrittenBy(int count);

/// The session options of that writer.
SessionOptions WriterOptions(const std::string& prefix);

/// A child process writes until it is killed, reporting on its standard output. It returns only
/// when something went wrong.
int RunWriterProcess(LogCluster& cluster, const LogTime& time, const std::string& prefix);

}  // namespace evenkeel::testing
