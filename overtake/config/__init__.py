"""`params.yaml` as frozen pydantic models: a file a section, and the one place that knows a default."""
