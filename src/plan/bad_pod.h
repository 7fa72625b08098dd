#pragma once

#include "plan/draft.h"

namespace serin::plan {

// A regression of a version shows on all its pods, a broken node on one. Where all evidence of harm comes
// from one pod of several, that pod is deleted, once an attempt; its ReplicaSet makes another one, and the
// judge leaves out what it did. Whatever is worse after that counts.
void replaceBadPod(Draft& draft);

}  // namespace serin::plan
