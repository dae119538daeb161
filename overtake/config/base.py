"""What every section of the parameters shares: frozen, no unknown keys, no silent conversion of types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from overtake.errors import OvertakeError

One = TypeVar("One", bound="Section")


class Section(BaseModel):
    """A group of `params.yaml`: frozen, unknown keys forbidden, each field with a description, unit and range.

    Whole numbers are accepted where a float is wanted (`15` for `15.0`), never text or booleans.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Refuse a key that `declared` was not given; all others are found before this is asked."""
            if name in type(self).model_fields:
                found = ", ".join(sorted(key for key in type(self).model_fields if key in self.__dict__))
                place, step = f"{type(self).__name__.lower()}.{name}", "name its key in the stage's params of dvc.yaml"
                said = "is not among the parameters of this notebook"
                raise OvertakeError(place, said, allowed=found, next_step=step)
            return super().__getattr__(name)

    @classmethod
    def declared(cls, parameters: Mapping[str, Any]) -> Self:
        """Return the section of which only the keys that a notebook was given can be read: none is a silent default."""
        return _only(cls.of(parameters), parameters)

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """Return the section from a notebook's parameters, read as strictly as from `params.yaml`."""
        return cls.model_validate_json(json.dumps(parameters))


def _only(section: One, given: Mapping[str, Any]) -> One:
    """Return a copy of `section` without the fields that are not in `given`, its own sections alike."""
    found = section.model_copy()
    for name in type(section).model_fields:
        value = getattr(section, name)
        if name not in given:
            del found.__dict__[name]
        elif isinstance(value, Section) and isinstance(given[name], Mapping):
            found.__dict__[name] = _only(value, given[name])
        elif isinstance(value, dict):  # of sections by name
            one = {key: _only(item, given[name][key]) for key, item in value.items() if isinstance(item, Section)}
            found.__dict__[name] = value | one
    return found
