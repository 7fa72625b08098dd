#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace serin::sources {

// What a Git server tells of a repository by its "smart" protocol over HTTP (gitprotocol-http(5),
// gitprotocol-pack(5), gitprotocol-v2(5)). Values in, values out.

struct GitReference {
    std::string name;    // "HEAD", "refs/heads/main", "refs/tags/v1"
    std::string object;  // hexadecimal
    std::string peeled;  // of an annotated tag: what it points to in the end; else empty
    std::string target;  // of a symbolic one, where the server tells it: the branch; else empty

    bool operator==(const GitReference&) const = default;
};

// The answer to GET …/info/refs?service=git-upload-pack.
struct GitAdvertisement {
    bool listed = false;        // versions 0 and 1: the references stand in it; version 2: ask for them
    size_t objectDigits = 40;   // of the names of its objects: 40, or 64 of SHA-256
    bool statesFormat = false;  // version 2: it wants to be told of which kind names are
    std::vector<GitReference> references;
};

// Invalid where it is no such answer: a web page, say. What the server itself says instead is in the words.
Result<GitAdvertisement> readAdvertisement(std::string_view body);

// The body of POST …/git-upload-pack that asks a server of version 2 for the references that begin so.
std::string referencesRequest(const GitAdvertisement& advertisement,
                              const std::vector<std::string>& prefixes);

// The answer to that.
Result<std::vector<GitReference>> readReferences(std::string_view body, size_t objectDigits);

// Whether a text is the whole name of a commit, which never moves.
bool isCommitName(std::string_view text);

// The names under which a reference may stand that a person wrote: a branch or a tag, or as it is where it
// begins with "refs/"; HEAD where nothing is written.
std::vector<std::string> fullNames(const std::string& selector);

struct GitChoice {
    std::string commit;
    std::string tag;        // the tag that it was found by; empty: no tag
    std::string reference;  // the full name
};

// What the selector means. NotFound where there is no such reference, Invalid where a branch and a tag of
// that name are different commits: Git's commands disagree which of them is meant. `where` names the
// repository.
Result<GitChoice> chooseReference(const std::vector<GitReference>& references, const std::string& selector,
                                  const std::string& where);

// "; it has 'main' and 'maintenance'": branches and tags whose names are near to one that is not there, or
// else the first ones. Empty where there is none.
std::string nearNames(const std::vector<GitReference>& references, const std::string& selector);

}  // namespace serin::sources
