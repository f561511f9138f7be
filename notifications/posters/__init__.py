"""Posters: asked for when a post is drafted, drawn by a worker, kept under the hash of what they show.

`design` chooses what is shown, as plain data; `drawing` turns that into pictures in a child process that knows neither
event nor database; `asking`, `delivering` and `finding` are the queue around it.
"""
