#pragma once

#include <memory>
#include <utility>

namespace serin::judge {

// A T that nobody changes any more; copies share it, also between threads. Without one it is T{}.
template <typename T>
class SharedValue {
  public:
    SharedValue() : value_(nothing()) {}
    explicit SharedValue(T value) : value_(std::make_shared<const T>(std::move(value))) {}
    // Of its owner, which lives as long. Precondition: not null.
    explicit SharedValue(std::shared_ptr<const T> value) : value_(std::move(value)) {}

    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }
    bool operator==(const SharedValue& other) const { return *value_ == *other.value_; }

  private:
    static const std::shared_ptr<const T>& nothing() {
        static const auto value = std::make_shared<const T>();
        return value;
    }

    std::shared_ptr<const T> value_;  // never null, but in a moved-from one
};

}  // namespace serin::judge
