#include "cause.h"

#include <utility>

#include "base/text.h"

namespace serin::fake {

Cause required(std::string field, const std::string& why) {
    return {"FieldValueRequired", why.empty() ? "Required value" : cat("Required value: ", why),
            std::move(field)};
}

Cause invalidValue(std::string field, const Json& value, const std::string& why) {
    return {"FieldValueInvalid", cat("Invalid value: ", dump(value), ": ", why), std::move(field)};
}

Cause forbidden(std::string field, const std::string& why) {
    return {"FieldValueForbidden", cat("Forbidden: ", why), std::move(field)};
}

Cause duplicate(std::string field, const Json& value) {
    return {"FieldValueDuplicate", cat("Duplicate value: ", dump(value)), std::move(field)};
}

Cause unsupported(std::string field, const Json& value, const std::vector<std::string>& supported) {
    std::vector<std::string> quoted;
    quoted.reserve(supported.size());
    for (const std::string& one : supported) quoted.push_back(cat('"', one, '"'));
    return {"FieldValueNotSupported",
            cat("Unsupported value: ", dump(value), ": supported values: ", join(quoted, ", ")),
            std::move(field)};
}

}  // namespace serin::fake
