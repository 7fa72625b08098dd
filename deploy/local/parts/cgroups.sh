# shellcheck shell=bash
# One cgroup above all pods, in every hierarchy there is (cgroup v1 has many, v2 has one).

cgroup_hierarchies() { awk '$3 == "cgroup" || $3 == "cgroup2" {print $2}' /proc/mounts; }

cgroup_folders() {
  local hierarchy
  while read -r hierarchy; do
    [[ ! -d $hierarchy/$CGROUP ]] || printf '%s\n' "$hierarchy/$CGROUP"
  done < <(cgroup_hierarchies)
}

cgroup_up() {
  local hierarchy controller file
  while read -r hierarchy; do
    mkdir -p "$hierarchy/$CGROUP" 2>/dev/null || continue
    # v1: a new cpuset is empty and takes no process.
    for file in cpuset.cpus cpuset.mems; do
      [[ ! -f $hierarchy/$CGROUP/$file || -n $(<"$hierarchy/$CGROUP/$file") || -f $hierarchy/cgroup.controllers ]] ||
        cat "$hierarchy/$file" >"$hierarchy/$CGROUP/$file"
    done
    # v2: controllers are handed down one by one, those that can be.
    if [[ -f $hierarchy/cgroup.controllers ]]; then
      for controller in $(<"$hierarchy/cgroup.controllers"); do
        echo "+$controller" >"$hierarchy/cgroup.subtree_control" 2>/dev/null || true
      done
    fi
  done < <(cgroup_hierarchies)
}

# pids of everything that runs in a pod of ours.
cgroup_pids() {
  local folder
  while read -r folder; do
    find "$folder" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done < <(cgroup_folders) | sort -un
}

no_cgroup_pids() { [[ -z $(cgroup_pids) ]]; }

cgroup_down() {
  local folder pid
  while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done < <(cgroup_pids)
  wait_until "the pods' processes to end" 10 no_cgroup_pids || warn "processes remain in the cgroup $CGROUP: $(cgroup_pids | tr '\n' ' ')"
  while read -r folder; do
    find "$folder" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done < <(cgroup_folders)
}
