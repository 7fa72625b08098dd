#pragma once

#include <string>
#include <string_view>

namespace serin::sources {

// What the file MLmodel at the root of a model that MLflow logged tells people (mlflow/models/model.py). What
// it does not say is empty; a text that is no such file says nothing.
struct Mlmodel {
    std::string run;
    std::string created;    // RFC 3339
    std::string signature;  // "age: long, income: double -> tensor int64 [-1]", at most 200 bytes
};
Mlmodel readMlmodel(std::string_view text);

}  // namespace serin::sources
