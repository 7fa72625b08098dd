#include "signals/protobuf_histogram.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/text.h"
#include "signals/wire.h"

namespace serin::signals {

namespace {

// Spans, and buckets of each way to write them, of one histogram. Clients keep hundreds at most; packed
// numbers of one byte would take eight of memory.
constexpr size_t mostOfOne = 20'000;

// BucketSpan: so many buckets in a row, so far behind the end of the span before.
struct Span {
    int64_t offset = 0;
    uint64_t length = 0;
};

// The buckets of one sign.
struct Side {
    std::vector<Span> spans;
    std::vector<int64_t> deltas;  // each to the bucket before
    std::vector<double> counts;   // of histograms whose counts are no whole numbers, instead of deltas
};

// The fields as they come; the numbers of fields are those of the message in client_model's metrics.proto.
struct Raw {
    double whole = 0, fraction = 0;          // sample_count and the field that outranks it
    double zeroWhole = 0, zeroFraction = 0;  // the same of zero_count
    int64_t schema = 0;
    double zeroThreshold = 0;
    Side positive, negative;
};

bool readCount(const WireField& field, double& out) {
    uint64_t count = 0;
    if (!read(field, count)) return false;
    out = static_cast<double>(count);
    return true;
}

bool addBucket(const WireField& field, std::vector<AtEdge>& out) {
    if (out.size() >= mostOfOne) return false;
    double whole = 0, fraction = 0;
    AtEdge bucket;
    const bool good = field.type == WireType::Bytes && eachField(field.bytes, [&](const WireField& part) {
                          switch (part.number) {
                              case 1:
                                  return readCount(part, whole);
                              case 2:
                                  return read(part, bucket.edge);
                              case 4:
                                  return read(part, fraction);
                              default:
                                  return true;
                          }
                      });
    bucket.upTo = fraction > 0 ? fraction : whole;
    out.push_back(bucket);
    return good;
}

bool addSpan(const WireField& field, std::vector<Span>& out) {
    if (out.size() >= mostOfOne) return false;
    Span span;
    const bool good = field.type == WireType::Bytes && eachField(field.bytes, [&](const WireField& part) {
                          if (part.number == 1) return readSigned(part, span.offset);
                          return part.number != 2 || read(part, span.length);
                      });
    out.push_back(span);
    // Offsets are sint32, lengths uint32: their sums stay far below 64 bits.
    return good && span.offset == static_cast<int32_t>(span.offset) && span.length <= UINT32_MAX;
}

bool readCreated(const WireField& field, double& seconds) {
    return field.type == WireType::Bytes && readTimestamp(field.bytes, seconds);
}

bool take(const WireField& field, Raw& raw, ProtobufHistogram& out) {
    switch (field.number) {
        case 1:
            return readCount(field, raw.whole);
        case 2:
            return read(field, out.sum);
        case 3:
            return addBucket(field, out.classic);
        case 4:
            return read(field, raw.fraction);
        case 5:
            return readSigned(field, raw.schema);
        case 6:
            return read(field, raw.zeroThreshold);
        case 7:
            return readCount(field, raw.zeroWhole);
        case 8:
            return read(field, raw.zeroFraction);
        case 9:
            return addSpan(field, raw.negative.spans);
        case 10:
            return addSigned(field, mostOfOne, raw.negative.deltas);
        case 11:
            return addDoubles(field, mostOfOne, raw.negative.counts);
        case 12:
            return addSpan(field, raw.positive.spans);
        case 13:
            return addSigned(field, mostOfOne, raw.positive.deltas);
        case 14:
            return addDoubles(field, mostOfOne, raw.positive.counts);
        case 15:
            return readCreated(field, out.created);
        default:
            return true;
    }
}

bool isFull(const Raw& raw, const ProtobufHistogram& out) {
    const auto full = [](const Side& side) {
        return std::max({side.spans.size(), side.deltas.size(), side.counts.size()}) >= mostOfOne;
    };
    return full(raw.positive) || full(raw.negative) || out.classic.size() >= mostOfOne;
}

// Absolute counts from one of the two ways to write them; empty with a reason where a delta overflows.
Result<std::vector<double>> countsOf(const Side& side) {
    if (side.deltas.empty()) return side.counts;
    std::vector<double> out;
    out.reserve(side.deltas.size());
    int64_t count = 0;
    for (const int64_t delta : side.deltas) {
        if (__builtin_add_overflow(count, delta, &count)) return invalid("a bucket's count is too large");
        out.push_back(static_cast<double>(count));
    }
    return out;
}

Result<std::vector<NativeBucket>> bucketsOf(const Side& side) {
    auto counts = countsOf(side);
    if (!counts) return counts.error();
    if (!std::ranges::all_of(*counts, [](double count) { return std::isfinite(count) && count >= 0; })) {
        return invalid("the count of a bucket is below zero, or no number");
    }
    std::vector<NativeBucket> out;
    out.reserve(counts->size());
    int64_t index = 0;
    for (size_t i = 0; i < side.spans.size(); ++i) {
        const Span& span = side.spans[i];
        index += span.offset;
        if (i > 0 && span.offset < 0)
            return invalid("a span of buckets begins before the end of the one before");
        if (span.length > counts->size() - out.size())
            return invalid("it has fewer buckets than its spans say");
        for (uint64_t k = 0; k < span.length; ++k) out.push_back({index++, (*counts)[out.size()]});
    }
    if (out.size() < counts->size()) return invalid("it has more buckets than its spans say");
    return out;
}

// As Prometheus tells them: a native histogram without observations has a threshold or an empty span.
bool isNative(const Raw& raw) {
    return !raw.positive.spans.empty() || !raw.negative.spans.empty() || raw.zeroThreshold > 0 ||
           raw.zeroWhole > 0 || raw.zeroFraction > 0;
}

Result<NativeHistogram> nativeOf(const Raw& raw) {
    if (raw.schema < lowestSchema || raw.schema > highestSchema) {
        return invalid(cat("its schema is ", raw.schema, ", and only ", lowestSchema, " to ", highestSchema,
                           " are read"));
    }
    NativeHistogram out;
    out.schema = static_cast<int>(raw.schema);
    out.zeroThreshold = raw.zeroThreshold;
    out.zeroCount = raw.zeroFraction > 0 ? raw.zeroFraction : raw.zeroWhole;
    if (!(out.zeroThreshold >= 0) || !std::isfinite(out.zeroCount)) {
        return invalid("its zero bucket is none");
    }
    auto positive = bucketsOf(raw.positive);
    if (!positive) return positive.error();
    auto negative = bucketsOf(raw.negative);
    if (!negative) return negative.error();
    out.positive = std::move(*positive);
    out.negative = std::move(*negative);
    return out;
}

}  // namespace

bool ProtobufHistogram::hasClassicBuckets() const {
    return std::ranges::any_of(classic, [](const AtEdge& bucket) { return !std::isinf(bucket.edge); });
}

Result<ProtobufHistogram> readProtobufHistogram(std::string_view message) {
    Raw raw;
    ProtobufHistogram out;
    if (!eachField(message, [&](const WireField& field) { return take(field, raw, out); })) {
        if (isFull(raw, out)) return invalid(cat("it has more than ", mostOfOne, " buckets or spans"));
        return invalid("its message is broken");
    }
    out.count = raw.fraction > 0 ? raw.fraction : raw.whole;
    if (!isNative(raw)) return out;
    auto native = nativeOf(raw);
    if (!native) return native.error();
    out.native = std::move(*native);
    return out;
}

bool readTimestamp(std::string_view message, double& seconds) {
    uint64_t whole = 0, nanos = 0;
    const bool good = eachField(message, [&](const WireField& field) {
        if (field.number == 1) return read(field, whole);
        return field.number != 2 || read(field, nanos);
    });
    // int64 and int32: what is negative is written as a number of 64 bits.
    seconds = static_cast<double>(static_cast<int64_t>(whole)) +
              static_cast<double>(static_cast<int64_t>(nanos)) * 1e-9;
    return good;
}

}  // namespace serin::signals
