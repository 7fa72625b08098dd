"""What one value counts as. A profile and an observer must agree on it."""


def is_missing(value):
    """None, NaN, an empty text, and what pandas has for them."""
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value or value == ""


def class_text(value):
    """The class's name. 3.0 and 3 are the same one: a column of whole numbers with gaps is read as floats."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
