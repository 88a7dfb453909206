"""Pictures that the bot draws."""

from io import BytesIO

import segno

SCALE = 12
"""Pixels of a module: sharp on a stream's screen and on paper."""


def qr_code(text: str) -> bytes:
    """A QR code as PNG, with the quiet zone that readers need; a quarter of it may be covered or blurred."""
    buffer = BytesIO()
    segno.make_qr(text, error="q").save(buffer, kind="png", scale=SCALE, border=4)
    return buffer.getvalue()
