"""Technique that every room needs; not one noun of the field."""
