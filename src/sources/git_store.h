#pragma once

#include <memory>

#include "sources/store.h"

namespace serin::sources {

// Git repositories over https, with Git LFS. The id is "git:HOST/REPOSITORY@COMMIT", with "#PATH" where a
// part is meant: a commit names its bytes. Which files there are nobody knows without fetching, so that a
// Resolution has none and files() is Invalid; serin-fetch reads them of the commit, and asks download() for
// those that LFS keeps. A whole commit in the URI is taken as it is, once the repository answers.
//
// Redirects are not followed: Git itself would send credentials along. An address that moved is told.
// Credentials: GIT_TOKEN, which is the password of the user "x-access-token" as GitHub, GitLab, Gitea and
// Azure DevOps take it; or GIT_USERNAME and GIT_PASSWORD.
Result<std::unique_ptr<Store>> makeGitStore(const Credentials& credentials, Exchange& exchange);

// The value of the header Authorization for these credentials; empty: none.
Result<std::string> gitAuthorization(const Credentials& credentials);

// The same credentials as username and password, from which withoutSecrets() knows all forms of them.
Credentials gitCredentials(const Credentials& credentials);

// The commit of an id of this source; empty where it is none of it.
std::string gitCommitOf(const api::ModelSource& source, const std::string& id);

}  // namespace serin::sources
