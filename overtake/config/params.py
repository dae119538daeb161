"""The whole of `params.yaml` as one model: a field a section, each section in its own file."""

from __future__ import annotations

from overtake.config.base import Section
from overtake.config.core import Brief, Data, Run


class Params(Section):
    """Every parameter of a run; a run with the same parameters and figures gives the same bytes."""

    data: Data = Data()
    run: Run = Run()
    brief: Brief = Brief()
