# shellcheck shell=bash
# Images into the node's containerd; an image that is there with the same digest is not sent again.

PAUSE_IMAGE=localhost/serin-pause:1
COREDNS_IMAGE=localhost/serin-coredns:1
LOADED=$RUN/loaded

# The process that holds a pod's namespaces: static, in C, ours.
pause_archive() {
  local archive work
  archive=$SERIN_CACHE/images/pause-$(hash_of "$LOCAL/pause.c").tar
  if [[ ! -f $archive ]]; then
    work=$(mktemp -d)
    gcc -Os -static -s -o "$work/pause" "$LOCAL/pause.c" || die "gcc could not build $LOCAL/pause.c"
    image_of_binary "$archive" "$PAUSE_IMAGE" "$work/pause"
    rm -rf "$work"
  fi
  printf '%s\n' "$archive"
}

coredns_archive() {
  local archive
  archive=$SERIN_CACHE/images/$(basename "$COREDNS_BIN").tar
  [[ -f $archive ]] || image_of_binary "$archive" "$COREDNS_IMAGE" "$COREDNS_BIN/coredns"
  printf '%s\n' "$archive"
}

# member ARCHIVE NAME: prints a file of an archive, however its path was written.
member() { tar -xOf "$1" "$2" 2>/dev/null || tar -xOf "$1" "./$2" 2>/dev/null; }

# load_archive FILE: an oci-archive or docker-archive. Its index is its identity: it holds the digests.
load_archive() {
  local file=$1 digest record
  [[ -f $file ]] || die "there is no image archive $file"
  digest=$(member "$file" manifest.json || member "$file" index.json) ||
    die "$file is neither a docker-archive nor an oci-archive" "make one by: buildah push IMAGE docker-archive:FILE:IMAGE"
  # A docker-archive may name its config by path only; then the config itself counts.
  digest=$(printf '%s' "$digest$(member "$file" config.json || true)" | sha256sum | cut -d ' ' -f 1)
  record=$LOADED/$digest
  if [[ -f $record ]] && images_present "$record"; then
    note "already there: $(tr '\n' ' ' <"$record")"
    return 0
  fi
  mkdir -p "$LOADED"
  import "$file" "$digest" "$record"
}

import() { # FILE DIGEST RECORD
  local output
  output=$(ctr_ images import "$1" 2>&1) || die "containerd did not take $1: $output"
  sed -n 's/^unpacking \([^ ]*\) .*/\1/p' <<<"$output" >"$3.names"
  # A record whose name was loaded anew from elsewhere is void.
  local name old
  while read -r name; do
    for old in $(grep -lxF "$name" "$LOADED"/* 2>/dev/null | grep -vF "$3" || true); do rm -f "$old"; done
    note "loaded $name"
  done <"$3.names"
  mv "$3.names" "$3"
}

images_present() { # RECORD: names, one a line
  local there
  there=$(ctr_ images ls -q)
  ! grep -vxFf <(printf '%s\n' "$there") "$1" >/dev/null
}

# load_built NAME: an image in buildah's storage, recognised by its id.
load_built() {
  local name=$1 id archive
  id=$(buildah inspect --type image --format '{{.FromImageID}}' "$name" 2>/dev/null) ||
    die "$name is neither a file nor an image in buildah's storage" "build it first, or give an oci-archive or docker-archive file"
  [[ $name == */* ]] || name=localhost/$name
  [[ ${name##*/} == *:* ]] || name=$name:latest
  if [[ -f $LOADED/$id ]] && images_present "$LOADED/$id" && grep -qxF "$name" "$LOADED/$id"; then
    note "already there: $name"
    return 0
  fi
  mkdir -p "$LOADED"
  archive=$RUN/loading-$id.tar
  rm -f "$archive"
  # An archive of plain layers: compressing would cost more than it saves on one machine.
  buildah push -q "$name" "docker-archive:$archive:$name" >/dev/null 2>"$LOGS/push.log" ||
    die "buildah could not write $name: $(tail -n 1 "$LOGS/push.log")"
  import "$archive" "$id" "$LOADED/$id"
  rm -f "$archive"
}

command_load() {
  (($# > 0)) || die "usage: cluster load IMAGE…" "IMAGE: an oci-archive or docker-archive file, or a name in buildah's storage"
  local image
  for image in "$@"; do
    if [[ -f $image ]]; then load_archive "$image"; else load_built "$image"; fi
  done
}
