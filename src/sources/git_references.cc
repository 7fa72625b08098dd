#include "sources/git_references.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "sources/listing.h"
#include "sources/packet_lines.h"

namespace serin::sources {
namespace {

constexpr std::string_view kBranches = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";
constexpr std::string_view kPeeled = "^{}";
constexpr size_t kLongestName = 1024;
constexpr size_t kSha1Digits = 40;
constexpr size_t kSha256Digits = 64;
constexpr size_t kMostNear = 3;
constexpr size_t kComparedLetters = 64;

Error notGit() {
    return invalid(
        "its answer is no list of references as Git's servers give it; is that the address of a repository, "
        "and do credentials open it?");
}

// "ERR words" is the server's own refusal (gitprotocol-pack(5)).
Error refusalOf(std::string_view text) {
    return invalid(cat("the server says: ", plainly(trim(text.substr(4)))));
}

std::string_view takeWord(std::string_view& rest, char separator) {
    const std::string_view out = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(rest.size(), out.size() + 1));
    return out;
}

// "OBJECT NAME", and of version 2 attributes after it.
Result<GitReference> readReference(std::string_view line, size_t digits) {
    GitReference out;
    out.object = takeWord(line, ' ');
    out.name = takeWord(line, ' ');
    const bool named = !out.name.empty() && out.name.size() <= kLongestName && plainly(out.name).size() > 0 &&
                       std::ranges::none_of(
                           out.name, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127; });
    if (!isHex(out.object, digits) || !named) return notGit();
    while (!line.empty()) {
        const std::string_view attribute = takeWord(line, ' ');
        if (attribute.starts_with("peeled:")) {
            out.peeled = attribute.substr(7);
            if (!isHex(out.peeled, digits)) return notGit();
        } else if (attribute.starts_with("symref-target:")) {
            out.target = attribute.substr(14);
        }
    }
    return out;
}

// The capabilities behind the NUL of versions 0 and 1.
void readCapabilities(std::string_view words, GitAdvertisement& out, std::vector<std::string>& links) {
    while (!words.empty()) {
        const std::string_view word = takeWord(words, ' ');
        if (word == "object-format=sha256") out.objectDigits = kSha256Digits;
        if (word.starts_with("symref=")) links.emplace_back(word.substr(7));
    }
}

void addLinks(GitAdvertisement& out, const std::vector<std::string>& links) {
    for (const std::string& link : links) {
        const size_t colon = link.find(':');
        if (colon == std::string::npos) continue;
        const auto found = std::ranges::find(out.references, link.substr(0, colon), &GitReference::name);
        if (found != out.references.end()) found->target = link.substr(colon + 1);
    }
}

// Versions 0 and 1: the references, each annotated tag followed by what it points to.
Result<GitAdvertisement> readListed(const std::vector<Packet>& packets, size_t first) {
    GitAdvertisement out;
    out.listed = true;
    std::vector<std::string> links;
    for (size_t i = first; i < packets.size() && packets[i].kind == PacketKind::Data; ++i) {
        std::string_view text = packets[i].text;
        if (text.starts_with("ERR ")) return refusalOf(text);
        if (text.starts_with("shallow ")) continue;
        if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
            readCapabilities(text.substr(nul + 1), out, links);
            text = text.substr(0, nul);
        }
        Result<GitReference> reference = readReference(text, out.objectDigits);
        if (!reference) return reference.error();
        std::string& name = reference->name;
        if (name == "capabilities^{}") continue;  // an empty repository has no other line
        if (!name.ends_with(kPeeled)) {
            out.references.push_back(std::move(reference).value());
            continue;
        }
        name.resize(name.size() - kPeeled.size());
        if (out.references.empty() || out.references.back().name != name) return notGit();
        out.references.back().peeled = reference->object;
    }
    addLinks(out, links);
    return out;
}

Result<GitAdvertisement> readCommands(const std::vector<Packet>& packets, size_t first) {
    GitAdvertisement out;
    bool lists = false;
    for (size_t i = first; i < packets.size() && packets[i].kind == PacketKind::Data; ++i) {
        const std::string_view text = packets[i].text;
        if (text == "ls-refs" || text.starts_with("ls-refs=")) lists = true;
        if (!text.starts_with("object-format=")) continue;
        out.statesFormat = true;
        if (text == "object-format=sha256") out.objectDigits = kSha256Digits;
    }
    if (!lists) return notGit();
    return out;
}

const GitReference* find(const std::vector<GitReference>& references, const std::string& name) {
    const auto found = std::ranges::find(references, name, &GitReference::name);
    return found == references.end() ? nullptr : &*found;
}

std::string commitOf(const GitReference& reference) {
    return reference.peeled.empty() ? reference.object : reference.peeled;
}

// Letters to add, to remove or to replace (Levenshtein); of the first ones.
size_t distance(std::string_view a, std::string_view b) {
    a = a.substr(0, kComparedLetters);
    b = b.substr(0, kComparedLetters);
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 0; i < a.size(); ++i) {
        size_t corner = row[0]++;
        for (size_t j = 0; j < b.size(); ++j) {
            const size_t replaced = corner + (a[i] == b[j] ? 0 : 1);
            corner = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

Result<GitAdvertisement> readAdvertisement(std::string_view body) {
    const Result<std::vector<Packet>> packets = readPackets(body);
    if (!packets) return notGit();
    size_t first = 0;
    // Version 2 leaves the head out where it likes (gitprotocol-http(5)).
    if (!packets->empty() && (*packets)[0].text == "# service=git-upload-pack") first = 1;
    if (first == 1 && packets->size() > 1 && (*packets)[1].kind == PacketKind::Flush) first = 2;
    if (packets->size() <= first) return notGit();
    if ((*packets)[first].kind != PacketKind::Data) {
        // A repository without references may have no line at all.
        if (first == 0) return notGit();
        GitAdvertisement out;
        out.listed = true;
        return out;
    }
    if ((*packets)[first].text == "version 2") return readCommands(*packets, first + 1);
    return readListed(*packets, first + ((*packets)[first].text == "version 1" ? 1 : 0));
}

std::string referencesRequest(const GitAdvertisement& advertisement,
                              const std::vector<std::string>& prefixes) {
    std::string out = dataPacket("command=ls-refs\n");
    if (advertisement.statesFormat) {
        out +=
            dataPacket(cat("object-format=", advertisement.objectDigits == kSha1Digits ? "sha1" : "sha256"));
    }
    out += kDelimiterPacket;
    out += dataPacket("peel\n") + dataPacket("symrefs\n");
    for (const std::string& prefix : prefixes) out += dataPacket(cat("ref-prefix ", prefix, "\n"));
    return out += kFlushPacket;
}

Result<std::vector<GitReference>> readReferences(std::string_view body, size_t objectDigits) {
    const Result<std::vector<Packet>> packets = readPackets(body);
    if (!packets) return packets.error();
    std::vector<GitReference> out;
    for (const Packet& packet : *packets) {
        if (packet.kind != PacketKind::Data) return out;
        if (packet.text.starts_with("ERR ")) return refusalOf(packet.text);
        if (packet.text.starts_with("unborn ")) continue;
        Result<GitReference> reference = readReference(packet.text, objectDigits);
        if (!reference) return reference.error();
        out.push_back(std::move(reference).value());
    }
    return invalid("its answer has no end");
}

bool isCommitName(std::string_view text) {
    return isHex(text, kSha1Digits) || isHex(text, kSha256Digits);
}

std::vector<std::string> fullNames(const std::string& selector) {
    if (selector.empty()) return {"HEAD"};
    if (selector.starts_with("refs/")) return {selector};
    return {cat(kBranches, selector), cat(kTags, selector)};
}

Result<GitChoice> chooseReference(const std::vector<GitReference>& references, const std::string& selector,
                                  const std::string& where) {
    const GitReference* chosen = nullptr;
    for (const std::string& name : fullNames(selector)) {
        const GitReference* found = find(references, name);
        if (found == nullptr) continue;
        if (chosen != nullptr && commitOf(*chosen) != commitOf(*found)) {
            return invalid(cat(where, " has both a branch and a tag '", plainly(selector), "', which are ",
                               commitOf(*chosen), " and ", commitOf(*found), "; state @", chosen->name,
                               " or @", found->name));
        }
        if (chosen == nullptr) chosen = found;
    }
    if (chosen == nullptr) {
        return Error{ErrorCode::NotFound,
                     selector.empty()
                         ? cat(where, " has no HEAD: it is empty, or its default branch is not there")
                         : cat(where, " has no branch and no tag '", plainly(selector), "'")};
    }
    GitChoice out{commitOf(*chosen), {}, chosen->name};
    if (chosen->name.starts_with(kTags)) out.tag = chosen->name.substr(kTags.size());
    return out;
}

std::string nearNames(const std::vector<GitReference>& references, const std::string& selector) {
    std::vector<std::pair<size_t, std::string>> names;
    for (const GitReference& reference : references) {
        for (const std::string_view folder : {kBranches, kTags}) {
            if (!reference.name.starts_with(folder)) continue;
            const std::string name = reference.name.substr(folder.size());
            const bool within = name.find(selector) != std::string::npos;
            names.emplace_back(within ? 1 : distance(name, selector), plainly(name));
        }
    }
    if (names.empty()) return "";
    std::ranges::sort(names);
    std::string out;
    for (size_t i = 0; i < std::min(names.size(), kMostNear); ++i) {
        out += cat(i == 0 ? "; it has " : ", ", "'", names[i].second, "'");
    }
    return names.size() > kMostNear ? cat(out, " and ", names.size() - kMostNear, " more") : out;
}

}  // namespace serin::sources
