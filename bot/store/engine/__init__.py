"""Connections, transactions, the one writer, the schema, and copies of a database."""
