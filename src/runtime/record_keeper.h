#pragma once

#include <optional>
#include <string>

#include "api/judgement.h"
#include "api/observed.h"
#include "api/profile.h"
#include "api/samples.h"
#include "api/spec.h"
#include "apply/record_store.h"
#include "judge/own_past.h"

namespace serin::runtime {

// When the hourly record of one ModelDeployment is read and written, and what is known of it meanwhile. It is
// read once, before anything is recorded; written when an hour ended; and read again when somebody else wrote
// it, whose text then counts. Where it is deleted it begins anew, which is seen at the next write. What could
// not be done is tried again after a minute. Times are Clock::sinceBoot. Not thread-safe.
class RecordKeeper {
  public:
    static constexpr Duration kRetry = std::chrono::minutes(1);

    // Whether the accepted spec asks for a record. Without one all is forgotten here; the ConfigMap stays.
    void want(bool wanted);
    bool wanted() const { return wanted_; }

    bool readDue(Duration now) const;
    // What reading it came to; `object` is for words.
    void learn(const apply::RecordAnswer& answer, const api::ModelDeployment& object, Duration now);

    struct Writing {
        std::string text;
        std::optional<apply::RecordVersion> known;  // absent: there is no ConfigMap yet
    };
    // What is to be written now; it is said once, and again when the write came to nothing.
    std::optional<Writing> take(Duration now);
    // What the write came to. True when the record is another one, or how it stands.
    bool written(const apply::RecordAnswer& answer, Duration now);

    // One interval; nothing before it was read. True when what is compared with is another.
    bool add(const api::Analysis& analysis, const api::JudgeOrder& order, const api::Stratum& stratum);
    api::Reference reference(const api::Analysis& analysis) const;

  private:
    bool wanted_ = false;
    std::optional<judge::OwnPast> past_;  // absent before it was read
    std::optional<apply::RecordVersion> version_;
    bool unwritten_ = false;           // an hour ended since it was taken, or that write failed
    std::optional<Duration> triedAt_;  // the last reading or write that came to nothing
    std::string trouble_;              // why it cannot be had or kept, with the way out
};

}  // namespace serin::runtime
