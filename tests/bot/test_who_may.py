"""Who may do what is what docs/security.md says."""

from tests.bot.conftest import Play
from tests.who_may import PAGE, shown, who_may


async def test_the_table_of_who_may(play: Play) -> None:
    """Every command, button and link by everybody from everywhere; `python -m tests.who_may --write` writes it anew."""
    assert (await who_may(play)).splitlines() == shown(PAGE.read_text(encoding="utf-8")).splitlines()
