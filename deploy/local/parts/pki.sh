# shellcheck shell=bash
# Certificates and kubeconfigs: one authority for a year, made anew with every new cluster.

pki_up() {
  mkdir -p "$PKI"
  chmod 0700 "$PKI"
  [[ -f $PKI/ca.crt ]] || openssl_ req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$PKI/ca.key" -out "$PKI/ca.crt" -days 365 -subj /CN=serin-local
  if [[ ! -f $PKI/sa.pub ]]; then
    openssl_ genrsa -out "$PKI/sa.key" 2048
    openssl_ rsa -in "$PKI/sa.key" -pubout -out "$PKI/sa.pub"
  fi
  certificate apiserver /CN=kube-apiserver serverAuth \
    "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:$NODE_IP,IP:$SERVICE_IP"
  certificate kubelet "/CN=$NODE_NAME" serverAuth "DNS:$NODE_NAME,IP:$NODE_IP"
  certificate admin /O=system:masters/CN=admin clientAuth
  certificate controller-manager /CN=system:kube-controller-manager clientAuth
  certificate scheduler /CN=system:kube-scheduler clientAuth
  certificate proxy /CN=system:kube-proxy clientAuth
  certificate node "/O=system:nodes/CN=system:node:$NODE_NAME" clientAuth
  certificate apiserver-kubelet-client /CN=kube-apiserver-kubelet-client clientAuth
  local name
  for name in admin controller-manager scheduler proxy node; do
    kubeconfig "$name" "$API_PORT" >"$PKI/$name.kubeconfig"
  done
  kubeconfig admin "$OUTSIDE_PORT" >"$KUBECONFIG_OUTSIDE.part"
  chmod 0600 "$KUBECONFIG_OUTSIDE.part"
  # Whoever called this by sudo shall be able to use it.
  [[ -z ${SUDO_UID:-} ]] || chown "$SUDO_UID" "$KUBECONFIG_OUTSIDE.part"
  mv "$KUBECONFIG_OUTSIDE.part" "$KUBECONFIG_OUTSIDE"
}

openssl_() {
  openssl "$@" 2>>"$LOGS/openssl.log" || die "openssl $1 failed" "see $LOGS/openssl.log"
}

certificate() { # NAME SUBJECT USAGE [ALTERNATIVE_NAMES]
  local name=$PKI/$1 subject=$2 usage=$3 names=${4:-}
  [[ ! -f $name.crt ]] || return 0
  printf '%s\n' "extendedKeyUsage=$usage" "keyUsage=digitalSignature" ${names:+"subjectAltName=$names"} >"$name.ext"
  openssl_ req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.csr" -subj "$subject"
  openssl_ x509 -req -in "$name.csr" -CA "$PKI/ca.crt" -CAkey "$PKI/ca.key" -CAcreateserial -days 365 \
    -out "$name.crt" -extfile "$name.ext"
  rm -f "$name.csr" "$name.ext"
}

# kubeconfig NAME PORT: self-contained, so that it can be copied anywhere.
kubeconfig() {
  cat <<EOF
apiVersion: v1
kind: Config
clusters:
- name: serin-local
  cluster:
    server: https://127.0.0.1:$2
    certificate-authority-data: $(base64 -w 0 "$PKI/ca.crt")
users:
- name: $1
  user:
    client-certificate-data: $(base64 -w 0 "$PKI/$1.crt")
    client-key-data: $(base64 -w 0 "$PKI/$1.key")
contexts:
- name: serin-local
  context: {cluster: serin-local, user: $1}
current-context: serin-local
EOF
}
