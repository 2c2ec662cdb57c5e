"""Where kopf meets the product, and the only place: it translates and delegates."""
