# shellcheck shell=bash
# The processes we start: started in the namespace, recorded, and stopped only when the record still
# names the same process (pid, start time and boot), so that a reused pid is never hit.

BOOT_ID=$(</proc/sys/kernel/random/boot_id)

start_time_of() { # PID
  local stat fields
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  # The command's name may hold blanks and brackets; what follows the last bracket does not:
  # the state comes first, the start time twentieth.
  read -ra fields <<<"${stat##*) }"
  [[ ${fields[0]} != Z ]] || return 1
  printf '%s\n' "${fields[19]}"
}

# start NAME COMMAND…: starts it unless its record says that it lives. Its output goes to log/NAME.log.
start() {
  local name=$1
  shift
  ! alive "$name" || return 0
  mkdir -p "$LOGS" "$PIDS"
  (
    [[ -z ${SERIN_LOCK_FD:-} ]] || exec {SERIN_LOCK_FD}>&-
    cd "$RUN" || exit
    exec setsid "$@" >>"$LOGS/$name.log" 2>&1 </dev/null
  ) &
  record "$name" $!
  disown
}

record() { # NAME PID
  printf '%s %s %s\n' "$2" "$(start_time_of "$2" || echo 0)" "$BOOT_ID" >"$PIDS/$1"
}

# pid_of NAME: prints the pid when the recorded process lives.
pid_of() {
  local pid time boot
  [[ -f $PIDS/$1 ]] || return 1
  read -r pid time boot <"$PIDS/$1" || return 1
  [[ $boot == "$BOOT_ID" && $(start_time_of "$pid") == "$time" ]] || return 1
  printf '%s\n' "$pid"
}

alive() { pid_of "$1" >/dev/null; }

# stop NAME…: TERM to all, and KILL to what has not ended within two seconds. Each is the leader of a
# process group of its own (setsid), which takes along the helpers that it forked.
stop() {
  local name pid
  for name in "$@"; do
    if pid=$(pid_of "$name"); then kill -TERM -- "-$pid" 2>/dev/null || true; fi
  done
  for name in "$@"; do
    wait_until "$name to end" 2 gone "$name" || true
    if pid=$(pid_of "$name"); then kill -KILL -- "-$pid" 2>/dev/null || true; fi
    rm -f "$PIDS/$name"
  done
}

gone() { ! alive "$1"; }

recorded() { [[ ! -d $PIDS ]] || ls "$PIDS"; }

# fail_with_log NAME WHAT: ends with the end of a component's log.
fail_with_log() {
  warn "the end of $LOGS/$1.log:"
  tail -n 20 "$LOGS/$1.log" >&2 || true
  die "$2" "the whole log: $LOGS/$1.log; 'deploy/local/cluster down' clears everything for a new try"
}
