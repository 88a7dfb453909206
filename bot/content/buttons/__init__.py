"""The buttons under an outcome: one file for each domain, and in `shared.py` what several domains use."""
