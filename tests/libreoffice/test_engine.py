"""The engine as a user of xlwings meets it, on a real master workbook in LibreOffice."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from tests.conftest import unavailable
from xlreport.errors import Unusable
from xlreport.libreoffice.engine import book_of
from xlreport.libreoffice.office import Office
from xlreport.libreoffice.ranges import Protected
from xlreport.report import Report, evaluate
from xlreport.sheets.master import build_master
from xlreport.sheets.reader import read_workbook

PROJECTS = "项目支出"
CHINESE = "工业发展专项资金“三公”经费𠮷"


@pytest.fixture(scope="module")
def master_file(sample: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("master") / "绩效 自评.xlsx"
    build_master(sample, path)
    return path


@pytest.fixture
def master(office: Office, master_file: Path) -> Iterator[xw.Book]:
    document = office.open(master_file)
    yield book_of(document, office.context)
    office.close(document)


@pytest.fixture
def book(office: Office) -> Iterator[xw.Book]:
    """An empty book."""
    document = office.new()
    yield book_of(document, office.context)
    office.close(document)


@pytest.fixture
def sheet(book: xw.Book) -> xw.Sheet:
    return book.sheets[0]


# Books and sheets


def test_a_book_has_the_name_and_the_path_of_its_file(master: xw.Book, master_file: Path) -> None:
    assert master.name == "绩效 自评.xlsx"
    assert Path(master.fullname) == master_file


def test_an_unsaved_book_is_known_by_its_title(book: xw.Book) -> None:
    assert book.name
    assert book.fullname == book.name
    with pytest.raises(xw.XlwingsError, match="never saved"):
        book.save()


def test_sheets_are_found_by_name_and_index(master: xw.Book) -> None:
    names = [sheet.name for sheet in master.sheets]
    assert names == master.sheet_names
    assert names[0] == "首页"
    assert names[-1] == "_xlreport"
    assert master.sheets[PROJECTS].index == names.index(PROJECTS) + 1
    assert master.sheets[names.index(PROJECTS)] == master.sheets[PROJECTS]
    assert master.sheets[-1].name == "_xlreport"
    assert PROJECTS in master.sheets
    assert "没有" not in master.sheets
    with pytest.raises(xw.NoSuchObjectError, match="没有"):
        master.sheets["没有"]
    with pytest.raises(IndexError):
        master.sheets[99]


def test_a_sheet_can_be_made_active(master: xw.Book) -> None:
    assert master.sheets.active.name == "首页"
    master.sheets[PROJECTS].activate()
    assert master.sheets.active.name == PROJECTS
    assert xw.books.active == master
    assert xw.sheets.active.name == PROJECTS


def test_a_sheet_can_be_hidden_and_shown(master: xw.Book) -> None:
    meta = master.sheets["_xlreport"]
    assert meta.visible is False
    meta.visible = True
    assert meta.visible is True
    assert master.sheets["_xlreport"].visible is True


def test_a_sheet_can_be_renamed_added_and_deleted(book: xw.Book, sheet: xw.Sheet) -> None:
    sheet.name = "数据"
    assert book.sheet_names == ["数据"]
    book.sheets.add("其他", after=sheet)
    assert book.sheet_names == ["数据", "其他"]
    book.sheets["数据"].delete()
    assert book.sheet_names == ["其他"]


def test_what_should_be_secret_is_not_saved_open(book: xw.Book, tmp_path: Path) -> None:
    path = tmp_path / "geheim.xlsx"
    with pytest.raises(xw.XlwingsError, match=r"不能.*加密保存"):
        book.save(path, password="geheim")
    assert not path.exists()


def test_a_book_is_saved_as_what_its_ending_says(book: xw.Book, sheet: xw.Sheet, tmp_path: Path) -> None:
    sheet["A1"].value = CHINESE
    target = tmp_path / "存.xlsx"
    book.save(target)
    assert Path(book.fullname) == target
    assert target.read_bytes()[:2] == b"PK"
    sheet["A2"].value = 2
    before = target.read_bytes()
    book.save()
    assert target.read_bytes() != before
    with pytest.raises(xw.XlwingsError, match=r"存\.csv"):
        book.save(tmp_path / "存.csv")


def test_what_the_engine_wrote_is_what_the_reader_finds(
    master: xw.Book, sample: Report, tmp_path: Path
) -> None:
    body = master.sheets[PROJECTS].tables["projects"].data_body_range
    assert body
    name = body[0, 0].value
    assert name == sample.inputs.projects[0].name
    body[0, 0].value = f"{name}（改）"
    saved = tmp_path / "改.xlsx"
    master.save(saved)
    assert read_workbook(saved).inputs.projects[0].name == f"{name}（改）"


# Ranges: places


@pytest.mark.parametrize(
    ("place", "address", "shape"),
    [
        ("B2", "$B$2", (1, 1)),
        ("b2:C4", "$B$2:$C$4", (3, 2)),
        ("$C$4:B2", "$B$2:$C$4", (3, 2)),
        ((2, 3), "$C$2", (1, 1)),
        ("XFD1048576", "$XFD$1048576", (1, 1)),
    ],
)
def test_a_place_is_where_it_is(sheet: xw.Sheet, place: Any, address: str, shape: tuple[int, int]) -> None:
    cells = sheet.range(place)
    assert cells.address == address
    assert cells.shape == shape
    assert cells.count == cells.size == shape[0] * shape[1]


def test_ranges_are_cut_and_moved(sheet: xw.Sheet) -> None:
    cells = sheet.range((2, 2), (4, 5))
    assert (cells.row, cells.column, cells.address) == (2, 2, "$B$2:$E$4")
    assert cells.resize(1, 2).address == "$B$2:$C$2"
    assert cells.offset(1, 1).address == "$C$3:$F$5"
    assert cells[0, 1].address == "$C$2"
    assert cells[1:, -1].address == "$E$3:$E$4"
    assert cells.last_cell.address == "$E$4"
    assert [row.address for row in cells.rows] == ["$B$2:$E$2", "$B$3:$E$3", "$B$4:$E$4"]
    assert cells(5).address == "$B$3"
    assert sheet.range(sheet["C3"], sheet["A1"]).address == "$A$1:$C$3"
    assert cells.get_address(False, False) == "B2:E4"
    assert cells.get_address(external=True) == f"'[{sheet.book.name}]{sheet.name}'!$B$2:$E$4"
    assert cells.get_address(include_sheetname=True) == f"'{sheet.name}'!$B$2:$E$4"
    assert cells.api.getRangeAddress().EndColumn == 4


def test_a_place_that_is_none_is_refused(sheet: xw.Sheet) -> None:
    with pytest.raises(xw.NoSuchObjectError, match="没有的名称"):
        sheet.range("没有的名称")
    with pytest.raises(IndexError):
        sheet.range((0, 1))


def test_the_used_range_ends_with_the_last_cell(sheet: xw.Sheet) -> None:
    assert sheet.used_range.address == "$A$1"
    sheet["C5"].value = 1
    assert sheet.used_range.last_cell.address == "$C$5"


# Ranges: values


@pytest.mark.parametrize(
    "value",
    [
        0.0,
        -1.5,
        123456789012.34,
        None,
        True,
        False,
        "text",
        CHINESE,
        "=1+1",
        "'quoted",
        "123",
        "2024-01-01",
        "两\n行",
        "字" * 32_767,
        datetime(2024, 2, 29),
        datetime(2024, 2, 29, 13, 45, 30),
        datetime(1900, 3, 1),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_value_comes_back_as_it_was(sheet: xw.Sheet, value: Any) -> None:
    sheet["A1"].value = "before"
    sheet["A1"].value = value
    read = sheet["A1"].value
    assert read == value
    assert type(read) is type(value)


def test_text_is_never_taken_for_a_formula(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [["=1+1", "=SUM(B9)"]]
    assert sheet["A1:B1"].value == ["=1+1", "=SUM(B9)"]
    assert sheet["A1"].api.queryFormulaCells(7).getCount() == 0


def test_values_come_in_the_dimensions_of_the_range(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1, "a", None], [2, None, 3]]
    assert sheet["A1:C2"].value == [[1.0, "a", None], [2.0, None, 3.0]]
    assert sheet["A1:C1"].value == [1.0, "a", None]
    assert sheet["A1:A2"].value == [1.0, 2.0]
    assert sheet["A1:A2"].options(ndim=2).value == [[1.0], [2.0]]
    assert sheet["A1"].options(ndim=1).value == [1.0]
    assert sheet["A1:C2"].options(transpose=True).value == [[1.0, 2.0], ["a", None], [None, 3.0]]
    sheet["E1"].options(transpose=True).value = [1, 2, 3]
    assert sheet["E1:E3"].value == [1.0, 2.0, 3.0]
    sheet["G1:H2"].value = "x"
    assert sheet["G1:H2"].value == [["x", "x"], ["x", "x"]]


def test_the_options_of_xlwings_hold(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [1.0, None, datetime(2024, 2, 29)]
    row = sheet["A1:C1"]
    assert row.options(numbers=int, empty="", dates=date).value == [1, "", date(2024, 2, 29)]
    assert isinstance(row.options(numbers=int).value[0], int)
    sheet["A2"].value = date(2024, 2, 29)
    assert sheet["A2"].value == datetime(2024, 2, 29)
    sheet["A4"].value = {"a": 1.0, "b": 2.0}
    assert sheet["A4:B5"].options(dict).value == {"a": 1.0, "b": 2.0}
    assert sheet["A4"].options(expand="table").value == [["a", 1.0], ["b", 2.0]]


def test_a_date_is_one_by_its_format_only(sheet: xw.Sheet) -> None:
    sheet["A1"].value = 45351.0
    assert sheet["A1"].value == 45351.0
    sheet["A1"].number_format = "yyyy-mm-dd"
    assert sheet["A1"].value == datetime(2024, 2, 29)
    sheet["A1"].number_format = "0.00"
    assert sheet["A1"].value == 45351.0
    assert sheet["A1"].number_format == "0.00"


def test_an_own_format_is_kept_when_a_date_is_written(sheet: xw.Sheet) -> None:
    sheet["A1"].number_format = 'yyyy"年"m"月"'
    sheet["A1:A2"].value = [[datetime(2024, 2, 29)], [datetime(2024, 3, 1)]]
    assert sheet["A1"].number_format.lower() == 'yyyy"年"m"月"'  # LibreOffice has capitals there
    assert sheet["A1:A2"].value == [datetime(2024, 2, 29), datetime(2024, 3, 1)]
    assert sheet["A1:A2"].number_format is None


def test_a_format_that_is_none_is_refused(sheet: xw.Sheet) -> None:
    with pytest.raises(ValueError, match="Not a number format"):
        sheet["A1"].number_format = "yyyy0"


def test_error_cells_are_blank_unless_asked_for(sheet: xw.Sheet) -> None:
    sheet["A1"].formula = [["=1/0", "=NA()", "=nosuch(1)", '=VALUE("x")', '=""', "=1"]]
    row = sheet["A1:F1"]
    assert row.value == [None, None, None, None, None, 1.0]
    assert row.options(err_to_str=True).value == ["#DIV/0!", "#N/A", "#NAME?", "#VALUE!", None, 1.0]
    assert sheet["A1"].value is None
    sheet["A2"].value = "#DIV/0!"
    assert sheet["A2"].value == "#DIV/0!"


def test_a_value_that_no_cell_holds_is_refused(sheet: xw.Sheet) -> None:
    sheet["A1"].value = "before"
    with pytest.raises(TypeError, match="object"):
        sheet["A1"].value = [object()]
    with pytest.raises(ValueError, match="do not fit"):
        sheet["A1:B2"].raw_value = [[1.0]]
    assert sheet["A1"].value == "before"


def test_blank_is_blank_for_the_raw_value_as_well(sheet: xw.Sheet) -> None:
    """None as such would bring LibreOffice down."""
    sheet["A1"].raw_value = "before"
    sheet["A1"].raw_value = None
    sheet["B1:C1"].raw_value = [None, 2]
    assert sheet["A1:C1"].value == [None, None, 2.0]
    assert sheet["A1"].formula == ""


def test_a_block_of_5000_rows_goes_in_one_call(sheet: xw.Sheet) -> None:
    rows = [[float(row * column) if column else f"项目{row}" for column in range(20)] for row in range(5000)]
    begun = time.perf_counter()
    sheet["A1"].value = rows
    assert sheet["A1"].resize(5000, 20).value == rows
    assert time.perf_counter() - begun < 10  # cell by cell it would take minutes; at once, half a second
    assert sheet["A5000"].value == "项目4999"
    assert sheet["A5001"].value is None


def test_contents_are_cleared_and_formats_kept(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1, "a", datetime(2024, 2, 29)]]
    sheet["D1"].formula = "=A1"
    sheet["A1"].color = (255, 0, 0)
    sheet["A1:D1"].clear_contents()
    assert sheet["A1:D1"].value == [None] * 4
    assert sheet["D1"].formula == ""
    assert sheet["A1"].color == (255, 0, 0)
    sheet["A1"].clear()
    assert sheet["A1"].color is None


def test_a_block_is_found_from_its_corner(sheet: xw.Sheet) -> None:
    sheet["B2"].value = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    sheet["B8"].value = 1
    corner = sheet["B2"]
    assert corner.expand().address == "$B$2:$D$4"
    assert corner.expand("down").address == "$B$2:$B$4"
    assert corner.expand("right").address == "$B$2:$D$2"
    assert corner.current_region.address == "$B$2:$D$4"
    assert corner.end("down").address == "$B$4"
    assert sheet["B4"].end("down").address == "$B$8"
    assert sheet["B8"].end("down").address == "$B$1048576"
    assert sheet["B8"].end("up").address == "$B$4"
    assert sheet["D3"].end("left").address == "$B$3"
    assert sheet["B3"].end("left").address == "$A$3"
    assert sheet["B1048576"].end("up").address == "$B$8"


# Formulas


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(A1,B1)", 5.0),
        ('=IF(A1>1,"大；,",1)', "大；,"),
        ("=SUM({1,2;3,4})", 10.0),
        ("=SUM('另 一张'!$A$1:B1)", 30.0),
        ("=IFERROR(VLOOKUP(2,A1:B1,2,FALSE),0)", 3.0),
        ('=IF(TRUE,"TRUE",FALSE)', "TRUE"),
        ("=SUM(A:A,'另 一张'!$1:$1)", 32.0),
        ("=IFERROR(#REF!,7)", 7.0),
    ],
)
def test_formulas_are_in_the_words_of_excel(book: xw.Book, sheet: xw.Sheet, formula: str, value: Any) -> None:
    book.sheets.add("另 一张", after=sheet)["A1"].value = [10, 20]
    sheet["A1"].value = [2, 3]
    sheet["C1"].formula = formula
    assert sheet["C1"].value == value
    assert sheet["C1"].formula == formula


def test_a_single_formula_moves_its_references_along(sheet: xw.Sheet) -> None:
    sheet["A1:A3"].options(transpose=True).value = [1, 2, 3]
    sheet["B1:B3"].formula = "=A1*$A$3"
    assert sheet["B1:B3"].value == [3.0, 6.0, 9.0]
    assert sheet["B1:B3"].formula == (("=A1*$A$3",), ("=A2*$A$3",), ("=A3*$A$3",))


def test_other_cells_have_what_would_be_typed(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [1.5, "=1+1", "12", None]
    typed: Any = sheet["A1:D1"].formula
    assert typed == (("1.5", "=1+1", "12", ""),)
    sheet["A2"].formula = [[2, "字", "3", None]]
    assert sheet["A2:D2"].value == [2.0, "字", 3.0, None]


def test_an_array_formula_fills_its_range(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1, 2], [3, 4]]
    sheet["D1:E2"].formula_array = "=A1:B2*10"
    assert sheet["D1:E2"].value == [[10.0, 20.0], [30.0, 40.0]]
    assert sheet["D1:E2"].formula_array == "=A1:B2*10"
    with pytest.raises(xw.XlwingsError):
        sheet["D1"].value = 1
    assert sheet["D1"].value == 10.0


def test_calculate_follows_a_change(book: xw.Book, sheet: xw.Sheet) -> None:
    book.app.calculation = "manual"
    assert book.app.calculation == "manual"
    sheet["A1"].value = 1
    sheet["B1"].formula = "=A1+1"
    book.app.calculate()
    sheet["A1"].value = 5
    book.app.calculate()
    assert sheet["B1"].value == 6.0


# pandas


def _pandas() -> Any:
    try:
        return import_module("pandas")
    except ImportError:
        unavailable("pandas is not installed")


def test_the_projects_are_read_and_written_as_a_dataframe(master: xw.Book, sample: Report) -> None:
    pd = _pandas()
    table = master.sheets[PROJECTS].tables["projects"]
    head = table.header_row_range
    body = table.data_body_range
    assert head
    assert body
    filled = len(sample.inputs.projects)
    frame = head.resize(filled + 1).options(pd.DataFrame, index=False).value
    assert list(frame.columns) == head.value
    assert list(frame["项目名称"]) == [project.name for project in sample.inputs.projects]
    assert list(frame["全年执行数"]) == [float(project.executed or 0) for project in sample.inputs.projects]
    frame["全年执行数"] = frame["全年执行数"] + 1
    wide = master.sheets.add("副本")
    wide["A1"].options(index=False).value = frame
    again = wide["A1"].options(pd.DataFrame, index=False, expand="table").value
    assert list(again["全年执行数"]) == list(frame["全年执行数"])


def test_a_dataframe_with_blanks_and_dates_comes_back(sheet: xw.Sheet) -> None:
    pd = _pandas()
    frame = pd.DataFrame(
        {
            "数": [1.5, float("nan"), 3.0],
            "字": ["a", None, "=c"],
            "日": [pd.Timestamp(2024, 2, 29), pd.NaT, pd.Timestamp(2024, 3, 1, 12)],
            "整": [1, 2, 3],
        },
        index=pd.Index(["甲", "乙", "丙"], name="名"),
    )
    sheet["A1"].value = frame
    assert sheet["A1:E2"].value == [
        ["名", "数", "字", "日", "整"],
        ["甲", 1.5, "a", datetime(2024, 2, 29), 1.0],
    ]
    assert sheet["A3:E3"].value == ["乙", None, None, None, 2.0]
    read = sheet["A1:E4"].options(pd.DataFrame).value
    assert list(read.index) == ["甲", "乙", "丙"]
    assert read.loc["丙", "日"] == datetime(2024, 3, 1, 12)


# Names and tables


def test_a_name_stands_for_its_cells(book: xw.Book, sheet: xw.Sheet) -> None:
    assert len(book.names) == 0
    sheet.range("B2:C3").name = "区域"
    name = book.names["区域"]
    assert (name.name, name.refers_to) == ("区域", f"={sheet.name}!$B$2:$C$3")
    assert name.refers_to_range == sheet["B2:C3"]
    assert sheet.range("区域").address == "$B$2:$C$3"
    found = sheet["B2:C3"].name
    assert found == name
    assert sheet["B2"].name is None
    name.refers_to = f"={sheet.name}!$A$1"
    assert sheet.range("区域").address == "$A$1"
    assert "区域" in book.names
    name.delete()
    assert "区域" not in book.names


def test_a_name_may_hold_on_one_sheet_or_for_a_number(book: xw.Book, sheet: xw.Sheet) -> None:
    sheet.names.add("本表", f"={sheet.name}!$D$4")
    book.names.add("税率", "=0.13")
    assert [name.name for name in sheet.names] == [f"{sheet.name}!本表"]
    assert [name.name for name in book.names] == ["税率", f"{sheet.name}!本表"]
    assert book.names["税率"].refers_to == "=0.13"
    with pytest.raises(xw.XlwingsError, match="税率"):
        _ = book.names["税率"].refers_to_range
    sheet["A1"].formula = "=税率*100"
    assert sheet["A1"].value == 13.0
    assert sheet.range("本表").address == "$D$4"


def test_the_tables_of_the_master_are_tables(master: xw.Book, sample: Report) -> None:
    sheet = master.sheets[PROJECTS]
    assert [table.name for table in sheet.tables] == ["projects"]
    assert "projects" in sheet.tables
    assert len(master.sheets["机构职责"].tables) == 3
    table = sheet.tables["projects"]
    head, body = table.header_row_range, table.data_body_range
    assert head
    assert body
    assert table.show_headers is True
    assert table.totals_row_range is None
    assert head.value[0] == "项目名称"
    assert table.range.shape == (body.shape[0] + 1, body.shape[1])
    assert body.row == head.row + 1
    assert body[:, 0].value[: len(sample.inputs.projects)] == [one.name for one in sample.inputs.projects]
    assert table.parent == sheet
    within = body[0, 0].table
    assert within
    assert within.name == "projects"
    assert sheet["A1"].table is None
    table.resize(table.range.resize(table.range.shape[0] + 3))
    assert sheet.tables["projects"].range.shape[0] == body.shape[0] + 4
    with pytest.raises(xw.NoSuchObjectError, match="没有"):
        sheet.tables["没有"]


def test_a_formula_with_parts_of_a_table_is_in_the_words_of_excel(master: xw.Book) -> None:
    body = master.sheets[PROJECTS].tables["projects"].data_body_range
    assert body
    head = master.sheets[PROJECTS].tables["projects"].header_row_range
    assert head
    rate = body[0, head.value.index("执行率")]
    assert str(rate.formula).startswith("=IF(COUNT(projects[[#This Row],[全年执行数]],")
    assert ";" not in rate.formula
    assert rate.options(err_to_str=True).value == pytest.approx(
        body[0, head.value.index("全年执行数")].value / body[0, head.value.index("全年预算数")].value,
        abs=1e-4,
    )


def test_a_formula_of_a_table_counts_when_it_is_written(book: xw.Book, master: xw.Book) -> None:
    table = master.sheets[PROJECTS].tables["projects"]
    body, head = table.data_body_range, table.header_row_range
    assert body
    assert head
    executed = head.value.index("全年执行数")
    cell = master.sheets[PROJECTS].range((body.row, body.column + body.shape[1] + 2))
    cell.formula = "=projects[[#This Row],[全年执行数]]*2"
    assert cell.value == body[0, executed].value * 2
    assert cell.formula == "=projects[[#This Row],[全年执行数]]*2"


# Looks and protection


def test_a_colour_is_set_and_taken_away(sheet: xw.Sheet) -> None:
    cells = sheet["B2:C3"]
    assert cells.color is None
    cells.color = (255, 199, 206)
    assert cells.color == (255, 199, 206)
    assert sheet["D4"].color is None
    sheet["B2"].color = "#00ff00"
    assert sheet["B2"].color == (0, 255, 0)
    cells.color = None
    assert cells.color is None
    assert sheet["B2"].color is None
    sheet["A1:B1"].set_colors([[(1, 2, 3), ...]])
    assert (sheet["A1"].color, sheet["B1"].color) == ((1, 2, 3), None)


def test_a_colour_reaches_the_saved_file(sheet: xw.Sheet, book: xw.Book, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    sheet["A1"].value = [["a"], ["b"]]
    sheet["A1"].color = (255, 199, 206)
    sheet["A2"].color = (1, 2, 3)
    sheet["A2"].color = None
    book.save(tmp_path / "色.xlsx")
    saved = load_workbook(tmp_path / "色.xlsx").active
    assert saved["A1"].fill.fgColor.rgb == "FFFFC7CE"
    assert saved["A2"].fill.fill_type is None


def _locked(sheet: xw.Sheet, change: str) -> None:
    cell = sheet["C20"]
    if change == "value":
        cell.value = "neu"
    elif change == "formula":
        cell.formula = "=1"
    elif change == "color":
        cell.color = (1, 2, 3)
    elif change == "number_format":
        cell.number_format = "0.000"
    else:
        cell.clear_contents()


@pytest.mark.parametrize("change", ["value", "formula", "color", "number_format", "clear_contents"])
def test_a_locked_cell_is_not_changed_in_silence(master: xw.Book, change: str) -> None:
    sheet = master.sheets["指标计算"]
    before = (sheet["C20"].formula, sheet["C20"].color, sheet["C20"].number_format)
    assert before[0]
    assert sheet.api.ProtectContents is True
    with pytest.raises(Protected, match="指标计算!C20"):
        _locked(sheet, change)
    assert (sheet["C20"].formula, sheet["C20"].color, sheet["C20"].number_format) == before
    sheet.api.Unprotect()
    assert sheet.api.ProtectContents is False
    _locked(sheet, change)
    assert (sheet["C20"].formula, sheet["C20"].color, sheet["C20"].number_format) != before
    sheet.api.Protect(AllowFormattingColumns=True)
    assert sheet.api.ProtectContents is True
    with pytest.raises(Protected):
        _locked(sheet, change)


def test_an_unlocked_cell_of_a_protected_sheet_is_written(master: xw.Book, sample: Report) -> None:
    sheet = master.sheets["单位信息"]
    assert sheet.api.ProtectContents is True
    area = sheet.used_range
    at = next(
        (row, column)
        for row, values in enumerate(area.value)
        for column, value in enumerate(values)
        if value == sample.inputs.unit.name
    )
    cell = area[at]
    cell.value = "某某县某某局"
    assert cell.value == "某某县某某局"
    with pytest.raises(Protected):
        cell.resize(1, 200).value = 1
    assert cell.value == "某某县某某局"


def test_a_password_is_not_guessed(sheet: xw.Sheet) -> None:
    sheet.api.Protect("geheim")
    with pytest.raises(Protected, match="密码"):
        sheet.api.Unprotect()
    assert sheet.api.ProtectContents is True
    sheet.api.Unprotect("geheim")
    assert sheet.api.ProtectContents is False


def test_other_members_of_a_sheet_are_those_of_uno(sheet: xw.Sheet) -> None:
    assert sheet.api.getName() == sheet.name
    with pytest.raises(AttributeError):
        _ = sheet.api.NoSuchMember


# The application


def test_an_alert_without_a_window_is_kept_and_said_in_the_status_bar(book: xw.Book) -> None:
    app = book.app
    app.impl.alerts.clear()
    assert app.alert("共 3 处需要改正。\n请看检查结果。", "检查") == "ok"
    assert app.impl.alerts == [("共 3 处需要改正。\n请看检查结果。", "检查")]
    assert app.status_bar == "检查：共 3 处需要改正。 请看检查结果。"
    assert app.alert("继续？", buttons="yes_no") == "no"
    app.status_bar = False


def test_an_alert_in_a_window_that_nobody_sees_does_not_wait(office: Office) -> None:
    document = office.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, ())
    app = book_of(document, office.context).app
    try:
        assert app.visible is True
        app.impl.alerts.clear()
        assert app.alert("好了", "标题", mode="critical") == "ok"
        assert app.alert("继续？", "标题", buttons="ok_cancel") == "cancel"
        assert app.impl.alerts == [("好了", "标题"), ("继续？", "标题")]
    finally:
        app.status_bar = False
        office.close(document)


def test_the_status_bar_is_kept_and_given_back(book: xw.Book) -> None:
    app = book.app
    assert app.status_bar is False
    app.status_bar = "正在检查……"
    assert book.app.status_bar == "正在检查……"
    app.status_bar = "完成"
    assert app.status_bar == "完成"
    app.status_bar = False
    assert app.status_bar is False


def test_a_status_outlives_the_window_that_it_stood_in(office: Office, book: xw.Book) -> None:
    document = office.new()
    app = book_of(document, office.context).app
    app.status_bar = "一"
    first = app.impl._indicator
    app.status_bar = "二"
    assert app.impl._indicator is first
    office.close(document)
    book.activate()
    app.status_bar = "三"
    assert app.status_bar == "三"
    assert app.impl._indicator is not first  # that one is in a window no more
    app.status_bar = False


def test_the_screen_is_held_still(book: xw.Book) -> None:
    app = book.app
    document = book.api
    assert app.screen_updating is True
    app.screen_updating = False
    app.screen_updating = False
    assert document.hasControllersLocked() is True
    assert app.screen_updating is False
    app.screen_updating = True
    assert document.hasControllersLocked() is False
    with app.properties(screen_updating=False, display_alerts=False):
        assert document.hasControllersLocked() is True
        assert app.display_alerts is False
    assert document.hasControllersLocked() is False
    assert app.display_alerts is True


def test_what_is_selected_is_the_selection(book: xw.Book, sheet: xw.Sheet) -> None:
    sheet["B2:C3"].select()
    assert book.selection
    assert book.selection.address == "$B$2:$C$3"


def test_open_books_are_listed(office: Office, book: xw.Book, master: xw.Book) -> None:
    app = master.app
    assert {one.name for one in app.books} >= {book.name, master.name}
    assert app.books[master.name] == master
    assert app == book.app
    assert xw.apps.active == app
    assert app.engine.name == "libreoffice"


def test_an_office_is_found_without_its_context(office: Office, book: xw.Book) -> None:
    assert book_of(book.api).app == book.app


# The office


def test_nothing_is_left_of_an_office(soffice: str, tmp_path: Path) -> None:
    with Office(soffice) as other:
        document = other.new()
        book = book_of(document, other.context)
        book.sheets[0]["A1"].value = 1
        process, profile = other._process, Path(other._profile)
        assert process
        assert profile.is_dir()
        assert process.poll() is None
    assert process.returncode is not None
    assert not profile.exists()
    assert _gone(process.pid)
    assert other.context is None


def test_an_office_that_died_is_forgotten(soffice: str, office: Office) -> None:
    with Office(soffice) as other:
        dead = book_of(other.new(), other.context).app.pid
    document = office.new()
    known = [app.pid for app in xw.apps]
    assert book_of(document, office.context).app.pid not in {dead}
    assert dead not in [app.pid for app in xw.apps]
    assert known[0] == dead
    office.close(document)


def test_an_office_that_hangs_or_ends_at_once_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "soffice"
    broken.write_text("#!/bin/sh\nexit 7\n")
    broken.chmod(0o755)
    with pytest.raises(Unusable, match="随即退出（7）"), Office(str(broken)):
        pass
    broken.write_text(f"#!/bin/sh\necho $$ > '{tmp_path}/group'\nsleep 600 &\nsleep 600\n")
    monkeypatch.setattr("xlreport.libreoffice.office.START_SECONDS", 1)
    with pytest.raises(Unusable, match="没有应答"), Office(str(broken)):
        pass
    assert _gone(int((tmp_path / "group").read_text()))


def _gone(group: int) -> bool:
    """Whether a group of processes comes to its end; those that were killed take a moment."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_file_that_does_not_open_is_reported(office: Office, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="不存在"):
        office.open(tmp_path / "没有.xlsx")
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(Unusable, match=r"坏\.xlsx"):
        office.open(broken)


def test_a_year_with_many_projects_is_read_at_once(office: Office, sample: Report, tmp_path: Path) -> None:
    many = tuple(sample.inputs.projects[0]._replace(name=f"项目{at}") for at in range(1000))
    path = tmp_path / "多.xlsx"
    build_master(evaluate(replace(sample.inputs, projects=many)), path)
    document = office.open(path)
    body = book_of(document, office.context).sheets[PROJECTS].tables["projects"].data_body_range
    assert body
    rows = body.value
    assert [row[0] for row in rows[:1000]] == [project.name for project in many]
    office.close(document)
