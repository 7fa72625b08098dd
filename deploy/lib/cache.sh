# shellcheck shell=bash
# One cache folder outside every checkout. SERIN_CACHE overrides where it is.
# What lies in it is keyed by a hash of what it was made from, so nothing has to be invalidated.

SERIN_CACHE=${SERIN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/serin}
export SERIN_CACHE

# hash_of FILE…: twelve hex digits of the files' contents.
hash_of() { cat -- "$@" | sha256sum | cut -c1-12; }

# hash_text TEXT…: the same of words.
hash_text() { printf '%s\n' "$@" | sha256sum | cut -c1-12; }

# with_lock NAME WHAT COMMAND…: one holder a machine and user; says so when it has to wait.
# The lock's descriptor is inherited by COMMAND: what it leaves running must close it (SERIN_LOCK_FD).
# COMMAND is called plainly, so that `set -e` holds in it; a failure ends the script and frees the lock.
with_lock() {
  local name=$1 what=$2
  shift 2
  mkdir -p "$SERIN_CACHE/locks"
  local SERIN_LOCK_FD
  # Opened for reading: the file may be root's when the holder came by sudo.
  [[ -e $SERIN_CACHE/locks/$name ]] || : >"$SERIN_CACHE/locks/$name"
  exec {SERIN_LOCK_FD}<"$SERIN_CACHE/locks/$name"
  if ! flock -n "$SERIN_LOCK_FD"; then
    say "waiting for another process that is $what"
    flock "$SERIN_LOCK_FD"
  fi
  "$@"
  exec {SERIN_LOCK_FD}<&-
}
