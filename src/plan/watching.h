#pragma once

#include <string>

#include "plan/draft.h"

namespace serin::plan {

// After the soak the old pods are gone and the promoted version is watched for spec.analysis.watchFor: judged
// by its own limits, and taken back when it passes them. A new rollout ends the watch.

// The soak of the present rollout is over: its version is watched from now on, if it is to be.
void beginWatch(Draft& draft);

// A first version serves, which no other was compared with: it is watched by the limits that the spec states,
// if it states any. There is nothing to take it back to; a breach is told.
void beginFirstWatch(Draft& draft, const std::string& revision, int attempt);

// A watch goes on, or ends, or finds that the version is to be taken back. True when the plan is made: a
// return has begun.
bool watching(Draft& draft);

// Phase Restoring: the version before is started at full size beside the stable one; when it is ready the
// traffic goes back to it by one write, as from a canary. When it does not get ready it says why and goes on
// trying, unless a person wants another version by then.
void restoring(Draft& draft);

// Whether another version may begin instead of the one that does not get ready.
bool restoringMayEnd(const Draft& draft);

// Nothing is taken back any more: the started pods go.
void endRestoring(Draft& draft, const std::string& why);

// What the watch finds, from the judgement about it, is put into the status: when harm is found or is gone,
// and once an hour: it is no more than a note of what is at rest. True when it was.
bool recordWatch(Draft& draft);

}  // namespace serin::plan
