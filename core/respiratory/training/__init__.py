"""How the networks came to be. Needs ``requirements-train.txt``; nothing at run time reads it."""
