"""What papermill finds at its entry point while it is still being imported itself; the engine comes when it runs."""

from __future__ import annotations

from typing import Any


class InProcessEngine:
    """`papermill --engine overtake`: see overtake.pipeline.engine."""

    @classmethod
    def execute_notebook(cls, *arguments: Any, **options: Any) -> Any:
        """Execute a notebook as papermill's own engines do."""
        from overtake.pipeline.engine import InProcessEngine as Engine

        return Engine.execute_notebook(*arguments, **options)
