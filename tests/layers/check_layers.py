#!/usr/bin/env python3
"""Fails if a source file uses something that its layer may not.

usage: check_layers.py [ROOT]
"""
import pathlib
import re
import sys

# Lowest first: a layer includes itself and what stands before it. A new library starts with its place here.
ORDER = ["base", "model", "cel", "features", "scoring", "policy", "decision", "learning", "codec", "bundle", "log",
         "state", "engine", "audit", "telemetry", "runtime", "services"]
# Functions of their arguments: what was decided once is decided again, to the byte.
PURE = {"model", "cel", "features", "scoring", "policy", "decision", "learning"}
# Parts of a library behind one port: they see the port, not each other; only services choose one.
PARTS = {"log": {"kafka", "local", "sim"}}

PROTOBUF = {"google", "evenkeel/v1"}
SYSTEM = {"unistd.h", "fcntl.h", "signal.h", "poll.h", "pthread.h", "stdlib.h", "time.h", "sys", "netinet", "arpa",
          "netdb.h"}
NETWORK = {"grpcpp", "grpc", "absl", "httplib.h", "openssl"}
TEXT = {"fmt", "spdlog", "nlohmann", "yaml-cpp", "CLI"}
# What a layer may include from outside, besides the standard library; the first folder, the file,
# or the first two folders. Everything outside that is named nowhere here belongs to nobody yet.
OUTSIDE = {
    "codec": PROTOBUF | {"nlohmann", "sodium.h"},
    "bundle": SYSTEM | {"yaml-cpp", "nlohmann", "sodium.h", "zlib.h"},
    "log/kafka": SYSTEM | {"librdkafka"},
    "log/local": SYSTEM | {"rocksdb"},
    "state": SYSTEM | {"rocksdb"},
    "audit": SYSTEM | {"sodium.h"},
    "telemetry": SYSTEM | {"fmt", "spdlog", "prometheus", "nlohmann"},
    "runtime": SYSTEM | PROTOBUF | NETWORK | TEXT | {"boost", "prometheus", "sodium.h"},
    "services": SYSTEM | PROTOBUF | NETWORK | TEXT | {"prometheus", "sodium.h", "curl"},
    "tools": SYSTEM | PROTOBUF | NETWORK | TEXT | {"benchmark", "sodium.h", "threads.h"},
}
# Hashing is base's, behind its own header.
OUTSIDE_OF_SOURCES = {"base": {"sodium.h", "openssl"}}

# These would make a pure library a function of the machine.
MACHINE_HEADERS = {"atomic", "barrier", "condition_variable", "filesystem", "fstream", "future", "iostream", "latch",
                   "mutex", "random", "semaphore", "shared_mutex", "stop_token", "syncstream", "thread", "time.h"}
MACHINE_WORDS = re.compile(
    r"\b(system_clock|steady_clock|high_resolution_clock|utc_clock|random_device|getenv|setlocale|thread_local"
    r"|gettimeofday|clock_gettime|localtime(_r)?|std::(time|rand|srand|thread|jthread|mutex|atomic\w*|lock_guard"
    r"|unique_lock|scoped_lock|async|cout|cerr|clog|puts|fopen|printf)|fopen|fprintf|printf|srand)\b")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)
SOURCES = {".h", ".cc"}


def bare(text):
    """The code without comments and literals, line by line as it was."""
    return COMMENT_OR_STRING.sub(lambda match: "\n" * match[0].count("\n"), text)


class File:
    def __init__(self, root, path):
        self.path = path.relative_to(root)
        parts = self.path.parts
        # The command line and the benches are programs, as services are.
        self.lib = parts[1] if parts[0] == "libs" else "services"
        self.service = parts[1] if parts[0] == "services" else None
        self.part = parts[2] if len(parts) > 3 and parts[2] in PARTS.get(self.lib, ()) else None
        self.layer = f"{self.lib}/{self.part}" if self.part else parts[0] if parts[0] == "tools" else self.lib
        self.text = path.read_text()
        self.beside = [path.parent, *(parent / "src" for parent in path.parents if root in parent.parents)]

    def outside(self):
        extra = OUTSIDE_OF_SOURCES.get(self.lib, set()) if self.path.suffix == ".cc" else set()
        return OUTSIDE.get(self.layer, set()) | extra


def public_parts(files):
    """Public header -> the part that owns it, for the headers of parts."""
    return {file.path.as_posix().split("/include/", 1)[1]: (file.lib, file.part)
            for file in files if file.part and "/include/" in file.path.as_posix()}


def check_ours(file, header, owners):
    other = header.split("/")[1]
    if header.endswith(".pb.h") or other == "v1":
        return None if "evenkeel/v1" in file.outside() else "must not see protobuf"
    if other not in ORDER:
        return f"unknown library '{other}'"
    if ORDER.index(other) > ORDER.index(file.lib):
        return f"must not include '{other}', which is above it"
    owner = owners.get(header)
    if owner and file.lib != "services" and owner != (file.lib, file.part):
        return f"must not include '{'/'.join(owner)}', which is behind the port"
    return None


def check_outside(file, header):
    names = header.split("/")
    if len(names) == 1 and re.fullmatch(r"[a-z0-9_]+", header):
        machine = file.lib in PURE and header in MACHINE_HEADERS
        return "must not depend on the machine" if machine else None
    if {names[0], "/".join(names[:2])} & file.outside():
        return None
    return "must not include this"


def check_include(root, file, quote, header, owners):
    if ".." in header.split("/"):
        return "must be named from its root"
    if header.startswith("evenkeel/"):
        return check_ours(file, header, owners)
    if quote == "<":
        return check_outside(file, header)
    if any((folder / header).is_file() for folder in file.beside):
        return None  # a private header of the same library
    if file.layer == "tools" and header.startswith("ledger/") and (root / "tests" / header).is_file():
        return None  # the business on the engine that tests and benches share
    if file.lib == "services" and (root / "services" / header).is_file():
        # The standalone process is all services in one; `common` is what they share.
        foreign = header.split("/")[0] not in (file.service, "common") and file.service not in ("standalone", None)
        return "must not include another service" if foreign else None
    return "is neither public (evenkeel/<lib>/...) nor this library's own"


def check_file(root, file, owners):
    if file.lib not in ORDER:
        yield f"{file.path}: unknown library '{file.lib}': give it a place in ORDER of {pathlib.Path(__file__).name}"
        return
    for number, (line, code) in enumerate(zip(file.text.splitlines(), bare(file.text).splitlines()), 1):
        where = f"{file.path}:{number}: {file.layer}"
        found = INCLUDE.match(line)
        if found and code.strip():
            reason = check_include(root, file, found[1], found[2], owners)
            if reason:
                yield f"{where}: {reason}: {line.strip()}"
        elif file.lib in PURE and MACHINE_WORDS.search(code):
            yield f"{where}: must not depend on the machine: {line.strip()}"


def violations(root):
    root = root.resolve()
    paths = [path for top in ("libs", "services", "tools") for path in sorted((root / top).rglob("*"))
             if path.suffix in SOURCES and "node_modules" not in path.parts]
    files = [File(root, path) for path in paths]
    owners = public_parts(files)
    for file in files:
        yield from check_file(root, file, owners)


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    if not (root / "libs" / "base").is_dir():
        sys.exit(f"{root}: no libs/base here")
    found = list(violations(root))
    print("\n".join(found) or "layers ok")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
