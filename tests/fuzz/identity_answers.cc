// The input is what a cloud's server of tokens answers, or a file that says how a workload gets in.
#include <algorithm>

#include "base/text.h"
#include "sources/external_account.h"
#include "sources/google_identity.h"
#include "sources/listing.h"
#include "sources/sts_answers.h"
#include "sources/token_form.h"
#include "sources/workload_token.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

bool isPlain(const std::string& text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

bool isHeader(const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

template <typename T>
void checkReason(const Result<T>& result) {
    if (result) return;
    const std::string& why = result.error().message;
    require(!why.empty() && why.size() < 4000 && isPlain(why), "a refusal has a short reason in plain text");
}

void checkKeys(std::string_view input) {
    const auto keys = sources::readTemporaryKeys(input);
    checkReason(keys);
    if (!keys) return;
    require(isHeader(keys->accessKey) && isHeader(keys->secretKey) && isHeader(keys->sessionToken),
            "keys can stand in a header");
    require(sources::stsCode(input).empty(), "one answer is not both keys and an error");
}

void checkAccount(const std::string& input) {
    const auto account = sources::readExternalAccount(input);
    checkReason(account);
    if (!account) return;
    require(!account->tokenFile.empty(), "a token is in a file");
    require(bool(sources::googleFault(account->who)), "who it is can be asked for");
    const auto token = sources::tokenIn(account->tokenFile, account->tokenField,
                                        [&](const std::string&) { return Result<std::string>(input); })();
    checkReason(token);
}

}  // namespace

void one(std::string_view input) {
    const std::string text(input);
    checkKeys(input);
    checkAccount(text);
    const auto generated = sources::readGeneratedToken(input);
    checkReason(generated);
    if (generated) require(isHeader(generated->what), "a token can stand in a header");
    const auto token =
        sources::tokenIn("/token", "", [&](const std::string&) { return Result<std::string>(text); })();
    checkReason(token);
    if (token) require(isHeader(*token) && token->find(' ') == std::string::npos, "a token is one word");
    const HttpResponse answer{400, {}, text};
    const std::string words = cat(sources::stsWords(answer), sources::tokenWords(answer));
    require(isPlain(sources::plainly(words)) && sources::plainly(words).size() <= 200,
            "words are short and plain");
}

}  // namespace serin::fuzz
