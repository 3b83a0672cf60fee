"""What the original report claims, and how records decide each claim."""
