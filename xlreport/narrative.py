"""Template lines + Report → the paragraphs of the report."""

from dataclasses import dataclass

from xlreport.model.inputs import Style

__all__ = ["Paragraph", "Style"]


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of the finished report; headings carry their numeral in the text."""

    style: Style
    text: str
