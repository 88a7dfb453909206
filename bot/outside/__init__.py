"""Clients of other services, and other libraries' work: spreadsheets, QR codes, pictures."""
