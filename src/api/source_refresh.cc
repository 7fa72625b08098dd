#include "api/source_refresh.h"

#include "api/names.h"
#include "api/status_limits.h"
#include "base/shorten.h"

namespace serin::api {

std::string refreshAsked(const Meta& meta) {
    const auto found = meta.annotations.find(kRefreshAnnotation);
    return found == meta.annotations.end() ? "" : shortened(found->second, kLongestLineage);
}

}  // namespace serin::api
