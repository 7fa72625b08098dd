#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace serin {

// What went wrong, as a caller has to tell it apart. The text is for people.
enum class ErrorCode {
    Invalid,  // the input is malformed; trying again with the same input fails again
    NotFound,
    Conflict,  // a precondition (uid, resourceVersion, existence) did not hold
    Unauthorized,
    Forbidden,
    Expired,      // the asked-for history is gone (HTTP 410); start anew
    TooMany,      // throttled; retry later
    Unavailable,  // could not connect, 5xx, refused: nothing was done
    Unknown,      // timed out or the connection broke: it may or may not have been done
    Stopped,      // a stop was asked for
};

struct Error {
    ErrorCode code = ErrorCode::Invalid;
    std::string message;
};

// A value or an Error. No exceptions cross a file that calls third-party code: they become Results there.
template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : data_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : data_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return data_.index() == 0; }
    explicit operator bool() const { return ok(); }
    // Precondition: ok().
    const T& value() const& { return std::get<0>(data_); }
    T& value() & { return std::get<0>(data_); }
    T&& value() && { return std::get<0>(std::move(data_)); }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }
    // Precondition: !ok().
    const Error& error() const { return std::get<1>(data_); }

  private:
    std::variant<T, Error> data_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    bool ok() const { return !error_; }
    explicit operator bool() const { return ok(); }
    const Error& error() const { return *error_; }

  private:
    std::optional<Error> error_;
};

inline Error invalid(std::string message) {
    return Error{ErrorCode::Invalid, std::move(message)};
}

}  // namespace serin
