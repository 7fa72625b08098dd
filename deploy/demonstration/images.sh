# shellcheck shell=bash
# The demonstration's images: Debian's Python, MLServer with its scikit-learn runtime (requirements.txt pins every
# package), and per version one thin layer with a model that is trained here and now. Sourced after lib/lib.sh.

DEMO_FOLDER=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DEMO_PYTHON=3.11 # of the Debian release that the images are made of
DEMO_VERSIONS=(v1 v2 v3 v4)

# demo_images TAG_PREFIX: prints the archive that holds PREFIX:v1 … PREFIX:v4 (layers shared), made if need be.
# DEMO_ACCURACY names a file with the versions' accuracy on held-out rows.
demo_images() {
  local prefix=$1 work
  work=$SERIN_CACHE/demo/$(hash_text "$prefix" "$(cat "$DEMO_FOLDER"/requirements.txt "$DEMO_FOLDER"/server/*)")
  mkdir -p "$work"
  with_lock demo-images "making the demonstration's images" make_demo_images "$work" "$prefix"
  printf '%s\n' "$work/images.tar"
}

demo_accuracy_file() { printf '%s\n' "$(dirname "$1")/accuracy.json"; }

make_demo_images() {
  local work=$1 prefix=$2 version
  [[ ! -f $work/images.tar ]] || return 0
  demo_python_layer "$SERIN_CACHE/demo/python.tar"
  demo_site_layer "$work"
  demo_train "$work"
  rm -rf "$work/archive" && mkdir -p "$work/archive"
  local base site entries=()
  base=$(put_layer "$SERIN_CACHE/demo/python.tar" "$work/archive")
  site=$(put_layer "$work/site.tar" "$work/archive")
  for version in "${DEMO_VERSIONS[@]}"; do
    entries+=("$(demo_image_entry "$work" "$prefix" "$version" "$base" "$site")")
  done
  printf '%s\n' "${entries[@]}" | jq -cs . >"$work/archive/manifest.json"
  progress "packing four images that share their layers" "$SERIN_CACHE/log/demo-pack.log" \
    tar -C "$work/archive" --sort=name --mtime=@0 -cf "$work/images.tar.part" .
  mv "$work/images.tar.part" "$work/images.tar"
  as_root rm -rf "$work/archive" "$work/root"
}

# demo_python_layer TAR: a minimal Debian with Python, once.
demo_python_layer() {
  [[ ! -f $1 ]] || return 0
  ensure_packages mmdebstrap
  debian_rootfs "$1" python3,ca-certificates
}

# demo_site_layer WORK: every Python package, for the Python of the image whatever the Python of this machine.
demo_site_layer() {
  local work=$1 installer
  [[ ! -f $work/site.tar ]] || return 0
  installer=$(ensure_python_venv installer pip==24.0)
  rm -rf "$work/site" && mkdir -p "$work/site/site"
  progress "downloading MLServer and scikit-learn (about 150 MB)" "$SERIN_CACHE/log/demo-site.log" \
    "$installer/bin/pip" install --no-input --no-deps --target "$work/site/site" --python-version "$DEMO_PYTHON" \
    --platform "manylinux2014_$(uname -m)" --platform "manylinux_2_28_$(uname -m)" --only-binary=:all: \
    -r "$DEMO_FOLDER/requirements.txt" ||
    die "pip could not download the inference server" "see that the Python package index is reachable, then run the same command again"
  find "$work/site/site" -depth -type d \( -name tests -o -name __pycache__ \) -exec rm -rf {} +
  mkdir -p "$work/site/app"
  cp "$DEMO_FOLDER"/server/* "$work/site/app/"
  tar -C "$work/site" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/site.tar.part" .
  mv "$work/site.tar.part" "$work/site.tar"
}

# demo_train WORK: trains the four versions with the very packages that serve them.
demo_train() {
  local work=$1
  as_root rm -rf "$work/root" "$work/models" && mkdir -p "$work/root"
  as_root tar -C "$work/root" --exclude=./dev -xf "$SERIN_CACHE/demo/python.tar"
  as_root tar -C "$work/root" -xf "$work/site.tar"
  say "training four versions on scikit-learn's breast cancer data"
  as_root chroot "$work/root" /usr/bin/env PYTHONPATH=/site OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
    /usr/bin/python3 /app/train.py /models >"$work/accuracy.json.part" ||
    die "training failed" "the lines above say why"
  mv "$work/accuracy.json.part" "$work/accuracy.json"
  as_root cp -r "$work/root/models" "$work/models"
}

# put_layer TAR FOLDER: puts a layer into an archive folder under its digest, which it prints.
put_layer() {
  local digest
  digest=$(sha256sum "$1" | cut -d ' ' -f 1)
  ln -f "$1" "$2/$digest.tar" 2>/dev/null || cp "$1" "$2/$digest.tar"
  printf '%s\n' "$digest"
}

# demo_image_entry WORK PREFIX VERSION BASE SITE: adds one image to the archive; prints its line of the manifest.
demo_image_entry() {
  local work=$1 prefix=$2 version=$3 base=$4 site=$5 model layer=$1/layer-$3
  as_root rm -rf "$layer" && mkdir -p "$layer/models"
  cp -r "$work/models/$version" "$layer/models/$version"
  cp "$work/models/rows.json" "$layer/models/"
  cp "$DEMO_FOLDER/server/settings.json" "$layer/models/$version/"
  chmod -R a+rX "$layer"
  tar -C "$layer" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/$version.tar" .
  rm -rf "$layer"
  model=$(put_layer "$work/$version.tar" "$work/archive")
  jq -cn --arg version "$version" --arg architecture "$(image_architecture)" \
    --argjson layers "[\"sha256:$base\",\"sha256:$site\",\"sha256:$model\"]" \
    '{architecture: $architecture, os: "linux", created: "1970-01-01T00:00:00Z",
      config: {Entrypoint: ["/usr/bin/python3", "/site/bin/mlserver", "start", ("/models/" + $version)],
               User: "65532:65532", WorkingDir: "/app",
               Env: ["PATH=/usr/bin:/bin", "PYTHONPATH=/site:/app", "PYTHONDONTWRITEBYTECODE=1", "HOME=/tmp",
                     "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"]},
      rootfs: {type: "layers", diff_ids: $layers}}' >"$work/archive/$version.json"
  jq -cn --arg name "$prefix:$version" --arg config "$version.json" \
    --argjson layers "[\"$base.tar\",\"$site.tar\",\"$model.tar\"]" \
    '{Config: $config, RepoTags: [$name], Layers: $layers}'
}
