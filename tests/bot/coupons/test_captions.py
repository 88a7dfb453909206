"""Commands in captions of what staff send or answer: only a file of rows is read as one."""

import pytest

from sandbox import Document
from sandbox.files import FileKind, blank_picture
from tests.bot.conftest import Play, is_card

GIF = Document("silk.gif.mp4", b"\0\0\0\x18ftypisom", "video/mp4")
PICTURE = Document("silk.png", blank_picture(), "image/png")


@pytest.mark.parametrize(
    ("file", "sent_as"),
    [(GIF, "animation"), (GIF, "video"), (GIF, "document"), (PICTURE, "photo"), (PICTURE, "document")],
)
async def test_a_command_in_a_caption_makes_a_drop(play_sqlite: Play, file: Document, sent_as: FileKind) -> None:
    """The command acts under a GIF, a film and a picture, also when those are sent as files or are answered."""
    stage = await play_sqlite()
    said = stage.owner.says(stage.group, '/newcoupon title="Silk" stock=3', document=file, sent_as=sent_as)
    assert "Silk" in (await stage.owner.waits_for(stage.group, is_card, timeout=10, after=said)).text
    shown = stage.fan().says(stage.group, document=file, sent_as=sent_as)
    answer = stage.owner.says(stage.group, '/newcoupon title="Linen" stock=3', reply_to=shown)
    assert "Linen" in (await stage.owner.waits_for(stage.group, is_card, timeout=10, after=answer)).text


async def test_a_command_under_an_album_makes_one_drop(play_sqlite: Play) -> None:
    """A command under one picture of an album acts once, wherever it stands."""
    stage = await play_sqlite()
    for captioned in (0, 1):
        stage.owner.posts_album(
            stage.group, PICTURE, PICTURE, caption=f"/newcoupon title=Silk{captioned} stock=3", captioned=captioned
        )
    await stage.all_sent()
    cards = [one.text for one in stage.fan().sees(stage.group) if is_card(one)]
    assert len(cards) == 2
    assert "Silk0" in cards[0]
    assert "Silk1" in cards[1]
