#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "api/observed.h"
#include "apply/record_store.h"
#include "base/clock.h"
#include "runtime/access_reader.h"
#include "runtime/examiner.h"
#include "runtime/record_keeper.h"
#include "runtime/reference_reader.h"

namespace serin::runtime {

// Reads what the examiner has due, in the namespace `space`, so that a profile or an access that somebody
// replaces while a rollout is judged counts from the next reading on. Waits for the API server; accesses
// after one about which it did not say anything wait for the next call, for each would cost its caller
// another time-out.
void keepReadings(Examiner& examiner, const std::string& space, const ReadReference& readReference,
                  const ReadAccess& readAccess, const Clock& clock, const std::stop_token& stop);

// Reads and writes the hourly record of the examiner's ModelDeployment; an empty function does nothing. Both
// wait for the API server.
struct RecordAccess {
    std::function<apply::RecordAnswer(const api::ModelDeployment&, const std::stop_token&)> read;
    std::function<apply::RecordAnswer(const api::ModelDeployment&, const RecordKeeper::Writing&,
                                      const std::stop_token&)>
        write;
};
// Does what of that is due.
void keepRecord(Examiner& examiner, const api::ModelDeployment& object, const RecordAccess& access,
                const Clock& clock, const std::stop_token& stop);

}  // namespace serin::runtime
