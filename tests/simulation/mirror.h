#pragma once

#include <string>

#include "base/log.h"
#include "cluster.h"
#include "fake/api_server.h"
#include "monitor.h"

namespace serin::simulation {

// Between the simulated API server and the Cluster behind it: what is written to the server shows in the
// cluster, and the monitor sees it; what the cluster's controllers find is written to the server. What it is
// given outlives it.
class Mirror {
  public:
    Mirror(fake::ApiServer& server, Cluster& cluster, Monitor& monitor, Logger& log)
        : server_(server), cluster_(cluster), monitor_(monitor), log_(log) {}

    // Empties the server's journal. Whether it told of anything but Leases and the neighbour.
    bool takeJournal();

    void writeSetStatus(const api::ReplicaSet& set);
    void writeEndpoints(const std::string& service);

  private:
    void take(const fake::JournalEntry& entry);
    void takeObject(const fake::JournalEntry& entry);
    void takeSet(const fake::JournalEntry& entry);
    void takeService(const fake::JournalEntry& entry);

    fake::ApiServer& server_;
    Cluster& cluster_;
    Monitor& monitor_;
    Logger& log_;
};

}  // namespace serin::simulation
