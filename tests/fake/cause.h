#pragma once

#include <string>
#include <vector>

#include "json.h"

namespace serin::fake {

// One thing that is wrong with a request, as apimachinery's field.Error tells it.
struct Cause {
    std::string reason;
    std::string message;
    std::string field;
};

Cause required(std::string field, const std::string& why = "");
Cause invalidValue(std::string field, const Json& value, const std::string& why);
Cause forbidden(std::string field, const std::string& why);
Cause duplicate(std::string field, const Json& value);
Cause unsupported(std::string field, const Json& value, const std::vector<std::string>& supported);

}  // namespace serin::fake
