"""The guard takes what is sound, in whatever dress, and refuses the rest before calamine dies of it."""

import importlib
import io
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineError, CalamineWorkbook

from tests import hostile
from xlreport.errors import Unusable
from xlreport.sheets import guard
from xlreport.sheets.guard import Inspected, Oddity, inspect

NAME = "自评.xlsx"
Values = dict[str, list[list[Any]]]

# Reads every file named on the command line as our reader does; a file may be refused, by either of the two.
CHILD = """
import io, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from python_calamine import CalamineError, CalamineWorkbook
from xlreport.errors import Unusable
from xlreport.sheets.guard import inspect
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        data = file.read()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(inspect(data, path).workbook))
        kept = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except (Unusable, CalamineError):
        pass
"""


def values(workbook: bytes) -> Values:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def survive(folder: Path, files: dict[str, bytes]) -> None:
    """Let a process with 1 GiB of memory read these files; it must live."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    paths = [str(folder / name) for name in files]
    child = subprocess.run(
        [sys.executable, "-c", CHILD, *paths], capture_output=True, text=True, timeout=120, check=False
    )
    assert (child.returncode, child.stderr) == (0, "")


# ------------------------------------------------------------------------------ hostile files

REFUSED = [name for name, case in hostile.CASES.items() if case.sentence]
ACCEPTED = [name for name, case in hostile.CASES.items() if not case.sentence]


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_file_is_refused_in_one_sentence(case: str) -> None:
    make, sentence = hostile.CASES[case]
    with pytest.raises(Unusable) as refusal:
        inspect(make(), NAME)
    text = str(refusal.value)
    assert text.startswith(f"{NAME}：")
    assert sentence in text
    assert text.endswith("。")
    assert text.count("。") == 1
    assert "请" in text, "no remedy"


@pytest.mark.parametrize("case", ACCEPTED)
def test_calamine_survives_what_is_accepted(case: str, tmp_path: Path) -> None:
    data = hostile.CASES[case].make()
    inspect(data, NAME)
    survive(tmp_path, {"file.xlsx": data})


SAME_AS_SOUND = [
    "bomb_in_a_part_that_is_not_read",
    "worksheet_named_in_other_case",
    "merged_bombs",
    "count_of_texts_that_lies",
    "sheet_in_utf_16",
    "single_quotes_and_spaces",
    "prefixed_elements",
    "strict_workbook",
]


@pytest.mark.parametrize("case", SAME_AS_SOUND)
def test_an_unusual_dress_changes_nothing(case: str) -> None:
    sound = inspect(hostile.sound(), NAME)
    dressed = inspect(hostile.CASES[case].make(), NAME)
    assert dressed.odd == sound.odd == {"表一": {(1, 2): Oddity.PERCENT}, "表二": {}}
    assert values(dressed.workbook) == values(sound.workbook)


@pytest.mark.parametrize(
    ("case", "first_rows", "odd"),
    [
        ("rows_out_of_order", [["", ""], [3.0, ""]], {}),
        ("no_references", [[1.0, 2.0], [3.0, ""]], {}),
        ("cells_of_another_namespace", [[1.0]], {}),
        ("cdata_and_comments_in_values", [[5.0, 12.0, 12.0, "a<b"]], {}),
        ("formula_behind_its_value", [[5.0]], {}),
        ("formatted_blank_in_the_last_cell", [[1.0]], {}),
        ("dimension_that_lies", [[1.0]], {}),
        ("true_and_false_in_words", [[False, True]], {}),
        ("an_error_of_a_newer_excel", [[""]], {(0, 0): Oddity.VALUE}),
        ("texts_that_look_like_cells", [['" s="1"> t="e" r="XFD1048576" <c r="A1" t="e">#REF!']], {}),
        (
            "attributes_in_another_order",
            [[""]],
            {(0, 0): Oddity.REFERENCE, (0, 1): Oddity.UNCALCULATED},
        ),
    ],
)
def test_unusual_cells_are_read_as_meant(case: str, first_rows: list[list[Any]], odd: guard.OddCells) -> None:
    inspected = inspect(hostile.CASES[case].make(), NAME)
    assert inspected.odd["表一"] == odd
    assert values(inspected.workbook)["表一"][:2] == first_rows


def test_an_index_of_texts_out_of_range_is_left_to_calamine() -> None:
    data = hostile.with_cells('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')
    with pytest.raises(CalamineError):
        values(inspect(data, NAME).workbook)


@pytest.mark.parametrize(
    ("cell", "odd"),
    [
        ('<c r="A1" t="e"><v>#DIV/0!</v></c>', Oddity.DIVISION),
        ('<c r="A1" s="1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', Oddity.DIVISION),
        ('<c r="A1"><f>1</f></c>', Oddity.UNCALCULATED),
        ('<c r="A1"><f>1</f><v></v></c>', Oddity.UNCALCULATED),
        ('<c r="A1"><f>1</f><v /></c>', Oddity.UNCALCULATED),
        ('<c r="A1" s="1"><f t="shared" si="0"/></c>', Oddity.UNCALCULATED),
        ('<c r="A1" t="str"><f>1</f></c>', Oddity.UNCALCULATED),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', None),  # a formula's result may be an empty text
        ('<c r="A1" s="1"><v>0.5</v></c>', Oddity.PERCENT),
        ('<c r="A1" s="1" t="n"><v>0.5</v></c>', Oddity.PERCENT),
        ('<c r="A1" s="1" cm="1"><f t="array" ref="A1">1</f><v>-5E-1</v></c>', Oddity.PERCENT),
        ('<c r="AB1" s="1"><v>1</v></c>', Oddity.PERCENT),
        ('<c r="A1" s="1" t="s"><v>0</v></c>', None),
        ('<c r="A1" s="1"/>', None),
        ('<c r="A1" s="11"><v>1</v></c>', None),
    ],
)
def test_odd_cells_are_told(cell: str, odd: Oddity | None) -> None:
    found = inspect(hostile.with_cells(f'<row r="1">{cell}</row>'), NAME).odd["表一"]
    assert list(found.values()) == ([odd] if odd else [])
    assert set(found) <= {(0, 0), (0, 27)}


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("0%", True),
        ("0.00%;[Red]-0.00%", True),
        ('0.00"%"', False),
        ("0.00\\%", False),
        ("#,##0.00", False),
        ("yyyy-mm-dd", False),
    ],
)
def test_a_percent_sign_counts_where_it_multiplies(code: str, shown: bool) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet().write_number(0, 0, 0.5, book.add_format({"num_format": code}))
    assert inspect(stream.getvalue(), NAME).odd["Sheet1"] == ({(0, 0): Oddity.PERCENT} if shown else {})


def test_a_first_style_that_shows_percent_holds_for_cells_without_style() -> None:
    parts = hostile.parts_of(hostile.sound())
    styles = parts["xl/styles.xml"].replace(
        b'<cellXfs count="2"><xf numFmtId="0"', b'<cellXfs count="2"><xf numFmtId="9"'
    )
    assert styles != parts["xl/styles.xml"]
    odd = inspect(hostile.zipped(parts | {"xl/styles.xml": styles}), NAME).odd["表一"]
    assert odd == {(1, 1): Oddity.PERCENT, (1, 2): Oddity.PERCENT}


# ------------------------------------------------------------------------------ patterns against expat

PLAIN = ["0", "1", "12.5", "-3E-2", "", "a", "true", "2024-01-31", "#REF!", "#SPILL!", "&amp;", "]]", ">"]
TEXTS = st.sampled_from(
    [
        *PLAIN,
        "1.2.3",
        '" s="1">',
        "&lt;c r=&quot;A1&quot;",
        "&bad;",
        " 7\n",
        "<!--x-->4",
        "<![CDATA[6]]>",
        "&#49;",
    ]
)
FORMULAS = st.sampled_from(
    [
        "",
        "<f>A1</f>",
        "<f/>",
        '<f t="shared" ref="A1:A9" si="0">"x" s="1"</f>',
        '<f ca="1">1>2</f>',
        '<f s="1"/>',
    ]
)


@st.composite
def cells(draw: st.DrawFn, place: str) -> str:
    quote = draw(st.sampled_from('""""""' + "'"))
    style = draw(st.sampled_from(["", "", "0", "1", "1", "01", "7"]))
    kind = draw(st.sampled_from(["", "", "", "n", "s", "str", "b", "e", "d", "inlineStr", "zz"]))
    attributes = [("r", place)] + [(k, v) for k, v in (("s", style), ("t", kind)) if v]
    if draw(st.integers(0, 9)) == 0:
        attributes = draw(st.permutations(attributes))
    if draw(st.integers(0, 9)) == 0:
        attributes.append(draw(st.sampled_from([("cm", "1"), ("x", "A9"), ("ph", "0")])))
    head = "".join(f" {key}={quote}{value}{quote}" for key, value in attributes)
    text = draw(TEXTS)
    if kind == "inlineStr":
        bodies = [f"<is><t>{text}</t></is>", f'<is><t xml:space="preserve">{text} </t></is>', "<is/>", ""]
        bodies.append(f"<is><r><t>{text}</t></r><rPh><t>y</t></rPh></is>")
        body = draw(st.sampled_from(bodies))
    else:
        value = draw(st.sampled_from([f"<v>{text}</v>", f"<v>{text}</v>", "<v></v>", "<v/>", "<v />", ""]))
        body = draw(FORMULAS) + value
        if draw(st.integers(0, 14)) == 0:
            body = value + draw(FORMULAS)
    space = draw(st.sampled_from(["", "", "", "", "", " ", "\n"]))
    return f"<c{head}{space}/>" if not body else f"<c{head}>{body}</c>{space}"


@st.composite
def sheets(draw: st.DrawFn) -> str:
    rows = []
    for number in draw(st.lists(st.integers(1, 40), max_size=4, unique=True)):
        columns = draw(st.lists(st.sampled_from(["A", "B", "C", "Z", "AA", "ab"]), max_size=4, unique=True))
        other = draw(st.sampled_from([0] * 20 + [1]))
        content = "".join(draw(cells(f"{column}{number + other}")) for column in columns)
        more = draw(st.sampled_from(["", "", ' spans="1:3"', ' s="1" customFormat="1"', ' ht="15" x="A1"']))
        rows.append(f'<row r="{number}"{more}>{content}</row>')
    return "".join(rows)


def outcome(data: bytes) -> tuple[Inspected, Values] | None:
    """What is read, None when it is refused by us or, in the ordinary way, by calamine."""
    try:
        inspected = inspect(data, NAME)
        return inspected, values(inspected.workbook)
    except (Unusable, CalamineError):
        return None


def trimmed(values: Values) -> dict[str, list[list[object]]]:
    """The values without what is blank on the right and below: a blank cell may or may not be written."""
    found = {}
    for title, rows in values.items():
        cut = [list(row) for row in rows]
        for row in cut:
            while row and row[-1] == "":
                row.pop()
        while cut and not cut[-1]:
            cut.pop()
        found[title] = cut
    return found


def test_patterns_and_expat_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted: dict[str, bytes] = {}

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sheets())
    def compare(content: str) -> None:
        data = hostile.with_cells(content or " ")
        quick = outcome(data)
        with monkeypatch.context() as patched:
            patched.setattr(guard, "body_of", lambda part: -1)
            exact = outcome(data)
        assert (quick is None) == (exact is None)
        if quick and exact:
            assert quick[0].odd == exact[0].odd
            assert trimmed(quick[1]) == trimmed(exact[1])
            accepted[f"{len(accepted)}.xlsx"] = data

    compare()
    assert len(accepted) > 50, "nearly everything is refused, so nothing is compared"
    survive(tmp_path, accepted)


@pytest.mark.parametrize("table", ["uniform", "changing", "with strangers"])
def test_a_long_table_reads_the_same_by_its_shape(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = []
    for number in range(1, 1001):
        texts = '<c r="A{0}" t="s"><v>0</v></c><c r="B{0}" s="1"><v>0.5</v></c><c r="C{0}"/>'
        content = texts + '<c r="D{0}" s="1"><f>B{0}&lt;1</f><v>-1.5</v></c>'
        if table == "changing" and number > 300:
            content += '<c r="E{0}" s="1"><v>7</v></c>'
        if table == "with strangers" and number % 7 == 0:
            content = texts + '<c r="AA{0}" s="1"><f>1</f></c><c r="AB{0}" t="e"><v>#N/A</v></c>'
        rows.append(f'<row r="{number}">{content.format(number)}</row>')
    data = hostile.with_cells("".join(rows))
    quick = inspect(data, NAME)
    monkeypatch.setattr("xlreport.sheets.cells._LEARN_AFTER", 10**9)
    slow = inspect(data, NAME)
    monkeypatch.setattr(guard, "body_of", lambda part: -1)
    exact = inspect(data, NAME)
    assert len(quick.odd["表一"]) >= 2000
    assert quick.odd == slow.odd == exact.odd
    assert values(quick.workbook) == values(exact.workbook)


# ------------------------------------------------------------------------------ friendly files


def made_by_xlsxwriter(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("数据")
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, ["标签", 1, -2.5, 1e-9, True])
        sheet.write_rich_string(1, 0, "富", bold, "文本", " 尾")
        sheet.write_formula(1, 1, '=IF(A1="x","是","否")', None, "否")
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_array_formula("D2:D3", "{=B1:B2}", None, 3)
        sheet.write_dynamic_array_formula("E2:E2", "=SORT(B1:B1)", None, 1)
        sheet.write_comment("A1", "批注")
        sheet.insert_image(5, 5, "x.png", {"image_data": io.BytesIO(PNG)})
        sheet.merge_range("A4:C4", "合并", bold)
        sheet.write_url("A5", "https://example.com/?a=1&b=2")
        sheet.data_validation("B1", {"validate": "list", "source": ["是", "否"]})
        sheet.conditional_format("B1:B9", {"type": "cell", "criteria": ">", "value": 1, "format": bold})
        sheet.write_blank(1_048_575, 0, None, bold)
        sheet.set_row(9, 20, bold)
        book.define_name("总支出", "=数据!$B$1")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=数据!$B$1:$B$2"})
        sheet.insert_chart("H2", chart)
        book.add_chartsheet("图").set_chart(chart_of(book))
        table = book.add_worksheet("表 & '格' 一")
        table.add_table("B3:C5", {"data": [["甲", 1], ["乙", 2]]})


def chart_of(book: Any) -> Any:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=数据!$B$1:$B$2"})
    return chart


def made_with_macros(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("数据").write(0, 0, 1)
    parts = hostile.parts_of(path.read_bytes()) | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(2000)}
    types = parts["[Content_Types].xml"].replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
    path.write_bytes(hostile.zipped(parts | {"[Content_Types].xml": types}))


def made_by_openpyxl(path: Path) -> None:
    openpyxl = importlib.import_module("openpyxl")  # ships no types
    rich = importlib.import_module("openpyxl.cell.rich_text")
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "数据"
    sheet.append(["标签", 1, -2.5, True, "=B1*2", None, "  留空  "])
    sheet["A3"] = rich.CellRichText("富", rich.TextBlock(rich.InlineFont(b=True), "文本"))
    sheet["B3"] = 0.25
    sheet["B3"].number_format = "0.0%"
    sheet["C3"] = "#N/A"
    sheet["D3"].number_format = "0%"
    sheet["E3"] = date(2024, 1, 31)
    sheet.merge_cells("A5:B6")
    sheet["A1048576"].number_format = "0.00"
    book.save(path)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
    "18dd8db00000000049454e44ae426082"
)


@pytest.mark.parametrize(
    ("make", "ending", "odd"),
    [
        (made_by_xlsxwriter, "xlsx", {(1, 2): Oddity.DIVISION}),
        (made_with_macros, "xlsm", {}),
        (
            made_by_openpyxl,
            "xlsx",
            {(0, 4): Oddity.UNCALCULATED, (2, 1): Oddity.PERCENT, (2, 2): Oddity.NOT_AVAILABLE},
        ),
    ],
)
def test_a_friendly_file_reads_as_calamine_reads_it(
    make: Callable[[Path], None],
    ending: str,
    odd: guard.OddCells,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / f"friendly.{ending}"
    make(path)
    # All of these must go the quick way.
    monkeypatch.delattr("xlreport.sheets.guard.plain_cells")
    inspected = inspect(path.read_bytes(), path.name)
    assert inspected.odd["数据"] == odd
    bare = values(path.read_bytes())
    assert values(inspected.workbook) == {name: bare[name] for name in inspected.odd}


def test_a_file_of_libreoffice_reads_as_calamine_reads_it(
    soffice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_by_openpyxl(tmp_path / "friendly.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run(
        [*command, str(tmp_path / "out"), str(tmp_path / "friendly.xlsx")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    data = (tmp_path / "out" / "friendly.xlsx").read_bytes()
    monkeypatch.delattr("xlreport.sheets.guard.plain_cells")
    inspected = inspect(data, NAME)
    assert inspected.odd == {"数据": {(2, 1): Oddity.PERCENT, (2, 2): Oddity.NOT_AVAILABLE}}
    assert values(inspected.workbook) == values(data)
