"""The one exception that a user gets to see."""


class Unusable(Exception):
    """Something handed to us cannot be used; the text is one Chinese sentence with place and remedy."""
