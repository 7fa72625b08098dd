#include "fetch/listed_digests.h"

#include <algorithm>
#include <atomic>
#include <string_view>

#include "base/sha256.h"
#include "base/text.h"
#include "fetch/progress.h"
#include "fetch/redirect.h"
#include "fetch/sink.h"
#include "fetch/stated_digest.h"
#include "sources/archive_kind.h"

namespace serin::fetch {
namespace {

constexpr Duration kSayEvery = std::chrono::seconds(5);
constexpr int kMostAnew = 3;

// What serin-fetch notes beside the files of a model is none of them, nor is its manifest where it is signed.
std::string printing(const api::ModelSource& source) {
    return cat("find . -type f ! -path './.serin-*' ",
               source.publicKeyKey.empty() ? "" : "! -path ./SHA256SUMS ! -path ./SHA256SUMS.sig ",
               "-printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum --");
}

bool isUnpacked(const api::ModelSource& source) {
    const api::StoreKind kind = source.reference.store;
    const bool archive =
        kind == api::StoreKind::Https &&
        sources::archiveKind(withoutUserAndQuery(source.reference.place)) != sources::ArchiveKind::None;
    return archive || kind == api::StoreKind::Git;
}

Error unpacked(const api::ModelSource& source) {
    return invalid(cat("which files ", source.uri,
                       " has is known where they are unpacked; fetch it, and print its manifest there: "
                       "serin-fetch --uri … --into FOLDER && cd FOLDER && ",
                       printing(source)));
}

// The digests alone, of what comes and of what the store keeps of it; the bytes are kept nowhere. They come
// one after the other, or begin anew at 0: what else is asked for is Invalid.
class DigestSink final : public Sink {
  public:
    explicit DigestSink(const sources::File& file) : stated_(file) {}
    Result<void> write(uint64_t offset, std::string_view bytes) override {
        if (const Result<void> there = cut(offset); !there) return there;
        digest_.add(bytes);
        stated_.add(bytes);
        end_ += bytes.size();
        return {};
    }
    Result<void> cut(uint64_t offset) override {
        if (offset == end_) return {};
        if (offset != 0) return invalid("its bytes came in another order than they stand in");
        (void)hex();
        stated_.beginAnew();
        return {};
    }
    std::optional<std::string> fault() { return stated_.fault(); }
    // SHA-256 of all that stands. Once, as fault().
    std::string hex() {
        end_ = 0;
        return digest_.hex();
    }

  private:
    Sha256 digest_;
    StatedDigest stated_;
    uint64_t end_ = 0;
};

uint64_t unknownBytes(const std::vector<sources::File>& files) {
    uint64_t out = 0;
    for (const sources::File& file : files) out += file.sha256.empty() ? file.size : 0;
    return out;
}

class Reading {
  public:
    Reading(uint64_t total, const Errand& errand)
        : errand_(errand), progress_(total, errand.clock.sinceBoot()), said_(errand.clock.sinceBoot()) {}

    Result<std::string> digestOf(const sources::File& file) {
        DigestSink sink(file);
        if (const Result<void> first = read(file, sink); !first) return first.error();
        if (const std::optional<std::string> fault = sink.fault(); fault) {
            errand_.say(cat(file.path, ": ", *fault, "; it is read anew"));
            read_ -= static_cast<int64_t>(file.size);
            if (const Result<void> second = read(file, sink); !second) return second.error();
            if (const std::optional<std::string> still = sink.fault(); still) {
                return invalid(
                    cat(file.path, ": ", *still, ", also when it was read anew; ", StatedDigest::kWayOut));
            }
        }
        return sink.hex();
    }

  private:
    Result<void> read(const sources::File& file, Sink& sink) {
        for (int begun = 0; begun <= kMostAnew; ++begun) {
            const auto goesOn = [this] {
                sayNowAndThen();
                return true;
            };
            const auto learned = [](const Validator&) { return true; };
            const Result<PartEnd> end =
                fetchPart({file, sink, {0, file.size}, true, {}, goesOn, learned, read_}, errand_);
            if (!end) return end.error();
            if (*end == PartEnd::Complete) return {};
            if (*end == PartEnd::Dropped)
                return Error{ErrorCode::Stopped, cat(file.path, ": it was stopped")};
        }
        return invalid(
            cat(file.path, ": begun anew ", kMostAnew, " times, for the server gives other bytes each time"));
    }

    void sayNowAndThen() {
        const Duration now = errand_.clock.sinceBoot();
        if (now - said_ < kSayEvery) return;
        said_ = now;
        errand_.say(progress_.line(static_cast<uint64_t>(read_), 0, now));
    }

    const Errand& errand_;
    Progress progress_;
    Duration said_;
    std::atomic<int64_t> read_{0};
};

}  // namespace

Result<void> checkListable(const api::ModelSource& source) {
    if (source.reference.store == api::StoreKind::VolumeClaim) {
        return invalid(cat(
            source.uri, " is on a volume; its manifest is printed in its folder there: ", printing(source)));
    }
    return isUnpacked(source) ? unpacked(source) : Result<void>();
}

Result<void> checkListed(const api::ModelSource& source, const std::vector<sources::File>& files) {
    if (std::ranges::any_of(files, &sources::File::layer)) return unpacked(source);
    if (files.empty()) return invalid(cat(source.uri, " has no files, or include and exclude leave none"));
    return {};
}

Result<api::FileDigests> listedDigests(const std::vector<sources::File>& files, const Errand& errand) {
    Reading reading(unknownBytes(files), errand);
    api::FileDigests out;
    for (const sources::File& file : files) {
        Result<std::string> digest =
            file.sha256.empty() ? reading.digestOf(file) : Result<std::string>(lowerCase(file.sha256));
        if (!digest) return digest.error();
        out[file.path] = std::move(digest).value();
    }
    return out;
}

}  // namespace serin::fetch
