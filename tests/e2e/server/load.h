#pragma once

#include <map>
#include <string>

namespace testserver {

// Sends inference requests at an even rate until SIGTERM (or `seconds`), then prints its totals as one line of JSON.
// The same totals are answered to GET /stats on `stats_port` all the while. Returns the exit code.
//
// Options: to=ADDRESS:PORT model=NAME rate=REQUESTS_PER_SECOND [requests_per_connection=1] [workers=16]
// [timeout_ms=5000] [stats_port=8081] [seconds=0: until SIGTERM].
// A kept connection that closes before any byte of an answer is retried once on a new one, as clients do, and counted.
int load(const std::map<std::string, std::string>& options);

}  // namespace testserver
