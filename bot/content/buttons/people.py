"""Buttons of a person's own pages: the welcome, their card, their settings, their data."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import (
    COUPONS,
    LIKES,
    MAKE_UP,
    ME,
    STREAMS,
    TIER,
    Buttons,
    check_in_button,
    door_buttons,
    in_rows,
    undo_button,
)
from bot.rules.people.joining import Welcome, WelcomeAll, WelcomeBack
from bot.rules.people.members import MyCard
from bot.rules.people.preferences import PreferencesShown
from bot.rules.people.privacy import DeletionAsked, PrivacyNotice
from bot.rules.people.sources import InsideAlready, WayIn
from bot.rules.people.welcome import AllAsked, AskedNow, NextAsked, QuestionList, QuestionMade, QuestionRemoved
from bot.rules.words import Language

SETTINGS = "settings"
"""`settings:<what>:<choice>` changes a person's setting."""
PRIVACY = "privacy"
"""`privacy`, `privacy:data`, `privacy:stop`, `privacy:delete`, `privacy:yes`, `privacy:keep`. As a link's payload:
`privacy_<shop>`."""
SHOW = "show"
"""`settings:show` shows the settings."""


WELCOME = "welcome"
"""`welcome:<shop>:<number>:remove` asks newcomers a question no more."""
REMOVE, SKIP, AGAIN = "remove", "skip", "again"
WIDE = 2
"""Answers in one row."""


def _welcome(outcome: Welcome) -> Rows:
    return (*_question(outcome.question), *_first_steps(outcome)) if outcome.question else _first_steps(outcome)


def _first_steps(_outcome: object) -> Rows:
    return ((check_in_button(),), (Button("streams", press=STREAMS), _me()))


def _question(asked: AskedNow) -> Rows:
    """The answers, and a way past them."""
    press = f"{LIKES}:{asked.community_id}:{asked.question_id}"
    picks = tuple(Button("pick", press=f"{press}:{nth}", about=label) for nth, label in enumerate(asked.answers))
    return (*in_rows(picks, WIDE), (Button("skip", press=f"{press}:{SKIP}"),))


def _next_asked(asked: NextAsked) -> Rows:
    return _question(asked.question)


def _all_asked(done: AllAsked) -> Rows:
    again = ((Button("again", press=f"{LIKES}:{done.community_id}:{AGAIN}"),),) if done.answered else ()
    return (*_first_steps(done), *again)


def _questions(shown: QuestionList) -> Rows:
    """For the owner a button for each question, which asks it no more."""
    if not shown.owner:
        return ()
    press = f"{WELCOME}:{shown.community_id}"
    return tuple(
        (Button("remove_question", press=f"{press}:{line.number}:{REMOVE}", about=line),) for line in shown.lines
    )


def _here_again(_outcome: WelcomeBack | InsideAlready) -> Rows:
    return ((check_in_button(),), (_me(),))


def _me() -> Button:
    return Button("me", press=ME)


def _my_card(card: MyCard) -> Rows:
    buttons: list[Button] = []
    if not card.checked_in:
        buttons.append(check_in_button())
    if card.restorable is not None:
        buttons.append(Button("make_up", press=MAKE_UP))
    if card.coupons:
        buttons.append(Button("coupons", press=COUPONS))
    buttons.append(Button("why_tier", press=TIER))
    return tuple((button,) for button in buttons)


def _privacy(notice: PrivacyNotice) -> Rows:
    data = ((Button("data", press=f"{PRIVACY}:data"),),) if notice.shop else ()
    reach = ((Button("reach", press=f"{SETTINGS}:{SHOW}"),),) if notice.shop else ()
    stop = ((Button("stop", press=f"{PRIVACY}:stop"),),) if notice.reminders else ()
    return (*data, *reach, *stop, (Button("delete", press=f"{PRIVACY}:delete", style="danger"),))


def _deletion(_question: DeletionAsked) -> Rows:
    keep = Button("keep", press=f"{PRIVACY}:keep", style="primary")
    return ((keep,), (Button("delete_all", press=f"{PRIVACY}:yes", style="danger"),))


def _preferences(shown: PreferencesShown) -> Rows:
    """The languages, the chosen one marked, and one button for each switch."""
    languages = tuple(
        Button(
            f"language_{name}",
            press=f"{SETTINGS}:language:{name}",
            style="primary" if shown.language == (None if name == "auto" else name) else None,
        )
        for name in (*Language, "auto")
    )
    switches = [("reminders", shown.reminders), ("service", shown.service)]
    if shown.shop:
        switches.append(("promotion", shown.promotion))
    switches.append(("hidden", shown.hidden))
    privacy = (Button("privacy", press=f"{PRIVACY}:show"),)
    return (languages[:3], languages[3:], *((_switch(what, on=on),) for what, on in switches), privacy)


def _switch(what: str, *, on: bool) -> Button:
    turned = "off" if on else "on"
    return Button(f"{what}_{turned}", press=f"{SETTINGS}:{what}:{turned}")


BUTTONS: Buttons = {
    Welcome: _welcome,
    WelcomeAll: _first_steps,
    NextAsked: _next_asked,
    AllAsked: _all_asked,
    QuestionMade: undo_button,
    QuestionRemoved: undo_button,
    QuestionList: _questions,
    WelcomeBack: _here_again,
    InsideAlready: _here_again,
    WayIn: door_buttons,
    MyCard: _my_card,
    PrivacyNotice: _privacy,
    DeletionAsked: _deletion,
    PreferencesShown: _preferences,
}
