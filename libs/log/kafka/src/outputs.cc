#include "outputs.h"

namespace evenkeel::kafka {
namespace {

rd_kafka_vu_t Argument(rd_kafka_vtype_t type) {
  rd_kafka_vu_t argument;
  argument.vtype = type;
  return argument;
}

rd_kafka_vu_t Bytes(rd_kafka_vtype_t type, const std::optional<std::string_view>& bytes) {
  // A null pointer says "no value"; an empty value needs a pointer that is not null.
  static char nothing = 0;
  rd_kafka_vu_t argument = Argument(type);
  argument.u.mem.ptr = nullptr;
  argument.u.mem.size = 0;
  if (bytes) {
    argument.u.mem.ptr = bytes->empty() ? &nothing : const_cast<char*>(bytes->data());
    argument.u.mem.size = bytes->size();
  }
  return argument;
}

}  // namespace

rd_kafka_resp_err_t ProduceTo(rd_kafka_t* kafka, const OutputTopic& topic,
                              OutputPartition& partition, const OutRecord& record,
                              std::vector<rd_kafka_vu_t>& arguments) {
  arguments.clear();
  arguments.push_back(Argument(RD_KAFKA_VTYPE_RKT));
  arguments.back().u.rkt = topic.handle.get();
  arguments.push_back(Argument(RD_KAFKA_VTYPE_PARTITION));
  arguments.back().u.i32 = partition.partition;
  arguments.push_back(Argument(RD_KAFKA_VTYPE_MSGFLAGS));
  arguments.back().u.i = RD_KAFKA_MSG_F_COPY;
  arguments.push_back(Argument(RD_KAFKA_VTYPE_OPAQUE));
  arguments.back().u.ptr = &partition;
  arguments.push_back(Bytes(RD_KAFKA_VTYPE_KEY, record.key));
  arguments.push_back(Bytes(RD_KAFKA_VTYPE_VALUE, record.value));
  if (record.timestamp) {
    arguments.push_back(Argument(RD_KAFKA_VTYPE_TIMESTAMP));
    arguments.back().u.i64 = record.timestamp->value;
  }
  std::vector<std::string> names;  // librdkafka wants them terminated.
  names.reserve(record.headers.size());
  for (const RecordHeader& header : record.headers) {
    names.emplace_back(header.name);
    arguments.push_back(Argument(RD_KAFKA_VTYPE_HEADER));
    arguments.back().u.header.name = names.back().c_str();
    arguments.back().u.header.val = header.value.empty() ? "" : header.value.data();
    arguments.back().u.header.size = static_cast<ssize_t>(header.value.size());
  }
  const ErrorPtr error(rd_kafka_produceva(kafka, arguments.data(), arguments.size()));
  return error ? rd_kafka_error_code(error.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace evenkeel::kafka
