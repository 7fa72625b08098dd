# shellcheck shell=bash
# Names, addresses and paths of the local cluster.
# shellcheck disable=SC2034 # used by the other parts

# The namespace's name is the cluster's. Another name (SERIN_CLUSTER=…, with a SERIN_API_PORT of its own)
# is another cluster beside the first: it has its own addresses, folder and cgroup.
NETNS=${SERIN_CLUSTER:-serin}
# All out of 198.18.0.0/15, reserved for tests of networks: collides with nobody's LAN or VPN.
NODE_IP=198.18.0.1
SERVICE_CIDR=198.18.16.0/20
SERVICE_IP=198.18.16.1
DNS_IP=198.18.16.10
POD_CIDR=198.19.0.0/16
NODE_NAME=local
API_PORT=6443
KUBERNETES_VERSION=$(sed -n 's/^[[:space:]]*k8s.io\/kubernetes \(v[^ ]*\).*/\1/p' "$LOCAL/go.mod")

# One cluster a machine and cache folder, whichever checkout started it.
LOCAL_DIR=$SERIN_CACHE/local
[[ $NETNS == serin ]] || LOCAL_DIR=$SERIN_CACHE/local-$NETNS
RUN=$LOCAL_DIR/run
LOGS=$RUN/log
PIDS=$RUN/pids
PKI=$RUN/pki
CONF=$RUN/conf
CONTAINERD_SOCKET=$RUN/containerd/c.sock
# How containerd reaches registries: a folder HOST:PORT with a hosts.toml for each that is not plain https.
REGISTRIES=$RUN/registries
KUBECONFIG_OUTSIDE=$RUN/kubeconfig
AUDIT_LOG=$LOGS/audit.log
# Where the API server is seen outside the namespace, on loopback only; fixed while the cluster lives.
OUTSIDE_PORT=$(cat "$RUN/port" 2>/dev/null || echo "${SERIN_API_PORT:-16443}")
# Every pod's cgroup lies below this one, so that nothing of another kubelet is ever touched.
CGROUP=$NETNS

# Volumes that are images: the feature gate and containerd 2, both of which the cluster does without by default
# (Kubernetes has the gate off before 1.35, and Debian's containerd mounts no images).
IMAGE_VOLUMES=${SERIN_CLUSTER_IMAGE_VOLUMES:-false}
FEATURE_GATES=ImageVolume=$IMAGE_VOLUMES

in_netns() { nsenter --net="/run/netns/$NETNS" "$@"; }
kubectl_() { "$KUBE_BIN/kubectl" --kubeconfig "$KUBECONFIG_OUTSIDE" "$@"; }
ctr_() { ctr -a "$CONTAINERD_SOCKET" -n k8s.io "$@"; }
