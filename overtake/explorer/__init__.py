"""The explorer: one offline page, in which a reader builds a coalition and sees the answer change at once."""

from overtake.explorer.build import write
from overtake.explorer.publish import publish
from overtake.explorer.settings import Settings

__all__ = ["Settings", "publish", "write"]
