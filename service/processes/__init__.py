"""What runs: serving, working, the tick, and who takes over from the dead."""
