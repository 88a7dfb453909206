"""Cells of a file in which nothing stands, though something is written."""

NOTHING = r"""
    - -- --- – — ― . / \n n/a na null nil none nan (none) (empty)
    없음 해당없음 미사용 무 无 無 没有 沒有 暂无 暫無
"""
"""What people and platforms write into a cell that is empty."""
_WORDS = frozenset(NOTHING.split())


def is_blank(text: str) -> bool:
    """Whether a cell holds nothing."""
    return not text.strip() or "".join(text.casefold().split()) in _WORDS
