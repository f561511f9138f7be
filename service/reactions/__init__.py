"""Fact → what follows from it. `story` says it on one page; a room's reactions stand in modules of their own."""
