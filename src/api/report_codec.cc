#include <algorithm>

#include "api/spec_codec.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr size_t kLongestAlias = 255;  // MLflow's own (mlflow/utils/validation.py)

constexpr const char* kNoRegistry =
    "has no effect on a source that is no version of a registered model of MLflow; state mlflow://NAME@ALIAS "
    "and the like, or remove it";

bool isWordOfAlias(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// "v13" would be taken for a version.
bool isReserved(const std::string& alias) {
    if (lowerCase(alias) == "latest") return true;
    return alias.size() > 1 && (alias[0] == 'v' || alias[0] == 'V') &&
           std::all_of(alias.begin() + 1, alias.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Empty where none is stated, or one that MLflow would refuse.
std::string decodeAlias(const Field& field) {
    if (!field.present()) return "";
    const std::string alias = field.text();
    if (!alias.empty() && alias.size() <= kLongestAlias && std::ranges::all_of(alias, isWordOfAlias) &&
        !isReserved(alias)) {
        return alias;
    }
    field.problem(cat("is \"", shortened(alias, kLongestShown),
                      "\"; state an alias of letters, digits, '_' and '-' that is neither latest nor v and a "
                      "number, such as champion"));
    return "";
}

void decodeMoves(const Field& moves, const SourceReference& reference, RegistryReport& out) {
    const Field onRolledBack = moves.at("onRolledBack");
    out.onPromoted = decodeAlias(moves.at("onPromoted"));
    out.onRolledBack = decodeAlias(onRolledBack);
    if (!moves.at("onPromoted").present() && !onRolledBack.present()) {
        moves.problem("names no alias; state onPromoted or onRolledBack, or remove it");
    }
    if (out.onRolledBack.empty()) return;
    if (out.onRolledBack == out.onPromoted) {
        onRolledBack.problem(cat("is \"", out.onRolledBack,
                                 "\", which onPromoted names too; state another alias, such as rejected"));
        out.onRolledBack.clear();
    } else if (reference.alias && reference.selector == out.onRolledBack) {
        onRolledBack.problem(
            cat("is \"", out.onRolledBack,
                "\", which the source itself goes by; state another alias, such as rejected, or "
                "name it as onPromoted to have it put back to the version that serves"));
        out.onRolledBack.clear();
    }
}

}  // namespace

RegistryReport decodeRegistryReport(const Field& source, const SourceReference& reference) {
    RegistryReport out;
    const Field report = source.at("report");
    const Field moves = source.at("moveAlias");
    const bool registered = reference.store == StoreKind::Mlflow && !reference.run;
    const bool tags = report.flag(false);
    if (!registered) {
        if (tags) report.problem(kNoRegistry);
        if (moves.present()) moves.problem(kNoRegistry);
        return out;
    }
    out.tags = tags;
    if (moves.present()) decodeMoves(moves, reference, out);
    return out;
}

}  // namespace serin::api
