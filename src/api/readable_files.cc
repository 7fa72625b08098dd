#include "api/readable_files.h"

#include "api/image_source.h"

namespace serin::api {

const char* whyUnreadable(StoreKind store) {
    switch (store) {
        case StoreKind::Https:
            return " is one file or an archive, in which Serin reads no other file";
        case StoreKind::Git:
            return " is a Git repository, of which Serin reads no file";
        case StoreKind::VolumeClaim:
            return " is a volume, of which Serin reads no file";
        default:
            return nullptr;
    }
}

bool hasReadableFiles(const ModelSource& source) {
    return whyUnreadable(source.reference.store) == nullptr && !isPulledByKubelet(source);
}

}  // namespace serin::api
