#pragma once

#include "api/model_source.h"
#include "api/registry_report.h"
#include "base/result.h"
#include "sources/exchange.h"
#include "sources/store.h"

namespace serin::sources {

// Tells the registry of a source what came of its versions: their tags serin.stage, serin.outcome,
// serin.reason, serin.evidence and serin.deployment, then its aliases. Each write says all of what it is
// about, so that it may be repeated. What the registry does not take of one version or alias keeps it from
// none of the others; what would befall them too (Unavailable, Forbidden) ends it. The Error is the first
// one: NotFound and Invalid are the registry's own word and so for ever; Forbidden needs a person, who may
// have to mend the credentials; Unavailable is all else, such as a proxy's page. An alias that moves from
// certain versions alone is read first; whoever writes it between that and the write is overruled.
Result<void> tellRegistry(const api::ModelSource& source, const api::RegistryOrder& order,
                          const Credentials& credentials, Exchange& exchange);

}  // namespace serin::sources
