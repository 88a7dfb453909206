"""How the domain plugs in."""

from functools import partial

from bot.content.buttons import people as buttons
from bot.features.people import forget
from bot.features.people import joining as joining_cases
from bot.features.people import welcome as welcome_cases
from bot.features.people.board import MonthBoard
from bot.features.people.preferences import Preferences
from bot.features.people.privacy import MY_DATA, Privacy
from bot.features.people.shop_codes import ShopCodes
from bot.features.people.sources import TOKEN_BYTES, Sources, expire_touches
from bot.features.people.welcome import WelcomeQuestions
from bot.flows.come_and_go import ComeAndGo
from bot.flows.move_group import Move
from bot.flows.my_card import MyCards
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.people import board, joining, panel, preferences, privacy, sources, welcome
from bot.handlers.people.data_files import DataFiles
from bot.handlers.people.services import PeopleServices
from bot.rules.people.joining import WelcomePolicy
from bot.rules.people.members import BoardPolicy
from bot.rules.people.welcome import QuestionPolicy
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx


def wire(core: Core) -> Wired:
    """Make what handlers of people ask for."""
    services = PeopleServices(
        board=MonthBoard(core.db, core.policies[BoardPolicy]),
        cards=MyCards(core.db, core.policies),
        shop_codes=ShopCodes(core.db, core.choice),
        come_and_go=ComeAndGo(core.db, core.policies, core.choice),
        preferences=Preferences(core.db),
        privacy=Privacy(core.db, core.forgetting),
        sources=Sources(core.db, partial(core.token, TOKEN_BYTES)),
        welcome=WelcomeQuestions(core.db, core.policies[QuestionPolicy]),
        new_question=welcome.new_question_form(core.policies[QuestionPolicy]),
        ways=core.ways,
        communities=core.communities,
        whereabouts=core.whereabouts,
        out=core.out,
        clock=core.clock,
    )
    files = DataFiles(core.db, services.privacy, core.clock.now)
    return Wired({"fans": services}, due=(core.whereabouts,), files={MY_DATA: files.make})


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    if move.community_id is not None:
        joining_cases.move(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="people",
    desks=(board.setup, joining.setup, sources.setup, preferences.setup, privacy.setup, welcome.setup),
    policies=(WelcomePolicy, QuestionPolicy, BoardPolicy),
    undo={
        welcome_cases.MADE: Undoable(
            lambda tx, act, entry, _: welcome_cases.undo_make(tx, act, entry), owners_only=True
        ),
        welcome_cases.REMOVED: Undoable(
            lambda tx, act, entry, policies: welcome_cases.undo_remove(tx, act, entry, policies[QuestionPolicy]),
            owners_only=True,
        ),
    },
    follows=(_follow,),
    tidies=(expire_touches,),
    tells=forget.TELLS,
    forgets=(forget.forget,),
    drops_traces=(forget.drop_traces,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    buttons=buttons.BUTTONS,
    wire=wire,
)
