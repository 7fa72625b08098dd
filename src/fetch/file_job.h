#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "fetch/descriptor.h"
#include "fetch/part_log.h"
#include "fetch/part_plan.h"
#include "fetch/stated_digest.h"
#include "sources/store.h"

namespace serin::fetch {

// One file on its way: which parts are there, who may fetch what, and what its log says for the next start.
// Not safe by itself: one lock is held around every call but addToDigest().
class FileJob {
  public:
    // `data` is where the file stands, `log` what is known of it.
    FileJob(const sources::File& file, std::filesystem::path data, std::filesystem::path log);

    // What the file takes on the disk, at most its size.
    uint64_t allocatedBytes() const;

    // Reads the log and opens the file, for parts of that length. Invalid where the disk does not let it.
    Result<void> open(uint64_t partBytes);
    bool isOpen() const { return opened_; }
    // Everything is there and checked.
    bool finished() const { return finished_; }
    // Of parts that were complete when it was opened.
    uint64_t presentBytes() const { return present_; }

    // A part that somebody has to fetch and may begin now. Until the first answer to a range has come that is
    // one part alone, for a server may not answer ranges.
    std::optional<size_t> take();
    // A part that was taken is complete, and remembered as such.
    Result<void> arrived(size_t part);
    // Whoever took a part has it no more, complete or not.
    Result<void> give(size_t part);
    // The answer to a range has come. False where nothing says that parts belong together.
    Result<bool> learned(const Validator& validator);

    // All parts are fetched anew once nobody has one any more; as one, if so.
    void begin(bool whole);
    // The same at once. Precondition: nobody has a part.
    Result<void> discard();
    // Of parts that are there.
    uint64_t arrivedBytes() const;

    // The next part that the digest is to be taken of, where it is there and nobody does it. The caller does
    // so outside of the lock, by addToDigest(), and then says digested(); it still has the part it took.
    std::optional<size_t> toDigest();
    Result<void> addToDigest(size_t part);
    void digested();

    // Whether nobody has a part and all are there, so that check() can be called.
    bool complete() const;
    // What the whole file's digest is and should be; nothing where they are the same or the store gives none.
    // Then the file is finished.
    Result<std::optional<std::string>> check();

    // Whether the digest that check() holds the file against is the store's MD5.
    bool byMd5() const { return digest_.byMd5(); }

    const sources::File& file() const { return file_; }
    int descriptor() const { return descriptor_.get(); }
    Span span(size_t part) const { return partSpan(file_.size, length_, part); }
    bool whole() const { return parts_.size() == 1; }
    const Validator& validator() const { return validator_; }
    int generation() const { return generation_; }  // another one after each begin()

  private:
    enum class Part : uint8_t { Missing, Taken, There };

    // What a log is good for: a file of which another digest is wanted is begun anew.
    std::string identity() const;
    Result<void> writeLog(const std::string& text, bool anew);
    void readLog();
    Result<void> makeEmpty();

    const sources::File& file_;
    std::filesystem::path data_;
    std::filesystem::path log_;
    Descriptor descriptor_;
    uint64_t length_ = 0;
    std::vector<Part> parts_;
    Validator validator_;
    bool opened_ = false;
    bool released_ = false;  // several parts may be fetched at once
    bool finished_ = false;
    bool anew_ = false;
    bool anewWhole_ = false;
    bool digesting_ = false;
    size_t digestedParts_ = 0;
    size_t taken_ = 0;
    uint64_t present_ = 0;
    int generation_ = 0;
    StatedDigest digest_;
};

}  // namespace serin::fetch
