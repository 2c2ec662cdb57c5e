"""Kinds that route requests by hostname, of the Gateway API and of controllers of their own."""
