"""From a complaint about an address to a namespace, and what may be done about it; pure."""
