"""Writes protobuf bytes from dictionaries, for tests."""

import struct


def encode(contract, message, value):
    out = b""
    for number, field in sorted(contract.messages[message].items()):
        if field.name in value:
            content = value[field.name]
            for one in content if field.repeated else [content]:
                out += encode_field(contract, number, field, one)
    return out


def encode_field(contract, number, field, value):
    if field.kind == "double":
        return tag(number, 1) + struct.pack("<d", value)
    if field.kind in contract.messages:
        value = encode(contract, field.kind, value)
    elif field.kind == "string":
        value = value.encode()
    elif field.kind != "bytes":
        if field.kind in contract.enums:
            value = {name: key for key, name in contract.enums[field.kind].items()}[value]
        return tag(number, 0) + varint(int(value) % (1 << 64))
    return tag(number, 2) + varint(len(value)) + value


def tag(number, wire):
    return varint(number << 3 | wire)


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])
