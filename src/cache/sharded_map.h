#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace serin::cache {

// A map from strings with cheap copies: 256 shards that copies share until one of them writes. A write copies
// the shard it touches and the table of shards. Copies may be read by different threads; one object may not
// be written while it is read.
template <typename V>
class ShardedMap {
  public:
    const V* find(std::string_view key) const {
        const auto& shard = (*shards_)[index(key)];
        if (!shard) return nullptr;
        const auto found = shard->find(key);
        return found == shard->end() ? nullptr : &found->second;
    }
    void set(std::string_view key, V value) {
        Shard& shard = writable(index(key));
        const auto [place, isNew] = shard.insert_or_assign(std::string(key), std::move(value));
        static_cast<void>(place);
        if (isNew) ++size_;
    }
    void erase(std::string_view key) {
        if (!find(key)) return;
        Shard& shard = writable(index(key));
        shard.erase(shard.find(key));
        --size_;
    }
    // In no particular order.
    template <typename Visit>
    void forEach(Visit&& visit) const {
        for (const auto& shard : *shards_) {
            if (!shard) continue;
            for (const auto& [key, value] : *shard) visit(key, value);
        }
    }
    size_t size() const { return size_; }

  private:
    static constexpr size_t kShards = 256;
    using Shard = std::map<std::string, V, std::less<>>;
    using Table = std::array<std::shared_ptr<Shard>, kShards>;

    static size_t index(std::string_view key) { return std::hash<std::string_view>{}(key) % kShards; }

    Shard& writable(size_t index) {
        if (shards_.use_count() > 1) shards_ = std::make_shared<Table>(*shards_);
        auto& shard = (*shards_)[index];
        if (!shard) {
            shard = std::make_shared<Shard>();
        } else if (shard.use_count() > 1) {
            shard = std::make_shared<Shard>(*shard);
        }
        return *shard;
    }

    std::shared_ptr<Table> shards_ = std::make_shared<Table>();
    size_t size_ = 0;
};

}  // namespace serin::cache
