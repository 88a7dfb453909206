"""Buttons of posts: the panel below a preview, the pages of the shelf and of what was sent."""

from datetime import UTC, datetime
from zlib import crc32

from bot.content.button import Button, Rows
from bot.content.buttons.shared import Buttons, in_rows, undo_button
from bot.rules.posts.drafts import (
    Mode,
    PostAsked,
    PostChanged,
    PostLeft,
    PostLinks,
    PostPillar,
    PostReview,
    PostSeason,
    PostSegment,
    PostSent,
    PostShelved,
    PostUntil,
    PostWhen,
    PostWho,
    PreviewSent,
    Step,
)
from bot.rules.posts.post_pages import (
    BlanksFirst,
    PostDeleted,
    PostLine,
    PostList,
    PostShelf,
    PostShown,
    SendingStoppedTold,
    SentLine,
    SentList,
    SentOnceStays,
    SentShown,
)
from bot.rules.posts.seasons import Season

POST = "post"
"""`post:<shop>:<verb>[:<value>]`. As a link's payload: `post_<shop>` opens the draft in private."""
NOW, SHELF, SAVE, GO, AT, LOOK, CANCEL = "now", "shelf", "save", "go", "at", "look", "x"
WHO, SEGMENT, PILLAR, UNLINK, SEASON, UNTIL = "who", "seg", "pil", "nolinks", "season", "until"
"""Presses that work on the open draft."""
NEW, LIST, SENT_LIST, SHOW, SENT = "new", "list", "sents", "show", "sent"
SEE, SEND, EDIT, PUT, OFF, DELETE = "see", "send", "edit", "put", "off", "del"
PIN, UNPIN, BACK, STOP, CHANGE = "pin", "unpin", "back", "stop", "change"
"""Presses of pages."""
ALL, NONE = "all", "none"
SEGMENTS = ("tier>=loyal", "tier>=core", "quiet=14d", "joined<30d")
"""Segments to tap."""
UNTILS = ("7", "30", NONE)
"""Days ahead to tap."""
BLANKS = "blanks"
"""`blanks:<shop>:<post>` asks for the first blank of a post of the starter shelf."""


def pillar_sign(pillar: str) -> str:
    """A short sign of a pillar for callback data: names may be too long for it."""
    return f"{crc32(pillar.encode()):08x}"


def _press(shop: int, *parts: str | int) -> str:
    return ":".join((POST, str(shop), *map(str, parts)))


def _go(shop: int, step: Step, label: str) -> Button:
    return Button(label, press=_press(shop, GO, step.value))


def _back(shop: int) -> tuple[Button, ...]:
    return (Button("back", press=_press(shop, GO, Step.REVIEW.value)),)


def _cancel(shop: int) -> tuple[Button, ...]:
    return (Button("cancel", press=_press(shop, CANCEL)),)


def _asked(asked: PostAsked) -> Rows:
    return (_cancel(asked.community_id),)


def _review(page: PostReview) -> Rows:
    shop = page.community_id
    look = () if page.seen else ((Button("look", press=_press(shop, LOOK)),),)
    pillar, words = _go(shop, Step.PILLAR, "pillar"), _go(shop, Step.WAIT, "words")
    links = () if page.kind == "poll" else (_go(shop, Step.LINKS, "links"),)
    if page.mode in {Mode.EDIT, Mode.SENT}:
        save = (Button("save", press=_press(shop, SAVE), about=page.mode.value, style="primary"),)
        more = (pillar, _go(shop, Step.SEASON, "season"), _go(shop, Step.UNTIL, "until"))
        return (*look, save, (words, *links), *((more,) if page.mode is Mode.EDIT else ()), _cancel(shop))
    now = Button("now", press=_press(shop, NOW), style="primary")
    shelf = (Button("shelf", press=_press(shop, SHELF)),) if page.mode is Mode.NEW else ()
    last = (pillar, words, *links) if page.mode is Mode.NEW else ()
    return (
        *look,
        (now, _go(shop, Step.AT, "at")),
        (*shelf, _go(shop, Step.WHO, "who")),
        *((last,) if last else ()),
        _cancel(shop),
    )


def _when(page: PostWhen) -> Rows:
    shop = page.community_id
    times = tuple(Button("time", press=_press(shop, AT, int(at.timestamp()) // 60), about=at) for at in page.quick)
    return (*in_rows(times, 2), _back(shop))


def minute_of(text: str) -> datetime | None:
    """The instant of a button of `_when`."""
    return datetime.fromtimestamp(int(text) * 60, UTC) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004


def _who(page: PostWho) -> Rows:
    shop = page.community_id
    rooms = tuple((Button("room", press=_press(shop, WHO, room.room_id), about=room.title),) for room in page.rooms)
    everywhere = ((Button("everywhere", press=_press(shop, WHO, ALL)),),)
    private = (_go(shop, Step.SEGMENT, "in_private"),)
    return (*everywhere, *(rooms if len(rooms) > 1 else ()), private, _back(shop))


def _segment(page: PostSegment) -> Rows:
    shop = page.community_id
    some = tuple(
        Button("segment", press=_press(shop, SEGMENT, nth), about=segment) for nth, segment in enumerate(SEGMENTS)
    )
    everybody = (Button("all_fans", press=_press(shop, SEGMENT, ALL)),)
    return (*in_rows(some, 2), everybody, _back(shop))


def _pillar(page: PostPillar) -> Rows:
    shop = page.community_id
    names = tuple(
        Button("one_pillar", press=_press(shop, PILLAR, pillar_sign(name)), about=name) for name in page.pillars
    )
    return (*in_rows(names, 2), (Button("no_pillar", press=_press(shop, PILLAR, NONE)),), _back(shop))


def _links(page: PostLinks) -> Rows:
    shop = page.community_id
    drop = ((Button("no_links", press=_press(shop, UNLINK)),),) if page.links else ()
    return (*drop, _back(shop))


def _season(page: PostSeason) -> Rows:
    shop = page.community_id
    seasons = tuple(
        Button("one_season", press=_press(shop, SEASON, season.value), about=season.value) for season in Season
    )
    return (*in_rows(seasons, 2), (Button("whole_year", press=_press(shop, SEASON, NONE)),), _back(shop))


def _until(page: PostUntil) -> Rows:
    shop = page.community_id
    days = tuple(Button("days_until", press=_press(shop, UNTIL, days), about=days) for days in UNTILS)
    return (days, _back(shop))


def _preview_sent(outcome: PreviewSent) -> Rows:
    return ((Button("open_preview", start=f"{POST}_{outcome.community_id}", style="primary"),),)


def _sent_post(outcome: PostSent) -> Rows:
    status = Button("status", press=_press(outcome.community_id, SENT, outcome.sending_id))
    return ((*undo_button(outcome)[0], status),)


def _shelved(outcome: PostShelved) -> Rows:
    show = Button("show", press=_press(outcome.community_id, SHOW, outcome.number))
    return ((*undo_button(outcome)[0], show),)


def _changed(outcome: PostChanged | PostShelf) -> Rows:
    show = Button("show", press=_press(outcome.community_id, SHOW, outcome.number))
    return ((*undo_button(outcome)[0], show),)


def _deleted(outcome: PostDeleted) -> Rows:
    return ((*undo_button(outcome)[0], Button("to_list", press=_press(outcome.community_id, LIST))),)


def _left(outcome: PostLeft) -> Rows:
    shop = outcome.community_id
    return ((Button("again", press=_press(shop, NEW)), Button("to_list", press=_press(shop, LIST))),)


def _list(page: PostList) -> Rows:
    shop = page.community_id
    lines = tuple((Button("post_line", press=_press(shop, SHOW, line.number), about=line),) for line in page.lines)
    return (
        *lines,
        *_pages(page, LIST),
        (Button("say", press=_press(shop, NEW)), Button("to_sent", press=_press(shop, SENT_LIST))),
    )


def _sent_list(page: SentList) -> Rows:
    shop = page.community_id
    lines = tuple((Button("sent_line", press=_press(shop, SENT, line.sending_id), about=line),) for line in page.lines)
    return (*lines, *_pages(page, SENT_LIST), (Button("to_list", press=_press(shop, LIST)),))


def _pages(page: PostList | SentList, verb: str) -> Rows:
    newer = (Button("newest", press=_press(page.community_id, verb)),) if page.newer else ()
    older = (Button("older", press=_press(page.community_id, verb, page.older)),) if page.older is not None else ()
    return ((*newer, *older),) if newer or older else ()


def _post(page: PostShown) -> Rows:
    shop, number = page.community_id, page.line.number
    see = Button("see", press=_press(shop, SEE, number))
    to_list = (Button("to_list", press=_press(shop, LIST)),)
    if page.line.blanks:
        fill = (Button("fill", press=f"{BLANKS}:{shop}:{number}", style="primary"),)
        return (fill, (see, Button("edit", press=_press(shop, EDIT, number))), to_list)
    send = Button("again_send" if page.line.times else "send", press=_press(shop, SEND, number), style="primary")
    shelf = Button("off_shelf" if page.line.on_shelf else "on_shelf", press=_shelf_press(shop, page.line))
    sent = (Button("last_sending", press=_press(shop, SENT, page.sending_id)),) if page.sending_id is not None else ()
    delete = () if page.sending_id is not None else (Button("delete", press=_press(shop, DELETE, number)),)
    return ((see, Button("edit", press=_press(shop, EDIT, number))), (send, shelf), (*sent, *delete), to_list)


def _shelf_press(shop: int, line: PostLine) -> str:
    return _press(shop, OFF if line.on_shelf else PUT, line.number)


def _sending(page: SentShown) -> Rows:
    shop, line = page.community_id, page.line
    undo = ((Button("undo", press=f"undo:{page.audit_id}"),),) if page.audit_id is not None else ()
    return (*undo, *_sending_acts(page, line), (Button("to_sent", press=_press(shop, SENT_LIST)),))


def _sending_acts(page: SentShown, line: SentLine) -> Rows:
    shop, one = page.community_id, line.sending_id
    again = Button("again_send", press=_press(shop, SEND, line.number))
    back = Button("take_back", press=_press(shop, BACK, one), style="danger")
    refresh = Button("refresh", press=_press(shop, SENT, one))
    if line.state in {"cancelled", "taken_back"}:
        return ((again, refresh), *(((back,),) if page.unreached or line.state == "cancelled" else ()))
    pin = Button("unpin" if page.pinned else "pin", press=_press(shop, UNPIN if page.pinned else PIN, one))
    edit = () if line.kind == "poll" else (Button("edit_sent", press=_press(shop, CHANGE, one)),)
    stop = ((Button("stop", press=_press(shop, STOP, one)),),) if page.waiting and line.private else ()
    pins = () if line.private or not page.sent else (pin,)
    return (*stop, (*edit, *pins), (again, refresh), (back,))


def _stopped(outcome: SendingStoppedTold) -> Rows:
    return ((Button("status", press=_press(outcome.community_id, SENT, outcome.sending_id)),),)


def _to_post(outcome: BlanksFirst | SentOnceStays) -> Rows:
    return ((Button("show", press=_press(outcome.community_id, SHOW, outcome.number)),),)


BUTTONS: Buttons = {
    PostAsked: _asked,
    PostReview: _review,
    PostWhen: _when,
    PostWho: _who,
    PostSegment: _segment,
    PostPillar: _pillar,
    PostLinks: _links,
    PostSeason: _season,
    PostUntil: _until,
    PreviewSent: _preview_sent,
    PostSent: _sent_post,
    PostShelved: _shelved,
    PostChanged: _changed,
    PostShelf: _changed,
    PostDeleted: _deleted,
    PostLeft: _left,
    PostList: _list,
    SentList: _sent_list,
    PostShown: _post,
    SentShown: _sending,
    SendingStoppedTold: _stopped,
    BlanksFirst: _to_post,
    SentOnceStays: _to_post,
}
