# shellcheck shell=bash
# Container images without a registry.

# image_archive OUT NAME ROOTFS CONFIG: writes a docker-archive (readable by containerd, docker load
# and skopeo) of one layer made of the folder ROOTFS. CONFIG is the JSON object of the image's config
# ({"Entrypoint": [...], "User": "65532:65532"}). Same input, same bytes: no times, no owners.
image_archive() {
  local out=$1 name=$2 rootfs=$3 config=$4 work layer architecture
  work=$(mktemp -d)
  tar -C "$rootfs" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/layer.tar" .
  layer=$(sha256sum "$work/layer.tar" | cut -d ' ' -f 1)
  architecture=$(image_architecture)
  jq -cn --arg layer "sha256:$layer" --arg architecture "$architecture" --argjson config "$config" \
    '{architecture: $architecture, os: "linux", created: "1970-01-01T00:00:00Z", config: $config,
      rootfs: {type: "layers", diff_ids: [$layer]}}' >"$work/config.json"
  jq -cn --arg name "$name" '[{Config: "config.json", RepoTags: [$name], Layers: ["layer.tar"]}]' >"$work/manifest.json"
  mkdir -p "$(dirname "$out")"
  tar -C "$work" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$out.part" manifest.json config.json layer.tar
  mv "$out.part" "$out"
  rm -rf "$work"
}

image_architecture() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) uname -m ;;
  esac
}

# image_of_binary OUT NAME BINARY [CONFIG]: an image that holds one static program and starts it.
# CONFIG overrides or adds to the config.
image_of_binary() {
  local out=$1 name=$2 binary=$3 config=${4:-'{}'} root base
  base=$(basename "$binary")
  root=$(mktemp -d)
  chmod 0755 "$root"
  install -m 0755 "$binary" "$root/$base"
  image_archive "$out" "$name" "$root" "$(jq -cn --arg entry "/$base" --argjson more "$config" \
    '{Entrypoint: [$entry], User: "65532:65532", WorkingDir: "/", Env: ["PATH=/"]} + $more')"
  rm -rf "$root"
}

SERIN_BASE_IMAGE=localhost/serin-base:bookworm

# base_image: prints the name of an image in buildah's storage that stands in for
# debian:bookworm-slim (`--build-arg BASE=…`), made from Debian's own packages, once.
base_image() {
  ensure_packages "${SERIN_IMAGE_PACKAGES[@]}"
  with_lock base-image "making the Debian base image" make_base_image
  printf '%s\n' "$SERIN_BASE_IMAGE"
}

make_base_image() {
  local tar=$SERIN_CACHE/images/bookworm-minbase.tar container
  ! as_root buildah inspect --type image "$SERIN_BASE_IMAGE" >/dev/null 2>&1 || return 0
  debian_rootfs "$tar" ca-certificates
  container=$(as_root buildah from scratch)
  as_root buildah add -q "$container" "$tar" / >/dev/null
  as_root buildah config --cmd /bin/sh "$container"
  as_root buildah commit -q "$container" "$SERIN_BASE_IMAGE" >/dev/null
  as_root buildah rm "$container" >/dev/null
}

# debian_rootfs TAR PACKAGES: a minimal Debian 12 root file system with these packages (comma-separated) as a tar
# file, once. It keeps this machine's package sources when this machine is a Debian 12 itself, so that a mirror
# chosen here is used there.
debian_rootfs() {
  local tar=$1 packages=$2 codename sources=()
  [[ ! -f $tar ]] || return 0
  mkdir -p "$(dirname "$tar")"
  # shellcheck disable=SC1091
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  if [[ $codename == bookworm ]]; then
    local file
    for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
      [[ ! -s $file ]] || { sources=("$file") && break; }
    done
  fi
  progress "making a Debian 12 root file system with $packages" "$SERIN_CACHE/log/mmdebstrap.log" \
    as_root mmdebstrap --variant=minbase --include="$packages" bookworm "$tar.part.tar" "${sources[@]}" ||
    die "mmdebstrap failed" "see that this machine reaches a Debian mirror, then run the same command again"
  as_root chown "$EUID" "$tar.part.tar"
  mv "$tar.part.tar" "$tar"
}

# build_image NAME CONTEXT [ARGUMENT…]: builds a Dockerfile with buildah into its storage.
# chroot isolation: works without an own network and without a container engine. The image that had
# the name before is removed, lest every build leave one behind.
build_image() {
  local name=$1 context=$2 old
  shift 2
  ensure_packages "${SERIN_IMAGE_PACKAGES[@]}"
  old=$(image_id "$name")
  progress "building the image $name" "$SERIN_CACHE/log/image-$(hash_text "$name").log" \
    as_root buildah bud --isolation chroot --network host -t "$name" "$@" "$context" ||
    die "the image $name was not built" "the log above says why"
  if [[ -n $old && $old != "$(image_id "$name")" ]]; then as_root buildah rmi "$old" >/dev/null 2>&1 || true; fi
}

# image_id NAME: prints the id of an image in buildah's storage, or nothing.
image_id() { as_root buildah inspect --type image --format '{{.FromImageID}}' "$1" 2>/dev/null || true; }
