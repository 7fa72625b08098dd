# shellcheck shell=bash
# The demonstration's images, of layers that they share: Debian's Python, MLServer with what it needs (requirements.txt
# pins every package), and per version one thin layer with a model that is trained here and now. Sourced after lib/lib.sh.

DEMO_FOLDER=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DEMO_PYTHON=3.11 # of the Debian release that the images are made of
DEMO_VERSIONS=(v1 v2 v3 v4)

# demo_images TAG_PREFIX: prints the archive that holds PREFIX:v1 … PREFIX:v4 (layers shared), made if need be.
demo_images() {
  local prefix=$1 work
  work=$SERIN_CACHE/demo/$(hash_text "$prefix" "$(cat "$DEMO_FOLDER"/requirements.txt "$DEMO_FOLDER"/server/*)")
  mkdir -p "$work"
  with_lock demo-images "making the demonstration's images" make_demo_images "$work" "$prefix"
  printf '%s\n' "$work/images.tar"
}

# demo_accuracy_file ARCHIVE: the file beside it with the versions' accuracy on held-out rows.
demo_accuracy_file() { printf '%s\n' "$(dirname "$1")/accuracy.json"; }

make_demo_images() {
  local work=$1 prefix=$2 version site layers=() entries=()
  [[ ! -f $work/images.tar ]] || return 0
  demo_python_layer "$SERIN_CACHE/demo/python.tar"
  site=$(demo_site_layer "$DEMO_FOLDER/requirements.txt")
  demo_app_layer "$work" "$DEMO_FOLDER"/server/*
  demo_train "$work" "$site"
  rm -rf "$work/archive" && mkdir -p "$work/archive"
  mapfile -t layers < <(put_layers "$work/archive" "$SERIN_CACHE/demo/python.tar" "$site" "$work/app.tar")
  for version in "${DEMO_VERSIONS[@]}"; do
    entries+=("$(demo_image_entry "$work" "$prefix" "$version" "${layers[@]}")")
  done
  pack_images "$work" "${entries[@]}"
  as_root rm -rf "$work/root"
}

# registry_image NAME: prints the archive that holds the one image of the second story, made if need be: MLflow, its own
# client, MLServer with its MLflow runtime, and no model.
registry_image() {
  local name=$1 work
  work=$SERIN_CACHE/demo/registry-$(hash_text "$name" "$(cat "$DEMO_FOLDER"/server/* "$DEMO_FOLDER"/registry/*.{txt,py,json})")
  mkdir -p "$work"
  with_lock demo-images "making the image with MLflow and MLServer" make_registry_image "$work" "$name"
  printf '%s\n' "$work/images.tar"
}

make_registry_image() {
  local work=$1 name=$2 site layers=()
  [[ ! -f $work/images.tar ]] || return 0
  demo_python_layer "$SERIN_CACHE/demo/python.tar"
  site=$(demo_site_layer "$DEMO_FOLDER/registry/requirements.txt")
  demo_app_layer "$work" "$DEMO_FOLDER"/server/{load.py,train.py,score_histogram.py,settings.json} \
    "$DEMO_FOLDER"/registry/*.{py,json}
  rm -rf "$work/archive" && mkdir -p "$work/archive"
  mapfile -t layers < <(put_layers "$work/archive" "$SERIN_CACHE/demo/python.tar" "$site" "$work/app.tar")
  pack_images "$work" "$(image_entry "$work" "$name" /app "${layers[@]}")"
}

# pack_images WORK ENTRY…: makes WORK/images.tar of what put_layer and image_entry left in WORK/archive.
pack_images() {
  local work=$1
  shift
  printf '%s\n' "$@" | jq -cs . >"$work/archive/manifest.json"
  progress "packing images that share their layers" "$SERIN_CACHE/log/demo-pack.log" \
    tar -C "$work/archive" --sort=name --mtime=@0 -cf "$work/images.tar.part" .
  mv "$work/images.tar.part" "$work/images.tar"
  as_root rm -rf "$work/archive"
}

# demo_python_layer TAR: a minimal Debian with Python, once.
demo_python_layer() {
  [[ ! -f $1 ]] || return 0
  ensure_packages mmdebstrap
  debian_rootfs "$1" python3,ca-certificates
}

# demo_site_layer REQUIREMENTS: prints a tar file with every Python package, for the Python of the image whatever the
# Python of this machine; made once.
demo_site_layer() {
  local requirements=$1 tar installer work
  tar=$SERIN_CACHE/demo/site-$(hash_text "$(cat "$requirements")").tar
  if [[ ! -f $tar ]]; then
    installer=$(ensure_python_venv installer pip==24.0)
    work=$tar.folder
    rm -rf "$work" && mkdir -p "$work"
    progress "downloading $(wc -l <"$requirements") Python packages" "$SERIN_CACHE/log/demo-site.log" \
      "$installer/bin/pip" install --no-input --no-deps --no-compile --target "$work/site" --python-version "$DEMO_PYTHON" \
      --platform "manylinux2014_$(uname -m)" --platform "manylinux_2_28_$(uname -m)" --only-binary=:all: \
      -r "$requirements" ||
      die "pip could not download the inference server" "see that the Python package index is reachable, then run the same command again"
    find "$work/site" -depth -type d -name tests -exec rm -rf {} +
    demo_layer "$work" "$tar"
  fi
  printf '%s\n' "$tar"
}

# demo_layer FOLDER TAR: makes a layer of what is in the folder, which is gone then.
demo_layer() {
  chmod -R a+rX "$1"
  tar -C "$1" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$2.part" .
  mv "$2.part" "$2"
  rm -rf "$1"
}

# demo_app_layer WORK FILE…: these files in /app.
demo_app_layer() {
  local work=$1
  shift
  rm -rf "$work/layer-app" && mkdir -p "$work/layer-app/app"
  cp "$@" "$work/layer-app/app/"
  demo_layer "$work/layer-app" "$work/app.tar"
}

# demo_train WORK SITE: trains the four versions with the very packages that serve them.
demo_train() {
  local work=$1 site=$2
  as_root rm -rf "$work/root" "$work/models" && mkdir -p "$work/root"
  as_root tar -C "$work/root" --exclude=./dev -xf "$SERIN_CACHE/demo/python.tar"
  as_root tar -C "$work/root" -xf "$site"
  as_root tar -C "$work/root" -xf "$work/app.tar"
  say "training four versions on scikit-learn's breast cancer data"
  as_root chroot "$work/root" /usr/bin/env PYTHONPATH=/site OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
    /usr/bin/python3 /app/train.py /models >"$work/accuracy.json.part" ||
    die "training failed" "the lines above say why"
  mv "$work/accuracy.json.part" "$work/accuracy.json"
  as_root cp -r "$work/root/models" "$work/models"
}

# put_layers FOLDER TAR…: puts layers into an archive folder under their digests, which it prints, a line each.
put_layers() {
  local folder=$1 tar digest
  shift
  for tar in "$@"; do
    digest=$(sha256sum "$tar" | cut -d ' ' -f 1)
    ln -f "$tar" "$folder/$digest.tar" 2>/dev/null || cp "$tar" "$folder/$digest.tar"
    printf '%s\n' "$digest"
  done
}

# demo_image_entry WORK PREFIX VERSION LAYER…: adds one image to the archive; prints its line of the manifest.
demo_image_entry() {
  local work=$1 prefix=$2 version=$3 layer=$1/layer-$3
  shift 3
  as_root rm -rf "$layer" && mkdir -p "$layer/models"
  cp -r "$work/models/$version" "$layer/models/$version"
  cp "$work/models/rows.json" "$layer/models/"
  cp "$DEMO_FOLDER/server/settings.json" "$layer/models/$version/"
  demo_layer "$layer" "$work/$version.tar"
  image_entry "$work" "$prefix:$version" "/models/$version" "$@" "$(put_layers "$work/archive" "$work/$version.tar")"
}

# image_entry WORK NAME FOLDER LAYER…: adds one image to the archive, of layers that are in it, that starts MLServer with
# what is in FOLDER; prints its line of the manifest.
image_entry() {
  local work=$1 name=$2 folder=$3 config
  shift 3
  config=config-$(hash_text "$name").json
  printf '%s\n' "$@" | jq -Rcs --arg folder "$folder" --arg architecture "$(image_architecture)" \
    '{architecture: $architecture, os: "linux", created: "1970-01-01T00:00:00Z",
      config: {Entrypoint: ["/usr/bin/python3", "/site/bin/mlserver", "start", $folder],
               User: "65532:65532", WorkingDir: "/app",
               Env: ["PATH=/usr/bin:/bin", "PYTHONPATH=/site:/app", "PYTHONDONTWRITEBYTECODE=1", "HOME=/tmp",
                     "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MLFLOW_DISABLE_TELEMETRY=true",
                     "GIT_PYTHON_REFRESH=quiet"]},
      rootfs: {type: "layers", diff_ids: (rtrimstr("\n") | split("\n") | map("sha256:" + .))}}' >"$work/archive/$config"
  printf '%s\n' "$@" | jq -Rcs --arg name "$name" --arg config "$config" \
    '{Config: $config, RepoTags: [$name], Layers: (rtrimstr("\n") | split("\n") | map(. + ".tar"))}'
}
