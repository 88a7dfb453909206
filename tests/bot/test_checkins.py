"""Check-ins as a fan sees them."""

from tests.bot.conftest import Play


async def test_a_check_in_is_whispered(play: Play) -> None:
    """The answer to a command in the group is seen by nobody else."""
    stage = await play()
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    answer = await stage.ask(ana, "/checkin")
    assert "5 coins" in answer.text
    assert answer not in ben.sees(stage.group)
    assert (await stage.books()).held_by_fans == 5
