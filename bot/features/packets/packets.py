"""Red packets as handlers use them: opened by staff or by fans, tapped by whoever comes, checked by anybody."""

from dataclasses import replace

from bot.features.packets.opening import Bytes, OpeningTools, give_packet, open_packet
from bot.features.packets.proofs import PacketProofs
from bot.features.packets.taps import tap
from bot.rules.act import Act
from bot.rules.packets.packets import (
    NewPacket,
    OpenOutcome,
    PacketPolicy,
    TapOutcome,
)
from bot.rules.policies import Policies
from bot.rules.rights import ForStaffOnly
from bot.rules.sealing import SALT_BYTES, SEED_BYTES
from bot.store.engine.db import Database
from bot.store.for_whom import aim
from bot.store.giveaways import Giveaways


class Packets:
    """Use cases of red packets."""

    def __init__(self, db: Database, policies: Policies, giveaways: Giveaways, fresh_bytes: Bytes) -> None:
        self._db = db
        self._policies = policies
        self.policy = policies[PacketPolicy]
        """Limits of packets, by which a line is read."""
        self.proofs = PacketProofs(db)
        """Proofs of packets, and their checks."""
        self._tools = OpeningTools(self.policy, giveaways)
        self._fresh_bytes = fresh_bytes

    async def open(self, act: Act, wish: NewPacket) -> OpenOutcome:
        """Open a packet of the shop's coins. An operator has a limit a day."""
        aimed = await self._db.read(aim, act.place, wish.segment, act.at) if wish.segment else None
        tools = replace(self._tools, aimed=aimed)
        return await self._db.write(open_packet, act, wish, self._fresh_bytes(SEED_BYTES), tools)

    async def give(self, act: Act, wish: NewPacket) -> OpenOutcome | ForStaffOnly:
        """Open a packet of the sender's own coins."""
        return await self._db.write(give_packet, act, wish, self._fresh_bytes(SEED_BYTES), self._policies)

    async def tap(self, act: Act, packet_id: int) -> TapOutcome:
        """Take part, take a share, or hear how it went."""
        return await self._db.write(tap, act, packet_id, self._fresh_bytes(SALT_BYTES), self.policy)
