"""Fair use: which tenant takes so much that others suffer, from numbers that others measured."""
