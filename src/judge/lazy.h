#pragma once

#include <memory>

namespace serin::judge {

// A T that takes room only once it is to be changed, and until then reads as T{}: for what few of many
// structures need. A value: copies are independent. Like any other not thread-safe.
template <typename T>
class Lazy {
  public:
    Lazy() = default;
    Lazy(const Lazy& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
    Lazy& operator=(const Lazy& other) {
        if (this != &other) *this = Lazy(other);
        return *this;
    }
    Lazy(Lazy&&) noexcept = default;
    Lazy& operator=(Lazy&&) noexcept = default;
    ~Lazy() = default;

    const T& operator*() const { return value_ ? *value_ : unchanged(); }
    const T* operator->() const { return &**this; }

    // To be changed. It takes room from now on.
    T& made() {
        if (!value_) value_ = std::make_unique<T>();
        return *value_;
    }
    // Null where it takes no room: for changes that leave T{} as it is.
    T* ifMade() { return value_.get(); }
    // T{} again.
    void reset() { value_.reset(); }

    bool operator==(const Lazy& other) const { return **this == *other; }

  private:
    static const T& unchanged() {
        static const T value{};
        return value;
    }

    std::unique_ptr<T> value_;
};

}  // namespace serin::judge
