"""Buttons of consent to promotion: the question, its confirmation, and below every promotional private message."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import Buttons
from bot.rules.attention.consent import PromotionQuestion, PromotionReminder, PromotionYes
from bot.rules.promotion import AdFoot

PROMOTION = "promotion"
"""`promotion:yes:<shop>`, `promotion:no:<shop>` answer the question, `promotion:stop:<shop>` takes a yes back."""


def _question(question: PromotionQuestion) -> Rows:
    return (
        (
            Button("yes", press=f"{PROMOTION}:yes:{question.community_id}"),
            Button("no", press=f"{PROMOTION}:no:{question.community_id}"),
        ),
    )


def _stop(outcome: AdFoot | PromotionYes | PromotionReminder) -> Rows:
    return ((Button("stop_promotion", press=f"{PROMOTION}:stop:{outcome.community_id}"),),)


BUTTONS: Buttons = {
    PromotionQuestion: _question,
    PromotionYes: _stop,
    PromotionReminder: _stop,
    AdFoot: _stop,
}
