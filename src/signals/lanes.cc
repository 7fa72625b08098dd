#include "signals/lanes.h"

#include <utility>

namespace serin::signals {

Lanes::~Lanes() {
    std::deque<ThreadPool::Task> dropped;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [server, lane] : lanes_) {
            for (ThreadPool::Task& task : lane.waiting) dropped.push_back(std::move(task));
            lane.waiting.clear();
        }
    }
    for (ThreadPool::Task& task : dropped) task(ThreadPool::Turn::Dropped);
}

void Lanes::submit(const std::string& server, ThreadPool::Task task) {
    {
        const std::lock_guard lock(mutex_);
        Lane& lane = lanes_[server];
        if (lane.running >= mostOfOne_) {
            lane.waiting.push_back(std::move(task));
            return;
        }
        ++lane.running;
    }
    run(server, std::move(task));
}

void Lanes::run(const std::string& server, ThreadPool::Task task) {
    pool_.submit([this, server, task = std::move(task)](ThreadPool::Turn turn) {
        task(turn);
        next(server);
    });
}

void Lanes::next(const std::string& server) {
    ThreadPool::Task task;
    {
        const std::lock_guard lock(mutex_);
        const auto lane = lanes_.find(server);
        if (lane->second.waiting.empty()) {
            if (--lane->second.running == 0) lanes_.erase(lane);
            return;
        }
        task = std::move(lane->second.waiting.front());
        lane->second.waiting.pop_front();
    }
    run(server, std::move(task));
}

}  // namespace serin::signals
