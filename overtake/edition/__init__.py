"""What was known when an edition was published: one SIPRI and one WEO edition as tables, in one object."""

from overtake.edition.edition import Edition, of_run, read, shipped

__all__ = ["Edition", "of_run", "read", "shipped"]
