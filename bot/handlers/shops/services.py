"""What the handlers of shops are given."""

from dataclasses import dataclass

from bot.features.shops.settings import ShopSettings
from bot.handlers.kit.forms import Form
from bot.handlers.shops.setup_panel import SetupPanel
from bot.handlers.shops.topic_choice import TopicChoice
from bot.rules.shops.setup import SetupPolicy


@dataclass(frozen=True, slots=True)
class ShopServices:
    """The use cases of shops, the set-up's panel, and the form of its command."""

    settings: ShopSettings
    panel: SetupPanel
    topics: TopicChoice
    setup_form: Form
    setup_policy: SetupPolicy
