"""Copies of the chart under an API group of their own, so that these tests can install, upgrade and remove a CRD on a
cluster where another release is at work. Environment: SERIN_HELM (a command, default helm), SERIN_KUBECTL, KUBECONFIG."""

import os
import pathlib
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "serin"
GROUP = f"charttest{os.getpid()}.serin.dev"
sys.path.insert(0, str(ROOT / "tests" / "support"))

from kubectl import kubectl  # noqa: E402


class Refused(AssertionError):
    pass


class Helm:
    def run(self, *arguments):
        command = shlex.split(os.environ.get("SERIN_HELM", "helm"))
        done = subprocess.run([*command, *map(str, arguments)], text=True, capture_output=True, timeout=180)
        if done.returncode != 0:
            raise Refused(f"helm {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        return done.stdout

    def template(self, *arguments, chart=CHART, release="serin", namespace="serin"):
        """The rendered text."""
        return self.run("template", release, chart, "--namespace", namespace, *arguments)

    def objects(self, *arguments, **where):
        """The rendered objects."""
        return [o for o in yaml.safe_load_all(self.template(*arguments, **where)) if o]

    def refusal(self, *arguments):
        """Why these values are refused."""
        try:
            out = self.template(*arguments)
        except Refused as error:
            return str(error)
        raise AssertionError(f"these values were not refused: {arguments}\n{out}")


@pytest.fixture(scope="session")
def helm():
    return Helm()


@pytest.fixture
def chart_copy(tmp_path):
    """A copy of the chart whose ModelDeployments are of the group GROUP."""

    def copy(version):
        target = tmp_path / version / "serin"
        shutil.copytree(CHART, target)
        for file in target.rglob("*"):
            if file.is_file() and file.suffix in (".yaml", ".tpl"):
                text = file.read_text()
                text = text.replace("modeldeployments.serin.dev\\n", f"modeldeployments.{GROUP}\\n")
                text = text.replace("name: modeldeployments.serin.dev\n", f"name: modeldeployments.{GROUP}\n")
                text = text.replace("group: serin.dev\n", f"group: {GROUP}\n")
                file.write_text(text.replace("apiGroups: [serin.dev]", f"apiGroups: [{GROUP}]"))
        about = yaml.safe_load((target / "Chart.yaml").read_text())
        about["version"] = version
        (target / "Chart.yaml").write_text(yaml.safe_dump(about))
        return target

    return copy


@pytest.fixture(scope="session")
def namespace():
    """A namespace that admits restricted pods only."""
    name = f"charttest-{os.getpid()}"
    kubectl("create", "namespace", name)
    kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    yield name
    kubectl("delete", "namespace", name, "--timeout=60s")
