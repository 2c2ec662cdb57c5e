"""A crowd at a tenant's budget: writers that keep it full, faults, and each state that it is in."""
