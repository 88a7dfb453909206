"""What handlers of people ask for."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.features.communities import Communities
from bot.features.people.board import MonthBoard
from bot.features.people.preferences import Preferences
from bot.features.people.privacy import Privacy
from bot.features.people.shop_codes import ShopCodes
from bot.features.people.sources import Sources
from bot.features.people.welcome import WelcomeQuestions
from bot.flows.come_and_go import ComeAndGo
from bot.flows.my_card import MyCards
from bot.handlers.kit.forms import Form
from bot.handlers.kit.invite_links import WaysIn
from bot.handlers.kit.whereabouts import Whereabouts
from bot.telegram.calls import Outbound


@dataclass(frozen=True, slots=True)
class PeopleServices:
    """Use cases of fans as persons, and what their handlers need besides."""

    board: MonthBoard
    cards: MyCards
    shop_codes: ShopCodes
    come_and_go: ComeAndGo
    preferences: Preferences
    privacy: Privacy
    welcome: WelcomeQuestions
    new_question: Form
    """The form of `/welcome`."""
    sources: Sources
    """Makes, lists and finds sources. Owners are told of closed doors by `ways`, which remembers whom it told."""
    ways: WaysIn
    communities: Communities
    whereabouts: Whereabouts
    out: Outbound
    clock: Clock
