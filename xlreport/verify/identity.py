"""Whose report is it, and of which year? Another department's is not compared figure by figure."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from xlreport.errors import Unusable
from xlreport.facts import plain_text

_TITLE = re.compile(r"(20\d\d)\s*年.*(?:绩效|报告)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年(?!\s*\d{1,2}\s*月)")
_DATE = re.compile(r"\s*(?:20\d\d\s*年\s*\d{1,2}\s*月|二[〇0]..年.{1,2}月)")
_SIGNED = re.compile(r"[\w\"()]{4,40}(?:局|委员会|委|办公室|办|院|中心|政府|会|校|队|站|所|处|部|厅)")
_HEADING = re.compile(r"整体支出.{0,12}报告")
_TOP = 12  # lines in which a document says what it is
_ALIKE = 0.8  # below that no slip of the pen


def refuse_foreign_report(
    path: str, unit: str | None, year: int | None, lines: Sequence[str], figures: int
) -> None:
    """Raise Unusable for a document without figures, or a report of another department or year."""
    if not figures:
        raise Unusable(f"{path}：没有可识别的数字，不像是绩效自评报告，请核对是否选错了文件。")
    plain = [plain_text(line).strip() for line in lines]
    if unit and (other := _other_unit(plain_text(unit), plain)):
        raise Unusable(f"{path}：是“{other}”的报告，工作簿是“{unit}”的，请核对是否选错了文件。")
    if year and (wrong := _other_year(year, plain)):
        raise Unusable(f"{path}：是{wrong}年度的报告，工作簿是{year}年度的，请核对是否选错了文件。")


def is_report(lines: Sequence[str]) -> bool:
    """Whether a document says at its top that it is such a report; its tables alone do not."""
    written = [text for line in lines if (text := "".join(line.split()))]
    return bool(_HEADING.search("".join(written[:_TOP])))


def _other_unit(unit: str, lines: Sequence[str]) -> str | None:
    text = "\n".join(lines)
    if unit in text:
        return None
    for line, following in pairwise(lines):
        if _DATE.match(following) and _SIGNED.fullmatch(line):
            alike = SequenceMatcher(None, unit, line, autojunk=False).ratio()
            # A slip is made once; who is called so throughout is called so.
            return line if alike < _ALIKE or text.count(line) > 1 else None
    return None


def _other_year(year: int, lines: Sequence[str]) -> str | None:
    title = next(
        (found[1] for line in lines[:_TOP] if (found := _TITLE.search(line)) and len(line) < 60), None
    )
    spoken = Counter(found for line in lines for found in _YEAR.findall(line))
    if title is None or title == str(year) or not spoken:
        return None
    return title if spoken[title] > spoken[str(year)] else None
