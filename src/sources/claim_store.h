#pragma once

#include <memory>

#include "sources/store.h"

namespace serin::sources {

// Claims of volumes, which pods mount: nothing is asked of anybody. The id is the claim, the path and what is
// stated of the files; their bytes it does not know. Nothing can be fetched of them.
Result<std::unique_ptr<Store>> makeClaimStore();

}  // namespace serin::sources
