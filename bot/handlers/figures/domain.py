"""How the domain plugs in."""

from bot.content.buttons import figures as buttons
from bot.features.figures.by_itself import FiguresClock
from bot.features.figures.coin_sums import CoinFolding
from bot.features.figures.digest import DigestSwitch
from bot.features.figures.lapse_ahead import LapseCount
from bot.features.figures.reports import Reports
from bot.handlers.figures import panel, reports
from bot.handlers.figures.pictures import ReportFiles, ReportPictures
from bot.handlers.figures.services import FigureServices
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.outside.pictures import Painter
from bot.rules.figures.windows import FiguresPolicy


def wire(core: Core) -> Wired:
    """Make what handlers of figures ask for, the clock's part, and what makes the files that come by themselves."""
    policy = core.policies[FiguresPolicy]
    read = Reports(core.db, policy)
    pictures = ReportPictures(core.words, read, Painter(policy.drawing))
    files = ReportFiles(core.db, read, pictures, core.clock.now)
    return Wired(
        {"figures": FigureServices(read, pictures, DigestSwitch(core.db))},
        due=(FiguresClock(core.db, policy), CoinFolding(core.db, policy)),
        files=files.makers,
        housekeeping=(LapseCount(core.db).count,),
    )


DOMAIN = Domain(
    name="figures",
    desks=(reports.setup,),
    policies=(FiguresPolicy,),
    panel_acts=panel.panel_acts,
    buttons=buttons.BUTTONS,
    wire=wire,
)
