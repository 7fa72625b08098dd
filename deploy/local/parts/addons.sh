# shellcheck shell=bash
# What runs in the cluster from the start: DNS, and the right of the API server to ask the kubelet.

addons_up() {
  load_archive "$(coredns_archive)"
  sed -e "s|@IMAGE@|$COREDNS_IMAGE|" -e "s|@DNS_IP@|$DNS_IP|" "$LOCAL/manifests/addons.yaml" >"$CONF/addons.yaml"
  kubectl_ apply --server-side --force-conflicts -f "$CONF/addons.yaml" >>"$LOGS/addons.log" 2>&1 ||
    fail_with_log addons "the cluster's own objects were not accepted"
  wait_until "CoreDNS" 60 dns_ready || {
    kubectl_ -n kube-system describe pods -l k8s-app=kube-dns >&2 || true
    die "CoreDNS did not get ready within 60 s" "the description of its pod is above"
  }
}

dns_ready() { [[ $(kubectl_ -n kube-system get deployment coredns -o jsonpath='{.status.readyReplicas}' 2>/dev/null) == 1 ]]; }
