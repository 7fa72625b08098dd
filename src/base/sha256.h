#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace serin {

// SHA-256 of the bytes, as 64 lower-case hexadecimal digits.
std::string sha256Hex(std::string_view bytes);

// The same of bytes that come one after the other. Of one thread.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::string_view bytes);
    // Of all that was added. Begins anew.
    std::string hex();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// The first 50 bits of the SHA-256 as ten characters of "0123456789abcdefghjkmnpqrstvwxyz" (Crockford's
// alphabet, lower case): a DNS label part that is short, and has no look-alike letters.
std::string shortDigest(std::string_view bytes);

}  // namespace serin
