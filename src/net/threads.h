#pragma once

namespace serin::net {

// Sets the size of cpprestsdk's one thread pool (40 unless told otherwise). Call first thing in main, once,
// before any transport exists; later calls have no effect and return false.
bool initializeThreads(int count);

}  // namespace serin::net
