#pragma once

#include "apply/requests.h"

namespace serin::runtime {

// The bodies that routing makes, for the applier, which knows no routing.
apply::Bodies bodies();

}  // namespace serin::runtime
