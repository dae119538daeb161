"""What every section of the parameters shares: frozen, no unknown keys, no silent conversion of types."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A group of `params.yaml`: frozen, unknown keys forbidden, each field with a description, unit and range.

    Whole numbers are accepted where a float is wanted (`15` for `15.0`), never text or booleans.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True, allow_inf_nan=False
    )
