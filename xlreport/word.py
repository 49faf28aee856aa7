"""Paragraphs → a Word document in 公文 form, and back."""

import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Self

from docx import Document as open_document
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.exceptions import XmlchemyError
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.styles.style import BaseStyle, ParagraphStyle
from docx.text.paragraph import Paragraph as WordParagraph

from xlreport.errors import Unusable
from xlreport.files import read_bytes
from xlreport.machine import ThisMachine, find_libreoffice
from xlreport.narrative import Paragraph, Style
from xlreport.papers.grid import Paper
from xlreport.typesetting import characters, printable
from xlreport.word_tables import write_papers

# Word for Chinese shows three styles of its own under our names and gives these names to no others. In the
# file they have their English ones.
_BUILT_IN = {Style.TITLE: "Title", Style.BODY: "Normal", Style.DATE: "Date"}

_OF_COVER = (Style.COVER_TITLE, Style.COVER)
_TITLES = (Style.TITLE, Style.COVER_TITLE)
_SET_APART = 3  # how many times as far from the line before

# A report is some 30 kB; what unpacks to more than this is none.
_LARGEST = 200_000_000
# What python-docx raises on a damaged or foreign file. lxml's errors are SyntaxErrors; an encrypted zip is
# a RuntimeError, an unknown compression one of its kinds; the last two are elements that it expects.
_BAD_FILE = (PackageNotFoundError, zipfile.BadZipFile, zlib.error, EOFError, XmlchemyError)
_DAMAGED = (*_BAD_FILE, ValueError, LookupError, SyntaxError, RuntimeError, AttributeError, TypeError)

_CONVERSION_SECONDS = 180

# Where a title may be broken: before the year, by its words, or failing these anywhere outside figures.
_SEAMS = (
    r"(?<=.)(?=\d{4}年)",
    r"(?<=关于)(?=.)|(?<=年度)(?=.)|(?<=的)(?=.)|(?<=.)(?=部门整体支出|项目支出|绩效|自评|报告)",
    r"(?<=[^\d.（“《])(?=[^年月日）”》、，])",
)
_MOST_TITLE_LINES = 3


def name_in_file(style: Style) -> str:
    """The name of a style as Word stores it."""
    return _BUILT_IN.get(style, style.value)


def write_report(
    paragraphs: Sequence[Paragraph],
    path: Path,
    *,
    style_document: Path,
    title: str,
    author: str,
    sealed: bool = True,
    papers: Sequence[Paper] = (),
) -> None:
    """Write the report on the page and in the styles of `style_document`, whose own text is dropped.

    `papers` follow as attachments, each from a new page on; without paragraphs they stand alone.
    `sealed` says whether a seal goes over name and date. Raises Unusable when the style document is no
    .docx or lacks a style; those of a cover only a report with a cover wants.
    """
    document, styles = _open(style_document)
    used = {paragraph.style for paragraph in paragraphs}
    for style in Style:
        if style not in styles and (style in used or style not in _OF_COVER):
            raise Unusable(
                f"{style_document}：缺少段落样式“{style}”，请在 Word 中补上，或改用自带的 report.docx。"
            )
    for old in document.element.body.xpath("./*[not(self::w:sectPr)]"):
        old.getparent().remove(old)
    page = _Page.of(document, styles)

    def add(style: Style, text: str) -> WordParagraph:
        text = printable(text)
        if style in _TITLES:
            text = break_title(text, page.title_columns(styles[style]))
        return _write(document, styles[style], text)

    written = []
    for each in paragraphs:
        paragraph = add(each.style, each.text)
        if each.style is Style.COVER and "：" not in each.text:
            _set_apart(paragraph, styles[each.style])  # no line of the list, but who issued the form
        written.append(paragraph)
    for (first, above), (second, below) in itertools.pairwise(zip(paragraphs, written, strict=True)):
        if first.style in _OF_COVER and second.style not in _OF_COVER:
            below.paragraph_format.page_break_before = True
        if second.style is Style.SIGNATURE:
            # Word keeps the last line with it, LibreOffice the whole paragraph.
            above.paragraph_format.keep_with_next = True
        if (first.style, second.style) == (Style.SIGNATURE, Style.DATE):
            spaces = closing_spaces(first.text, second.text, sealed=sealed, columns=page.columns)
            for paragraph, space in zip((above, below), spaces, strict=True):
                _indent_right(paragraph, space, page.column)
    write_papers(document, papers, add)
    _identify(document, printable(title), printable(author))
    # In memory: a zip file that cannot be written prints a traceback when it is collected.
    stream = BytesIO()
    document.save(stream)
    path.write_bytes(stream.getvalue())


def read_paragraphs(path: Path) -> list[Paragraph]:
    """The paragraphs of a report, tables' included, as they read with all tracked changes accepted.

    Raises Unusable when the file is no .docx.
    """
    document, own = _open(path)
    styles = {word.style_id: style for style, word in own.items()}
    paragraphs = []
    for element in document.element.body.xpath(".//w:p[not(ancestor::w:txbxContent)]"):
        style = styles.get(element.xpath("string(./w:pPr/w:pStyle/@w:val)"), Style.BODY)
        runs = element.xpath(
            ".//w:r[not(ancestor::w:txbxContent or ancestor::w:del or ancestor::w:moveFrom)]"
        )
        text = "".join(run.text for run in runs)
        # Lines of a title are layout, see `break_title`.
        paragraphs.append(Paragraph(style, text.replace("\n", "") if style in _TITLES else text))
    return paragraphs


def to_pdf(docx: Path, pdf: Path) -> None:
    """Convert with LibreOffice; raises Unusable when there is none or it does not manage."""
    office = _libreoffice()
    with tempfile.TemporaryDirectory(prefix="xlreport-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # A copy, since the document may be open in Word; a profile of its own, since LibreOffice may be open
        # as well, and would then hand the order to that window and return at once.
        copy, profile = shutil.copyfile(docx, folder / "report.docx"), (folder / "profile").as_uri()
        process = subprocess.Popen(
            [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", copy],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(_CONVERSION_SECONDS)
        except subprocess.TimeoutExpired:
            # On POSIX with all that the launcher launched.
            os.killpg(process.pid, signal.SIGKILL) if os.name == "posix" else process.kill()
            process.wait()
        result = folder / "report.pdf"
        if not result.exists():
            raise Unusable(f"{docx}：LibreOffice 未能转换为 PDF，请用 Word 或 WPS 打开后另存为 PDF。")
        shutil.copyfile(result, pdf)


def closing_spaces(name: str, date: str, *, sealed: bool, columns: float) -> tuple[float, float]:
    """Characters to leave free to the right of 署名 and 成文日期 (GB/T 9704-2012, 7.3.5.1 and 7.3.5.2).

    >>> closing_spaces("衡东县科技和工业信息化局", "2024年4月2日", sealed=True, columns=28)
    (1.0, 4.0)
    >>> closing_spaces("衡东县科技和工业信息化局", "2024年4月2日", sealed=False, columns=28)
    (2.0, 6.0)
    """
    room = columns if sealed else columns - 2  # without a seal the name keeps 2 free to its right
    wide, narrow = (min(characters(text), room) for text in (name, date))
    if sealed:
        space = 4 + (narrow - wide) / 2
        # A name too long to be centred there ends at the edge, and the date stays under its middle.
        return max(space, 0.0), 4 - min(space, 0.0)
    if narrow > wide:
        return 4 + narrow - wide, 2.0
    return 2.0, max(wide - narrow, 0.0)


def break_title(title: str, columns: float) -> str:
    """Break a title that is longer than a line by its meaning, into lines of like length (7.3.1).

    >>> break_title("衡东县科技和工业信息化局2023年度部门整体支出绩效自评报告", 20)
    '衡东县科技和工业信息化局\\n2023年度部门整体支出绩效自评报告'
    """
    # A title of more lines than that is none, and takes long to try.
    if "\n" in title or not columns < characters(title) <= columns * _MOST_TITLE_LINES:
        return title
    for lines in range(2, _MOST_TITLE_LINES + 1):
        for count in range(1, len(_SEAMS) + 1):
            seams = [found.start() for found in re.finditer("|".join(_SEAMS[:count]), title)]
            broken = [_split(title, chosen) for chosen in itertools.combinations(seams, lines - 1)]
            fitting = [pieces for pieces in broken if _widest(pieces) <= columns]
            if fitting:
                best = min(fitting, key=lambda pieces: _widest(pieces) - min(map(characters, pieces)))
                return "\n".join(best)
    return title


def _split(title: str, seams: Sequence[int]) -> list[str]:
    return [title[start:end] for start, end in itertools.pairwise([0, *seams, len(title)])]


def _widest(lines: Sequence[str]) -> float:
    return max(map(characters, lines))


@dataclass(frozen=True)
class _Page:
    """The lines of a style document: how wide a character's column is, how many there are to a line."""

    column: float
    columns: float
    width: float
    space: float  # between characters, by the grid

    def title_columns(self, style: BaseStyle) -> float:
        """How many characters a line of a title holds."""
        return self.width / (_size(style) + self.space)

    @classmethod
    def of(cls, document: Document, styles: Mapping[Style, ParagraphStyle]) -> Self:
        body = document.element.body
        section = body.get_or_add_sectPr()
        # What a document does not say is as on our own page.
        margins = (section.left_margin or Mm(28)) + (section.right_margin or Mm(26))
        width = (section.page_width or Mm(210)) - margins
        grid = body.xpath("./w:sectPr/w:docGrid[contains(@w:type, 'Chars')]/@w:charSpace")
        space = Pt(int(grid[0]) / 4096) if grid else 0
        column = _size(styles[Style.BODY]) + space
        return cls(column, width / column, width, space)


def _size(style: BaseStyle | None) -> int:
    """The size that a style has, by itself or inherited."""
    while isinstance(style, ParagraphStyle):
        if style.font.size:
            return int(style.font.size)
        style = style.base_style
    return Pt(16)


def _open(path: Path) -> tuple[Document, dict[Style, ParagraphStyle]]:
    """The document and what it has of our styles."""
    data = BytesIO(read_bytes(path))
    try:
        with zipfile.ZipFile(data) as package:
            if sum(entry.file_size for entry in package.infolist()) > _LARGEST:
                raise Unusable(f"{path}：文件过大，不像是报告，请核对是否选错了文件。")
        document = open_document(data)
        by_name = {style.name: style for style in document.styles if isinstance(style, ParagraphStyle)}
        typed = all(part.content_type for part in document.part.package.iter_parts())
        if document.element.body is None or document.core_properties.title is None or not typed:
            raise ValueError("parts are missing")
    except _DAMAGED as error:
        raise Unusable(f"{path}：不是 Word 文档（.docx）或已损坏，请用 Word 打开并另存为 .docx。") from error
    # By our own names too: other programs let one give them to a style.
    found = {style: by_name.get(name_in_file(style)) or by_name.get(style.value) for style in Style}
    return document, {style: word for style, word in found.items() if word is not None}


def _write(document: Document, style: ParagraphStyle, text: str) -> WordParagraph:
    paragraph = document.add_paragraph(style=style)
    run = paragraph.add_run(text)
    # Else Word takes “ ” and — for Latin punctuation, in width and in where it breaks the line.
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
    return paragraph


def _set_apart(paragraph: WordParagraph, style: ParagraphStyle) -> None:
    """In the middle of the page, whatever its style indents, and well below the line before."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    properties = paragraph._p.get_or_add_pPr()
    for name in ("left", "leftChars", "firstLine", "firstLineChars"):
        properties.get_or_add_ind().set(qn(f"w:{name}"), "0")
    paragraph.paragraph_format.space_before = Length(_SET_APART * (style.paragraph_format.space_before or 0))
    # Word goes by these where the style has them.
    for lines in style.element.xpath("./w:pPr/w:spacing/@w:beforeLines"):
        properties.xpath("./w:spacing")[0].set(qn("w:beforeLines"), str(_SET_APART * int(lines)))


def _indent_right(paragraph: WordParagraph, space: float, column: float) -> None:
    """In characters for Word, and as a length for programs that do not count in characters."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.right = Length(round(space * column))
    indent.set(qn("w:rightChars"), str(round(space * 100)))


def _identify(document: Document, title: str, author: str) -> None:
    """Say whose report it is, and nothing about who edited the style document, where and when."""
    properties = document.core_properties
    properties.title = title[:255]  # the most that python-docx takes
    properties.author = properties.last_modified_by = author[:255]
    properties.created = properties.modified = datetime.now(UTC)
    properties.revision = 1
    package = document.part.package
    kept = (RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES)
    for key, relation in list(package.rels.items()):
        if relation.reltype not in kept:
            del package.rels[key]


def _libreoffice() -> str:
    if found := find_libreoffice(ThisMachine(), "soffice"):
        return found
    raise Unusable("找不到 LibreOffice，无法转换为 PDF；请安装它，或用 Word、WPS 打开报告后另存为 PDF。")
