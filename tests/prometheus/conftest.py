import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from page_server import PageServer  # noqa: E402
from rig import Looker, Prometheus, wait_for  # noqa: E402


class World:
    """Two pods, a Prometheus that has scraped both, and somebody who has looked once."""

    def __init__(self, folder, schema=None, options=()):
        self.pods = {"a": PageServer(), "b": PageServer()}
        for server in self.pods.values():
            server.schema = schema
            server.count(good=1000, bad=10, probes=5, slow=(900, 100, 10))
        self.prometheus = Prometheus(folder, self.pods, options=options)
        self.prometheus.start()
        self.lookers = []

    def looker(self, *pods, **options):
        self.lookers.append(Looker(options.pop("address", self.prometheus.address), *pods, **options))
        return self.lookers[-1]

    def scraped(self, *pods):
        """Prometheus has what the pages have now: a scrape begins after the one before it is stored."""
        for pod in pods or self.pods:
            wait_for(lambda: self.pods[pod].scrapes >= 2, 20, f"two scrapes of {pod}")

    def close(self):
        for looker in self.lookers:
            looker.close()
        self.prometheus.kill()
        for server in self.pods.values():
            server.stop()


def running(world):
    try:
        world.scraped()
        yield world
    finally:
        world.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    yield from running(World(tmp_path_factory.mktemp("prometheus")))


@pytest.fixture(scope="module")
def native_world(tmp_path_factory):
    """Its pods have native histograms in schema 3, and its Prometheus stores them."""
    yield from running(World(tmp_path_factory.mktemp("native"), 3, ["--enable-feature=native-histograms"]))


@pytest.fixture
def looker(world):
    world.scraped()
    result = world.looker("a", "b")
    assert result.look() is None
    return result
