#include "runtime/record_keeper.h"

#include "api/hourly_record.h"
#include "api/names.h"
#include "base/text.h"

namespace serin::runtime {

void RecordKeeper::want(bool wanted) {
    if (wanted == wanted_) return;
    *this = {};
    wanted_ = wanted;
}

bool RecordKeeper::readDue(Duration now) const {
    return wanted_ && !past_ && (!triedAt_ || now >= *triedAt_ + kRetry);
}

void RecordKeeper::learn(const apply::RecordAnswer& answer, const api::ModelDeployment& object,
                         Duration now) {
    if (!wanted_ || past_) return;
    triedAt_ = now;
    if (answer.ending == apply::RecordEnding::Refused) trouble_ = answer.why;
    if (answer.ending == apply::RecordEnding::Absent) {
        past_.emplace();
    } else if (answer.ending == apply::RecordEnding::Done) {
        Result<api::HourlyRecord> kept = api::decodeRecord(answer.text);
        if (!kept) {
            const std::string name = api::recordName(object.meta.name);
            trouble_ = cat("the record in ConfigMap \"", name, "\" cannot be used: ", kept.error().message,
                           "; delete it and it begins anew: kubectl delete configmap -n ", object.meta.ns,
                           ' ', name);
            return;
        }
        past_.emplace(std::move(kept).value());
        version_ = answer.version;
    }
    if (!past_) return;
    triedAt_.reset();
    trouble_.clear();
}

std::optional<RecordKeeper::Writing> RecordKeeper::take(Duration now) {
    if (!past_ || !unwritten_ || (triedAt_ && now < *triedAt_ + kRetry)) return std::nullopt;
    unwritten_ = false;
    return Writing{api::encodeRecord(past_->record()), version_};
}

bool RecordKeeper::written(const apply::RecordAnswer& answer, Duration now) {
    if (!past_) return false;
    const std::string before = trouble_;
    triedAt_.reset();
    switch (answer.ending) {
        case apply::RecordEnding::Done:
            version_ = answer.version;
            trouble_.clear();
            return !before.empty();
        case apply::RecordEnding::Absent:
            past_.emplace();
            version_.reset();
            unwritten_ = false;
            return true;
        case apply::RecordEnding::Moved:
            past_.reset();
            version_.reset();
            unwritten_ = false;
            return true;
        case apply::RecordEnding::Refused:
            trouble_ = answer.why;
            unwritten_ = true;
            triedAt_ = now;
            return trouble_ != before;
        case apply::RecordEnding::Failed:
            unwritten_ = true;
            triedAt_ = now;
            return false;
    }
    return false;
}

bool RecordKeeper::add(const api::Analysis& analysis, const api::JudgeOrder& order,
                       const api::Stratum& stratum) {
    if (!past_ || !analysis.recordOver) return false;
    const judge::OwnPast::Change change = past_->add(analysis, order, stratum);
    unwritten_ = unwritten_ || change.record;
    return change.reference;
}

api::Reference RecordKeeper::reference(const api::Analysis& analysis) const {
    api::Reference out;
    if (past_) out = past_->reference(analysis);
    if (!out.past) out.past.emplace();
    out.trouble = trouble_;
    return out;
}

}  // namespace serin::runtime
