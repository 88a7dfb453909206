"""The attention budget and consent: what people say and press."""
