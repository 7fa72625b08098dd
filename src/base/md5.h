#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace serin {

// MD5 (RFC 1321) of bytes that come one after the other: for digests that stores keep to find what was
// damaged on its way. It keeps out nobody who means harm. Of one thread.
class Md5 {
  public:
    Md5();
    ~Md5();
    Md5(const Md5&) = delete;
    Md5& operator=(const Md5&) = delete;

    // False where the system has no MD5, as one that is held to FIPS 140: then there is no digest, and hex()
    // is empty.
    bool works() const { return works_; }
    void add(std::string_view bytes);
    // 32 lower-case hexadecimal digits, of all that was added. Begins anew.
    std::string hex();

  private:
    struct State;
    std::unique_ptr<State> state_;
    bool works_;
};

}  // namespace serin
