#include "api/source_uri.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "api/source_uri_readers.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr size_t kLongestUri = 1024;

struct Scheme {
    std::string_view prefix;
    SourceUriReader read;
};
constexpr std::array<Scheme, 11> kSchemes{{
    {"mlflow://", readMlflowUri},
    {"models:/", readMlflowUri},  // as MLflow itself writes it
    {"runs:/", readRunUri},
    {"hf://", readHubUri},
    {"azureblob://", readAzureUri},
    {"s3://", readS3Uri},
    {"gs://", readGcsUri},
    {"git+https://", readGitUri},
    {"oci://", readOciUri},
    {"https://", readHttpsUri},
    {"pvc://", readClaimUri},
}};

std::string withPath(const std::string& place, std::string_view before, const std::string& path) {
    return path.empty() ? place : cat(place, before, path);
}

}  // namespace

Result<SourceReference> parseSource(const std::string& uri) {
    if (uri.empty())
        return invalid("it is empty; state where the model lives, such as mlflow://fraud@champion");
    if (uri.size() > kLongestUri) return uriProblem(uri, cat("has more than ", kLongestUri, " bytes"));
    const bool controls = std::ranges::any_of(uri, [](char c) { return (c >= 0 && c < ' ') || c == 127; });
    if (controls || trim(uri) != uri) {
        return invalid("it has control characters, or blanks at its ends");
    }
    const std::string_view whole = uri;
    const bool mlflow = whole.starts_with("mlflow://") || whole.starts_with("models:/");
    if (!mlflow && whole.find(' ') != std::string_view::npos) return uriProblem(uri, "has a blank in it");
    for (const Scheme& scheme : kSchemes) {
        if (whole.starts_with(scheme.prefix)) return scheme.read(uri, whole.substr(scheme.prefix.size()));
    }
    if (whole.starts_with("http://")) {
        return uriProblem(uri,
                          "would come in the clear, and be changed by whoever sits between; state https://");
    }
    return uriProblem(uri,
                      "begins with none of mlflow://, runs:/, hf://, azureblob://, s3://, gs://, "
                      "git+https://, oci://, https:// and pvc://");
}

std::string sourceUri(const SourceReference& reference) {
    switch (reference.store) {
        case StoreKind::Mlflow:
            if (reference.run) return cat("runs:/", reference.name, "/", reference.path);
            return cat("mlflow://", reference.name, reference.alias ? '@' : '/', reference.selector);
        case StoreKind::HuggingFace:
            return withPath(cat("hf://", reference.place), "@", reference.selector);
        case StoreKind::AzureBlob:
            return withPath(cat("azureblob://", reference.place, "/", reference.container), "/",
                            reference.path);
        case StoreKind::S3:
            return withPath(cat("s3://", reference.place), "/", reference.path);
        case StoreKind::Gcs:
            return withPath(cat("gs://", reference.place), "/", reference.path);
        case StoreKind::Git:
            return withPath(withPath(cat("git+", reference.place), "@", reference.selector), "#",
                            reference.path);
        case StoreKind::Oci:
            return cat("oci://", reference.place, reference.selector.starts_with("sha256:") ? '@' : ':',
                       reference.selector);
        case StoreKind::Https:
            return reference.place;
        case StoreKind::VolumeClaim:
            return withPath(cat("pvc://", reference.place), "/", reference.path);
    }
    return "";
}

}  // namespace serin::api
