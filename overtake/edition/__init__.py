"""What was known when an edition was published: one SIPRI and one WEO edition as tables."""
