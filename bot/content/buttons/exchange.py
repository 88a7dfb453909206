"""Buttons of members by file and of exports."""

from bot.content.button import Button, Rows
from bot.content.buttons.panel import BEGIN
from bot.content.buttons.shared import ADMIN, Buttons, cancel_import, do_import, undo_button
from bot.rules.exchange.exports import ExportChoice
from bot.rules.exchange.moving import (
    AwaitedDropped,
    AwaitedPeople,
    MembersPreview,
    MembersTaken,
    NobodyAwaited,
    YoursAsked,
)
from bot.rules.exchange.states import ExportFormat, ExportKind

MOVED = "moved"
"""`moved:yes:<line>`, `moved:no:<line>` say whether it is theirs; `moved:drop:<line>`, `moved:list:<shop>:<after>`,
`moved:bad:<file>` are the owner's."""
YES, NO, DROP, LIST, BAD = "yes", "no", "drop", "list", "bad"
IMPORT_MEMBERS = "import_members"
"""The panel's act that asks for the file."""
EXPORT = "export"
"""`export:<shop>:<what>:<format>` sends a file."""


def _preview(preview: MembersPreview) -> Rows:
    rows = do_import(preview) if preview.can_be_done else (cancel_import(preview.shown),)
    if preview.count <= len(preview.bad):
        return rows
    bad = Button("bad_lines", press=f"{MOVED}:{BAD}:{preview.shown.import_id}", about=preview.count)
    return (*rows[:-1], (bad,), rows[-1])


def _taken(taken: MembersTaken) -> Rows:
    waits = taken.counts.awaited + taken.counts.named > 0
    awaited = ((_awaited(taken.community_id),),) if waits else ()
    return (*awaited, *undo_button(taken))


def _awaited(community_id: int) -> Button:
    return Button("awaited", press=f"{MOVED}:{LIST}:{community_id}:0")


def _asked(asked: YoursAsked) -> Rows:
    yes = Button("yours", press=f"{MOVED}:{YES}:{asked.line_id}", style="primary")
    return ((yes, Button("not_yours", press=f"{MOVED}:{NO}:{asked.line_id}")),)


def _people(shown: AwaitedPeople) -> Rows:
    rows = tuple((Button("drop", press=f"{MOVED}:{DROP}:{one.line_id}", about=one),) for one in shown.people)
    more = (
        ((Button("more", press=f"{MOVED}:{LIST}:{shown.community_id}:{shown.after}"),),)
        if shown.after is not None
        else ()
    )
    return (*rows, *more)


def _nobody(shown: NobodyAwaited) -> Rows:
    send = Button("send_list", press=f"{ADMIN}:{shown.community_id}:{BEGIN}:{IMPORT_MEMBERS}", style="primary")
    return ((send,),)


def _dropped(dropped: AwaitedDropped) -> Rows:
    return (*undo_button(dropped), (_awaited(dropped.community_id),))


def _choice(choice: ExportChoice) -> Rows:
    def button(kind: ExportKind, form: ExportFormat) -> Button:
        return Button(f"{kind}_{form}", press=f"{EXPORT}:{choice.community_id}:{kind}:{form}")

    return tuple(tuple(button(kind, form) for form in ExportFormat) for kind in ExportKind)


BUTTONS: Buttons = {
    MembersPreview: _preview,
    MembersTaken: _taken,
    YoursAsked: _asked,
    AwaitedPeople: _people,
    NobodyAwaited: _nobody,
    AwaitedDropped: _dropped,
    ExportChoice: _choice,
}
