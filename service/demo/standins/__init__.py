"""Local stand-ins for the networks that the demonstration and the tests talk to: real protocols, nobody outside."""
