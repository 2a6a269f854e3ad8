#!/usr/bin/env python3
"""Makes docs/configuration.md from the messages that configuration files are read by.

usage: buf build proto -o -#format=json | configuration_page.py
"""
import json
import sys

FILES = ("evenkeel/v1/config.proto", "evenkeel/v1/config_common.proto")
# The programs and the message that each one's file is.
ROOTS = {
    "StandaloneConfig": "evenkeel-standalone", "DeciderConfig": "evenkeel-decider", "ExecutorConfig": "evenkeel-executor",
    "IngestConfig": "evenkeel-ingest", "ConsoleConfig": "evenkeel-console",
}
SCALARS = {"TYPE_STRING": "text", "TYPE_BOOL": "true or false", "TYPE_INT32": "whole number", "TYPE_INT64": "whole number",
           "TYPE_UINT32": "whole number", "TYPE_UINT64": "whole number"}
UNITS = {"_ms": "duration", "_bytes": "size"}
HEAD = """# Configuration

Made from the contracts in `proto/evenkeel/v1/config*.proto`; do not edit. `tools/checks/configuration --write` makes it anew.

Each program reads one YAML file (`--config FILE`). Keys are the names below; unknown ones are refused with place and remedy. Over
the file go environment variables (`EVENKEEL__LOG__KAFKA__BOOTSTRAP_SERVERS` is `log.kafka.bootstrap_servers`), over these flags (`--set
log.partition_count=8`). `--check-config` says what is wrong and ends, `--print-config` prints what is in force, secrets hidden.

A duration (key ends in `_ms`) is `500ms`, `10s`, `5m`, `2h`, `1d`, or milliseconds; a size (key ends in `_bytes`) is `64KiB`, `32MiB`, `1GiB`, or
bytes. Words of a choice are written in lower case.
"""


def comment_of(file, path):
    for location in file["sourceCodeInfo"]["location"]:
        if tuple(location.get("path", ())) == path:
            return " ".join(location.get("leadingComments", "").split())
    return ""


class Contracts:
    def __init__(self, image):
        self.messages, self.enums = {}, {}
        for file in image["file"]:
            if not file["name"].startswith("evenkeel/v1/"):
                continue
            for index, message in enumerate(file.get("messageType", ())):
                self.messages[f".{file['package']}.{message['name']}"] = (file, (4, index), message)
            for index, enum in enumerate(file.get("enumType", ())):
                self.enums[f".{file['package']}.{enum['name']}"] = (file, (5, index), enum)

    def words(self, name):
        file, path, enum = self.enums[name]
        prefix = enum["value"][0]["name"].removesuffix("UNSPECIFIED")
        return [(value["name"].removeprefix(prefix).lower(), comment_of(file, (*path, 2, index)))
                for index, value in enumerate(enum["value"]) if index]

    def type_of(self, field, parts):
        """How a field is written; the messages and choices it leads to are added to `parts`."""
        kind, name = field["type"], field.get("typeName")
        many = "list of " if field["label"] == "LABEL_REPEATED" else ""
        if kind == "TYPE_MESSAGE":
            nested = [one for one in self.messages[parts["of"]][2].get("nestedType", ()) if name.endswith("." + one["name"])]
            if nested and nested[0].get("options", {}).get("mapEntry"):
                return "map of texts"
            parts["next"].append(name)
            short = name.rsplit(".", 1)[1]
            return f"{many}[{short}](#{short.lower()})"
        if kind == "TYPE_ENUM":
            return many + "one of " + ", ".join(f"`{word}`" for word, _ in self.words(name))
        unit = next((unit for end, unit in UNITS.items() if field["name"].endswith(end)), None)
        return many + (unit or SCALARS[kind])

    def section(self, name, title):
        file, path, message = self.messages[name]
        parts = {"of": name, "next": []}
        lines = [f"## {title}", "", comment_of(file, path), "", "| Key | Type | Meaning |", "|---|---|---|"]
        for index, field in enumerate(message.get("field", ())):
            about = comment_of(file, (*path, 2, index)).replace("|", "\\|")
            lines.append(f"| `{field['name']}` | {self.type_of(field, parts)} | {about} |")
        return "\n".join(lines) + "\n", parts["next"]


def page(image):
    contracts = Contracts(image)
    named = {name for name in contracts.messages if name.rsplit(".", 1)[1] in ROOTS}
    left = sorted(named, key=lambda name: list(ROOTS).index(name.rsplit(".", 1)[1]))
    done, sections = set(left), [HEAD]
    while left:
        name = left.pop(0)
        short = name.rsplit(".", 1)[1]
        text, more = contracts.section(name, short)
        if short in ROOTS:
            text = text.replace("\n\n", f"\n\nOf `{ROOTS[short]}`. ", 1)
        sections.append(text)
        for one in more:
            if one not in done:
                done.add(one)
                left.append(one)
    missing = [f for f in image["file"] if f["name"] in FILES for m in f.get("messageType", ()) if f".{f['package']}.{m['name']}" not in done]
    if missing:
        raise SystemExit(f"{missing[0]['name']} has messages that no program's file leads to: name their program in ROOTS")
    return "\n".join(sections)


if __name__ == "__main__":
    sys.stdout.write(page(json.load(sys.stdin)))
