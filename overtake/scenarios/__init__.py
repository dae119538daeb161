"""Scenarios: other futures on the same draws; no probability attached."""
