#pragma once

namespace serin::net {

// Frees what OpenSSL made: std::unique_ptr<BIO, Freed<BIO_free>>.
template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};

}  // namespace serin::net
