"""Figures: read, validated and excerpted from the publishers' files and from the project's own ledgers."""
