// The text of a CounterBook: records joined by '|', the fields of a record by ';', lists by ','.
//   1;<last round>;<began>            milliseconds since 1970, '-' where absent
//   s;<fingerprint>;<edges>           the sources, each with the edges its pods have; numbered from 0
//   p;<uid>;<seen>;<ready>;<first ready>;<first request>[;<read>;<process
//   start>;<created>{;<source>:<numbers>}]
// A pod's times are relative to the last round. Numbers: total, bad, +Inf or '-', then one per edge.
#include <charconv>
#include <map>

#include "base/text.h"
#include "signals/counter_book.h"
#include "signals/number.h"

namespace serin::signals {

namespace {

constexpr std::string_view absent = "-";

std::string hex(uint64_t value) {
    char buffer[17];
    auto end = std::to_chars(buffer, buffer + sizeof buffer, value, 16).ptr;
    return {buffer, end};
}

template <typename Int>
std::optional<Int> parseInteger(std::string_view text, int base = 10) {
    Int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool plainUid(std::string_view uid) {
    return !uid.empty() && uid.find_first_of(";|:,\"\\\n") == std::string::npos;
}

std::string numbersText(const std::vector<double>& numbers) {
    std::vector<std::string> texts;
    texts.reserve(numbers.size());
    for (double number : numbers) texts.push_back(numberText(number));
    return join(texts, ",");
}

std::optional<std::vector<double>> parseNumbers(std::string_view text) {
    std::vector<double> numbers;
    if (text.empty()) return numbers;
    for (const std::string& part : split(text, ',')) {
        auto number = parseNumber(part);
        if (!number) return std::nullopt;
        numbers.push_back(*number);
    }
    return numbers;
}

}  // namespace

// Writes and reads the book's private parts.
class BookText {
  public:
    enum class Detail { Everything, WithoutCounters, OnlyTimes };

    static std::string write(const CounterBook& book, Detail detail) {
        // Without the counters the memory begins anew: what a pod counted so far must not count again.
        bool remembers = detail == Detail::Everything;
        std::string head =
            cat("1;", book.lastRoundAt_ ? timeText(*book.lastRoundAt_, {}) : std::string(absent), ";",
                remembers && book.beganAt_ ? timeText(*book.beganAt_, {}) : std::string(absent));
        if (detail == Detail::OnlyTimes || !book.lastRoundAt_) return head;
        BookText text(*book.lastRoundAt_);
        for (const auto& [uid, pod] : book.pods_) {
            if (plainUid(uid)) text.writePod(uid, pod, remembers);
        }
        return cat(head, text.sources_, text.pods_);
    }

    static Result<void> read(std::string_view text, CounterBook& book) {
        std::vector<std::string> records = split(text, '|');
        std::vector<std::string> head = split(records.front(), ';');
        if (head.size() != 3 || head[0] != "1") return broken("its beginning is not that of a saved book");
        if (!readTime(head[1], {}, book.lastRoundAt_) || !readTime(head[2], {}, book.beganAt_)) {
            return broken("its times are not numbers");
        }
        if (records.size() > 1 && !book.lastRoundAt_) return broken("there are records without a round");
        BookText reader(book.lastRoundAt_.value_or(Timestamp{}));
        for (size_t i = 1; i < records.size(); ++i) {
            std::vector<std::string> fields = split(records[i], ';');
            bool good = fields[0] == "s" ? reader.readSource(fields)
                                         : fields[0] == "p" && reader.readPod(fields, book);
            if (!good) return broken(cat("record ", i, " is malformed"));
        }
        return {};
    }

  private:
    // Thirty thousand years: whoever may write the status must not lead the clock's sums beyond their type.
    static constexpr int64_t kFarthest = 1'000'000'000'000'000;

    using Pod = CounterBook::Pod;
    using MaybeTime = std::optional<Timestamp>;

    explicit BookText(Timestamp origin) : origin_(origin) {}

    static Error broken(std::string_view why) {
        return invalid(cat("the saved counters cannot be read: ", why));
    }

    static std::string timeText(Timestamp time, Timestamp origin) {
        return std::to_string((time - origin).count());
    }

    std::string timeText(const MaybeTime& time) const {
        return time ? timeText(*time, origin_) : std::string(absent);
    }

    static bool readTime(std::string_view text, Timestamp origin, MaybeTime& time) {
        time.reset();
        if (text == absent) return true;
        auto milliseconds = parseInteger<int64_t>(text);
        if (!milliseconds || *milliseconds < -kFarthest || *milliseconds > kFarthest) return false;
        time = origin + Duration(*milliseconds);
        return true;
    }

    void writePod(const std::string& uid, const Pod& pod, bool withNumbers) {
        pods_ += cat("|p;", uid, ";", timeText(pod.seenAt), ";", pod.ready ? "1" : "0", ";",
                     timeText(pod.firstReadyAt), ";", timeText(pod.firstRequestAt));
        if (!withNumbers || !pod.numbers.readAt) return;
        const PodNumbers& numbers = pod.numbers;
        pods_ += cat(";", timeText(numbers.readAt), ";",
                     numbers.processStart ? numberText(*numbers.processStart) : std::string(absent), ";",
                     numberText(numbers.created));
        for (const SourceNumbers& source : numbers.sources) {
            const Sums sums = sumsOf(source);
            pods_ += cat(";", sourceIndex(source.fingerprint, sums.edges), ":", numberText(sums.total), ",",
                         numberText(sums.bad), ",",
                         sums.infinite ? numberText(*sums.infinite) : std::string(absent));
            for (double cumulative : sums.cumulative) pods_ += cat(",", numberText(cumulative));
        }
    }

    size_t sourceIndex(uint64_t fingerprint, const std::vector<double>& edges) {
        std::string text = cat("|s;", hex(fingerprint), ";", numbersText(edges));
        auto [found, isNew] = indices_.try_emplace(text, indices_.size());
        if (isNew) sources_ += text;
        return found->second;
    }

    bool readSource(const std::vector<std::string>& fields) {
        if (fields.size() != 3) return false;
        auto fingerprint = parseInteger<uint64_t>(fields[1], 16);
        auto edges = parseNumbers(fields[2]);
        if (!fingerprint || !edges) return false;
        known_.push_back({*fingerprint, std::move(*edges)});
        return true;
    }

    bool readPod(const std::vector<std::string>& fields, CounterBook& book) {
        if (fields.size() != 6 && fields.size() < 9) return false;
        Pod pod;
        pod.ready = fields[3] == "1";
        if (!readTime(fields[2], origin_, pod.seenAt) || !readTime(fields[4], origin_, pod.firstReadyAt) ||
            !readTime(fields[5], origin_, pod.firstRequestAt)) {
            return false;
        }
        if (fields.size() >= 9 && !readNumbers(fields, pod.numbers)) return false;
        return book.pods_.emplace(fields[1], std::move(pod)).second;
    }

    bool readNumbers(const std::vector<std::string>& fields, PodNumbers& numbers) const {
        if (!readTime(fields[6], origin_, numbers.readAt)) return false;
        if (fields[7] != absent) {
            numbers.processStart = parseNumber(fields[7]);
            if (!numbers.processStart) return false;
        }
        auto created = parseNumber(fields[8]);
        if (!created) return false;
        numbers.created = *created;
        for (size_t i = 9; i < fields.size(); ++i) {
            if (!readSums(fields[i], numbers)) return false;
        }
        return true;
    }

    bool readSums(std::string_view field, PodNumbers& numbers) const {
        size_t colon = field.find(':');
        if (colon == std::string_view::npos) return false;
        auto index = parseInteger<size_t>(field.substr(0, colon));
        std::vector<std::string> parts = split(field.substr(colon + 1), ',');
        if (!index || *index >= known_.size() || parts.size() != 3 + known_[*index].edges.size())
            return false;
        Sums sums;
        sums.edges = known_[*index].edges;
        for (size_t i = 0; i < parts.size(); ++i) {
            if (i == 2 && parts[i] == absent) continue;
            auto number = parseNumber(parts[i]);
            if (!number) return false;
            if (i == 0) sums.total = *number;
            if (i == 1) sums.bad = *number;
            if (i == 2) sums.infinite = *number;
            if (i > 2) sums.cumulative.push_back(*number);
        }
        const uint64_t fingerprint = known_[*index].fingerprint;
        if (numbers.of(fingerprint) != nullptr) return false;
        SourceNumbers source;
        source.fingerprint = fingerprint;
        source.onlySums = std::make_shared<const Sums>(std::move(sums));
        numbers.keep(std::move(source));
        return true;
    }

    struct KnownSource {
        uint64_t fingerprint = 0;
        std::vector<double> edges;
    };

    Timestamp origin_;
    // Writing.
    std::map<std::string, size_t> indices_;
    std::string sources_;
    std::string pods_;
    // Reading.
    std::vector<KnownSource> known_;
};

std::string CounterBook::save(size_t maxBytes) const {
    for (auto detail : {BookText::Detail::Everything, BookText::Detail::WithoutCounters}) {
        std::string text = BookText::write(*this, detail);
        if (text.size() <= maxBytes) return text;
    }
    return BookText::write(*this, BookText::Detail::OnlyTimes);
}

Result<void> CounterBook::restore(std::string_view text) {
    *this = CounterBook();
    auto read = BookText::read(text, *this);
    if (!read) *this = CounterBook();
    return read;
}

}  // namespace serin::signals
