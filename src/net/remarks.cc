#include "net/remarks.h"

#include "base/text.h"
#include "kube/warning_header.h"

namespace serin::net {
namespace {

constexpr size_t kMostTexts = 100;

std::string header(const HttpResponse& answer, const char* name) {
    const auto found = answer.headers.find(name);
    return found == answer.headers.end() ? "" : found->second;
}

}  // namespace

bool Remarks::isNew(std::set<std::string>& known, const std::string& text) {
    const std::lock_guard lock(mutex_);
    return known.size() < kMostTexts && known.insert(text).second;
}

void Remarks::hear(const HttpRequest& request, const HttpResponse& answer) {
    for (const std::string& text : kube::warningTexts(header(answer, "warning"))) {
        if (!isNew(warnings_, text)) continue;
        log_.warning(
            "the API server warns",
            {{"warning", text},
             {"request", cat(request.method, ' ', request.target.substr(0, request.target.find('?')))}});
    }
    const std::string schema = header(answer, "x-kubernetes-pf-flowschema-uid");
    const std::string level = header(answer, "x-kubernetes-pf-prioritylevel-uid");
    if (schema.empty() || !isNew(flows_, cat(schema, ' ', level))) return;
    log_.info("the API server has a flow for us",
              {{"flowSchemaUid", schema}, {"priorityLevelUid", level}, {"method", request.method}});
}

}  // namespace serin::net
