#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cache/sink.h"
#include "cache/store.h"

namespace serin::cache {

// What a kind means to the controller. All functions are called on the thread that feeds the store; they must
// be quick and must not throw.
template <typename T>
struct Kind {
    // An error keeps this one object out of the store.
    std::function<Result<T>(const kube::Object&)> decode;
    // Key of the ModelDeployment an object belongs to ("" for none: it is stored, and nobody is notified).
    std::function<std::string(const kube::Object&)> ownerKey;
    // Something of this owner changed; the store has it already.
    std::function<void(const std::string& ownerKey)> notify;
    // May be empty. An object was kept out (or, if it was good before, taken out); called again at each
    // change of it.
    std::function<void(const std::string& key, const std::string& ownerKey, const Error& error)> malformed;
};

// Feeds a Store from the operations of a ListWatch: decodes page by page, so that no JSON outlives its page.
template <typename T>
class StoreSink : public Sink {
  public:
    StoreSink(Kind<T> kind, Store<T>& store) : kind_(std::move(kind)), store_(store) {}

    void apply(std::vector<kube::StoreOperation> operations) override {
        for (kube::StoreOperation& operation : operations) apply(std::move(operation));
    }

  private:
    using Operation = kube::StoreOperation::Kind;

    void apply(kube::StoreOperation operation) {
        switch (operation.kind) {
            case Operation::ListStarted:
                side_.clear();
                break;
            case Operation::ListPage:
                for (const kube::Object& object : operation.objects) {
                    if (auto entry = decode(object)) side_.push_back(std::move(*entry));
                }
                break;
            case Operation::ListErase:
                std::erase_if(side_, [&, key = operation.objects.front().key()](const Entry<T>& entry) {
                    return entry.key == key;
                });
                break;
            case Operation::ListDone:
                notify(store_.replaceAll(std::move(side_), operation.resourceVersion));
                side_ = {};
                break;
            case Operation::Put:
                put(operation);
                break;
            case Operation::Erase:
                erase(operation);
                break;
            case Operation::Progress:
                store_.progress(operation.resourceVersion);
                break;
        }
    }

    // The store stands at the operation's version before anyone is told to look.
    void put(const kube::StoreOperation& operation) {
        const kube::Object& object = operation.objects.front();
        auto entry = decode(object);
        const auto owners = entry ? store_.put(std::move(*entry)) : store_.erase(object.key(), "");
        store_.progress(operation.resourceVersion);
        notify(owners);
    }

    void erase(const kube::StoreOperation& operation) {
        const kube::Object& object = operation.objects.front();
        const auto owners = store_.erase(object.key(), object.uid());
        store_.progress(operation.resourceVersion);
        notify(owners);
    }

    std::optional<Entry<T>> decode(const kube::Object& object) {
        std::string owner = kind_.ownerKey(object);
        Result<T> value = kind_.decode(object);
        if (!value) {
            if (kind_.malformed) kind_.malformed(object.key(), owner, value.error());
            return std::nullopt;
        }
        return Entry<T>{object.key(), object.uid(), object.resourceVersion(), std::move(owner),
                        std::move(value).value()};
    }

    void notify(const std::vector<std::string>& owners) {
        for (const std::string& owner : owners) {
            if (!owner.empty()) kind_.notify(owner);
        }
    }

    Kind<T> kind_;
    Store<T>& store_;
    std::vector<Entry<T>> side_;
};

}  // namespace serin::cache
