"""A proxy that stands between the operator and the API server and does harm as a plan says (docs/testing.md)."""
