"""Buttons of lists of fans, of a fan's page, and of what staff do for one."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import FANS, Buttons, in_rows, undo_button
from bot.rules.members.care import FanGranted, FanNoted, FanNoteGone, FanTagged
from bot.rules.members.fan_page import Asked, FanAsked, FanNotes, FanNoteShown, FanShown, FanTags
from bot.rules.members.lists import FanChoice, FanLine, FanList, FansHome, Meant, Ready, TagCount, WhichMember

LIST, OF_TAG = "l", "t"
"""`l:<list>:<where the page begins>` and `t:<tag>`."""
OPEN, NEXT = "o", "n"
"""`o:<fan>:<list>` opens a fan, `n:<fan>:<list>` the one after."""
TAGS, ADD, REMOVE = "g", "a", "r"
"""`g:<fan>` shows tags, `a:<fan>:<tag>` and `r:<fan>:<tag>` change them."""
NOTES, NOTE, DELETE = "m", "v", "d"
"""`m:<fan>` shows notes, `v:<fan>:<note>` one of them, `d:<fan>:<note>` deletes it."""
WRITE, LEAVE = "w", "x"
"""`w:<fan>:<what>` asks staff to write something, `x:<fan>` gives that up."""
PICK = "p"
"""`p:<what>:<line>:<fan>` does a line for the fan who was tapped."""
LONGEST = 64
"""Bytes of what a button says."""
WIDE = 2


def _press(shop: int, *parts: str | int) -> str:
    return ":".join((FANS, str(shop), *map(str, parts)))


def _fitting(*buttons: Button) -> tuple[Button, ...]:
    """Without those that say more than Telegram takes, such as very long tags: they can be typed."""
    return tuple(button for button in buttons if len((button.press or "").encode()) <= LONGEST)


def _home(home: FansHome) -> Rows:
    shop = home.community_id
    ready = tuple(Button("list", press=_press(shop, LIST, which), about=which.value) for which in Ready)
    tags = tuple(Button("of_tag", press=_press(shop, OF_TAG, one.tag), about=one) for one in home.tags)
    return (*in_rows(ready, WIDE), *in_rows(_fitting(*tags), WIDE))


def _list(page: FanList) -> Rows:
    shop = page.community_id
    turning = []
    if page.further:
        turning.append(Button("first", press=_press(shop, LIST, page.which)))
    if page.after is not None:
        turning.append(Button("further", press=_press(shop, LIST, page.which, page.after)))
    lines = tuple((_line(shop, page.which, line),) for line in page.lines)
    return (*lines, *((tuple(turning),) if turning else ()), (_to_home(shop),))


def _line(shop: int, which: str, line: FanLine) -> Button:
    return Button("line", press=_press(shop, OPEN, line.member_id, which), about=line)


def _to_home(shop: int) -> Button:
    return Button("lists", press=_press(shop))


def _which(asked: WhichMember) -> Rows:
    return tuple((_choice(asked, one),) for one in asked.fans)


def _choice(asked: WhichMember, one: FanChoice) -> Button:
    shop = asked.community_id
    if asked.meant is Meant.SHOW or asked.line_id is None:
        return Button("choice", press=_press(shop, OPEN, one.member_id), about=one)
    return Button("choice", press=_press(shop, PICK, asked.meant, asked.line_id, one.member_id), about=one)


def _page(fan: FanShown) -> Rows:
    shop, member = fan.community_id, fan.member_id
    ask = Button("ask_note", press=_press(shop, WRITE, member, Asked.NOTE))
    care = [Button("tags", press=_press(shop, TAGS, member)), ask]
    if fan.here:
        care.append(Button("ask_grant", press=_press(shop, WRITE, member, Asked.GRANT)))
    if fan.notes:
        care.append(Button("notes", press=_press(shop, NOTES, member)))
    if fan.which is None:
        return (*in_rows(tuple(care), WIDE), (_to_home(shop),))
    back = Button("back_to_list", press=_press(shop, LIST, fan.which))
    following = Button("following", press=_press(shop, NEXT, member, fan.which))
    return (*in_rows(tuple(care), WIDE), (back, following))


def _tags(page: FanTags) -> Rows:
    shop, member = page.community_id, page.member_id
    off = tuple(Button("tag_off", press=_press(shop, REMOVE, member, tag), about=tag) for tag in page.tags)
    on = tuple(_add(shop, member, one) for one in page.offered)
    new = Button("ask_tag", press=_press(shop, WRITE, member, Asked.TAG))
    return (*in_rows(_fitting(*off), WIDE), *in_rows(_fitting(*on), WIDE), (new, _to_fan(shop, member)))


def _add(shop: int, member: int, one: TagCount) -> Button:
    return Button("tag_on", press=_press(shop, ADD, member, one.tag), about=one.tag, style="success")


def _to_fan(shop: int, member: int) -> Button:
    return Button("to_fan", press=_press(shop, OPEN, member))


def _notes(page: FanNotes) -> Rows:
    shop, member = page.community_id, page.member_id
    notes = tuple(
        Button("note", press=_press(shop, NOTE, member, note.note_id), about=nth)
        for nth, note in enumerate(page.notes, start=1)
    )
    new = Button("ask_note", press=_press(shop, WRITE, member, Asked.NOTE))
    return (*in_rows(notes, 5), (new, _to_fan(shop, member)))


def _note(shown: FanNoteShown) -> Rows:
    shop, member = shown.community_id, shown.member_id
    gone = Button("note_off", press=_press(shop, DELETE, member, shown.note.note_id), style="danger")
    return ((gone,), (Button("all_notes", press=_press(shop, NOTES, member)), _to_fan(shop, member)))


def _asked(asked: FanAsked) -> Rows:
    return ((Button("leave_ask", press=_press(asked.community_id, LEAVE, asked.member_id)),),)


def _done(outcome: FanTagged | FanNoted | FanNoteGone | FanGranted) -> Rows:
    return (*undo_button(outcome), (_to_fan(outcome.community_id, outcome.member_id),))


BUTTONS: Buttons = {
    FansHome: _home,
    FanList: _list,
    WhichMember: _which,
    FanShown: _page,
    FanTags: _tags,
    FanNotes: _notes,
    FanNoteShown: _note,
    FanAsked: _asked,
    FanTagged: _done,
    FanNoted: _done,
    FanNoteGone: _done,
    FanGranted: _done,
}
