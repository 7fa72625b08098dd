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

network_down() {
  [[ ! -e /run/netns/$NETNS ]] || ip netns delete "$NETNS"
  # What the CNI plugins keep outside our folder, under our network's name.
  rm -f "/var/lib/cni/results/$NETNS"-*
}
