#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/time.h"
#include "judge/lazy.h"
#include "judge/shared_value.h"

namespace serin::judge {

// Values as words of a text, one after the other, read back in the same order bit for bit. Whole numbers are
// decimal, other doubles are their 64 bits in base 64, strings are percent-encoded after "=". Structures say
// their members by a function `fields(archive, value)`, which serves both directions.
class StateWriter {
  public:
    template <typename... Values>
    void operator()(const Values&... values) {
        (put(values), ...);
    }
    const std::string& text() const { return text_; }

  private:
    void word(std::string_view text);
    void put(double value);
    void put(const std::string& value);
    template <std::integral Int>
    void put(Int value) {
        word(std::to_string(value));
    }
    void put(Duration value) { put(value.count()); }
    void put(Timestamp value) { put(value.time_since_epoch().count()); }
    template <typename Enum>
    requires std::is_enum_v<Enum>
    void put(Enum value) { put(static_cast<int>(value)); }
    template <typename T>
    void put(const std::optional<T>& value) {
        put(value.has_value());
        if (value) put(*value);
    }
    template <typename T>
    void put(const std::vector<T>& values) {
        put(values.size());
        for (const T& value : values) put(value);
    }
    template <typename K, typename V>
    void put(const std::map<K, V>& values) {
        put(values.size());
        for (const auto& [key, value] : values) (*this)(key, value);
    }
    template <typename T>
    void put(const Lazy<T>& value) {
        put(*value);
    }
    template <typename T>
    void put(const SharedValue<T>& value) {
        put(*value);
    }
    template <typename T>
    requires std::is_class_v<T>
    void put(const T& value) { fields(*this, value); }

    std::string text_;
};

// Reads what StateWriter wrote. After the first word that does not fit everything is left as it is and ok()
// is false.
class StateReader {
  public:
    explicit StateReader(std::string_view text) : rest_(text) {}

    template <typename... Values>
    void operator()(Values&... values) {
        (get(values), ...);
    }
    bool ok() const { return ok_; }
    bool atEnd() const { return rest_.empty(); }

  private:
    std::string_view word();
    int64_t integer();
    uint64_t natural();
    size_t count();  // of a list; never more than there are characters left
    void get(double& value);
    void get(std::string& value);
    void get(bool& value) { value = integer() != 0; }
    void get(int& value) { value = static_cast<int>(integer()); }
    void get(int64_t& value) { value = integer(); }
    void get(uint64_t& value) { value = natural(); }
    void get(Duration& value) { value = Duration(integer()); }
    void get(Timestamp& value) { value = Timestamp(Duration(integer())); }
    template <typename Enum>
    requires std::is_enum_v<Enum>
    void get(Enum& value) { value = static_cast<Enum>(integer()); }
    template <typename T>
    void get(std::optional<T>& value) {
        bool present = false;
        get(present);
        value.reset();
        if (present) get(value.emplace());
    }
    template <typename T>
    void get(std::vector<T>& values) {
        values.clear();
        const size_t size = count();
        for (size_t i = 0; i < size && ok_; ++i) get(values.emplace_back());
    }
    template <typename K, typename V>
    void get(std::map<K, V>& values) {
        values.clear();
        const size_t size = count();
        for (size_t i = 0; i < size && ok_; ++i) {
            K key{};
            V value{};
            (*this)(key, value);
            values.emplace(std::move(key), std::move(value));
        }
    }
    template <typename T>
    void get(Lazy<T>& value) {
        T read;
        get(read);
        value.reset();
        if (read != T{}) value.made() = std::move(read);
    }
    template <typename T>
    void get(SharedValue<T>& value) {
        T read;
        get(read);
        value = SharedValue<T>(std::move(read));
    }
    template <typename T>
    requires std::is_class_v<T>
    void get(T& value) { fields(*this, value); }

    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace serin::judge
