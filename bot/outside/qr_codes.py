"""Draws QR codes."""

from io import BytesIO

import segno

SCALE = 12
"""Pixels of one module (square) of the code: sharp on a stream's screen and on paper."""


def qr_code(text: str) -> bytes:
    """The text's QR code as a PNG, with the empty border that readers need. Readable if a quarter is hidden."""
    buffer = BytesIO()
    segno.make_qr(text, error="q").save(buffer, kind="png", scale=SCALE, border=4)
    return buffer.getvalue()
