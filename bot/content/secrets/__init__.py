"""Secrets in outcomes: one file for each domain that has some."""
