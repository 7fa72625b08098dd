# shellcheck shell=bash
# What people and scripts ask about the cluster.

command_status() {
  if ! cluster_exists; then
    echo "down"
    return 3
  fi
  local name pid
  for name in "${COMPONENTS[@]}"; do
    if pid=$(pid_of "$name"); then printf '%-20s running, pid %s\n' "$name" "$pid"; else printf '%-20s not running\n' "$name"; fi
  done
  if ! all_alive; then
    echo "broken: 'cluster up' starts what lacks"
    return 3
  fi
  printf '%-20s %s\n' kubernetes "$KUBERNETES_VERSION" \
    node "$(node_ready && echo Ready || echo 'not Ready')" \
    dns "$(dns_ready && echo Ready || echo 'not Ready')" \
    pods "$(kubectl_ get pods -A --no-headers 2>/dev/null | wc -l)" \
    kubeconfig "$KUBECONFIG_OUTSIDE" "audit log" "$AUDIT_LOG"
  echo "up"
}

command_path() {
  case ${1:-} in
    kubeconfig) echo "$KUBECONFIG_OUTSIDE" ;;
    audit) echo "$AUDIT_LOG" ;;
    logs) echo "$LOGS" ;;
    run) echo "$RUN" ;;
    registries) echo "$REGISTRIES" ;;
    kubectl) echo "$KUBE_BIN/kubectl" ;;
    helm) echo "$HELM_BIN/helm" ;;
    *) die "usage: cluster path kubeconfig|audit|logs|run|registries|kubectl|helm" ;;
  esac
}

# cluster logs [COMPONENT [TAIL_OPTION…]]
command_logs() {
  local name=${1:-}
  if [[ -z $name ]]; then
    printf '%s\n' "${COMPONENTS[@]}" audit
    return 0
  fi
  shift
  [[ -f $LOGS/$name.log ]] || die "there is no log of $name" "components: ${COMPONENTS[*]} audit"
  tail "${@:--n 50}" "$LOGS/$name.log"
}
