"""The format: what is written reads back, and what is wrong is refused with the feature and the way out."""

import json
import re

import pytest

from serin_profile import Classes, Histogram, Profile, ProfileError

GOOD = {"format": "serin-profile/1", "made": {"by": "hand", "from": "train.csv", "rows": 6},
        "features": {"score": {"edges": [0.1, 0.5], "counts": [1, 2, 3], "missing": 4},
                     "class": {"classes": {"a": 10, "b": 5}}}}


def with_feature(**members):
    return json.dumps({**GOOD, "features": {"score": members}})


def test_what_is_written_reads_back():
    profile = Profile({"score": Histogram((0.1, 1 / 3), (1, 2, 3), 4), "größe": Classes({"a": 1, "ü": 2}, 1)},
                      {"by": "hand", "from": "train.csv", "rows": 6})
    assert Profile.loads(profile.dumps()) == profile


def test_the_documented_form_is_read():
    profile = Profile.loads(json.dumps(GOOD))
    assert profile.features["score"] == Histogram((0.1, 0.5), (1, 2, 3), 4)
    assert profile.features["class"] == Classes({"a": 10, "b": 5}, 0)
    assert profile.made["rows"] == 6


@pytest.mark.parametrize("text, words", [
    ("{", "is no JSON"),
    ("[]", "format is null"),
    (json.dumps({**GOOD, "format": "serin-profile/2"}), 'format is "serin-profile/2"'),
    (json.dumps({**GOOD, "features": []}), "features is missing"),
    (json.dumps({**GOOD, "features": {}}), "no feature"),
    (with_feature(), "neither edges with counts nor classes"),
    (with_feature(edges=[1, 2], counts=[1, 1, 1], classes={"a": 1}), "or both"),
    (with_feature(edges=[1, 2]), "no lists"),
    (with_feature(edges=[1], counts=[1, 1]), "features.score.edges has 1 entries"),
    (with_feature(edges=[1, 1], counts=[1, 1, 1]), "does not ascend"),
    (with_feature(edges=[1, float("inf")], counts=[1, 1, 1]), "no finite number"),
    (with_feature(edges=[1, True], counts=[1, 1, 1]), "no finite number"),
    (with_feature(edges=[1, 2], counts=[1, 1]), "features.score.counts has 2 entries beside 2 edges"),
    (with_feature(edges=[1, 2], counts=[1, -1, 1]), "no count"),
    (with_feature(edges=[1, 2], counts=[1, 1.5, 1]), "no count"),
    (with_feature(edges=[1, 2], counts=[0, 0, 0]), "counts nothing"),
    (with_feature(edges=[1, 2], counts=[1, 1, 1], missing=-1), "features.score.missing is -1"),
    (with_feature(classes={"a": 1}), "fewer than two classes"),
    (with_feature(classes={"a": 1, "": 1}), "1 to 64 bytes"),
    (with_feature(classes={"a": 1, "(missing)": 1}), "state those as missing"),
    (with_feature(classes={str(i): 1 for i in range(99)}), "99 classes, more than 98"),
])
def test_a_wrong_profile_is_refused_in_words(text, words):
    with pytest.raises(ProfileError, match=re.escape(words)):
        Profile.loads(text)


def test_a_file_that_is_no_profile_is_named(tmp_path):
    path = tmp_path / "other.json"
    path.write_text("{}")
    with pytest.raises(ProfileError, match="other.json: format is null"):
        Profile.load(path)
