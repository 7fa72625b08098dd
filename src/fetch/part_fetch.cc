#include "fetch/part_fetch.h"

#include <optional>

#include "base/text.h"
#include "fetch/answer.h"
#include "fetch/backoff.h"
#include "fetch/redirect.h"

namespace serin::fetch {
namespace {

// One GET of a file: judges its head and writes its bytes where they belong.
class Attempt final : public TransferReader {
  public:
    Attempt(const PartTask& task, const Validator& validator, Asked asked, uint64_t& written, Timestamp now)
        : task_(task), validator_(validator), asked_(std::move(asked)), written_(written), now_(now) {}

    bool head(const TransferHead& head) override {
        status_ = head.status;
        if (head.status >= 300 && head.status < 400 && head.status != 304) {
            redirect_ = head.redirect;
            return false;
        }
        verdict_ = judgeAnswer(head, asked_, task_.file, validator_, now_);
        if (verdict_->step != Step::Write) return false;
        discardFrom(verdict_->offset);
        if (const std::string etag = strongTag(head); !etag.empty()) learned_ = {etag, asked_.origin};
        if (task_.whole || task_.learned(learned_)) return true;
        verdict_ = {
            Step::Anew, 0, "neither a digest nor an entity-tag says whether parts belong together", {}};
        return false;
    }

    bool bytes(std::string_view bytes) override {
        if (!task_.wanted()) {
            dropped_ = true;
            return false;
        }
        const uint64_t room = task_.span.end - written_;
        if (bytes.size() > room && task_.whole) {
            problem_ = cat("the server sends more than the ", task_.file.size, " bytes that were listed");
            return false;
        }
        // A server may send more than was asked for, which is of other parts.
        return write(bytes.substr(0, room)) && bytes.size() <= room;
    }

    bool redirected() const { return status_ >= 300 && status_ < 400 && status_ != 304; }
    const std::string& redirect() const { return redirect_; }
    const std::optional<Verdict>& verdict() const { return verdict_; }
    const std::string& problem() const { return problem_; }
    const Validator& learned() const { return learned_; }
    bool dropped() const { return dropped_; }

  private:
    void discardFrom(uint64_t offset) {
        if (written_ > offset) {
            task_.fetched -= static_cast<int64_t>(written_ - offset);
            if (const Result<void> cut = task_.sink.cut(offset); !cut) problem_ = cut.error().message;
        }
        written_ = offset;
    }

    bool write(std::string_view bytes) {
        const Result<void> written = task_.sink.write(written_, bytes);
        if (!written) {
            problem_ = written.error().message;
            return false;
        }
        written_ += bytes.size();
        task_.fetched += static_cast<int64_t>(bytes.size());
        return true;
    }

    const PartTask& task_;
    const Validator& validator_;
    Asked asked_;
    uint64_t& written_;
    Timestamp now_;
    int status_ = 0;
    bool dropped_ = false;
    std::string redirect_;
    std::string problem_;
    std::optional<Verdict> verdict_;
    Validator learned_;
};

class PartFetch {
  public:
    PartFetch(const PartTask& task, const Errand& errand)
        : task_(task), errand_(errand), validator_(task.validator), written_(task.span.begin) {}

    Result<PartEnd> run() {
        Result<PartEnd> end = untilComplete();
        // What is not complete is fetched from its beginning, if at all.
        if (!end || *end != PartEnd::Complete) restart();
        return end;
    }

  private:
    Result<PartEnd> untilComplete() {
        while (written_ < task_.span.end) {
            if (!task_.wanted()) return PartEnd::Dropped;
            const uint64_t before = written_;
            Result<std::optional<PartEnd>> end = once();
            if (!end) return Error{end.error().code, cat(task_.file.path, ": ", end.error().message)};
            if (*end) return **end;
            if (written_ >= task_.span.end) break;
            if (written_ > before) failures_ = 0;
            if (++failures_ >= errand_.attempts) {
                return Error{ErrorCode::Unavailable,
                             cat(task_.file.path, ": ", trouble_, ", ", failures_,
                                 " times in a row; see that the server answers, then ", errand_.onceMore)};
            }
            const Duration wait = waitBefore(failures_, asked_, errand_.lot());
            errand_.say(cat(task_.file.path, ": ", trouble_, "; again in ", formatDuration(wait)));
            if (!errand_.waiter.wait(wait)) return PartEnd::Dropped;
        }
        return PartEnd::Complete;
    }

    // Nothing: see whether all is there, and try again where it is not.
    Result<std::optional<PartEnd>> once() {
        asked_.reset();
        const Timestamp now = errand_.clock.wall();
        Result<sources::Download> where = errand_.store.download(errand_.source, errand_.id, task_.file, now);
        if (!where) return later(where.error());
        sources::Download download = std::move(where.value());
        const std::string first = originOf(download.url);
        if (validator_.etag.empty() && task_.file.tag.starts_with('"')) validator_ = {task_.file.tag, first};
        if (!mayContinue()) restart();
        for (int redirects = 0; redirects <= kMostRedirects; ++redirects) {
            const Asked asked{task_.span, written_, !task_.whole || written_ > 0, task_.whole,
                              originOf(download.url)};
            Attempt attempt(task_, validator_, asked, written_, now);
            const Result<TransferEnd> end =
                errand_.transfers.get(download.url, headers(download, asked), attempt);
            if (!attempt.redirected()) return settled(attempt, end, download.url);
            Result<sources::Download> next = followed(download, attempt.redirect());
            if (!next) return next.error();
            download = std::move(next.value());
        }
        return invalid(cat(withoutUserAndQuery(download.url), " is the end of more than ", kMostRedirects,
                           " redirects; see that they do not go round in a circle"));
    }

    // Whether what is written can be gone on with.
    bool mayContinue() const {
        return !task_.whole || written_ == 0 || !task_.file.sha256.empty() || !validator_.etag.empty();
    }

    void restart() {
        task_.fetched -= static_cast<int64_t>(written_ - task_.span.begin);
        written_ = task_.span.begin;
    }

    std::map<std::string, std::string> headers(const sources::Download& download, const Asked& asked) const {
        std::map<std::string, std::string> out = download.headers;
        out["accept-encoding"] = "identity";
        if (!asked.ranged) return out;
        out["range"] = cat("bytes=", asked.from, "-", asked.span.end - 1);
        // An entity-tag of the origin that gave it means nothing to another.
        if (!validator_.etag.empty() && validator_.origin == asked.origin) out["if-range"] = validator_.etag;
        return out;
    }

    Result<std::optional<PartEnd>> settled(const Attempt& attempt, const Result<TransferEnd>& end,
                                           const std::string& url) {
        const std::string place = withoutUserAndQuery(url);
        if (attempt.dropped()) return std::optional(PartEnd::Dropped);
        if (!attempt.problem().empty()) return invalid(attempt.problem());
        const std::optional<Verdict>& verdict = attempt.verdict();
        if (verdict && verdict->step == Step::Fail) return invalid(cat(place, ": ", verdict->reason));
        if (verdict && verdict->step == Step::Anew) {
            errand_.say(cat(task_.file.path, ": begun anew: ", verdict->reason));
            return std::optional(PartEnd::Anew);
        }
        if (!attempt.learned().etag.empty()) validator_ = attempt.learned();
        if (verdict && verdict->step == Step::Again) asked_ = verdict->wait;
        if (!end && end.error().code == ErrorCode::Invalid)
            return invalid(cat(place, ": ", end.error().message));
        trouble_ = cat(place, ": ",
                       !end                                      ? end.error().message
                       : verdict && verdict->step == Step::Again ? verdict->reason
                                                                 : "it ended too early");
        return std::optional<PartEnd>();
    }

    // What a store says instead of where the bytes are.
    Result<std::optional<PartEnd>> later(const Error& error) {
        const bool passes = error.code == ErrorCode::Unavailable || error.code == ErrorCode::Unknown ||
                            error.code == ErrorCode::TooMany;
        if (!passes) return error;
        trouble_ = error.message;
        return std::optional<PartEnd>();
    }

    const PartTask& task_;
    const Errand& errand_;
    Validator validator_;
    uint64_t written_;  // up to here the bytes are there
    int failures_ = 0;
    std::string trouble_;
    std::optional<Duration> asked_;
};

}  // namespace

Result<PartEnd> fetchPart(const PartTask& task, const Errand& errand) {
    return PartFetch(task, errand).run();
}

}  // namespace serin::fetch
