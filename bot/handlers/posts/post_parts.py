"""How acts on posts are taken back."""

from collections.abc import Mapping

from bot.features.posts import posts, shelf_acts
from bot.flows.undo import Undoable

UNDO: Mapping[str, Undoable] = {
    posts.MADE: Undoable(lambda tx, act, entry, _: posts.undo_made(tx, act, entry)),
    posts.CHANGED: Undoable(lambda tx, act, entry, _: posts.undo_change(tx, act, entry)),
    shelf_acts.SHELVED: Undoable(lambda tx, act, entry, _: shelf_acts.undo_put(tx, act, entry)),
    shelf_acts.UNSHELVED: Undoable(lambda tx, act, entry, _: shelf_acts.undo_put(tx, act, entry)),
    shelf_acts.DELETED: Undoable(lambda tx, act, entry, _: shelf_acts.undo_delete(tx, act, entry)),
}
