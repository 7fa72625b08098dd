#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "sources/calls.h"
#include "sources/docker_config.h"
#include "sources/oci_challenge.h"

namespace serin::sources {

// A repository of a registry, and where the registry's API is.
struct OciPlace {
    std::string name;        // "registry/repository", as a URI has it
    std::string address;     // "https://registry", without a slash at its end
    std::string repository;  // as the API has it

    // ".../v2/REPOSITORY/KIND/REFERENCE"; kinds are "manifests" and "blobs".
    std::string url(const std::string& kind, const std::string& reference) const;
};

// docker.io is the API of registry-1.docker.io, and an image of it without an owner is one of "library".
OciPlace ociPlace(const std::string& name, const std::string& endpoint);

// Asks registries (OCI distribution specification 1.1) and opens them as they want it: a request without
// credentials is answered with what is wanted, and a token counts for its repository until it ends. Who we
// are is told to the registry that a person named and to the server of tokens that this one names, and to
// nobody that a redirect leads to. Thread-safe. The exchange outlives it.
class OciRegistry {
  public:
    OciRegistry(Credentials credentials, Exchange& exchange);

    // The answer to a GET or HEAD whatever its status is, after redirects. Errors as Calls has them.
    Result<HttpResponse> answerTo(const Call& call, const OciPlace& place, Timestamp now);
    // The Error of an answer that is not a 2xx.
    Error refusal(const Call& call, const HttpResponse& answer, const OciPlace& place) const;
    // Value of the header Authorization for that URL of the place, empty where none is wanted; asks the
    // registry where nobody knows yet.
    Result<std::string> authorization(const std::string& url, const OciPlace& place, Timestamp now);

  private:
    struct Opening {
        OciChallenge challenge;
        std::string authorization;
        Timestamp until = Timestamp::max();
    };

    Result<HttpResponse> askOnce(Call call, const std::string& authorization, const OciPlace& place) const;
    Credentials secretsOf(const OciPlace& place) const;
    // What opens the place, with another token where the last one ended; nothing where nobody knows yet.
    Result<std::optional<std::string>> known(const OciPlace& place, Timestamp now);
    // Opens it as it wants to be; empty where we have nothing to show.
    Result<std::string> open(const OciChallenge& challenge, const OciPlace& place, Timestamp now);
    Result<Opening> openingFor(const OciChallenge& challenge, const OciPlace& place, Timestamp now) const;
    // How a token is asked for: by the name and the password, if there are such, or for an identity token.
    Result<Call> tokenCall(const OciChallenge& challenge, const RegistryIdentity& identity,
                           const OciPlace& place) const;
    Result<Opening> tokenFor(const OciChallenge& challenge, const RegistryIdentity& identity,
                             const OciPlace& place, Timestamp now) const;

    const Credentials credentials_;
    Exchange& exchange_;
    std::mutex mutex_;  // held while a token is asked for, so that it is asked for once
    std::map<std::string, Opening> openings_;  // by address and repository, of those that answered
};

}  // namespace serin::sources
