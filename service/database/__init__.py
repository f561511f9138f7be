"""The database of one process: its writers, whose turn it is, what its errors mean. See decisions 2 and 5."""
