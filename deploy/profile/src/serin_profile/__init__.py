"""Profiles of training data: counts per bucket of numbers, counts of classes, and how many values were missing."""

from serin_profile.mlmodel import columns_of
from serin_profile.profile import Classes, Histogram, Profile, ProfileError
from serin_profile.summary import classes_of, histogram_of, profile_of

__all__ = ["Classes", "Histogram", "Profile", "ProfileError", "classes_of", "columns_of", "histogram_of",
           "profile_of"]
