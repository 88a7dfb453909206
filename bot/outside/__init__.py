"""Clients of other services, and pictures that other libraries draw."""
