#include "sources/object_pages.h"

#include "base/text.h"

namespace serin::sources {
namespace {

constexpr size_t kMostPages = 100;
constexpr size_t kMostObjects = 40'000;

}  // namespace

Result<std::vector<StoredObject>> objectsOf(const Calls& calls, const Pages& pages, Listed what) {
    std::vector<StoredObject> out;
    Query next;
    for (size_t page = 0; page < kMostPages; ++page) {
        const Result<HttpResponse> answer = calls.ask(pages.call(next));
        if (!answer) return answer.error();
        Result<ObjectPage> read = pages.read(answer->body);
        if (!read) {
            return Error{read.error().code, cat("the listing of ", pages.name, ": ", read.error().message)};
        }
        out.insert(out.end(), read->objects.begin(), read->objects.end());
        if (out.size() > kMostObjects) break;
        if (read->next.empty() || (what == Listed::First && !out.empty())) return out;
        next = read->next;
    }
    return invalid(cat(pages.name, " has too many objects"));
}

}  // namespace serin::sources
