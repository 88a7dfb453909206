"""Read whole numbers that people and machines write. Every number is read here, so that none is too large to store."""

LARGEST = 2**63 - 1
"""The largest number that a column of ids can hold, in both databases."""
MOST_DIGITS = len(str(LARGEST))


def read_number(text: str, most: int = LARGEST) -> int | None:
    """Read a number from 0 to `most`. None if `text` has anything but the digits 0 to 9, or a larger number.

    The length is checked first: Python is slow with thousands of digits, and raises an error above 4,300.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS:
        return None
    number = int(text)
    return number if number <= most else None
