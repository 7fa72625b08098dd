# shellcheck shell=bash
# Loopback ports outside that lead to an address inside the namespace: a listener outside, and for
# each connection a connector inside, joined by its standard input and output.

loopback_port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start_forward() { # NAME LOCAL_PORT ADDRESS PORT
  start "$1" socat "TCP-LISTEN:$2,bind=127.0.0.1,reuseaddr,fork,backlog=256" \
    "EXEC:nsenter --net=/run/netns/$NETNS socat - TCP\\:$3\\:$4"
}

# cluster expose NAMESPACE SERVICE PORT LOCAL_PORT: until `cluster unexpose LOCAL_PORT` or `down`.
command_expose() {
  (($# == 4)) || die "usage: cluster expose NAMESPACE SERVICE PORT LOCAL_PORT"
  local namespace=$1 service=$2 port=$3 local_port=$4 address name=expose-$4 target
  address=$(kubectl_ -n "$namespace" get service "$service" -o jsonpath='{.spec.clusterIP}') ||
    die "there is no Service $service in namespace $namespace"
  [[ -n $address && $address != None ]] || die "Service $namespace/$service has no cluster IP" "expose a Service that is not headless"
  target="$address:$port"
  if alive "$name"; then
    [[ $(cat "$RUN/$name.target" 2>/dev/null) != "$target" ]] || return 0
    stop "$name"
  fi
  loopback_port_free "$local_port" || die "port $local_port on 127.0.0.1 is taken by another program" "choose another local port"
  start_forward "$name" "$local_port" "$address" "$port"
  printf '%s\n' "$target" >"$RUN/$name.target"
  wait_until "port $local_port" 5 listening "$local_port" || fail_with_log "$name" "cannot listen on 127.0.0.1:$local_port"
  note "$namespace/$service:$port is on 127.0.0.1:$local_port"
}

command_unexpose() {
  (($# == 1)) || die "usage: cluster unexpose LOCAL_PORT"
  stop "expose-$1"
  rm -f "$RUN/expose-$1.target"
}

listening() { ! loopback_port_free "$1"; }
