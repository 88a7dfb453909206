"""The store and what every domain shares: tests of use cases."""
