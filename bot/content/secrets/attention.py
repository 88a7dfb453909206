"""What only staff may see of how the shop's messages fare: in a group it is whispered, or a link leads into private."""

from bot.content.buttons.shared import ADMIN
from bot.content.secret import Secret, Secrets
from bot.rules.attention.unsent import UnsentDay, UnsentWeek
from bot.rules.attention.why import WhyToldStaff

SECRETS: Secrets = {kind: Secret(("community_id",), ADMIN) for kind in (UnsentWeek, UnsentDay, WhyToldStaff)}
