"""Days and times: how they are said, how they recur, which are holidays."""
