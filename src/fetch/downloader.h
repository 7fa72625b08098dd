#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "fetch/file_job.h"
#include "fetch/part_fetch.h"

namespace serin::fetch {

// Fetches files over several connections at once: the largest first, a large one in parts. Files that were
// begun before, in the same folders, are gone on with.
class Downloader {
  public:
    // Everything outlives it. The logs of files stand in `logs`.
    Downloader(const std::vector<sources::File>& files, const std::filesystem::path& data,
               const std::filesystem::path& logs, const Errand& errand);

    // Blocks until all files are complete and checked, or one cannot be had. Once.
    Result<void> run();

    // Bytes that files of it take on the disk already, complete or not.
    uint64_t allocated() const;

    // Bytes that are there, while run() runs; safe to read from any thread.
    uint64_t bytes() const;
    // Those of them that an earlier process fetched; the same.
    uint64_t earlier() const { return earlier_; }

  private:
    struct Unit {
        FileJob* job;
        size_t part;
        int generation;
    };

    std::optional<Unit> next();
    std::optional<Unit> takeLocked();
    void work();
    void fetch(const Unit& unit);
    Result<PartEnd> fetchUnit(const Unit& unit);
    Result<void> settle(const Unit& unit, PartEnd end);
    Result<void> digest(FileJob& job);
    Result<void> checkLocked(FileJob& job);
    void fail(const Error& error);

    const Errand& errand_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<FileJob> jobs_;  // the largest first
    std::map<const FileJob*, int> begunAnew_;
    std::optional<Error> error_;
    size_t first_ = 0;  // those before it are finished
    std::atomic<int64_t> fetched_{0};
    std::atomic<uint64_t> earlier_{0};
    std::atomic<bool> stopped_{false};
};

}  // namespace serin::fetch
