#!/usr/bin/env python3
"""Fails where a message, field, enum, value, service or call of ours has no comment.

usage: buf build proto -o -#format=json | proto_comments.py
"""
import json
import sys

# Path numbers of google/protobuf/descriptor.proto: kind of child -> (number, key in JSON).
FILE = {"message": (4, "messageType"), "enum": (5, "enumType"), "service": (6, "service")}
CHILDREN = {
    "message": {"field": (2, "field"), "message": (3, "nestedType"), "enum": (4, "enumType"),
                "oneof": (8, "oneofDecl")},
    "enum": {"value": (2, "value")},
    "service": {"call": (2, "method")},
}


def commented(file):
    """The paths that have a comment before them or behind them."""
    return {tuple(location.get("path", ())) for location in file.get("sourceCodeInfo", {}).get("location", ())
            if (location.get("leadingComments", "") + location.get("trailingComments", "")).strip()}


def made_by_compiler(kind, child, node):
    """Map entries, and the oneofs that `optional` makes, are written by nobody."""
    if kind == "message" and child.get("options", {}).get("mapEntry"):
        return True
    if kind != "oneof":
        return False
    index = node["oneofDecl"].index(child)
    return any(field.get("proto3Optional") and field.get("oneofIndex", 0) == index for field in node.get("field", ()))


def bare(node, kinds, path, scope, known):
    for kind, (number, key) in kinds.items():
        for index, child in enumerate(node.get(key, ())):
            name, at = f"{scope}.{child['name']}", (*path, number, index)
            if made_by_compiler(kind, child, node):
                continue
            if at not in known:
                yield f"{kind} {name} has no comment"
            yield from bare(child, CHILDREN.get(kind, {}), at, name, known)


def ours(image):
    return [file for file in image.get("file", ()) if not file.get("bufExtension", {}).get("isImport")]


def problems(image):
    for file in ours(image):
        for problem in bare(file, FILE, (), file.get("package", ""), commented(file)):
            yield f"{file['name']}: {problem}"


def main():
    image = json.load(sys.stdin)
    found = list(problems(image))
    print("\n".join(found) or f"{len(ours(image))} files, every part has a comment")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
