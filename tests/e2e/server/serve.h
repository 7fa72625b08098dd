#pragma once

namespace testserver {

// An inference server (Open Inference Protocol, version 2) whose every fault can be ordered. Returns the exit code.
//
// Environment: PORT (8080), MODEL (the one model's name), VERSION (named in answers), SETTINGS; with MODEL_FOLDER the
// files `version` and `settings` in there instead of the last two. With METRICS_PORT /metrics is there alone, over TLS
// with the PEM files METRICS_CERTIFICATE and METRICS_KEY, and for those only who show METRICS_TOKEN as bearer token,
// where that is set. Settings are words
// `key=value`, in SETTINGS at the start and in the body of POST /control at any time:
//   errors=0.1          share of inference requests answered with error_code=500
//   latency_ms=20       added to every inference request
//   slow=0.1            share of inference requests that take slow_ms=300 longer
//   hang=1              every path but /control accepts and never answers
//   score_a=2 score_b=5 scores are drawn from Beta(a, b)
//   ready=0             /v2/health/ready and the model's ready path answer 503
//   model_ready=0       only the model's ready path does
//   start_delay_ms=500  waits before it listens
//   crash=3             ends with this exit code, at once or `crash_after_ms` later
//   metrics_code=500     /metrics is answered so, and with nothing
//   metrics_empty=1      it has no lines; metrics_nan=1: every value is NaN; metrics_frozen=1: it shows what it showed
//   metrics_series=9     it has so many series more
//   message=words_here  the termination message of a crash, '_' for a space
int serve();

}  // namespace testserver
