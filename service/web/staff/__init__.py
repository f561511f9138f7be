"""The staff's pages, one module a page family. Every route names the action that it is (`opt["action"]`)."""
