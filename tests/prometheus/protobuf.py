"""A metrics page in protobuf: delimited messages io.prometheus.client.MetricFamily, field by field."""

import math
import struct

TYPE = "application/vnd.google.protobuf"
CONTENT_TYPE = f"{TYPE}; proto=io.prometheus.client.MetricFamily; encoding=delimited"


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def signed(field, value):
    return number(field, value << 1 if value >= 0 else (-value << 1) - 1)


def real(field, value):
    return varint(field << 3 | 1) + struct.pack("<d", value)


def message(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def family(name, kind, metrics):
    content = message(1, name) + number(3, kind) + b"".join(message(4, metric) for metric in metrics)
    return varint(len(content)) + content


def counters(name, counts):
    def metric(labels, count):
        pairs = (message(1, message(1, label) + message(2, value)) for label, value in labels.items())
        return b"".join(pairs) + message(3, real(1, count))

    return family(name, 0, [metric(labels, count) for labels, count in counts])


def gauge(name, value):
    return family(name, 1, [message(2, real(1, value))])


def native_histogram(name, schema, observed):
    """`observed`: how often by value, all above zero."""
    buckets = {}
    for value, count in observed.items():
        index = math.ceil(math.log2(value) * 2 ** schema)
        buckets[index] = buckets.get(index, 0) + count
    content = number(1, sum(observed.values())) + real(2, sum(value * count for value, count in observed.items()))
    content += signed(5, schema) + real(6, 2.0 ** -128)
    end = before = 0
    for index, count in sorted(buckets.items()):
        content += message(12, signed(1, index - end) + number(2, 1)) + signed(13, count - before)
        end, before = index + 1, count
    return family(name, 4, [message(7, content)])
