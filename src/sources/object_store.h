#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sources/object_pages.h"
#include "sources/store.h"

namespace serin::sources {

// What differs between servers that keep objects under keys. Errors are those of Store.
class ObjectServer {
  public:
    virtual ~ObjectServer() = default;
    // Of ids: "s3:BUCKET".
    virtual std::string place(const api::ModelSource& source) const = 0;
    // The objects whose keys begin with that. Listed::First: one whose key is the prefix comes before all
    // others.
    virtual Result<std::vector<StoredObject>> list(const api::ModelSource& source, const std::string& prefix,
                                                   Listed what, Timestamp now) = 0;
    // How to get the object of that key, exactly that which has the tag, or which is that version.
    virtual Result<Download> object(const api::ModelSource& source, const std::string& key,
                                    const std::string& tag, Timestamp now) = 0;
};

// The objects below the path of a source, or the one object of that key.
//
// The id is "PLACE/PATH/ sha256:…", without the slash of one object, over paths, sizes and tags of the chosen
// ones. Where they have been written over in a place that keeps versions, files() finds those of the moment
// at which they made the id; their tags are their versions then.
std::unique_ptr<Store> makeObjectStore(std::unique_ptr<ObjectServer> server);

}  // namespace serin::sources
