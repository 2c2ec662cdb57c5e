"""What is taken before anything is changed: records that each carry the hash of the one before."""
