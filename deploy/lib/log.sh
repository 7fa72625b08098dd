# shellcheck shell=bash
# Words for people, all on stderr, so that stdout stays what a command answers.

say() { printf '%s\n' "==> $*" >&2; }
note() { printf '%s\n' "    $*" >&2; }
warn() { printf '%s\n' "warning: $*" >&2; }

# die WHAT [WHAT_TO_DO]: names what failed and what to do, and ends the script.
die() {
  printf '%s\n' "error: $1" >&2
  [[ $# -lt 2 ]] || printf '%s\n' "       $2" >&2
  exit 1
}

# progress WHAT LOG COMMAND…: runs a long command with its output in LOG, says every 15 s that
# it goes on and what it printed last, and on failure shows the end of LOG and returns the code.
progress() {
  local what=$1 log=$2 start=$SECONDS pid code=0 last
  shift 2
  mkdir -p "$(dirname "$log")"
  say "$what"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - start >= 15 && (SECONDS - start) % 15 == 0)) && [[ ${last:-} != "$SECONDS" ]]; then
      last=$SECONDS
      if [[ -s $log ]]; then
        note "$((SECONDS - start)) s, $(wc -l <"$log") lines of output, now: $(tail -n 1 "$log" | cut -c1-100)"
      else
        note "$((SECONDS - start)) s, no output yet"
      fi
    fi
  done
  wait "$pid" || code=$?
  if ((code != 0)); then
    printf '%s\n' "error: failed (exit code $code): $what" "       the last lines of $log:" >&2
    tail -n 25 "$log" | sed 's/^/       /' >&2
    return "$code"
  fi
  note "done in $((SECONDS - start)) s"
}

# wait_until WHAT SECONDS COMMAND…: polls COMMAND, saying what it waits for; returns 1 when time is over.
wait_until() {
  local what=$1 limit=$2 start=$SECONDS last=$SECONDS
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS - start < limit)) || return 1
    if ((SECONDS - last >= 5)); then
      last=$SECONDS
      note "still waiting for $what ($((SECONDS - start)) s)"
    fi
    sleep 0.1
  done
}
