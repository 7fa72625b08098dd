#pragma once

#include <string>
#include <vector>

#include "sources/store.h"

namespace serin::sources {

// Names of the keys of a Secret that make an Authorization header; empty where a store knows no such way.
struct OpeningKeys {
    const char* token;
    const char* username;
    const char* password;
};

// "Bearer …" or "Basic …" of the credentials, empty where they have none of these keys at all. Invalid,
// naming the keys, where a username is without its password, or a value cannot stand in a header. Values lose
// the line break at their end.
Result<std::string> openingOf(const Credentials& credentials, const OpeningKeys& keys);

// The value of a key without the line break at its end; empty where there is none.
std::string valueOf(const Credentials& credentials, const std::string& key);

// Invalid where the value of that key cannot stand in a header: printable ASCII alone can.
Result<void> fitsHeader(const std::string& key, const std::string& value);

// The text with ••• in place of each value of four bytes or more, as it is and as a header of basic
// authentication has it: a server may repeat what it was shown.
std::string withoutSecrets(std::string text, const Credentials& credentials);

}  // namespace serin::sources
