"""Messages that are neither text nor file: locations, venues, contacts and dice.

Rules: https://core.telegram.org/bots/api#sendlocation and its neighbours; the bounds are TDLib's.
"""

from typing import Any

from sandbox.errors import bad
from sandbox.methods.ask import Ask
from sandbox.methods.sending import draft_for, send_draft, target_of
from sandbox.text import Text

FACES = {"🎲": 6, "🎯": 6, "🏀": 5, "⚽": 5, "🎳": 6, "🎰": 64}
"""How many values each kind of dice has."""
MOST_NORTH, MOST_EAST = 90, 180
MOST_ACCURACY = 1500
LIVE = (60, 86_400)
FOR_EVER = 0x7FFFFFFF
MOST_HEADING = 360
MOST_RADIUS = 100_000


def _send(ask: Ask, body: dict[str, Any]) -> dict[str, Any]:
    draft = draft_for(ask, Text())
    draft.body = body
    return send_draft(ask, draft, target_of(ask, draft)).json(ask.bot)


def _location(ask: Ask, refusal: str) -> dict[str, Any]:
    north, east = float(ask.params["latitude"]), float(ask.params["longitude"])
    if abs(north) > MOST_NORTH or abs(east) > MOST_EAST:
        raise bad(refusal)
    return {"latitude": north, "longitude": east}


def send_location(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#sendlocation, also a live location, which never moves here."""
    period = ask.get("live_period", 0)
    if period:
        if not (LIVE[0] <= period <= LIVE[1] or period == FOR_EVER):
            raise bad("wrong live location period specified")
        if not 0 <= ask.get("heading", 0) <= MOST_HEADING:
            raise bad("wrong live location heading specified")
        if not 0 <= ask.get("proximity_alert_radius", 0) <= MOST_RADIUS:
            raise bad("wrong live location proximity alert radius specified")
    if period and "ephemeral_message_parameters" in ask.params:
        raise bad("unallowed message content specified")
    location = _location(ask, "invalid live location specified" if period else "invalid location specified")
    if ask.get("horizontal_accuracy"):
        location["horizontal_accuracy"] = min(max(ask.params["horizontal_accuracy"], 0), MOST_ACCURACY)
    if period:
        names = ("live_period", "heading", "proximity_alert_radius")
        location |= {name: ask.params[name] for name in names if ask.get(name)}
    return _send(ask, {"location": location})


def send_venue(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#sendvenue"""
    location = _location(ask, "wrong venue location specified")
    names = ("title", "address", "foursquare_id", "foursquare_type", "google_place_id", "google_place_type")
    venue = {name: ask.params[name] for name in names if ask.get(name)}
    return _send(ask, {"venue": {"location": location} | venue, "location": location})


def send_contact(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#sendcontact"""
    names = ("phone_number", "first_name", "last_name", "vcard")
    return _send(ask, {"contact": {name: ask.params[name] for name in names if ask.get(name)}})


def send_dice(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#senddice: Telegram chooses the value."""
    emoji = ask.get("emoji") or "🎲"
    return _send(ask, {"dice": {"emoji": emoji, "value": ask.world.dice.randint(1, FACES[emoji])}})


METHODS = {
    "sendLocation": send_location,
    "sendVenue": send_venue,
    "sendContact": send_contact,
    "sendDice": send_dice,
}
