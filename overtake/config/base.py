"""What every section of the parameters shares: frozen, no unknown keys, no silent conversion of types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A group of `params.yaml`: frozen, unknown keys forbidden, each field with a description, unit and range.

    Whole numbers are accepted where a float is wanted (`15` for `15.0`), never text or booleans.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """Return the section from a notebook's parameters, read as strictly as from `params.yaml`."""
        return cls.model_validate_json(json.dumps(parameters))
