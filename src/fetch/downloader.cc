#include "fetch/downloader.h"

#include <algorithm>
#include <thread>

#include "base/sha256.h"
#include "base/text.h"

namespace serin::fetch {
namespace {

// Of one file, for a digest that is wrong or parts that cannot be joined: a server that goes on so is wrong.
constexpr int kMostAnew = 3;

std::vector<const sources::File*> largestFirst(const std::vector<sources::File>& files) {
    std::vector<const sources::File*> out;
    out.reserve(files.size());
    for (const sources::File& file : files) out.push_back(&file);
    std::stable_sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->size > b->size; });
    return out;
}

}  // namespace

Downloader::Downloader(const std::vector<sources::File>& files, const std::filesystem::path& data,
                       const std::filesystem::path& logs, const Errand& errand)
    : errand_(errand) {
    for (const sources::File* file : largestFirst(files)) {
        jobs_.emplace_back(*file, data / file->path, logs / sha256Hex(file->path).substr(0, 32));
    }
}

uint64_t Downloader::bytes() const {
    return static_cast<uint64_t>(std::max<int64_t>(0, fetched_.load()));
}

uint64_t Downloader::allocated() const {
    uint64_t out = 0;
    for (const FileJob& job : jobs_) out += job.allocatedBytes();
    return out;
}

Result<void> Downloader::run() {
    std::vector<std::thread> workers;
    for (size_t i = 0; i < errand_.connections; ++i) workers.emplace_back([this] { work(); });
    for (std::thread& worker : workers) worker.join();
    if (error_) return *error_;
    return {};
}

void Downloader::work() {
    while (const std::optional<Unit> unit = next()) fetch(*unit);
}

std::optional<Downloader::Unit> Downloader::next() {
    std::unique_lock lock(mutex_);
    while (!error_) {
        if (std::optional<Unit> unit = takeLocked()) return unit;
        if (error_) break;
        while (first_ < jobs_.size() && jobs_[first_].finished()) ++first_;
        if (first_ == jobs_.size()) break;
        changed_.wait(lock);
    }
    changed_.notify_all();
    return std::nullopt;
}

// Parts of files that are on their way, then the next file.
std::optional<Downloader::Unit> Downloader::takeLocked() {
    for (size_t i = first_; i < jobs_.size(); ++i) {
        FileJob& job = jobs_[i];
        if (job.finished()) continue;
        if (!job.isOpen()) {
            const Result<void> opened = job.open(partBytes(job.file().size, errand_.connections));
            if (!opened) {
                error_ = opened.error();
                stopped_ = true;
                errand_.waiter.stop();
                return std::nullopt;
            }
            fetched_ += static_cast<int64_t>(job.presentBytes());
            earlier_ += job.presentBytes();
        }
        if (const std::optional<size_t> part = job.take()) return Unit{&job, *part, job.generation()};
    }
    return std::nullopt;
}

void Downloader::fetch(const Unit& unit) {
    const Result<PartEnd> end = fetchUnit(unit);
    const Result<void> settled = end ? settle(unit, *end) : Result<void>(end.error());
    if (!settled) fail(settled.error());
}

Result<PartEnd> Downloader::fetchUnit(const Unit& unit) {
    FileJob& job = *unit.job;
    std::unique_lock lock(mutex_);
    const Span span = job.span(unit.part);
    const bool whole = job.whole();
    const Validator validator = job.validator();
    FileSink sink(job.descriptor());
    lock.unlock();
    std::optional<Error> trouble;
    const auto wanted = [&] {
        if (stopped_) return false;
        const std::scoped_lock held(mutex_);
        return job.generation() == unit.generation;
    };
    const auto learned = [&](const Validator& of) {
        const std::scoped_lock held(mutex_);
        const Result<bool> joined = job.learned(of);
        changed_.notify_all();
        if (!joined) trouble = joined.error();
        return joined && *joined;
    };
    Result<PartEnd> end =
        fetchPart({job.file(), sink, span, whole, validator, wanted, learned, fetched_}, errand_);
    return trouble ? *trouble : std::move(end);
}

Result<void> Downloader::settle(const Unit& unit, PartEnd end) {
    FileJob& job = *unit.job;
    if (end == PartEnd::Complete) {
        const std::scoped_lock lock(mutex_);
        const Result<void> kept = job.arrived(unit.part);
        if (!kept) return kept;
    }
    const Result<void> digested = digest(job);
    if (!digested) return digested;
    const std::scoped_lock lock(mutex_);
    if (end == PartEnd::Anew && job.generation() == unit.generation) {
        if (++begunAnew_[&job] > kMostAnew) {
            return invalid(
                cat(job.file().path, ": begun anew ", kMostAnew,
                    " times, for its parts do not belong together; the server gives other bytes each time"));
        }
        job.begin(true);
    }
    const uint64_t before = job.arrivedBytes();
    const Result<void> given = job.give(unit.part);
    if (!given) return given;
    fetched_ -= static_cast<int64_t>(before - job.arrivedBytes());
    changed_.notify_all();
    return job.complete() ? checkLocked(job) : Result<void>();
}

Result<void> Downloader::digest(FileJob& job) {
    std::unique_lock lock(mutex_);
    while (const std::optional<size_t> part = job.toDigest()) {
        lock.unlock();
        const Result<void> added = job.addToDigest(*part);
        if (!added) return added;
        lock.lock();
        job.digested();
    }
    return {};
}

// A transfer that went wrong may go right; bytes that are wrong at the store stay wrong.
Result<void> Downloader::checkLocked(FileJob& job) {
    const Result<std::optional<std::string>> differs = job.check();
    if (!differs) return differs.error();
    if (!*differs) return {};
    if (++begunAnew_[&job] > 1) {
        return invalid(cat(job.file().path, ": ", **differs, ", also when it was fetched anew; ",
                           job.byMd5() ? StatedDigest::kWayOut : std::string_view(errand_.whoseDigests)));
    }
    errand_.say(cat(job.file().path, ": ", **differs, "; it is fetched anew"));
    fetched_ -= static_cast<int64_t>(job.arrivedBytes());
    return job.discard();
}

void Downloader::fail(const Error& error) {
    stopped_ = true;
    errand_.waiter.stop();
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = error;
    changed_.notify_all();
}

}  // namespace serin::fetch
