"""Every example is what its folder says, to a real API server."""

import functools
import pathlib

import pytest
from kubectl import refusal

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "crds" / "examples"
VALID = sorted((EXAMPLES / "valid").glob("*.yaml"))
INVALID = sorted((EXAMPLES / "invalid").glob("*.yaml"))
COMMENT = "# error: "


def name_of(file):
    return file.stem


@pytest.fixture(scope="module")
def complaint(resource):
    """What the API server says about an example; asked once for each."""

    @functools.cache
    def ask(file):
        return refusal("create", "--dry-run=server", "--validate=strict", "-f", "-", stdin=resource.load(file))

    return ask


def test_there_are_examples():
    assert len(VALID) >= 8 and len(INVALID) >= 25


@pytest.mark.parametrize("file", VALID, ids=name_of)
def test_accepts(resource, file):
    resource.try_create(resource.load(file))


@pytest.mark.parametrize("file", INVALID, ids=name_of)
def test_refuses_with_the_sentence_of_the_first_line(complaint, file):
    first = file.read_text().splitlines()[0]
    assert first.startswith(COMMENT)
    expected = first.removeprefix(COMMENT)
    assert expected in complaint(file)


@pytest.mark.parametrize("file", INVALID, ids=name_of)
def test_blames_one_thing_only(complaint, file):
    """One mistake, one complaint: whoever reads two looks for two mistakes."""
    text = complaint(file)
    complaints = [line for line in text.splitlines() if line.startswith("* ")]
    # The server says so itself when it stopped early; and of the scale subresource's field it complains twice.
    complaints = [c for c in complaints if not c.startswith("* <nil>") and not c.startswith("* .spec.replicas")]
    assert len(complaints) <= 1, text
