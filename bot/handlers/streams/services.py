"""What the handlers of streams are given."""

from dataclasses import dataclass

from bot.features.streams.airings import Airings
from bot.features.streams.plans import StreamPlans
from bot.features.streams.reminders import Reminders
from bot.features.streams.spoken_words import SpokenWords
from bot.flows.attend import Attending
from bot.handlers.streams.forms import StreamForms


@dataclass(frozen=True, slots=True)
class StreamServices:
    """The use cases of streams, and the forms of their commands."""

    plans: StreamPlans
    airings: Airings
    reminders: Reminders
    attending: Attending
    spoken_words: SpokenWords
    forms: StreamForms
