#pragma once

#include <string>
#include <vector>

#include "sources/store.h"
#include "tests/unit/apply/fakes.h"

namespace serin::runtime::testing {

// A store that is asked what a reference means, and for no files.
class MeaningStore : public sources::Store {
  public:
    Result<std::vector<sources::File>> files(const api::ModelSource&, const std::string&,
                                             Timestamp) override {
        return invalid("not asked");
    }
    Result<sources::Download> download(const api::ModelSource&, const std::string&, const sources::File&,
                                       Timestamp) override {
        return invalid("not asked");
    }
};

// The API server's next answer: a Status that says no.
inline void refuse(serin::testing::ScriptedTransport& transport, int code, const std::string& reason,
                   const std::string& message) {
    transport.answer(code, R"({"kind":"Status","status":"Failure","message":")" + message +
                               R"(","reason":")" + reason + R"(","code":)" + std::to_string(code) + "}");
}

}  // namespace serin::runtime::testing
