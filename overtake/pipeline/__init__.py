"""The pipeline: one notebook a stage, run steadily."""
