"""Secrets in outcomes: a file for each domain that has some."""
