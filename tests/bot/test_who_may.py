"""Who may do what is what docs/security.md says."""

from bot.rules.menus import HOSTS
from tests.bot.conftest import Play
from tests.who_may import OFF, PAGE, ROLES, rows_of, shown, who_may, who_may_nothing

NO_STAFF = {"/cancel", "/help", "/privacy", "/start"}
"""What an anonymous administrator may say who is no operator now."""


async def test_the_table_of_who_may(play_sqlite: Play) -> None:
    """Every command, button and link by everybody from everywhere; `python -m tests.who_may --write` writes it anew."""
    assert (await who_may(play_sqlite)).splitlines() == shown(PAGE.read_text(encoding="utf-8")).splitlines()


async def test_a_denied_administrator(play_sqlite: Play) -> None:
    """They may what fans may, whatever Telegram makes them; nobody anonymous may more than ask for help meanwhile."""
    rows = await who_may_nothing(play_sqlite)
    fans = rows_of("fan", shown(PAGE.read_text(encoding="utf-8")))
    denied, anonymous = OFF.index("denied"), OFF.index("anonymous")
    assert {name: row[denied] for name, row in rows.items()} == {name: fans[name] for name in rows}
    assert {name for name, row in rows.items() if row[anonymous].strip("–")} == NO_STAFF


def test_what_hosts_may_is_what_their_menu_says() -> None:
    """Beside what fans may, a host may the commands of the host's menu and no others: a new one isn't for hosts."""
    tables = shown(PAGE.read_text(encoding="utf-8"))
    fans, hosts = rows_of("fan", tables), rows_of("host", tables)
    more = {name for name, may in hosts.items() if name.startswith("/") and may != fans[name]}
    assert more == {f"/{name}" for name in HOSTS}
    assert len(ROLES) >= 15
