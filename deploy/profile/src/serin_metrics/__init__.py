"""Prometheus metrics of a serving process with the buckets of a profile."""

from serin_metrics.observer import Observer

__all__ = ["Observer"]
