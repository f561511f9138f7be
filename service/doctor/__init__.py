"""`acara doctor`: what is missing or wrong with an installation, in plain words, and how to mend it."""
