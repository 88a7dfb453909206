"""Posts in the persona's voice, the shelf, and the week that they fill: what is decided."""
