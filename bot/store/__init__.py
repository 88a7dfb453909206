"""The store: engines, transactions, tables, and reads and writes that several domains share."""
