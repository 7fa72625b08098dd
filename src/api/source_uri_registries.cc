#include <algorithm>
#include <array>

#include "api/source_uri_readers.h"
#include "base/text.h"

namespace serin::api {

using Read = Result<SourceReference>;

namespace {

// MLflow: get_canonical_stage() takes them in any case.
constexpr std::array<std::string_view, 4> kStages{"None", "Staging", "Production", "Archived"};

Read readVersionOrStage(std::string_view uri, SourceReference out, std::string_view selector) {
    if (isNumber(selector)) {
        if (selector.starts_with('0')) return uriProblem(uri, "has a version that begins with 0");
        out.selector = selector;
        return out;
    }
    if (lowerCase(selector) == "latest") {
        out.selector = "latest";
        return out;
    }
    for (const std::string_view stage : kStages) {
        if (lowerCase(selector) == lowerCase(stage)) {
            out.selector = stage;
            return out;
        }
    }
    return uriProblem(uri, cat("names neither a version, a stage nor 'latest' after the slash; an alias is "
                               "written mlflow://",
                               out.name, "@", selector));
}

}  // namespace

// The grammar of MLflow's models:/ (mlflow/store/artifact/utils/models.py): of several '@' the last counts.
Read readMlflowUri(std::string_view uri, std::string_view rest) {
    constexpr std::string_view kForms =
        "mlflow://NAME@ALIAS, mlflow://NAME/VERSION, mlflow://NAME/latest or mlflow://NAME/STAGE";
    SourceReference out;
    out.store = StoreKind::Mlflow;
    const size_t slash = rest.find('/');
    const size_t at = slash == std::string_view::npos ? rest.rfind('@') : std::string_view::npos;
    const size_t end = std::min(slash, at);
    out.name = rest.substr(0, end);
    const std::string_view selector =
        end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (out.name.empty() || selector.empty()) {
        return uriProblem(uri, cat("names no model and version; state ", kForms));
    }
    // MLflow's own rules for names and aliases (mlflow/utils/validation.py).
    if (out.name.find_first_of(":?#") != std::string::npos) {
        return uriProblem(uri, "has ':', '?' or '#' in the model's name, which MLflow does not allow");
    }
    if (selector.find('/') != std::string_view::npos) {
        return uriProblem(uri, cat("has more than one slash; state ", kForms));
    }
    if (slash != std::string_view::npos) return readVersionOrStage(uri, std::move(out), selector);
    if (!std::ranges::all_of(selector, [](char c) {
            return kWord.find(c) != std::string_view::npos || c == '_' || c == '-' || (c & 0x80) != 0;
        })) {
        return uriProblem(uri, "has an alias with other characters than letters, digits, '_' and '-'");
    }
    if (lowerCase(selector) == "latest") {
        return uriProblem(uri, cat("has 'latest' for an alias; state mlflow://", out.name, "/latest"));
    }
    out.selector = selector;
    out.alias = true;
    return out;
}

Read readRunUri(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::Mlflow;
    out.run = true;
    rest = withoutEndSlashes(rest);
    out.name = takeTo(rest, '/');
    out.path = rest;
    if (out.name.empty() || out.path.empty() || !onlyOf(out.name, kWord, "_-")) {
        return uriProblem(uri, "names no run and path of an artifact; state runs:/RUN/PATH");
    }
    if (!isPath(out.path)) return uriProblem(uri, kPathWords);
    return out;
}

Read readHubUri(std::string_view uri, std::string_view rest) {
    constexpr std::string_view kForm = "state hf://OWNER/NAME or hf://OWNER/NAME@REVISION";
    SourceReference out;
    out.store = StoreKind::HuggingFace;
    const bool revision = rest.find('@') != std::string_view::npos;
    out.place = withoutEndSlashes(takeTo(rest, '@'));
    out.selector = rest;
    std::string_view name = out.place;
    const std::string_view owner = takeTo(name, '/');
    if (owner.empty() || name.empty()) return uriProblem(uri, cat("names no owner and repository; ", kForm));
    if (name.find('/') != std::string_view::npos) {
        return uriProblem(uri, cat("has a path in the repository; ", kForm, ", and choose files by include"));
    }
    if (out.place.find(':') != std::string::npos) {
        return uriProblem(uri, cat("has ':' before its revision; ", kForm));
    }
    if (!onlyOf(owner, kWord, "-_.") || !onlyOf(name, kWord, "-_.") || owner.find("..") != owner.npos ||
        name.find("..") != name.npos || owner == "." || name == ".") {
        return uriProblem(uri,
                          "has other characters than letters, digits, '-', '_' and '.' in the repository");
    }
    if (revision && (rest.empty() || !isPath(rest) || rest.find_first_of("?#") != rest.npos)) {
        return uriProblem(uri,
                          "has a revision that is none; state a branch, a tag or a commit after the '@'");
    }
    return out;
}

}  // namespace serin::api
