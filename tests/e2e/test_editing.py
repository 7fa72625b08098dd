"""One manifest, three ways of writing it, one revision."""

import os
import subprocess

import pytest
import yaml

from harness.manifests import model_deployment
from harness.wait import stays


def revision_after(fraud, write):
    """The stable revision after `write`, which must start no rollout."""
    before = fraud.status()["stable"]["revision"]
    write()
    stays(lambda: not fraud.status().get("canary") and fraud.status()["stable"]["revision"] == before, 3,
          "no rollout without a change")
    assert len(fraud.replica_sets()) == 1
    return before


def test_every_way_of_applying_gives_the_same_revision(ns, tmp_path):
    # Things that one way drops and another keeps: nulls, empty maps, empty lists.
    manifest = model_deployment("fraud", version="1")
    manifest["spec"]["template"]["metadata"] = {"annotations": {}}
    manifest["spec"]["template"]["spec"]["tolerations"] = []
    manifest["spec"]["template"]["spec"]["nodeSelector"] = None
    ns.apply(manifest)
    fraud = ns.deployment()
    fraud.wait_stable("1", timeout=45)
    revision_after(fraud, lambda: ns.apply(manifest, options=["--server-side", "--force-conflicts"]))
    raw = tmp_path / "raw.yaml"
    raw.write_text(yaml.safe_dump(manifest))
    stable = fraud.status()["stable"]["revision"]
    other = ns.deployment("other")
    ns.apply(model_deployment("other", version="1"), options=["--server-side"])
    other.wait_stable("1", timeout=45)
    assert other.status()["stable"]["revision"] == stable, "the same words under another name are the same revision"
    ns.kubectl("delete", "modeldeployment", "fraud", "--timeout=20s")
    ns.kubectl("create", "-f", str(raw))
    fraud.wait_stable("1", timeout=60)
    assert fraud.status()["stable"]["revision"] == stable


def test_kubectl_edit_and_server_side_apply_roll(ns, tmp_path):
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/version: \"1\"/version: \"2\"/' \"$1\"\n")
    editor.chmod(0o755)
    fraud = ns.deploy(version="1")
    load = ns.load(fraud, rate=60)
    ns.kubectl("edit", "modeldeployment", "fraud", env={"KUBE_EDITOR": str(editor)})
    fraud.wait_stable("2")
    assert fraud.history()[0] == ("2", "Promoted")
    ns.apply(model_deployment("fraud", version="3"), options=["--server-side", "--force-conflicts"])
    fraud.wait_stable("3")
    load.check_none_failed()


@pytest.fixture
def helm_chart(tmp_path):
    """A chart of a user's own that holds a ModelDeployment."""
    manifest = model_deployment("fraud", version="VERSION")
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: mine\nversion: 0.1.0\n")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/model.yaml").write_text(
        yaml.safe_dump(manifest).replace("VERSION", "{{ .Values.version | quote }}"))
    return tmp_path


def test_helm_installs_waits_and_upgrades(ns, helm_chart):
    def helm(*arguments):
        subprocess.run([os.environ.get("SERIN_HELM", "helm"), "-n", ns.name, *arguments], check=True, timeout=120,
                       capture_output=True, text=True)
    helm("install", "mine", str(helm_chart), "--set-string", "version=1")
    fraud = ns.deployment()
    fraud.wait_stable("1", timeout=45)
    load = ns.load(fraud, rate=60)
    helm("upgrade", "mine", str(helm_chart), "--set-string", "version=2")
    fraud.wait_stable("2")
    load.check_none_failed()
    helm("uninstall", "mine")
    assert fraud.get() is None
