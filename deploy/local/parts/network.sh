# shellcheck shell=bash
# The namespace the node lives in. It has no device that leads outside: the default route goes to a
# bridge without ports, so whatever a pod sends to a foreign address ends there.

netns_exists() { [[ -e /run/netns/$NETNS ]] && in_netns true 2>/dev/null; }

network_up() {
  netns_exists || ip netns add "$NETNS"
  in_netns ip link set lo up
  in_netns ip link show node0 >/dev/null 2>&1 || in_netns ip link add node0 type bridge
  in_netns ip address replace "$NODE_IP/24" dev node0
  in_netns ip link set node0 up
  in_netns ip route replace default dev node0
  in_netns sysctl -qw net.ipv4.ip_forward=1
  # Services must also work between two pods on the same bridge.
  modprobe br_netfilter 2>/dev/null || true
  in_netns sysctl -qw net.bridge.bridge-nf-call-iptables=1 ||
    die "this kernel has no br_netfilter" "load it: modprobe br_netfilter (package kmod)"
}

# What still runs inside the namespace was started through us (`cluster run`, or a component whose record
# was lost) and would keep it alive. Never ourselves, nor the shells that we were called from.
end_inhabitants() {
  local pid self=$$ lineage=' '
  while ((self > 1)); do
    lineage+="$self "
    self=$(awk '/^PPid:/ {print $2}' "/proc/$self/status")
  done
  for pid in $(ip netns pids "$NETNS" 2>/dev/null || true); do
    [[ $lineage != *" $pid "* ]] || continue
    note "ending what is left in the namespace: $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c1-100)"
    kill -KILL "$pid" 2>/dev/null || true
  done
}

network_down() {
  [[ ! -e /run/netns/$NETNS ]] || ip netns delete "$NETNS"
  # What the CNI library keeps outside our folder: a file under our network's name for every pod that was
  # not taken down in order, and one for its loopback device.
  local file id
  for file in "/var/lib/cni/results/$NETNS"-*-eth0; do
    id=${file##*/"$NETNS"-}
    id=${id%-eth0}
    [[ $id =~ ^[0-9a-f]{64}$ ]] || continue
    rm -f "$file" "/var/lib/cni/results/cni-loopback-$id-lo"
  done
}
