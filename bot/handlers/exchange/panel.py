"""What the staff's panel can do with members by file and with exports."""

from bot.handlers.exchange.exports import read_format, read_kind
from bot.handlers.kit.blanks import PanelAct, bare, file
from bot.rules.exchange.states import ExportFormat, ExportKind
from bot.rules.panel import Section
from bot.rules.policies import Policies


def panel_acts(_policies: Policies) -> tuple[PanelAct, ...]:
    """Members from a file, who is waited for, and lists to take along. They stand last among what is about fans."""
    return (
        PanelAct(
            "import_members", Section.FANS, "import", (file("file"),), unlogged=True, owner=True, rare=True, row=3
        ),
        PanelAct("awaited", Section.FANS, "import", unlogged=True, owner=True, rare=True, row=3),
        PanelAct(
            "export",
            Section.FANS,
            "export",
            (bare("what", read_kind, *ExportKind), bare("format", read_format, *ExportFormat)),
            owner=True,
            rare=True,
            row=3,
        ),
    )
