"""Template lines + Report → the paragraphs of the report."""

from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """The paragraph styles of a 公文, by the names that finance staff see on 报告模板 and in Word."""

    ATTACHMENT = "附件标记"
    TITLE = "标题"
    LEVEL_1 = "一级标题"
    LEVEL_2 = "二级标题"
    LEVEL_3 = "三级标题"
    LEVEL_4 = "四级标题"
    BODY = "正文"
    SIGNATURE = "落款"
    DATE = "日期"


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of the finished report; headings carry their numeral in the text."""

    style: Style
    text: str
