# shellcheck shell=bash
# etcd, the API server, the controller manager and the scheduler.

control_plane_up() {
  mkdir -p "$CONF" "$LOGS"
  cp "$LOCAL/manifests/audit-policy.yaml" "$CONF/audit-policy.yaml"
  start_etcd
  start_apiserver
  wait_until "the API server" 60 in_netns "$KUBE_BIN/kubectl" --kubeconfig "$PKI/admin.kubeconfig" get --raw /readyz ||
    fail_with_log apiserver "the API server did not get ready within 60 s"
  start_controller_manager
  start_scheduler
  expose_apiserver
}

# Each of the three that follow takes more flags, which win over these.
start_etcd() {
  # No fsync: the data live as long as the cluster, and a disk's delays are not what is tested.
  start etcd nsenter --net="/run/netns/$NETNS" "$KUBE_BIN/etcd" --data-dir "$RUN/etcd" --unsafe-no-fsync \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
    --initial-cluster default=http://127.0.0.1:2380 --log-level warn "$@"
}

start_apiserver() {
  # InternalIP: else `kubectl logs` would look the node's name up in DNS.
  start apiserver nsenter --net="/run/netns/$NETNS" "$KUBE_BIN/kube-apiserver" \
    --etcd-servers=http://127.0.0.1:2379 --bind-address=0.0.0.0 --advertise-address="$NODE_IP" --secure-port="$API_PORT" \
    --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" --client-ca-file="$PKI/ca.crt" \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file="$PKI/sa.pub" --service-account-signing-key-file="$PKI/sa.key" \
    --service-cluster-ip-range="$SERVICE_CIDR" --authorization-mode=Node,RBAC --anonymous-auth=false \
    --enable-admission-plugins=NodeRestriction --allow-privileged=true --feature-gates="$FEATURE_GATES" \
    --kubelet-client-certificate="$PKI/apiserver-kubelet-client.crt" --kubelet-client-key="$PKI/apiserver-kubelet-client.key" \
    --kubelet-certificate-authority="$PKI/ca.crt" --kubelet-preferred-address-types=InternalIP \
    --audit-policy-file="$CONF/audit-policy.yaml" --audit-log-path="$AUDIT_LOG" --audit-log-maxsize=500 --audit-log-maxbackup=1 "$@"
}

start_controller_manager() {
  start controller-manager nsenter --net="/run/netns/$NETNS" "$KUBE_BIN/kube-controller-manager" \
    --kubeconfig="$PKI/controller-manager.kubeconfig" --bind-address=127.0.0.1 --leader-elect=false \
    --service-account-private-key-file="$PKI/sa.key" --root-ca-file="$PKI/ca.crt" --use-service-account-credentials \
    --cluster-signing-cert-file="$PKI/ca.crt" --cluster-signing-key-file="$PKI/ca.key" \
    --cluster-cidr="$POD_CIDR" --allocate-node-cidrs=true --node-cidr-mask-size=16 --service-cluster-ip-range="$SERVICE_CIDR" \
    --kube-api-qps=200 --kube-api-burst=400 "$@"
}

start_scheduler() {
  start scheduler nsenter --net="/run/netns/$NETNS" "$KUBE_BIN/kube-scheduler" \
    --kubeconfig="$PKI/scheduler.kubeconfig" --bind-address=127.0.0.1 --leader-elect=false
}

expose_apiserver() {
  ! alive outside || return 0
  loopback_port_free "$OUTSIDE_PORT" ||
    die "port $OUTSIDE_PORT on 127.0.0.1 is taken by another program" "free it, or choose another by SERIN_API_PORT=…"
  start_forward outside "$OUTSIDE_PORT" 127.0.0.1 "$API_PORT"
  wait_until "the API server on loopback" 10 kubectl_ get --raw /readyz ||
    fail_with_log outside "the API server does not answer on 127.0.0.1:$OUTSIDE_PORT"
}
