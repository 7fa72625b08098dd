# shellcheck shell=bash
# Python environments of our own, never the system's.

# ensure_python_venv NAME REQUIREMENT…: prints the folder of a venv that has exactly what was asked
# for; requirements are pinned ("numpy==1.26.4"). Another list is another venv.
ensure_python_venv() {
  local name=$1 folder
  shift
  folder=$SERIN_CACHE/venv/$name-$(hash_text "$@")
  if [[ ! -f $folder/complete ]]; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || ensure_packages python3 python3-venv
    with_lock "venv-$name" "making the Python environment $name" make_python_venv "$name" "$folder" "$@"
  fi
  printf '%s\n' "$folder"
}

make_python_venv() {
  local name=$1 folder=$2
  shift 2
  [[ ! -f $folder/complete ]] || return 0
  rm -rf "$folder"
  mkdir -p "$(dirname "$folder")"
  python3 -m venv "$folder" || die "python3 -m venv failed in $folder" "install python3-venv"
  progress "installing Python packages for $name: $*" "$SERIN_CACHE/log/venv-$name.log" \
    "$folder/bin/pip" install --no-input --disable-pip-version-check "$@" ||
    die "pip could not install: $*" "see that the Python package index is reachable, then run the same command again"
  : >"$folder/complete"
}
