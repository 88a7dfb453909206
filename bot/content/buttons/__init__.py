"""The buttons under an outcome: a file for each domain, and what several of them say in `shared.py`."""
