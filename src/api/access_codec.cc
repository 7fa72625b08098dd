#include "api/object_names.h"
#include "api/spec_codec.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr const char* kDefaultKey = "ca.crt";

void decodeTls(const Field& tls, AccessSource& out) {
    const Field ca = tls.at("ca");
    const Field serverName = tls.at("serverName");
    if (!ca.present() && !serverName.present()) {
        tls.problem("states neither ca nor serverName; state one of them, or leave tls out");
    }
    if (ca.present()) {
        out.ca = decodeConfigMapKey(ca.at("configMap"), "the certificates of the authority", kDefaultKey);
    }
    if (!serverName.present()) return;
    out.serverName = serverName.text();
    if (isHostName(out.serverName)) return;
    serverName.problem(cat("is \"", shortened(out.serverName, kLongestShown),
                           "\"; state the name that the server's certificate is for, such as "
                           "prometheus.example.com, or remove it"));
    out.serverName.clear();
}

}  // namespace

AccessSource decodeAccess(const Field& server, const Asked& asked) {
    AccessSource out;
    const Field credentials = server.at("credentials");
    const Field tls = server.at("tls");
    if (credentials.present() && !asked.https) {
        credentials.problem(cat("is stated, but ", asked.how, ", and everybody on the way could read them; ",
                                asked.wayOut, ", or remove credentials"));
    } else if (credentials.present()) {
        out.secret = decodeObjectName(credentials.at("secretName"), "Secret",
                                      "the key token, or username and password");
    }
    if (tls.present() && !asked.https) {
        tls.problem(cat("is stated, but ", asked.how, ", so that there is no certificate to check; ",
                        asked.wayOut, ", or remove tls"));
    } else if (tls.present()) {
        decodeTls(tls, out);
    }
    return out;
}

}  // namespace serin::api
