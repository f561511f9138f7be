"""What an e-mail says and shows: composed at the moment of sending, in a library's own words or ours."""
