"""Reads records by the public contract: the .proto files, and nothing that Evenkeel compiled.

A message comes either as protobuf bytes or as proto JSON with original field names. Both become
plain dictionaries: enum values by name, numbers as int or float, bytes as bytes, absent fields
absent.
"""

import base64
import pathlib
import re
import struct

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_][\w.]*|-?\d+|[{}=;\[\]<>,()]')
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
VARINTS = {"int32", "int64", "uint32", "uint64", "sint32", "sint64", "bool"}
FIXED = {"double": ("<d", 8), "fixed64": ("<Q", 8), "sfixed64": ("<q", 8),
         "float": ("<f", 4), "fixed32": ("<I", 4), "sfixed32": ("<i", 4)}
NUMBERS = {"int64", "uint64", "sint64", "fixed64", "sfixed64", "int32", "uint32", "sint32",
           "fixed32", "sfixed32"}


class ContractError(Exception):
    pass


class Field:
    def __init__(self, name, kind, repeated):
        self.name, self.kind, self.repeated = name, kind, repeated


class Contract:
    """The messages and enums of a folder of .proto files (the part of the grammar that we use)."""

    def __init__(self, folder):
        self.messages, self.enums = {}, {}
        files = sorted(pathlib.Path(folder).glob("*.proto"))
        if not files:
            raise ContractError(f"{folder}: no .proto file in it")
        for path in files:
            self._parse(TOKEN.findall(COMMENT.sub("", path.read_text())))

    def _parse(self, tokens):
        at = 0
        while at < len(tokens):
            if tokens[at] in ("message", "enum") and tokens[at + 2] == "{":
                parse = self._message if tokens[at] == "message" else self._enum
                at = parse(tokens, at)
            elif tokens[at] in ("extend", "service"):
                at = skip_block(tokens, at)
            else:
                at += 1

    def _enum(self, tokens, at):
        values = self.enums[tokens[at + 1]] = {}
        at += 3
        while tokens[at] != "}":
            if tokens[at] not in ("option", "reserved"):
                values[int(tokens[at + 2])] = tokens[at]
            at = tokens.index(";", at) + 1
        return at + 1

    def _message(self, tokens, at):
        fields = self.messages[tokens[at + 1]] = {}
        at += 3
        depth = 1
        while depth:
            if tokens[at] == "}":
                depth -= 1
                at += 1
            elif tokens[at] == "oneof":
                depth += 1
                at += 3
            elif tokens[at] in ("message", "enum") and tokens[at + 2] == "{":
                at = (self._message if tokens[at] == "message" else self._enum)(tokens, at)
            else:
                end = tokens.index(";", at)
                self._field(fields, tokens[at:end])
                at = end + 1
        return at

    @staticmethod
    def _field(fields, tokens):
        if tokens[0] in ("option", "reserved"):
            return
        if tokens[0] == "map":  # map < K , V > name = number: nothing here reads one.
            fields[int(tokens[8])] = Field(tokens[6], "map", True)
            return
        repeated = tokens[0] == "repeated"
        if tokens[0] in ("repeated", "optional"):
            tokens = tokens[1:]
        fields[int(tokens[3])] = Field(tokens[1], tokens[0].rpartition(".")[2], repeated)

    # --- protobuf bytes ---

    def decode(self, message, data):
        fields = self.messages[message]
        result = {}
        at = 0
        while at < len(data):
            tag, at = varint(data, at)
            raw, at = take(data, at, tag & 7)
            field = fields.get(tag >> 3)
            if field is None or field.kind == "map":
                continue
            values = self._values(field, tag & 7, raw)
            if field.repeated:
                result.setdefault(field.name, []).extend(values)
            else:
                result[field.name] = values[-1]
        return result

    def _values(self, field, wire, raw):
        if field.kind == "string":
            return [raw.decode()]
        if field.kind == "bytes":
            return [bytes(raw)]
        if field.kind in self.messages:
            return [self.decode(field.kind, raw)]
        if wire == 2:  # Packed.
            values, at = [], 0
            packed_wire = 0 if field.kind not in FIXED else 1 if FIXED[field.kind][1] == 8 else 5
            while at < len(raw):
                one, at = take(raw, at, packed_wire)
                values.append(self._scalar(field.kind, one))
            return values
        return [self._scalar(field.kind, raw)]

    def _scalar(self, kind, raw):
        if kind in FIXED:
            return struct.unpack(FIXED[kind][0], raw)[0]
        if kind in self.enums:
            return self.enums[kind].get(raw, raw)
        if kind == "bool":
            return bool(raw)
        if kind in ("sint32", "sint64"):
            return (raw >> 1) ^ -(raw & 1)
        if kind in ("int32", "int64"):
            return raw - (1 << 64) if raw >> 63 else raw
        if kind in VARINTS:
            return raw
        raise ContractError(f"type {kind} is not in the contract")

    # --- proto JSON ---

    def normal(self, message, value):
        by_name = {field.name: field for field in self.messages[message].values()}
        result = {}
        for name, content in value.items():
            field = by_name.get(name)
            if field is None or field.kind == "map" or content is None:
                continue
            if field.repeated:
                result[name] = [self._normal_one(field, one) for one in content]
            else:
                result[name] = self._normal_one(field, content)
        return result

    def _normal_one(self, field, value):
        if field.kind in self.messages:
            return self.normal(field.kind, value)
        if field.kind in NUMBERS:
            return int(value)
        if field.kind in ("double", "float"):
            return float(value)
        if field.kind == "bytes" and isinstance(value, str):
            return base64.b64decode(value)
        return value

    def read(self, message, value):
        """`value` is bytes, base64 of them, or proto JSON."""
        if isinstance(value, str):
            value = base64.b64decode(value)
        return self.normal(message, value) if isinstance(value, dict) else self.decode(message, value)


def skip_block(tokens, at):
    at = tokens.index("{", at) + 1
    depth = 1
    while depth:
        depth += {"{": 1, "}": -1}.get(tokens[at], 0)
        at += 1
    return at


def varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ContractError("a varint without end")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def take(data, at, wire):
    if wire == 0:
        return varint(data, at)
    if wire == 2:
        size, at = varint(data, at)
    elif wire in (1, 5):
        size = 8 if wire == 1 else 4
    else:
        raise ContractError(f"wire type {wire}")
    if at + size > len(data):
        raise ContractError("a field longer than its message")
    return data[at : at + size], at + size
