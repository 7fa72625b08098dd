#include "net/threads.h"

#include <stdexcept>
#include <utility>  // Boost 1.74 forgets it

#include <pplx/threadpool.h>

namespace serin::net {

bool initializeThreads(int count) {
    try {
        crossplat::threadpool::initialize_with_threads(static_cast<size_t>(count));
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace serin::net
