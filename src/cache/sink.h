#pragma once

#include <vector>

#include "kube/list_watch.h"

namespace serin::cache {

// Takes the store operations of a ListWatch, in order, on one thread.
class Sink {
  public:
    virtual ~Sink() = default;
    virtual void apply(std::vector<kube::StoreOperation> operations) = 0;
};

}  // namespace serin::cache
