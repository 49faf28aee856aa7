"""The papers as Word tables: read back cell by cell, laid out by LibreOffice, judged by the Open XML SDK."""

import subprocess
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings

from tests.records import records
from tests.test_packages import errors
from xlreport import word
from xlreport.assets import asset
from xlreport.datafile import read_data, read_paper, read_sample, with_standard
from xlreport.model.fields import Kind
from xlreport.model.inputs import Inputs, with_values
from xlreport.narrative import Paragraph, Style
from xlreport.papers.grid import GAP, Cell, Paper, Terms
from xlreport.papers.maker import make_papers
from xlreport.report import evaluate
from xlreport.typesetting import TypeArea, lay_out, lines_of, shown

BASE = read_data(Path(__file__).parent / "cases" / "base.toml")
VERSIONS = ("base-A", "base-B", "base-岳阳楼")
PAPERS = ("base-A", "overall", "project")
AREA = TypeArea(8845, 12757)  # 156 × 225 mm
HEADING = 3.5 * 579

Region = tuple[int, int, int, str]  # column, across, down, text


def papers_of(inputs: Inputs, keys: Sequence[str] = PAPERS) -> tuple[Paper, ...]:
    return tuple(make_papers(evaluate(inputs), {key: read_paper(key) for key in keys}))


def write(papers: Sequence[Paper], path: Path, paragraphs: Sequence[Paragraph] = (), **also: Any) -> Any:
    """Write papers and give the document read back."""
    options: dict[str, Any] = {
        "style_document": asset("report.docx"),
        "title": "附件",
        "author": "示例县林业局",
    } | also
    word.write_report(paragraphs, path, papers=papers, **options)
    return Document(str(path))


def grid_of(table: Any) -> list[list[Region]]:
    """What a Word table shows: in each row the cells that begin there, with how far they are merged."""
    rows: list[list[list[Any]]] = []
    covering: dict[int, list[Any]] = {}
    for tr in table._tbl.xpath("./w:tr"):
        column, row = 0, []
        for tc in tr.xpath("./w:tc"):
            across = int(tc.xpath("string(./w:tcPr/w:gridSpan/@w:val)") or 1)
            merged = tc.xpath("./w:tcPr/w:vMerge")
            text = "\n".join(
                "".join("\t" if t.tag == qn("w:tab") else t.text for t in p.xpath(".//w:t|.//w:r/w:tab"))
                for p in tc.xpath("./w:p")
            )
            if merged and merged[0].get(qn("w:val")) != "restart":
                above = covering[column]
                assert (above[1], text) == (across, "")
                above[2] += 1
            else:
                region = [column, across, 1, text]
                row.append(region)
                covering.pop(column, None)
                if merged:
                    covering[column] = region
            column += across
        assert column == len(table._tbl.xpath("./w:tblGrid/w:gridCol"))
        rows.append(row)
    return [[tuple(region) for region in row] for row in rows]


def expected(paper: Paper) -> list[list[Region]]:
    return [[(cell.column, cell.across, cell.down, shown(cell)) for cell in row] for row in paper.rows]


def texts(table: Any) -> list[list[str]]:
    return [[text for *_, text in row] for row in grid_of(table)]


def fifty() -> Inputs:
    """Fifty projects with eight indicators each."""
    projects = tuple(BASE.projects[at % 3]._replace(name=f"{at + 1}号项目") for at in range(50))
    overall = tuple(indicator for indicator in BASE.indicators if not indicator.project)
    own = tuple(each._replace(project=project.name) for project in projects for each in overall)
    return with_values(BASE, projects=projects, indicators=overall + own)


def nasty() -> Inputs:
    """Texts, names and amounts as long as they get, and forty indicators."""
    text = "推动全县林业高质量发展，完成营造林任务5.2万亩，森林覆盖率稳定在62.5%以上；"
    most = Decimal("99999999.99")
    projects = tuple(
        project._replace(name=f"{at}{text * 3}"[:100], goal=text * 40, results=text * 60, full_year=most)
        for at, project in enumerate(BASE.projects)
    )
    indicators = tuple(
        BASE.indicators[at % 7]._replace(name=(text * 3)[:100], reason=text * 5, project=project)
        for project in (None, projects[0].name)
        for at in range(40)
    )
    return with_values(
        BASE,
        unit={"name": "示例县林业局" * 16},
        texts={"goal": text * 30, "completion": text * 30, "thrift": text * 30},
        initial={"expenditure": most},
        full_year={"expenditure": most},
        projects=projects,
        indicators=indicators,
    )


@pytest.mark.parametrize(
    "inputs",
    [BASE, with_standard(read_sample(), "2020"), nasty()],
    ids=["base", "sample", "nasty"],
)
def test_a_table_is_the_grid_cell_by_cell(tmp_path: Path, inputs: Inputs) -> None:
    papers = papers_of(inputs, (*VERSIONS, "overall", "project"))
    tables = write(papers, tmp_path / "p.docx").tables
    assert len(tables) == len(papers) > 6
    for paper, table in zip(papers, tables, strict=True):
        assert grid_of(table) == expected(paper)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records())
def test_the_papers_of_any_record_read_back(tmp_path_factory: pytest.TempPathFactory, inputs: Inputs) -> None:
    papers = papers_of(inputs)
    path = tmp_path_factory.mktemp("any") / "p.docx"
    for paper, table in zip(papers, write(papers, path).tables, strict=True):
        assert grid_of(table) == expected(paper)


def test_the_grids_of_the_forms(tmp_path: Path) -> None:
    """Rows as the forms have them (domain.md 2.2 to 2.4), in the figures of the good case."""
    base, overall, project, *_ = map(texts, write(papers_of(BASE), tmp_path / "p.docx").tables)
    assert base[:5] == [
        ["财政供养人员情况（人）", "编制数", "2023年实际在职人数", "控制率"],
        ["30", "27", "90.00%"],
        ["经费控制情况（万元）", "2022年决算数", "2023年预算数", "2023年决算数"],
        ["三公经费", "34.90", "36.00", "33.50"],
        ["1、公务用车购置和维护经费", "26.00", "27.00", "25.30"],
    ]
    assert base[-5:] == [
        ["楼堂馆所控制情况（2023年完工项目）", "批复规模（㎡）", "实际规模（㎡）", "规模控制率"],
        ["500", "480", "96.00%"],
        ["预算投资（万元）", "实际投资（万元）", "投资概算控制率"],
        ["120.00", "118.00", "98.33%"],
        ["厉行节约保障措施", ""],
    ]
    assert overall[:4] == [
        ["预算部门（单位）名称", "示例县林业局"],
        ["年度预算申请（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["年度资金总额", "1,000.00", "1,150.00", "1,100.00", "10", "95.65%", "9.57"],
        ["按收入性质分：", "1,150.00", "按支出性质分：", "1,150.00"],
    ]
    assert overall[9] == [GAP, GAP]
    assert overall[11][:7] == ["产出指标（50分）", "数量指标", "造林面积", "≥5000亩", "5200亩", "20", "20"]
    assert overall[-1] == ["总分", "100", "96.57", "优"]
    assert project[4] == ["其中：当年财政拨款", "250.00", "270.00", "255.00", "–", "94.44%", "–"]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (Decimal("5420.825"), Kind.MONEY, "5,420.83"),
        (Decimal("-0.004"), Kind.MONEY, "0.00"),
        (Decimal("-1234.5"), Kind.MONEY, "-1,234.50"),
        (Decimal("99999999.99"), Kind.MONEY, "99,999,999.99"),
        (Decimal("0"), Kind.MONEY, "0.00"),
        (Decimal("0.9565217"), Kind.PERCENT, "95.65%"),
        (Decimal("7.411770"), Kind.PERCENT, "741.18%"),
        (Decimal("1"), Kind.PERCENT, "100.00%"),
        (Decimal("10.00"), Kind.NUMBER, "10"),
        (Decimal("1E+2"), Kind.NUMBER, "100"),
        (Decimal("8.045"), Kind.NUMBER, "8.05"),
        (Decimal("62.5"), Kind.NUMBER, "62.50"),
        (27, Kind.COUNT, "27"),
        (Decimal("27"), Kind.COUNT, "27"),
    ],
)
def test_figures_as_papers_print_them(value: Decimal | int, kind: Kind, text: str) -> None:
    assert shown(Cell(0, value=value, kind=kind, terms=Terms(()))) == text


def test_what_is_no_number_is_printed_as_it_is() -> None:
    for text in ("", "—", "–", GAP, "12月底前"):
        assert shown(Cell(0, text, kind=Kind.MONEY, terms=Terms(()))) == text


def test_a_paper_is_an_attachment_on_a_page_of_its_own(tmp_path: Path) -> None:
    document = write(papers_of(BASE), tmp_path / "p.docx", [Paragraph(Style.BODY, "正文")])
    outline = [(p.style.name, p.text, p.paragraph_format.page_break_before) for p in document.paragraphs]
    table = "附表五号"
    assert outline[:6] == [
        ("Normal", "正文", None),
        ("附件标记", "附件2", True),
        ("Title", "部门整体支出绩效评价基础数据表", None),
        (table, "填报单位：示例县林业局\t单位：万元", None),
        (table, papers_of(BASE)[0].notes[0], None),
        (table, "填表人：\t填报日期：2024年3月15日\t联系电话：\t单位负责人签字：", None),
    ]
    assert [line[1:] for line in outline if line[0] == "附件标记"] == [
        *(("附件2", True), ("附件3", True), ("附件4", True), ("附件4", True), ("附件4", True)),
    ]
    title = document.paragraphs[2]._p.xpath("./w:pPr/w:spacing")[0]
    assert (title.get(qn("w:after")), title.get(qn("w:afterLines"))) == ("0", "0")


def test_alone_it_begins_on_the_first_page(tmp_path: Path) -> None:
    document = write(papers_of(BASE)[:1], tmp_path / "p.docx")
    assert document.paragraphs[0].text == "附件2"
    assert document.paragraphs[0].paragraph_format.page_break_before is None


def test_papers_change_nothing_in_the_report(tmp_path: Path) -> None:
    report = [Paragraph(Style.TITLE, "标题"), Paragraph(Style.BODY, "正文")]
    write((), tmp_path / "a.docx", report)
    write(papers_of(BASE), tmp_path / "b.docx", report)
    assert (
        word.read_paragraphs(tmp_path / "b.docx")[:2] == word.read_paragraphs(tmp_path / "a.docx") == report
    )


def test_the_same_papers_give_the_same_document(tmp_path: Path) -> None:
    parts = []
    for name in ("a.docx", "b.docx"):
        write(papers_of(BASE), tmp_path / name)
        with zipfile.ZipFile(tmp_path / name) as package:
            parts.append([package.read(f"word/{part}.xml") for part in ("document", "styles")])
    assert parts[0] == parts[1]


def test_the_section_is_that_of_the_style_document(tmp_path: Path) -> None:
    """One section, so page numbers go on, in the place that the style document gives them."""
    document = write(papers_of(BASE), tmp_path / "p.docx", [Paragraph(Style.BODY, "正文")])
    (section,) = document.element.body.xpath(".//w:sectPr")
    (own,) = Document(str(asset("report.docx"))).element.body.xpath(".//w:sectPr")
    shape = partial(_without, attribute=qn("r:id"))
    assert list(map(shape, section)) == list(map(shape, own))
    assert section is document.element.body[-1]


def _without(element: Any, attribute: str) -> tuple[str, dict[str, str]]:
    return element.tag, {key: value for key, value in element.attrib.items() if key != attribute}


def test_tables_fill_the_type_area_with_fixed_columns_and_borders(tmp_path: Path) -> None:
    for table in write(papers_of(nasty()), tmp_path / "p.docx").tables:
        properties = table._tbl.tblPr
        assert properties.xpath("string(./w:tblLayout/@w:type)") == "fixed"
        borders = properties.xpath("./w:tblBorders/*")
        assert {border.get(qn("w:val")) for border in borders} == {"single"}
        assert len(borders) == 6
        widths = [int(width) for width in table._tbl.xpath("./w:tblGrid/w:gridCol/@w:w")]
        assert sum(widths) == int(properties.xpath("string(./w:tblW/@w:w)")) == AREA.width
        assert min(widths) > 2 * 9 * 20  # two characters at least
        for tr in table._tbl.tr_lst:
            column = 0
            for tc in tr.tc_lst:
                across = tc.grid_span
                assert tc.width.twips == sum(widths[column : column + across])
                column += across


def test_looks_of_cells(tmp_path: Path) -> None:
    table = write(papers_of(BASE)[1:2], tmp_path / "p.docx").tables[0]

    def look(row: int, column: int) -> tuple[str, str, bool]:
        cell = table.cell(row, column)
        bold = bool(cell._tc.xpath(".//w:b"))
        align = cell._tc.xpath("string(./w:p[1]/w:pPr/w:jc/@w:val)") or "left"
        return align, cell._tc.xpath("string(./w:tcPr/w:vAlign/@w:val)"), bold

    assert look(1, 0) == look(1, 3) == ("center", "center", True)  # heads
    assert look(2, 1) == ("left", "center", False)  # a label
    assert look(2, 3) == look(2, 7) == ("right", "center", False)  # an amount, a rate
    assert look(2, 8) == look(11, 6) == ("center", "center", False)  # scores
    assert look(9, 1) == ("left", "top", False)  # the goal, which may be long
    assert look(11, 1) == ("center", "center", False)  # merged over the indicators of a kind
    assert look(len(table.rows) - 1, 8) == ("center", "center", False)  # the grade


def test_fonts_and_sizes(tmp_path: Path) -> None:
    """仿宋 of the body in its tables' size, with the hint that makes Word take “ ” and — for Chinese."""
    document = write(papers_of(BASE), tmp_path / "p.docx")
    style = document.styles["附表五号"]
    assert style.base_style.name == "Normal"
    assert style.font.size.pt == 10.5
    assert document.styles["附表小五"].font.size.pt == 9
    assert style.element.xpath("./w:rPr/w:rFonts") == []
    fonts = document.styles["Normal"].element.xpath("./w:rPr/w:rFonts")[0]
    assert fonts.get(qn("w:eastAsia")) == fonts.get(qn("w:ascii")) == "仿宋_GB2312"
    indent = style.element.xpath("./w:pPr/w:ind")[0]
    assert indent.get(qn("w:firstLineChars")) == indent.get(qn("w:firstLine")) == "0"
    runs = document.element.body.xpath(".//w:tbl//w:r")
    assert len(runs) > 200
    assert all(run.xpath("string(./w:rPr/w:rFonts/@w:hint)") == "eastAsia" for run in runs)


def test_a_unit_may_have_table_styles_of_its_own(tmp_path: Path) -> None:
    own = Document(str(asset("report.docx")))
    style = own.styles.add_style("附表五号", 1)
    own.save(str(tmp_path / "style.docx"))
    document = write(papers_of(BASE)[:1], tmp_path / "p.docx", style_document=tmp_path / "style.docx")
    assert document.tables[0].cell(0, 0).paragraphs[0].style.style_id == style.style_id
    assert [each.name for each in document.styles].count("附表五号") == 1


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("甲\x0b乙\x00\x1f", "甲乙"),
        ("R&D <w:br/> ]]> \"'", "R&D <w:br/> ]]> \"'"),
        ("\ud800\ufffe甲", "甲"),
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("一\t二  三 ", "一\t二  三 "),
        ("=HYPERLINK()", "=HYPERLINK()"),
        ("长" * 30_000, "长" * 30_000),
        ("x" * 30_000, "x" * 30_000),
        ("\n" * 50, "\n" * 50),
    ],
    ids=[*("control", "markup", "surrogate", "line ends", "blanks", "formula", "long", "long word", "lines")],
)
def test_any_text_can_be_written(tmp_path: Path, ooxml_validator: str, hostile: str, kept: str) -> None:
    paper = papers_of(BASE)[1]
    rows = tuple(
        tuple(cell._replace(text=hostile) if cell.value is None else cell for cell in row)
        for row in paper.rows
    )
    paper = replace(
        paper, rows=rows, above=(hostile, hostile), notes=(hostile,), footer=(hostile,) * 3, number=hostile
    )
    path = tmp_path / "p.docx"
    grid = grid_of(write([paper], path).tables[0])
    assert {
        text
        for row, cells in zip(grid, paper.rows, strict=True)
        for (*_, text), cell in zip(row, cells, strict=True)
        if cell.value is None
    } == {kept}
    assert errors(ooxml_validator, path) == []


@pytest.mark.parametrize("inputs", [BASE, fifty(), nasty()], ids=["base", "fifty projects", "nasty"])
def test_the_open_xml_sdk_finds_nothing(tmp_path: Path, ooxml_validator: str, inputs: Inputs) -> None:
    one = with_values(BASE, projects=BASE.projects[:1]) if inputs is BASE else inputs
    path = tmp_path / "p.docx"
    write(papers_of(one), path, [Paragraph(Style.BODY, "正文")])
    assert errors(ooxml_validator, path) == []


def test_read_paragraphs_sees_the_tables(tmp_path: Path) -> None:
    write(papers_of(BASE), tmp_path / "p.docx")
    read = [paragraph.text for paragraph in word.read_paragraphs(tmp_path / "p.docx")]
    at = read.index("年度资金总额")
    assert [text for text in read[at : at + 8] if text][:7] == [
        *("年度资金总额", "1,000.00", "1,150.00", "1,100.00", "10", "95.65%", "9.57"),
    ]


def _simple(rows: int, heads: int, *, repeated: int | None, down: int = 1) -> Paper:
    def cell(at: int, column: int) -> Cell:
        return Cell(column, f"第{at}行", head=at < heads, label=at >= heads, down=down if at == 0 else 1)

    covered = down - 1
    grid = tuple(tuple(cell(at, column) for column in (0, 1) if not 0 < at <= covered) for at in range(rows))
    return replace(papers_of(BASE)[0], columns=(1, 3), rows=grid, repeated=repeated, notes=(), footer=())


@pytest.mark.parametrize(
    ("paper", "repeated"),
    [
        (_simple(4, 1, repeated=0), 1),
        (_simple(4, 2, repeated=1), 2),
        (_simple(4, 2, repeated=1, down=2), 2),
        (_simple(4, 1, repeated=None), 0),
        (_simple(4, 1, repeated=1), 0),  # not all of them are heads
        (_simple(4, 2, repeated=0, down=2), 0),  # reaches below
        (papers_of(BASE)[0], 0),  # in the middle of the table
    ],
)
def test_heads_are_repeated_as_far_as_word_can(tmp_path: Path, paper: Paper, repeated: int) -> None:
    table = write([paper], tmp_path / "p.docx").tables[0]
    marked = [bool(tr.xpath("./w:trPr/w:tblHeader")) for tr in table._tbl.tr_lst]
    assert marked == [at < repeated for at in range(len(marked))]


def test_low_rows_stay_whole_and_high_ones_may_be_split(tmp_path: Path) -> None:
    rows = write(papers_of(nasty())[:1], tmp_path / "p.docx").tables[0]._tbl.tr_lst
    whole = [bool(tr.xpath("./w:trPr/w:cantSplit")) for tr in rows]
    assert whole == [True] * (len(rows) - 1) + [False]


def test_nothing_below_a_table_is_still_a_paragraph(tmp_path: Path) -> None:
    document = write([_simple(2, 1, repeated=0)], tmp_path / "p.docx")
    assert document.element.body[-2].tag == qn("w:p")


def test_columns_keep_their_proportion_where_they_can() -> None:
    paper = papers_of(BASE)[0]
    widths = lay_out(paper, AREA, HEADING).widths
    scale = AREA.width / sum(paper.columns)
    assert widths == pytest.approx([column * scale for column in paper.columns], abs=1)


def test_a_column_is_wide_enough_for_its_figures() -> None:
    (paper,) = papers_of(nasty(), ("overall",))
    layout = lay_out(paper, AREA, HEADING)
    assert layout.widths[3] > len("99,999,999.99") / 2 * layout.size * 20
    assert layout.widths[5] / AREA.width < layout.widths[3] / AREA.width


def test_more_columns_than_a_page_has_room_for() -> None:
    figures = [
        Cell(column, value=Decimal("99999999.99"), kind=Kind.MONEY, terms=Terms(())) for column in range(40)
    ]
    paper = replace(papers_of(BASE)[0], columns=(1,) * 40, rows=(tuple(figures),))
    layout = lay_out(paper, AREA, HEADING)
    assert sum(layout.widths) == AREA.width
    assert set(layout.widths) <= {221, 222}


def test_what_a_page_has_to_spare_goes_to_the_rows() -> None:
    short, long = (lay_out(_simple(rows, 1, repeated=None), AREA, HEADING) for rows in (4, 36))
    assert short.heights[0] > 1.5 * long.heights[0]
    assert sum(long.heights) < AREA.height - HEADING


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("甲" * 10, 5, 2),
        ("甲" * 11, 5, 3),
        ("甲甲甲甲甲，甲", 5, 2),  # the comma takes the character before it along
        ("甲甲甲甲（甲）", 5, 2),
        ("12345678", 3, 2),
        ("甲" * 600, 31, 20),
        ("甲", 0.1, 1),
    ],
)
def test_lines_of_a_text(text: str, columns: float, lines: int) -> None:
    assert lines_of(text, columns) == lines


# Laid out by LibreOffice.

Pages = Callable[..., list[str]]


@pytest.fixture(scope="module")
def pages(soffice: str, pdftotext: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """A function that lays papers out and gives the text of every page."""

    def render(papers: Sequence[Paper], paragraphs: Sequence[Paragraph] = ()) -> list[str]:
        folder = tmp_path_factory.mktemp("附件")
        write(papers, folder / "p.docx", paragraphs)
        word.to_pdf(folder / "p.docx", folder / "p.pdf")
        text = subprocess.run([pdftotext, "-layout", folder / "p.pdf", "-"], capture_output=True, check=True)
        return text.stdout.decode().split("\f")[:-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FONTCONFIG_FILE", str(Path(__file__).parent / "fonts.conf"))
        yield render


@pytest.mark.parametrize("inputs", [BASE, with_standard(read_sample(), "2020")], ids=["base", "sample"])
def test_a_normal_paper_stands_on_one_page(pages: Pages, inputs: Inputs) -> None:
    papers = papers_of(inputs, (*VERSIONS, "overall", "project"))
    laid = pages(papers)
    assert len(laid) == len(papers)
    for number, (paper, text) in enumerate(zip(papers, laid, strict=True), 1):
        flat = "".join(text.split())
        assert flat.startswith(f"{paper.number}{paper.title}填报单位：")
        assert flat.endswith(f"—{number}—")
        assert "单位负责人签字：" in flat


def test_fifty_projects_take_a_page_each(pages: Pages) -> None:
    laid = pages(papers_of(fifty()))
    assert len(laid) == 2 + 1 + 50
    assert sum("项目支出绩效自评表" in text for text in laid) == 50


def test_page_numbers_go_on_behind_the_report(pages: Pages) -> None:
    report = [Paragraph(Style.TITLE, "标题"), *[Paragraph(Style.BODY, "一行")] * 30]
    laid = pages(papers_of(BASE)[:2], report)
    assert ["".join(text.split())[-3:] for text in laid] == [f"—{number}—" for number in range(1, 5)]


def test_nothing_is_cut_off_and_no_page_is_empty(pages: Pages) -> None:
    papers = papers_of(nasty())
    laid = ["".join(text.split()) for text in pages(papers)]
    said = "".join(text for paper in papers for row in expected(paper) for *_, text in row)
    said += "".join("".join(paper.above + paper.notes + paper.footer) for paper in papers)
    for character in "森质亩":
        assert sum(text.count(character) for text in laid) == said.count(character) > 10
    unbroken = "99,999,999.99"
    assert sum(text.count(unbroken) for text in laid) == said.count(unbroken) > 4
    assert min(map(len, laid)) > 30  # more than its number
