# shellcheck shell=bash
# A Go that is new enough. Answer: GO (path of the go command), with GOCACHE (and for a downloaded
# one GOROOT and GOTOOLCHAIN) exported.

SERIN_GO_MINIMUM=1.26
SERIN_GO_DOWNLOAD=1.26.8

# version_at_least HAVE WANT
version_at_least() { [[ $(printf '%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

# go_is_enough GO: whether that command is a Go of at least the minimum.
# GOTOOLCHAIN=local: it shall say what it is itself, not download another one.
go_is_enough() {
  local version
  version=$(cd / && GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
  version_at_least "${version#go}" "$SERIN_GO_MINIMUM"
}

ensure_go() {
  local candidate
  export GOCACHE=$SERIN_CACHE/go-build
  mkdir -p "$GOCACHE"
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go; do
    if [[ -x $candidate ]] && go_is_enough "$candidate"; then
      GO=$candidate
      export GO GOTOOLCHAIN=local
      return 0
    fi
  done
  go_toolchain_module
}

# Debian 12 has Go 1.19, which cannot build Kubernetes but can download a newer Go as a Go module,
# checked against the public checksum database like any other.
go_toolchain_module() {
  local architecture module downloader answer folder reply
  case $(uname -m) in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
    *) die "no Go >= $SERIN_GO_MINIMUM here, and none to download for $(uname -m)" "install Go >= $SERIN_GO_MINIMUM by hand" ;;
  esac
  module=golang.org/toolchain@v0.0.1-go$SERIN_GO_DOWNLOAD.linux-$architecture
  answer=$SERIN_CACHE/go-toolchain/$SERIN_GO_DOWNLOAD-$architecture
  if [[ -f $answer && -x $(<"$answer")/bin/go ]]; then
    folder=$(<"$answer")
  else
    command -v go >/dev/null || ensure_packages golang-go ca-certificates
    downloader=$(command -v go)
    say "no Go >= $SERIN_GO_MINIMUM here ($("$downloader" version 2>/dev/null || echo none)): downloading Go $SERIN_GO_DOWNLOAD as a Go module"
    mkdir -p "$(dirname "$answer")"
    # An empty folder, so that no go.mod of the present one is read.
    reply=$(cd "$(mktemp -d)" && "$downloader" mod download -json "$module") || true
    folder=$(sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p' <<<"$reply")
    [[ -n $folder && -d $folder ]] ||
      die "could not download the Go module $module: $(sed -n 's/^[[:space:]]*"Error": //p' <<<"$reply")" \
        "see that the Go module proxy is reachable (go env GOPROXY), or install Go >= $SERIN_GO_MINIMUM"
    # Modules carry no executable bits, and the module cache is read-only.
    chmod u+w "$folder/bin" "$folder/pkg/tool/linux_$architecture"
    chmod +x "$folder"/bin/* "$folder/pkg/tool/linux_$architecture"/*
    printf '%s\n' "$folder" >"$answer"
  fi
  export GOROOT=$folder GOTOOLCHAIN=local GO=$folder/bin/go
  go_is_enough "$GO" || die "the downloaded Go in $folder does not run" "remove that folder and $answer, and mount /proc when this is a chroot"
}
