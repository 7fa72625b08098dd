#pragma once

#include <string>
#include <string_view>

#include "api/source_uri.h"

namespace serin::api {

// The readers of URIs by kind of store, which parseSource() alone uses, and the words they share. A reader
// gets the whole URI, for its messages, and what follows the scheme.
using SourceUriReader = Result<SourceReference> (*)(std::string_view uri, std::string_view rest);

Result<SourceReference> readMlflowUri(std::string_view uri, std::string_view rest);
Result<SourceReference> readRunUri(std::string_view uri, std::string_view rest);
Result<SourceReference> readHubUri(std::string_view uri, std::string_view rest);
Result<SourceReference> readAzureUri(std::string_view uri, std::string_view rest);
Result<SourceReference> readS3Uri(std::string_view uri, std::string_view rest);
Result<SourceReference> readGcsUri(std::string_view uri, std::string_view rest);
Result<SourceReference> readClaimUri(std::string_view uri, std::string_view rest);
Result<SourceReference> readGitUri(std::string_view uri, std::string_view rest);
Result<SourceReference> readOciUri(std::string_view uri, std::string_view rest);
Result<SourceReference> readHttpsUri(std::string_view uri, std::string_view rest);

constexpr std::string_view kLowerCase = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kWord = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view kPathWords = "has a path with an empty part, '.' or '..'; state the path plainly";

// "'mlflow://fraud' WHAT": the URI is cut where it is long, and a user or password in it is not repeated.
Error uriProblem(std::string_view uri, std::string_view what);

bool onlyOf(std::string_view text, std::string_view allowed, std::string_view more = {});
bool isNumber(std::string_view text);
std::string_view withoutEndSlashes(std::string_view path);

// A path below a place: what no file can be below, or that could lead out of it, is none.
bool isPath(std::string_view path);

// What stands before the first `separator`, and `rest` after it; all of it where there is none.
std::string_view takeTo(std::string_view& rest, char separator);

// Why "HOST[:PORT]" cannot be used; empty: it can.
std::string authorityFault(std::string_view authority);

}  // namespace serin::api
