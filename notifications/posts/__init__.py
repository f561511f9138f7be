"""Posts from the plan to the network: drafted, planned, rewritten, decided by people, published."""
