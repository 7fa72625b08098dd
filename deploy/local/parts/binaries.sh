# shellcheck shell=bash
# Kubernetes, CoreDNS and helm, and containerd where volumes of images are wanted, built from the Go modules pinned beside
# this folder. Each set lies in the cache under a hash of its go.mod and go.sum: other pins are another set, equal pins
# are built once. Answers: KUBE_BIN, COREDNS_BIN, HELM_BIN, CONTAINERD_BIN (folders).

binaries_folder() { # NAME MODULE_FOLDER
  printf '%s\n' "$SERIN_CACHE/bin/$1-$(hash_of "$2/go.mod" "$2/go.sum")"
}

KUBE_BIN=$(binaries_folder kubernetes "$LOCAL")
COREDNS_BIN=$(binaries_folder coredns "$LOCAL/coredns")
HELM_BIN=$(binaries_folder helm "$LOCAL/helm")
CONTAINERD_BIN=$(binaries_folder containerd "$LOCAL/containerd")

# The pins as one word: whether a running cluster was made of the same.
pins() {
  basename -a "$KUBE_BIN" "$COREDNS_BIN" | tr '\n' ' '
  [[ $IMAGE_VOLUMES != true ]] || basename "$CONTAINERD_BIN"
}

ensure_binaries() {
  [[ -d $KUBE_BIN && -d $COREDNS_BIN && -d $HELM_BIN ]] || with_lock binaries "building Kubernetes" build_binaries
  [[ $IMAGE_VOLUMES != true || -d $CONTAINERD_BIN ]] ||
    with_lock binaries "building containerd" build_set containerd "$CONTAINERD_BIN" "$LOCAL/containerd" build_containerd
}

ensure_helm() {
  [[ -d $HELM_BIN ]] || with_lock binaries "building Kubernetes" build_set helm "$HELM_BIN" "$LOCAL/helm" build_helm
}

build_binaries() {
  note "Kubernetes, CoreDNS and helm are built: ten to fifteen minutes on two cores, the first time only"
  build_set kubernetes "$KUBE_BIN" "$LOCAL" build_kubernetes
  build_set coredns "$COREDNS_BIN" "$LOCAL/coredns" build_coredns
  build_set helm "$HELM_BIN" "$LOCAL/helm" build_helm
}

# build_set NAME FOLDER MODULE_FOLDER BUILDER: the folder appears whole or not at all.
build_set() {
  local name=$1 folder=$2 module=$3 builder=$4
  [[ ! -d $folder ]] || return 0
  ensure_go
  rm -rf "$folder.part"
  mkdir -p "$folder.part"
  progress "building $name from Go modules, once for these pins" \
    "$SERIN_CACHE/log/build-$name.log" "$builder" "$module" "$folder.part" ||
    die "$name was not built" "see $SERIN_CACHE/log/build-$name.log; the Go module proxy must be reachable (go env GOPROXY)"
  mv "$folder.part" "$folder"
}

go_build() { # MODULE_FOLDER ARGUMENT…
  local module=$1
  shift
  (cd "$module" && CGO_ENABLED=0 GOFLAGS='' "$GO" build -v -mod=readonly -trimpath -buildvcs=false "$@")
}

build_kubernetes() {
  local module=$1 out=$2 version=k8s.io/component-base/version flags minor name
  minor=${KUBERNETES_VERSION#v1.}
  flags="-s -w -X $version.gitVersion=$KUBERNETES_VERSION -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*} -X $version.gitTreeState=clean"
  go_build "$module" -ldflags "$flags" -o "$out/etcd" go.etcd.io/etcd/server/v3 || return
  local programs=()
  for name in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do
    programs+=("k8s.io/kubernetes/cmd/$name")
  done
  go_build "$module" -ldflags "$flags" -o "$out/" "${programs[@]}"
}

build_coredns() { go_build "$1" -ldflags "-s -w" -o "$2/coredns" github.com/coredns/coredns; }

# Its snapshotters but overlayfs and native want headers of C libraries, or are for other disks than a developer's.
build_containerd() {
  go_build "$1" -tags "no_btrfs no_devmapper no_zfs" -ldflags "-s -w" -o "$2/" \
    github.com/containerd/containerd/v2/cmd/containerd github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2
}

build_helm() { go_build "$1" -ldflags "-s -w" -o "$2/helm" helm.sh/helm/v4/cmd/helm; }
