#pragma once

#include <string>

#include "apply/requests.h"

namespace serin::runtime {

// The bodies that routing makes, for the applier, which knows no routing; and the image that loads models
// from their sources.
apply::Bodies bodies(std::string fetchImage = {});

}  // namespace serin::runtime
