#include "runtime/service_account_token.h"

#include <utility>

#include "base/text.h"
#include "kube/status.h"
#include "kube/token_request.h"

namespace serin::runtime {
namespace {

std::string wordsOf(const std::string& space, const std::string& serviceAccount) {
    return cat("ServiceAccount \"", serviceAccount, "\" in namespace \"", space, "\"");
}

Trouble refused(const Error& error, const std::string& space, const std::string& serviceAccount) {
    if (error.code == ErrorCode::NotFound) {
        return {cat("there is no ", wordsOf(space, serviceAccount),
                    "; create it: kubectl create serviceaccount -n ", space, ' ', serviceAccount,
                    ", or name another one as template.spec.serviceAccountName"),
                false};
    }
    if (error.code == ErrorCode::Forbidden) {
        return {cat("no token of the ServiceAccount may be made; ",
                    grantTheToken(space, serviceAccount, error.message)),
                false};
    }
    return {cat("no token of the ", wordsOf(space, serviceAccount), " could be had: ", error.message), true};
}

}  // namespace

Trouble readToken(const Result<HttpResponse>& answer, const std::string& space,
                  const std::string& serviceAccount, std::string& token) {
    const Result<HttpResponse> good = kube::expectSuccess("POST", answer);
    if (!good) return refused(good.error(), space, serviceAccount);
    Result<std::string> issued = kube::issuedToken(good->body);
    if (!issued) return refused(issued.error(), space, serviceAccount);
    token = std::move(issued).value();
    return {};
}

}  // namespace serin::runtime
