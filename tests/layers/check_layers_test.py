#!/usr/bin/env python3
"""The layers check finds each kind of violation planted in a small tree, and nothing in a clean one."""
import pathlib
import tempfile
import unittest

import check_layers

CLEAN = {
    "libs/base/include/evenkeel/base/hash.h": "#include <string>\n",
    "libs/base/src/hash.cc": '#include "evenkeel/base/hash.h"\n#include <sodium.h>\n',
    "libs/model/include/evenkeel/model/money.h": '#include "evenkeel/base/hash.h"\n#include <chrono>\n',
    "libs/decision/src/wave.cc": '#include "evenkeel/model/money.h"\n#include "wave.h"\n',
    "libs/decision/src/wave.h": "// not std::mutex, not getenv\nconst char* kWhy = \"std::thread\";\n",
    "libs/codec/src/signal.cc": '#include "evenkeel/v1/signals.pb.h"\n#include <google/protobuf/message.h>\n',
    "libs/log/include/evenkeel/log/session.h": '#include "evenkeel/base/hash.h"\n',
    "libs/log/kafka/include/evenkeel/log/kafka_log.h": '#include "evenkeel/log/session.h"\n',
    "libs/log/kafka/src/consumer.cc": '#include <librdkafka/rdkafka.h>\n#include "evenkeel/log/kafka_log.h"\n',
    "libs/log/local/src/store.cc": '#include <rocksdb/db.h>\n#include "evenkeel/log/session.h"\n',
    "libs/state/src/store.cc": "#include <rocksdb/db.h>\n#include <unistd.h>\n",
    "services/decider/app.h": '#include "evenkeel/log/kafka_log.h"\n#include "evenkeel/v1/config.pb.h"\n',
    "services/standalone/app.cc": '#include "decider/app.h"\n',
    "tests/ledger/rig.h": "#include <string>\n",
    "tests/scenario/story.h": "#include <string>\n",
    "tools/bench/pipeline/main.cc": '#include "ledger/rig.h"\n',
}

# What is planted -> a word of what must be said of it.
PLANTED = {
    "an upward include": ("libs/model/src/a.cc", '#include "evenkeel/decision/wave.h"', "above it"),
    "a whole order": ("libs/codec/src/a.cc", '#include "evenkeel/log/session.h"', "above it"),
    "a service from a library": ("libs/runtime/src/a.cc", '#include "evenkeel/services/x.h"', "above it"),
    "protobuf in the core": ("libs/decision/src/a.cc", '#include "evenkeel/v1/signals.pb.h"', "protobuf"),
    "protobuf in the engine": ("libs/engine/src/a.cc", '#include "evenkeel/v1/commit.pb.h"', "protobuf"),
    "protobuf's library in bundle": ("libs/bundle/src/a.cc", "#include <google/protobuf/message.h>", "must not include"),
    "rocksdb in the engine": ("libs/engine/src/a.cc", "#include <rocksdb/db.h>", "must not include"),
    "rocksdb in the log's port": ("libs/log/src/a.cc", "#include <rocksdb/db.h>", "must not include"),
    "rocksdb in a service": ("services/decider/a.cc", "#include <rocksdb/db.h>", "must not include"),
    "librdkafka in the engine": ("libs/engine/src/a.cc", "#include <librdkafka/rdkafka.h>", "must not include"),
    "librdkafka in the local log": ("libs/log/local/src/a.cc", "#include <librdkafka/rdkafka.h>", "must not include"),
    "librdkafka in a service": ("services/decider/a.cc", "#include <librdkafka/rdkafka.h>", "must not include"),
    "librdkafka in a tool": ("tools/bench/a.cc", "#include <librdkafka/rdkafka.h>", "must not include"),
    "one log in another": ("libs/log/local/src/a.cc", '#include "evenkeel/log/kafka_log.h"', "behind the port"),
    "a log chosen by the engine": ("libs/engine/src/a.cc", '#include "evenkeel/log/kafka_log.h"', "behind the port"),
    "sodium in a header of base": ("libs/base/include/evenkeel/base/b.h", "#include <sodium.h>", "must not include"),
    "sodium in the core": ("libs/policy/src/a.cc", "#include <sodium.h>", "must not include"),
    "yaml in the core": ("libs/features/src/a.cc", "#include <yaml-cpp/yaml.h>", "must not include"),
    "the system in the core": ("libs/cel/src/a.cc", "#include <unistd.h>", "must not include"),
    "a lock's header": ("libs/decision/src/a.cc", "#include <mutex>", "the machine"),
    "a file's header": ("libs/scoring/src/a.cc", "#include <fstream>", "the machine"),
    "a clock": ("libs/policy/src/a.cc", "auto now = std::chrono::system_clock::now();", "the machine"),
    "a die": ("libs/learning/src/a.cc", "std::random_device die;", "the machine"),
    "the environment": ("libs/model/src/a.cc", 'const char* zone = std::getenv("TZ");', "the machine"),
    "a thread": ("libs/features/src/a.cc", "std::jthread worker;", "the machine"),
    "a local clock": ("libs/features/src/a.cc", "auto tm = localtime(&seconds);", "the machine"),
    "an atomic": ("libs/decision/src/a.cc", "std::atomic<int> count;", "the machine"),
    "code after a comment": ("libs/decision/src/a.cc", "/* why */ std::mutex lock;", "the machine"),
    "a private header of another library": ("libs/state/src/a.cc", '#include "wave.h"', "neither public"),
    "a way around": ("libs/state/src/a.cc", '#include "../../decision/src/wave.h"', "from its root"),
    "another service": ("services/executor/a.cc", '#include "decider/app.h"', "another service"),
    "a library without a place": ("libs/magic/src/a.cc", "int x;", "unknown library"),
    "the tests' ledger in a service": ("services/decider/a.cc", '#include "ledger/rig.h"', "neither public"),
    "the tests' ledger in a library": ("libs/runtime/src/a.cc", '#include "ledger/rig.h"', "neither public"),
    "a test's header in a tool": ("tools/bench/a.cc", '#include "scenario/story.h"', "neither public"),
    "an include of nowhere": ("libs/state/src/a.cc", '#include "evenkeel/magic/x.h"', "unknown library"),
}


class CheckLayersTest(unittest.TestCase):
    def violations_with(self, planted):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {**CLEAN, **planted}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return list(check_layers.violations(root))

    def test_a_clean_tree_passes(self):
        self.assertEqual(self.violations_with({}), [])

    def test_each_planted_violation_is_named(self):
        for what, (path, line, word) in PLANTED.items():
            with self.subTest(what):
                found = self.violations_with({path: f"\n{line}\n"})
                self.assertEqual(len(found), 1, found)
                self.assertIn(path, found[0])
                self.assertIn(word, found[0])

    def test_a_comment_is_not_code(self):
        self.assertEqual(self.violations_with({"libs/policy/src/a.cc": "/* std::mutex\n#include <mutex>\n*/\n"}), [])


if __name__ == "__main__":
    unittest.main()
