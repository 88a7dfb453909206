"""What the house remembers: engines, transactions, tables, and the few things that every feature writes."""
