# shellcheck shell=bash
# Debian packages, installed only when they lack.

# What building and testing Serin needs.
SERIN_BUILD_PACKAGES=(g++ cmake ninja-build ccache libcpprest-dev libyaml-cpp-dev nlohmann-json3-dev
  prometheus-cpp-dev libpugixml-dev libssl-dev libcurl4-openssl-dev libarchive-dev zlib1g-dev liblzma-dev libzstd-dev libbz2-dev
  nettle-dev libgtest-dev libgmock-dev libbenchmark-dev)
# What only the `tidy` target needs.
SERIN_TIDY_PACKAGES=(clang-tidy clang-format)
# What only the preset `fuzz` needs; the latter has the run time of sanitizers and libFuzzer.
SERIN_FUZZ_PACKAGES=(clang libclang-rt-dev)
# What running the local cluster needs. gcc and libc6-dev: the static pause program.
SERIN_CLUSTER_PACKAGES=(containerd runc containernetworking-plugins iptables conntrack socat iproute2
  util-linux procps openssl ca-certificates curl jq tar gcc libc6-dev)
# What only the fault tests need: libfaketime sets the clock of one process.
SERIN_FAULT_PACKAGES=(faketime)
# What building images from Dockerfiles needs.
SERIN_IMAGE_PACKAGES=(buildah mmdebstrap jq tar binutils)
export SERIN_BUILD_PACKAGES SERIN_TIDY_PACKAGES SERIN_FUZZ_PACKAGES SERIN_CLUSTER_PACKAGES SERIN_FAULT_PACKAGES SERIN_IMAGE_PACKAGES

# as_root COMMAND…: runs it as root, by sudo when need be.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root: $*" "run it as root, or install sudo and allow yourself to use it"
  fi
}

# lacking_packages PKG…: those that are not installed, one a line.
lacking_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || printf '%s\n' "$package"
  done
}

# ensure_packages PKG…: installs what lacks with apt-get.
ensure_packages() {
  local lacking
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    warn "this is no Debian: cannot see whether these are installed: $*"
    return 0
  fi
  mapfile -t lacking < <(lacking_packages "$@")
  ((${#lacking[@]} > 0)) || return 0
  say "installing Debian packages: ${lacking[*]}"
  progress "apt-get update" "$SERIN_CACHE/log/apt-update.log" as_root apt-get update ||
    die "apt-get update failed" "see that this machine reaches a Debian mirror, then try again"
  progress "apt-get install" "$SERIN_CACHE/log/apt-install.log" \
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${lacking[@]}" ||
    die "apt-get could not install: ${lacking[*]}" "install them by hand, then run the same command again"
}

# unpacked_package PKG: prints the folder of a Debian package that is unpacked and not installed, so that none of its
# services starts. What it depends on must be there.
unpacked_package() {
  local package=$1 folder=$SERIN_CACHE/unpacked/$1
  [[ -f $folder/complete ]] || with_lock "unpacked-$package" "unpacking $package" unpack_package "$package" "$folder" >&2
  printf '%s\n' "$folder"
}

unpack_package() {
  local package=$1 folder=$2
  [[ ! -f $folder/complete ]] || return 0
  rm -rf "$folder"
  mkdir -p "$folder/download"
  apt-cache show "$package" >/dev/null 2>&1 ||
    progress "apt-get update" "$SERIN_CACHE/log/apt-update.log" as_root apt-get update ||
    die "apt-get update failed" "see that this machine reaches a Debian mirror, then try again"
  (cd "$folder/download" && progress "downloading $package" "$SERIN_CACHE/log/unpack-$package.log" apt-get download "$package") ||
    die "apt-get could not download $package" "see that this machine reaches a Debian mirror, then try again"
  dpkg-deb -x "$folder"/download/*.deb "$folder"
  rm -r "$folder/download"
  : >"$folder/complete"
}
