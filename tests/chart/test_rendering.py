"""What the chart renders, without a cluster."""

import json
import subprocess

import pytest
import yaml
from conftest import CHART, ROOT

CRD = "modeldeployments.serin.dev"
REVIEWS = {("tokenreviews", "create"), ("subjectaccessreviews", "create")}


def of_kind(objects, kind):
    return [o for o in objects if o["kind"] == kind]


def rules(objects):
    return [rule for o in objects if o["kind"] in ("Role", "ClusterRole") for rule in o["rules"]]


def test_lint_has_nothing_to_say(helm):
    assert "0 chart(s) failed" in helm.run("lint", "--strict", CHART)


def test_the_copy_of_the_crd_is_current():
    subprocess.run([CHART / "sync-crd", "--check"], check=True)
    name = f"{CRD}.yaml"
    assert (CHART / "files" / name).read_bytes() == (ROOT / "crds" / name).read_bytes()


def test_an_old_copy_is_noticed(tmp_path):
    for part in ("crds", "charts/serin/files"):
        (tmp_path / part).mkdir(parents=True)
    (tmp_path / "crds" / f"{CRD}.yaml").write_text("new")
    (tmp_path / "charts" / "serin" / "files" / f"{CRD}.yaml").write_text("old")
    script = tmp_path / "charts" / "serin" / "sync-crd"
    script.write_bytes((CHART / "sync-crd").read_bytes())
    script.chmod(0o755)
    done = subprocess.run([script, "--check"], capture_output=True, text=True)
    assert done.returncode == 1 and "run charts/serin/sync-crd" in done.stderr
    subprocess.run([script], check=True)
    subprocess.run([script, "--check"], check=True)


def test_the_crd_is_rendered_whole_and_kept(helm):
    [rendered] = of_kind(helm.objects(), "CustomResourceDefinition")
    assert rendered["metadata"].pop("annotations") == {"helm.sh/resource-policy": "keep"}
    assert rendered == yaml.safe_load((ROOT / "crds" / f"{CRD}.yaml").read_text())


def test_the_crd_can_be_left_out(helm):
    assert not of_kind(helm.objects("--set", "crds.install=false"), "CustomResourceDefinition")


@pytest.mark.parametrize("values", [[], ["--set", "watchNamespaces={a,b}"]], ids=["everywhere", "some namespaces"])
def test_no_role_reaches_secrets_logs_or_everything(helm, values):
    for rule in rules(helm.objects(*values)):
        if "nonResourceURLs" in rule:
            assert rule["nonResourceURLs"] in (["/metrics"], ["/recordings/*"]) and rule["verbs"] == ["get"]
            continue
        words = rule["apiGroups"] + rule["resources"] + rule["verbs"]
        assert not [w for w in words if "*" in w], rule
        assert not {"secrets", "pods/log", "pods/exec"} & set(rule["resources"]), rule
        # By name only: nobody's ConfigMaps are listed, watched or deleted.
        assert "configmaps" not in rule["resources"] or rule["verbs"] == ["get", "create", "patch"], rule
        assert not {"escalate", "bind", "impersonate"} & set(rule["verbs"]), rule


def test_watched_namespaces_get_roles_and_the_cluster_grants_the_operator_reviews_alone(helm):
    objects = helm.objects("--set", "watchNamespaces={a,b}", release="serin", namespace="home")
    [binding] = of_kind(objects, "ClusterRoleBinding")
    assert granted_by(objects, binding) == REVIEWS
    assert not of_kind(helm.objects("--set", "watchNamespaces={a,b},metrics.authorization=false"), "ClusterRoleBinding")
    bindings = of_kind(objects, "RoleBinding")
    assert sorted(b["metadata"]["namespace"] for b in bindings) == ["a", "b", "home"]
    assert all(b["subjects"] == [{"kind": "ServiceAccount", "name": "serin", "namespace": "home"}] for b in bindings)
    arguments = container(objects)["args"]
    assert "--watch-namespaces=a,b" in arguments


def granted_by(objects, binding):
    """{(resource, verb)} of the ClusterRole that is bound."""
    [role] = [o for o in of_kind(objects, "ClusterRole") if o["metadata"]["name"] == binding["roleRef"]["name"]]
    return {(resource, verb) for r in role["rules"] for resource in r["resources"] for verb in r["verbs"]}


def test_models_are_loaded_by_the_image_that_the_value_names(helm):
    assert not [a for a in container(helm.objects())["args"] if a.startswith("--fetch-image")]
    named = helm.objects("--set", "fetch.image=registry.example/serin-fetch:0.1.0")
    assert "--fetch-image=registry.example/serin-fetch:0.1.0" in container(named)["args"]
    assert not [a for a in container(named)["args"] if a.startswith("--fetch-git-image")]
    git = helm.objects("--set", "fetch.image=f,fetch.gitImage=registry.example/serin-fetch-git:0.1.0")
    assert "--fetch-git-image=registry.example/serin-fetch-git:0.1.0" in container(git)["args"]


def test_metrics_are_guarded_unless_the_value_says_otherwise(helm):
    guarded = helm.objects(namespace="home")
    assert "--metrics-authorization=true" in container(guarded)["args"]
    roles = {o["metadata"]["name"]: o["rules"] for o in of_kind(guarded, "ClusterRole")}
    assert roles["home-serin-metrics-reader"] == [{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}]
    assert roles["home-serin-recordings-reader"] == [{"nonResourceURLs": ["/recordings/*"], "verbs": ["get"]}]
    bindings = of_kind(guarded, "ClusterRoleBinding")
    assert REVIEWS in [granted_by(guarded, b) for b in bindings]
    bound = {b["roleRef"]["name"] for b in bindings}
    assert not bound & {"home-serin-metrics-reader", "home-serin-recordings-reader"}, "these are for people to bind"
    opened = helm.objects("--set", "metrics.authorization=false")
    assert "--metrics-authorization=false" in container(opened)["args"]
    asked = {resource for r in rules(opened) for resource in r.get("resources", [])}
    assert not asked & {resource for resource, _ in REVIEWS}
    assert not [r for r in rules(opened) if "nonResourceURLs" in r]


def test_a_certificate_comes_from_a_secret(helm):
    objects = helm.objects("--set", "metrics.certificateSecret=serin-tls")
    one = container(objects)
    folder = "/etc/serin/metrics"
    assert {f"--metrics-certificate={folder}/tls.crt", f"--metrics-key={folder}/tls.key"} <= set(one["args"])
    [mount] = one["volumeMounts"]
    assert mount == {"name": "metrics-certificate", "mountPath": folder, "readOnly": True}
    [volume] = of_kind(objects, "Deployment")[0]["spec"]["template"]["spec"]["volumes"]
    assert volume == {"name": "metrics-certificate", "secret": {"secretName": "serin-tls"}}
    plain = container(helm.objects())
    assert "volumeMounts" not in plain and not [a for a in plain["args"] if "certificate" in a]


def test_webhooks_are_off_until_somebody_wants_them(helm):
    objects = helm.objects()
    assert not [a for a in container(objects)["args"] if "webhook" in a]
    assert not [s for s in of_kind(objects, "Service") if s["metadata"]["name"].endswith("-webhooks")]


def test_webhooks_have_a_port_a_service_and_a_secret(helm):
    objects = helm.objects("--set", "webhooks.enabled=true,webhooks.secretName=hooks,webhooks.certificateSecret=hooks-tls,"
                                    "metrics.certificateSecret=serin-tls,networkPolicy.enabled=true")
    one = container(objects)
    assert {"--webhook-port=8082", "--webhook-secret=/etc/serin/webhooks/secret",
            "--webhook-certificate=/etc/serin/webhooks-tls/tls.crt",
            "--webhook-key=/etc/serin/webhooks-tls/tls.key"} <= set(one["args"])
    assert {m["mountPath"] for m in one["volumeMounts"]} == {"/etc/serin/metrics", "/etc/serin/webhooks",
                                                             "/etc/serin/webhooks-tls"}
    volumes = {v["name"]: v["secret"]["secretName"]
               for v in of_kind(objects, "Deployment")[0]["spec"]["template"]["spec"]["volumes"]}
    assert volumes == {"metrics-certificate": "serin-tls", "webhooks-secret": "hooks", "webhooks-certificate": "hooks-tls"}
    [service] = [s for s in of_kind(objects, "Service") if s["metadata"]["name"].endswith("-webhooks")]
    assert service["spec"]["ports"] == [{"name": "webhooks", "port": 8082, "targetPort": "webhooks"}]
    [policy] = of_kind(objects, "NetworkPolicy")
    assert {"ports": [{"protocol": "TCP", "port": 8082}]} in policy["spec"]["ingress"]


def test_a_service_monitor_shows_a_token_over_tls_where_one_is_asked_for(helm):
    def endpoint(*settings):
        [monitor] = of_kind(helm.objects("--set", "serviceMonitor.enabled=true", *settings), "ServiceMonitor")
        [only] = monitor["spec"]["endpoints"]
        return only

    usual = endpoint()
    assert usual["scheme"] == "https" and usual["tlsConfig"] == {"insecureSkipVerify": True}
    assert usual["bearerTokenFile"] == "/var/run/secrets/kubernetes.io/serviceaccount/token"
    stated = endpoint("--set", "serviceMonitor.tlsConfig.serverName=serin.example",
                      "--set", "serviceMonitor.authorization.credentials.name=s")
    assert stated["tlsConfig"] == {"serverName": "serin.example"} and "bearerTokenFile" not in stated
    assert stated["authorization"] == {"credentials": {"name": "s"}}
    assert not {"scheme", "tlsConfig", "bearerTokenFile"} & set(endpoint("--set", "metrics.authorization=false"))


def test_leases_are_reached_in_the_own_namespace_only(helm):
    with_leases = [o for o in helm.objects() if any("leases" in r.get("resources", []) for r in o.get("rules") or [])]
    [role] = with_leases
    assert role["kind"] == "Role" and role["metadata"]["namespace"] == "serin"
    named = [r for r in role["rules"] if r["verbs"] != ["create"]]
    assert [r["resourceNames"] for r in named] == [["serin"]]
    assert "--lease-name=serin" in container(helm.objects())["args"]


def test_the_election_has_a_flow_of_its_own(helm):
    settings = ["--set", "serviceAccount.name=bird"]
    objects = helm.objects(*settings, namespace="home")
    [flow] = of_kind(objects, "FlowSchema")
    assert flow["apiVersion"] == "flowcontrol.apiserver.k8s.io/v1"
    assert flow["spec"]["priorityLevelConfiguration"] == {"name": "leader-election"}
    assert flow["spec"]["matchingPrecedence"] < 9000, "the flow of all service accounts would match first"
    [rule] = flow["spec"]["rules"]
    account = {"name": "bird", "namespace": "home"}
    assert rule["subjects"] == [{"kind": "ServiceAccount", "serviceAccount": account}]
    [leases] = rule["resourceRules"]
    assert leases == {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"],
                      "verbs": ["get", "create", "update"], "namespaces": ["home"]}
    [role] = [o for o in objects if any("leases" in r.get("resources", []) for r in o.get("rules") or [])]
    allowed = {verb for r in role["rules"] for verb in r["verbs"]}
    assert allowed == set(leases["verbs"]), "every request of the election is in its flow"
    assert not of_kind(helm.objects("--set", "flowSchema.create=false"), "FlowSchema")


def container(objects):
    [deployment] = of_kind(objects, "Deployment")
    [only] = deployment["spec"]["template"]["spec"]["containers"]
    return only


def test_values_reach_the_flags(helm):
    values = {"log.format": "text", "log.level": "debug", "drainDelay": "7s", "workers": "4", "ports.metrics": "9090",
              "ports.health": "9091", "leaderElection.leaseName": "mine"}
    settings = [part for key, value in values.items() for part in ("--set", f"{key}={value}")]
    one = container(helm.objects(*settings, "--set", "extraArgs={--kubeconfig=/etc/kube}"))
    assert one["args"] == ["--leader-elect=true", "--lease-name=mine", "--metrics-port=9090",
                           "--metrics-authorization=true", "--health-port=9091", "--log-format=text",
                           "--log-level=debug", "--drain-delay=7s", "--workers=4", "--kubeconfig=/etc/kube"]
    assert {p["name"]: p["containerPort"] for p in one["ports"]} == {"metrics": 9090, "health": 9091}
    assert {"POD_NAME", "POD_NAMESPACE"} == {e["name"] for e in one["env"]}


def test_services_put_nothing_into_the_operators_environment(helm):
    [deployment] = of_kind(helm.objects(), "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    assert pod["enableServiceLinks"] is False


def test_the_image_is_the_charts_version_unless_stated(helm):
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
    assert container(helm.objects())["image"] == f"localhost/serin-operator:{version}"
    other = helm.objects("--set", "image.repository=registry.example/s,image.tag=x,image.pullPolicy=Never")
    assert container(other)["image"] == "registry.example/s:x" and container(other)["imagePullPolicy"] == "Never"


def test_two_replicas_and_one_may_be_away(helm):
    objects = helm.objects()
    assert of_kind(objects, "Deployment")[0]["spec"]["replicas"] == 2
    [budget] = of_kind(objects, "PodDisruptionBudget")
    assert budget["spec"]["maxUnavailable"] == 1


def test_optional_objects_are_off_and_can_be_turned_on(helm):
    kinds = {o["kind"] for o in helm.objects()}
    assert not kinds & {"ServiceMonitor", "NetworkPolicy"}
    on = helm.objects("--set", "serviceMonitor.enabled=true,serviceMonitor.labels.release=prometheus,"
                      "networkPolicy.enabled=true")
    [monitor] = of_kind(on, "ServiceMonitor")
    [service] = of_kind(on, "Service")
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert monitor["spec"]["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"]
    assert of_kind(on, "NetworkPolicy")


def test_the_network_policy_lets_through_what_is_asked_for(helm):
    policy = ["--set", "networkPolicy.enabled=true"]
    [without] = of_kind(helm.objects(*policy), "NetworkPolicy")
    rule = {"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
            "ports": [{"protocol": "TCP", "port": 9090}]}
    [policy] = of_kind(helm.objects(*policy, "--set-json", f"networkPolicy.egress={json.dumps([rule])}"), "NetworkPolicy")
    assert policy["spec"]["egress"] == [*without["spec"]["egress"], rule]


def test_everything_that_selects_pods_selects_the_operators(helm):
    objects = helm.objects("--set", "networkPolicy.enabled=true")
    labels = of_kind(objects, "Deployment")[0]["spec"]["template"]["metadata"]["labels"].items()
    selectors = [of_kind(objects, "Deployment")[0]["spec"]["selector"]["matchLabels"],
                 of_kind(objects, "PodDisruptionBudget")[0]["spec"]["selector"]["matchLabels"],
                 of_kind(objects, "NetworkPolicy")[0]["spec"]["podSelector"]["matchLabels"],
                 of_kind(objects, "Service")[0]["spec"]["selector"]]
    assert all(s.items() <= labels for s in selectors)


@pytest.mark.parametrize(("setting", "said"), [
    ("replicas=-1", "/replicas"),
    ("replicas=two", "/replicas"),
    ("image.tagg=1", "tagg"),
    ("image.pullPolicy=Sometimes", "/image/pullPolicy"),
    ("log.level=loud", "/log/level"),
    ("log.format=xml", "/log/format"),
    ("drainDelay=5", "/drainDelay"),
    ("workers=0", "/workers"),
    ("watchNamespaces={Upper}", "/watchNamespaces/0"),
    ("ports.metrics=80", "/ports/metrics"),
    ("extraArgs={metrics-port}", "/extraArgs/0"),
    ("metrics.authorization=maybe", "/metrics/authorization"),
    ("metrics.certificateSecret=No", "/metrics/certificateSecret"),
    ("metrics.authorization=false,metrics.certificateSecret=tls", "metrics.certificateSecret has no effect"),
    ("metrics.authorization=false,serviceMonitor.tlsConfig.ca=x", "serviceMonitor.tlsConfig has no effect"),
    ("webhooks.enabled=true", "webhooks.enabled needs webhooks.secretName"),
    ("webhooks.secretName=hooks", "have no effect without webhooks.enabled=true"),
    ("podDisruptionBudget.maxUnavailable=0", "/podDisruptionBudget/maxUnavailable"),
    ("unknown=1", "unknown"),
    ("serviceAccount.create=false", "name an account that exists"),
])
def test_values_that_make_no_sense_are_refused(helm, setting, said):
    text = helm.refusal("--set", setting)
    assert said in text or said.strip("/").replace("/", ".") in text


def test_every_value_is_in_the_schema_and_every_schema_entry_is_a_value():
    def paths(part, prefix=""):
        for key, value in part.items():
            yield prefix + key
            if isinstance(value, dict):
                yield from paths(value, f"{prefix}{key}.")

    def schema_paths(part, prefix=""):
        for key, value in part.get("properties", {}).items():
            yield prefix + key
            yield from schema_paths(value, f"{prefix}{key}.")

    def inner(path):
        return path.startswith(("resources.", "global"))

    values = set(paths(yaml.safe_load((CHART / "values.yaml").read_text())))
    schema = set(schema_paths(json.loads((CHART / "values.schema.json").read_text())))
    assert {p for p in values ^ schema if not inner(p)} == set()
