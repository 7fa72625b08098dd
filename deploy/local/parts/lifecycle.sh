# shellcheck shell=bash
# Up, down, and what is left of a cluster whose end nobody saw (a reboot, a kill).

COMPONENTS=(etcd apiserver controller-manager scheduler containerd kubelet proxy outside)

command_up() {
  refuse_foreign
  if cluster_exists; then
    if ! any_alive || ! netns_exists; then
      say "clearing what a former cluster left behind"
      clear_cluster
    elif [[ $(cat "$RUN/pins" 2>/dev/null) != "$(pins)" ]]; then
      say "the running cluster was made from other pinned versions than this checkout's: replacing it"
      clear_cluster
    elif all_alive && node_ready && dns_ready; then
      note "the local cluster is running"
      return 0
    else
      say "the local cluster runs in part: starting what lacks ($(dead | tr '\n' ' '))"
    fi
  fi
  bring_up
}

bring_up() {
  local start=$SECONDS
  mkdir -p "$RUN" "$LOGS" "$PIDS"
  chmod 0755 "$LOCAL_DIR" "$RUN"
  pins >"$RUN/pins"
  printf '%s\n' "$OUTSIDE_PORT" >"$RUN/port"
  say "network namespace $NETNS and certificates"
  network_up
  pki_up
  say "etcd, API server, controller manager, scheduler"
  control_plane_up
  say "containerd, kubelet, kube-proxy"
  node_up
  say "DNS"
  addons_up
  say "the local cluster is up ($((SECONDS - start)) s)"
  note "kubeconfig: $KUBECONFIG_OUTSIDE"
}

# A namespace of our name that is in use although this cache folder knows no cluster is somebody else's.
refuse_foreign() {
  [[ ! -d $RUN && -e /run/netns/$NETNS ]] || return 0
  [[ -z $(ip netns pids "$NETNS" 2>/dev/null) ]] ||
    die "the network namespace $NETNS is in use by a cluster that was not started from $LOCAL_DIR" \
      "use that one, or end it: SERIN_CACHE=<its cache folder> deploy/local/cluster down"
}

cluster_exists() { [[ -d $RUN || -e /run/netns/$NETNS || -n $(cgroup_folders) ]]; }

dead() {
  local name
  for name in "${COMPONENTS[@]}"; do alive "$name" || printf '%s\n' "$name"; done
}

all_alive() { [[ -z $(dead) ]]; }

any_alive() {
  local name
  for name in "${COMPONENTS[@]}"; do ! alive "$name" || return 0; done
  return 1
}

command_down() {
  refuse_foreign
  if ! cluster_exists; then
    note "there is no local cluster"
    return 0
  fi
  say "taking the local cluster down"
  clear_cluster
  note "nothing of it is left; built binaries and images stay in $SERIN_CACHE"
}

clear_cluster() {
  local name forwards=() sockets
  for name in $(recorded); do
    [[ $name != expose-* ]] || forwards+=("$name")
  done
  # The kubelet first, lest it start anew what is stopped; etcd last but containerd, which the pods need.
  stop outside "${forwards[@]}" kubelet proxy scheduler controller-manager
  mapfile -t sockets < <(shim_sockets)
  stop apiserver
  stop etcd
  cgroup_down
  stop containerd
  stop_shims
  ((${#sockets[@]} == 0)) || rm -f "${sockets[@]}"
  end_inhabitants
  unmount_all
  network_down
  rm -rf --one-file-system "$RUN"
  rmdir --ignore-fail-on-non-empty "$LOCAL_DIR"
}

# The shims survive containerd by design. Ours are those that were told our socket.
stop_shims() {
  local pid
  for pid in $(pgrep -x containerd-shim || true); do
    tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF "$CONTAINERD_SOCKET" || continue
    kill -KILL "$pid" 2>/dev/null || true
  done
}

# Their sockets, which lie outside our folder. Each task's folder names its own, of containerd 2 in bootstrap.json; when the
# tasks have ended the folders are gone, and that containerd leaves the sockets.
shim_sockets() {
  find "$RUN/containerd/state" -maxdepth 4 \( -name address -o -name bootstrap.json \) \
    -exec grep -ohE 'unix:///[^"]+' {} + 2>/dev/null | sed 's|^unix://||' | sort -u
}

unmount_all() {
  local mount
  while read -r mount; do
    umount "$mount" 2>/dev/null || umount -l "$mount" 2>/dev/null || true
  done < <(awk -v run="$RUN/" 'index($2, run) == 1 {print $2}' /proc/mounts | sort -r)
  ! awk '{print $2}' /proc/mounts | grep -qF "$RUN/" || die "mounts remain under $RUN" "see /proc/mounts; unmount them, then run 'cluster down' again"
}
