// The input is the .status of a ModelDeployment, as JSON.
#include "api/status_codec.h"

#include "api/codec.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {

void one(std::string_view input) {
    const auto value = nlohmann::json::parse(input, nullptr, false);
    if (value.is_discarded()) return;
    const api::Status once = api::normalised(api::decodeStatus(value));
    require(api::normalised(once) == once, "what is recorded stays as it is");
    require(api::encodeStatus(once) == api::encodeStatus(api::normalised(once)), "and is written the same");
    api::ModelDeployment object;
    object.meta.name = "fraud";
    object.meta.uid = "u";
    const auto body = nlohmann::json::parse(api::statusBody(object, once), nullptr, false);
    require(body.is_object() && body.contains("status"), "the request's body is JSON");
}

}  // namespace serin::fuzz
