# What tests/run says of itself, with its parts and numbers. Sourced by it alone.
# shellcheck shell=bash disable=SC2154  # which it sets

usage() {
  cat <<TEXT
usage: tests/run [PART]…

Without a part: ${DEFAULT_PARTS[*]}. What lacks (packages, Go, Python, the local cluster) is installed first.

  unit        GoogleTest programs of src/, no network, no waiting
  layering    no include breaks the layers
  statistics  the judge's formulas beside scipy's
  scenarios   the planner's data files
  python      serin-profile and serin_metrics, the Python packages of deploy/profile
  proxy       the fault proxy's own tests, loopback only
  prometheus  numbers read from a real Prometheus (Debian's, unpacked and not installed), loopback only
  sources     models that their stores' own clients put into a real MLflow, servers with the APIs of S3, Azure Blob
              Storage and Google Cloud Storage, a registry, a fake Hugging Face Hub and a Git server, read by Serin;
              loopback only
  fetch       serin-fetch against web servers that break connections, lie and redirect, Git's own and a Git LFS server
              (giftless), and on volumes that fill up meanwhile (mounted as root, or by sudo); loopback only
  simulation  whole rollouts from seeds, with faults: $ROLLOUTS of planner and judge ($ROLLOUTS_OF_ALL in \`all\`), a twentieth
              as many of the whole client on a simulated API server; --rollouts N: so many (docs/testing.md)
  calibration how often the judge is wrong and how soon it is right, beside other tools' rules: the main rows, of
              $REPLICATIONS rollouts each. When it is named, and in \`all\`: every row, $REPLICATIONS_OF_ALL each; --replications N: so
              many (docs/testing.md)
  crd         the CRD and its examples on the local cluster's API server
  conformance what an API server must do: on the simulated one, on the local cluster's, and whether both said the same
  chart       the Helm chart: lint, what it renders, upgrade
  e2e         the operator on the local cluster: real pods, real traffic; $WORKERS tests at a time, then those that
              kill or count the operator, then whether the chart's roles are what the audit log shows was used.
              E2E='-k "word or other"' hands options to pytest, and leaves out the roles
  stores      each kind of store once on the local cluster: its own server, a model that serves, the next one rolled out;
              and a cloud that knows the pods' service account
  mlflow      a real MLflow and MLServer on the local cluster: an alias that moves, to a better and to a bad model, and a
              registry that is killed in the middle of it. The first time the image's Python packages are downloaded
  image-volumes  models that are images, which the kubelet of a second cluster mounts: with the feature gate that Kubernetes
              has off before 1.35, and containerd 2, which is built the first time
  few-faults  three minutes of \`faults\`: kills at every eighth write of a promotion, lost answers, stale watches, a
              history that is gone, refused connections
  faults      the operator behind the fault proxy: kill -9 before and after each write, every plan of tests/faults/plans,
              leaders that stand still, ended tokens, pods that cannot be asked, clocks that are set, want of memory,
              ten minutes without an answer. FAULTS='-k word' hands options to pytest
  slow-faults harm to the whole cluster: API server, etcd, kubelet
  tidy        clang-tidy and the format of all sources
  asan, tsan  unit, layering, scenarios and a small simulation with sanitizers
  fuzz        libFuzzer on everything that decodes bytes from outside, FUZZ_SECONDS (20) each; what it finds and what
              it learns stay under build/fuzz
  bench       benchmarks, and what the operator needs on the local cluster; printed
  scale       the operator with many ModelDeployments on a control plane of its own, with pretended pods: times, memory
              and requests beside their aims; --objects N: so many (100). Not in \`all\` (docs/performance.md)
  all         all of the above, but few-faults, which is in faults, and scale

Exit code 0 when nothing failed. Results as JUnit files: build/test-results. With CI=true the local cluster is taken
down at the end. SERIN_TEST_WORKERS: end-to-end tests ($WORKERS) and fault tests ($FAULT_WORKERS) at a time.
TEXT
}
