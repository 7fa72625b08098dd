#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sources/calls.h"
#include "sources/object_history.h"
#include "sources/query.h"

namespace serin::sources {

// A page of a listing. `next`: the query parameters that ask for the next page; empty on the last one.
struct ObjectPage {
    std::vector<StoredObject> objects;
    Query next;
};

// What is listed: all that is there now, the first of that alone, or all versions that ever were.
enum class Listed { Present, First, Versions };

// How the pages of one listing are asked for, beginning with an empty `next`, and read.
struct Pages {
    std::string name;  // of what is listed, in Errors
    std::function<Call(const Query& next)> call;
    Result<ObjectPage> (*read)(std::string_view body);
};

// The objects of all pages, or of the pages up to the first that has any. Invalid where there are more than
// 40,000 objects, or more pages than such a listing has: servers may end a page before it is full.
Result<std::vector<StoredObject>> objectsOf(const Calls& calls, const Pages& pages, Listed what);

}  // namespace serin::sources
