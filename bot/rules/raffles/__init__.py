"""Raffles: pure decisions about entries, draws and proofs."""
