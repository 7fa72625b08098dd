# shellcheck shell=bash
# containerd, kubelet and kube-proxy: the one node.

node_up() {
  mkdir -p "$CONF/cni" "$RUN/containerd" "$RUN/cni-leases" "$REGISTRIES"
  cgroup_up
  write_cni
  write_containerd
  start containerd nsenter --net="/run/netns/$NETNS" env PATH="$(containerd_path)" containerd -c "$CONF/containerd.toml"
  wait_until "containerd" 30 ctr_ version || fail_with_log containerd "containerd did not start within 30 s"
  load_archive "$(pause_archive)"
  write_kubelet
  start kubelet nsenter --net="/run/netns/$NETNS" "$KUBE_BIN/kubelet" --config="$CONF/kubelet.yaml" \
    --kubeconfig="$PKI/node.kubeconfig" --hostname-override="$NODE_NAME" --node-ip="$NODE_IP" --root-dir="$RUN/kubelet"
  write_proxy
  start proxy nsenter --net="/run/netns/$NETNS" "$KUBE_BIN/kube-proxy" --config="$CONF/proxy.yaml"
  wait_until "the node" 60 node_ready || fail_with_log kubelet "the node did not get Ready within 60 s"
}

# Where containerd is found, and by it the shim that belongs to it.
containerd_path() { if [[ $IMAGE_VOLUMES == true ]]; then printf '%s\n' "$CONTAINERD_BIN:$PATH"; else printf '%s\n' "$PATH"; fi; }

node_ready() {
  [[ $(kubectl_ get node "$NODE_NAME" -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null) == True ]]
}

# written FILE: writes its input there, but only when it differs: kube-proxy ends when its file is touched.
written() {
  local content
  content=$(cat)
  [[ $(cat "$1" 2>/dev/null) == "$content" ]] || printf '%s\n' "$content" >"$1"
}

write_cni() {
  # Leases in our own folder: else they would outlive the cluster in /var/lib/cni.
  # No masquerading: nothing is to leave.
  written "$CONF/cni/10-bridge.conflist" <<EOF
{"cniVersion": "1.0.0", "name": "$NETNS", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$RUN/cni-leases", "ranges": [[{"subnet": "$POD_CIDR"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
EOF
}

# overlayfs needs a file system below that can carry it; copies are slow but work everywhere.
snapshotter() {
  local try=$RUN/overlay-try
  mkdir -p "$try"/{lower,upper,work,merged}
  if mount -t overlay overlay -o "lowerdir=$try/lower,upperdir=$try/upper,workdir=$try/work" "$try/merged" 2>/dev/null; then
    umount "$try/merged"
    echo overlayfs
  else
    echo native
  fi
  rm -rf "$try"
}

write_containerd() {
  # restrict_oom_score_adj: without CAP_SYS_RESOURCE every sandbox would die at its start.
  # netns_mounts_under_state_dir: pods' namespaces are ours to clear, those in /run/netns are not.
  written "$CONF/containerd.toml" <<EOF
version = 2
root = "$RUN/containerd/root"
state = "$RUN/containerd/state"
[grpc]
  address = "$CONTAINERD_SOCKET"
[plugins."io.containerd.internal.v1.opt"]
  path = "$RUN/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$PAUSE_IMAGE"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$CONF/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$REGISTRIES"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$(snapshotter)"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
EOF
}

write_kubelet() {
  # No resolver of the machine's: names outside the cluster have no meaning in it.
  # Eviction only by memory: a full disk of a developer's machine shall not stop tests.
  # serializeImagePulls: an image of a registry without an address takes 20 s to fail (DNS), which others would wait for.
  # volumeStatsAggPeriod: a pod over its limit of disk is noticed soon (it is a minute by default).
  written "$CONF/kubelet.yaml" <<EOF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$CONTAINERD_SOCKET
authentication: {x509: {clientCAFile: $PKI/ca.crt}, webhook: {enabled: true}, anonymous: {enabled: false}}
authorization: {mode: Webhook}
tlsCertFile: $PKI/kubelet.crt
tlsPrivateKeyFile: $PKI/kubelet.key
cgroupDriver: cgroupfs
cgroupRoot: /$CGROUP
cgroupsPerQOS: true
enforceNodeAllocatable: []
failSwapOn: false
clusterDNS: [$DNS_IP]
clusterDomain: cluster.local
resolvConf: ""
evictionHard: {memory.available: 100Mi}
imageGCHighThresholdPercent: 100
maxPods: 250
podCIDR: ""
registryPullQPS: 0
serializeImagePulls: false
volumeStatsAggPeriod: 10s
eventRecordQPS: 0
kubeAPIQPS: 200
kubeAPIBurst: 400
featureGates: {${FEATURE_GATES/=/: }}
volumePluginDir: $RUN/kubelet-plugins
podLogsDir: $LOGS/pods
EOF
}

write_proxy() {
  written "$CONF/proxy.yaml" <<EOF
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: $POD_CIDR
hostnameOverride: $NODE_NAME
clientConnection: {kubeconfig: $PKI/proxy.kubeconfig}
conntrack: {maxPerCore: 0, min: 0}
iptables: {minSyncPeriod: 100ms, syncPeriod: 30s}
EOF
}
