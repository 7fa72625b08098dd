# shellcheck shell=bash
# Everything in this folder in one line: `source deploy/lib/lib.sh`.
# Contract of all files here: they only define functions and variables, run under
# `set -euo pipefail`, talk to people on stderr, and give their answers on stdout or in
# variables named in each file's header.
SERIN_LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for _serin_file in log cache packages go python images; do
  # shellcheck disable=SC1090
  source "$SERIN_LIB/$_serin_file.sh"
done
unset _serin_file
