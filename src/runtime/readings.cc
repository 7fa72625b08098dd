#include "runtime/readings.h"

namespace serin::runtime {

void keepReadings(Examiner& examiner, const std::string& space, const ReadReference& readReference,
                  const ReadAccess& readAccess, const Clock& clock, const std::stop_token& stop) {
    if (const auto source = examiner.referenceDue(clock.sinceBoot())) {
        examiner.learnReference(*source, readReference(space, *source, stop), clock.sinceBoot());
    }
    while (const auto source = examiner.accessDue(clock.sinceBoot())) {
        const AccessReading reading = readAccess(space, *source, stop);
        examiner.learnAccess(*source, reading, clock.sinceBoot());
        if (reading.trouble.failed) return;
    }
}

void keepRecord(Examiner& examiner, const api::ModelDeployment& object, const RecordAccess& access,
                const Clock& clock, const std::stop_token& stop) {
    if (access.read && examiner.recordDue(clock.sinceBoot())) {
        examiner.learnRecord(access.read(object, stop), object, clock.sinceBoot());
    }
    if (!access.write) return;
    if (const auto writing = examiner.takeRecord(clock.sinceBoot())) {
        examiner.recordWritten(access.write(object, *writing, stop), clock.sinceBoot());
    }
}

}  // namespace serin::runtime
