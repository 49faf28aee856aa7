"""The papers beside the report as Word tables, each an attachment that begins on a page of its own.

All stand upright on the page of the report: with the widths that its figures need, 附件3 and its nine columns
are read well in 五号 or 小五, while a page turned by 90° has room for half of its rows. So the page numbers stay
where GB/T 9704-2012 wants them, and no paper needs a section of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm
from docx.text.paragraph import Paragraph as WordParagraph

from xlreport.model.fields import Kind
from xlreport.model.self_evaluation import GRADE_NAMES
from xlreport.narrative import Style
from xlreport.papers.grid import Cell, Paper
from xlreport.typesetting import ABOVE, APART, POINT, SIDE, Filled, Layout, TypeArea, lay_out, printable

_SIZE_NAMES = {10.5: "五号", 9.0: "小五"}
_PITCH = 579  # twips; of a page that says nothing else
_LOW = 0.2  # of the page; rows below that are not split
_CENTRED = ("–", *GRADE_NAMES)

Write = Callable[[Style, str], WordParagraph]


def write_papers(document: Document, papers: Sequence[Paper], write: Write) -> None:
    """Write papers behind what the document has; `write` adds a paragraph in a style of the report."""
    body = document.element.body
    area = _type_area(document)
    pitch = body.xpath("./w:sectPr/w:docGrid/@w:linePitch")
    for paper in papers:
        begun = body.xpath("boolean(./*[not(self::w:sectPr)])")
        mark, title = write(Style.ATTACHMENT, paper.number), write(Style.TITLE, paper.title)
        if begun:
            mark.paragraph_format.page_break_before = True
        # The line above the table is as good as a blank one.
        title.paragraph_format.space_after = Length(0)
        title._p.xpath("./w:pPr/w:spacing")[0].set(qn("w:afterLines"), "0")
        # Mark, blank line and title; and something for what programs do differently.
        heading = (int(pitch[0]) if pitch else _PITCH) * (3.5 + title.text.count("\n"))
        layout = lay_out(paper, area, heading)
        parts = _Parts(paper, layout, _style(document, layout), low=area.height * _LOW)
        # Built as text: python-docx looks a whole table over for each of its cells.
        elements = parse_xml(f"<w:body {nsdecls('w')}>{''.join(parts.all())}</w:body>")
        end = body.get_or_add_sectPr()
        for element in list(elements):
            end.addprevious(element)


def _type_area(document: Document) -> TypeArea:
    section = document.sections[-1]
    # What a document does not say is as on our own page.
    sides = (section.left_margin or Mm(28)) + (section.right_margin or Mm(26))
    ends = (section.top_margin or Mm(37)) + (section.bottom_margin or Mm(35))
    width, height = (section.page_width or Mm(210)) - sides, (section.page_height or Mm(297)) - ends
    return TypeArea(*(max(Mm(10), Length(length)).twips for length in (width, height)))


def _style(document: Document, layout: Layout) -> str:
    """The id of the style of texts in a table of that size, of the document's own or one added to it."""
    name = f"附表{_SIZE_NAMES[layout.size]}"
    for own in document.styles:
        if own.type == WD_STYLE_TYPE.PARAGRAPH and own.name == name:
            return str(own.style_id)
    key, half_points = f"Paper{round(layout.size * 10)}", round(layout.size * 2)
    body = document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    based_on = f"<w:basedOn w:val={quoteattr(body.style_id)}/>" if body else ""
    document.styles.element.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="paragraph" w:customStyle="1" w:styleId="{key}">'
            f'<w:name w:val="{name}"/>{based_on}<w:qFormat/>'
            '<w:pPr><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:beforeLines="0" w:after="0"'
            f' w:afterLines="0" w:line="{layout.line}" w:lineRule="exact"/>'
            '<w:ind w:left="0" w:leftChars="0" w:right="0" w:rightChars="0" w:firstLine="0"'
            ' w:firstLineChars="0"/><w:jc w:val="left"/></w:pPr>'
            '<w:rPr><w:snapToGrid w:val="0"/><w:spacing w:val="0"/>'
            f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr></w:style>'
        )
    )
    return key


@dataclass(frozen=True)
class _Parts:
    """What stands below the title of a paper, as XML."""

    paper: Paper
    layout: Layout
    style: str
    low: float  # a height of rows

    def all(self) -> Iterator[str]:
        paper, width = self.paper, sum(self.layout.widths)
        space = f'<w:spacing w:before="{APART}" w:after="{APART}"/>'
        if paper.above:
            # To the left, and the last to the right.
            yield self.paragraph("\t".join(paper.above), f"<w:keepNext/>{_tabs('right', [width])}{space}")
        yield self.table()
        below = [(note, "") for note in paper.notes]
        below += [(text, _tabs("left", stops)) for text, stops in self.layout.signed(paper.footer)]
        # Word wants a paragraph behind a table in any case.
        for at, (text, tabs) in enumerate(below or [("", "")], 1):
            yield self.paragraph(text, f"{'<w:keepNext/>' * (at < len(below))}{tabs}{space}")

    def table(self) -> str:
        borders = "".join(
            f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        margins = "".join(
            f'<w:{side} w:w="{free}" w:type="dxa"/>'
            for side, free in (("top", ABOVE), ("left", SIDE), ("bottom", ABOVE), ("right", SIDE))
        )
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in self.layout.widths)
        return (
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(self.layout.widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
            f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
            f"{''.join(self.rows())}</w:tbl>"
        )

    def rows(self) -> Iterator[str]:
        repeated = _heads(self.paper)
        last = len(self.layout.rows) - 1
        covering: dict[int, tuple[Filled, int]] = {}  # by column, what reaches down and how many rows more
        for at, (row, height) in enumerate(zip(self.layout.rows, self.layout.heights, strict=True)):
            low = height < self.low
            # A head is not left behind, and neither is the signature.
            kept = low and (at == last or all(filled.cell.head for filled in row))
            starting = {filled.cell.column: filled for filled in row}
            column, cells = 0, []
            while column < len(self.layout.widths):
                covered = column in covering
                if covered:
                    filled, more = covering.pop(column)
                else:
                    filled = starting.get(column) or Filled.of(Cell(column))
                    more = filled.cell.down - 1
                if more:
                    covering[column] = filled, more - 1
                cells.append(self.cell(filled, kept=kept, covered=covered))
                column += filled.cell.across
            properties = "<w:cantSplit/>" * low
            if low:
                properties += f'<w:trHeight w:val="{round(height)}" w:hRule="atLeast"/>'
            properties += "<w:tblHeader/>" * (at < repeated)
            yield f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"

    def cell(self, filled: Filled, *, kept: bool, covered: bool) -> str:
        """One cell, or its continuation in a row that it is merged with."""
        cell, text = filled.cell, "" if covered else filled.text
        width = sum(self.layout.widths[cell.column : cell.column + cell.across])
        across = f'<w:gridSpan w:val="{cell.across}"/>' * (cell.across > 1)
        down = "<w:vMerge/>" if covered else '<w:vMerge w:val="restart"/>' * (cell.down > 1)
        place = "top" if cell.kind is Kind.LONG_TEXT and cell.across > 1 else "center"
        properties = "<w:keepNext/>" * kept
        if depth := self.layout.depth(filled):
            # In characters for Word, and as a length for programs that do not count in characters.
            indent = f'"{round(depth * self.layout.size * POINT)}"', f'"{depth * 100}"'
            properties += "<w:ind w:left={0} w:leftChars={1} w:hanging={0} w:hangingChars={1}/>".format(
                *indent
            )
        if (align := _align(cell)) != "left":
            properties += f'<w:jc w:val="{align}"/>'
        paragraphs = (self.paragraph(line, properties, bold=cell.head) for line in text.split("\n"))
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{across}{down}<w:vAlign w:val="{place}"/></w:tcPr>'
            f"{''.join(paragraphs)}</w:tc>"
        )

    def paragraph(self, text: str, properties: str, *, bold: bool = False) -> str:
        run = ""
        if text := printable(text).replace("\n", " "):
            content = escape(text).replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
            # The hint, because else Word takes “ ” and — for Latin punctuation.
            run = (
                f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/>{"<w:b/><w:bCs/>" * bold}</w:rPr>'
                f'<w:t xml:space="preserve">{content}</w:t></w:r>'
            )
        return f"<w:p><w:pPr><w:pStyle w:val={quoteattr(self.style)}/>{properties}</w:pPr>{run}</w:p>"


def _heads(paper: Paper) -> int:
    """How many rows Word prints on every page.

    It repeats only rows from the first on, and none with a cell that reaches below them: so not the heads of a
    block in the middle of a table, which would need a table of its own.
    """
    rows = paper.rows[: 0 if paper.repeated is None else paper.repeated + 1]
    if all(cell.head and at + cell.down <= len(rows) for at, row in enumerate(rows) for cell in row):
        return len(rows)
    return 0


def _align(cell: Cell) -> str:
    """As on the sheets: amounts and rates right, scores and what several rows share centred."""
    if cell.is_figure:
        return "center" if cell.kind is Kind.NUMBER or cell.value is None else "right"
    return "center" if cell.head or cell.down > 1 or cell.text in _CENTRED else "left"


def _tabs(kind: str, stops: Sequence[int]) -> str:
    tabs = "".join(f'<w:tab w:val="{kind}" w:pos="{stop}"/>' for stop in stops)
    return f"<w:tabs>{tabs}</w:tabs>" if tabs else ""
