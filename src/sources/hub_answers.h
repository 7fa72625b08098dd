#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "sources/store.h"

namespace serin::sources {

// What the Hub's API answers (huggingface_hub, hf_api.py).

// The commit of api/models/ID/revision/REVISION: 40 hexadecimal digits. Invalid where it is none.
Result<std::string> readCommit(std::string_view body);

// The files of one page of api/models/ID/tree/COMMIT?recursive=true; their tags are Git's. Invalid where it
// is no such page, or a file has more than 50 GB.
Result<std::vector<File>> readTree(std::string_view body);

// The URL of the next page in a Link header (RFC 8288); empty on the last one.
std::string nextPage(const std::string& link);

// What the Hub says in an answer that is an error.
std::string hubWords(const HttpResponse& answer);

}  // namespace serin::sources
