"""Whole numbers that people and machines write: every one is read here, so that none is larger than its place."""

LARGEST = 2**63 - 1
"""What a column of ids can hold, in both databases."""
MOST_DIGITS = len(str(LARGEST))


def read_number(text: str, most: int = LARGEST) -> int | None:
    """A number from 0 to `most`, written in the digits 0 to 9 and nothing else; None for whatever else it is.

    The length is looked at first: Python needs long for thousands of digits, and refuses more than 4,300.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS:
        return None
    number = int(text)
    return number if number <= most else None
