#pragma once

#include <string>

#include "apply/requests.h"

namespace serin::runtime {

// The bodies that routing makes, for the applier, which knows no routing; and the image that loads models
// from their sources, and that which does so from Git.
apply::Bodies bodies(std::string fetchImage = {}, std::string fetchGitImage = {});

}  // namespace serin::runtime
