"""The rooms of the house; none ever enters another."""
