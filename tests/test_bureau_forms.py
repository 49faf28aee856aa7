"""The forms that lie beside a workbook: which are filled, which passed over, and what is said of each."""

from pathlib import Path

import openpyxl
import pytest

from tests.test_papers import FILLED
from xlreport.addin.bureau_forms import filled_forms, sentence
from xlreport.department import Department, open_department
from xlreport.errors import Unusable
from xlreport.model.inputs import Inputs, with_values
from xlreport.report import evaluate
from xlreport.sheets.forms import FilledForm
from xlreport.sheets.master import build_master

HEADS = ("经费控制情况（万元）", "{last}年决算数", "{year}年预算数", "{year}年决算数")


def department(inputs: Inputs, folder: Path) -> Department:
    build_master(evaluate(inputs), folder / "自评.xlsx")
    return open_department(folder / "自评.xlsx")


def form(path: Path, year: int = 2023, protect: bool = False) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["部门整体支出绩效评价基础数据表"])
    sheet.append([head.format(year=year, last=year - 1) for head in HEADS])
    for label in ("三公经费", "2、出国经费", "3、公务接待", "项目支出："):
        sheet.append([label])
    sheet.protection.sheet = protect
    book.save(path)


def test_blank_forms_are_filled_and_all_else_is_passed_over(tmp_path: Path) -> None:
    whose = department(FILLED, tmp_path)
    form(tmp_path / "空表.xlsx")
    for name in ("空表（已填）.xlsx", "某局（报送）.xlsx", "~$空表.xlsx"):
        form(tmp_path / name)
    openpyxl.Workbook().save(tmp_path / "别的.xlsx")
    (tmp_path / "说明.txt").write_text("x")
    ((path, filled),) = filled_forms(whose, tmp_path, "自评.xlsx")
    assert path.name == "空表.xlsx"
    assert isinstance(filled, FilledForm)
    assert sentence(path, filled).startswith("空表.xlsx：填写 12 格，没有找到位置 ")


def test_what_is_filled_already_is_left(tmp_path: Path) -> None:
    whose = department(FILLED, tmp_path)
    form(tmp_path / "空表.xlsx")
    ((_, filled),) = filled_forms(whose, tmp_path, "自评.xlsx")
    assert isinstance(filled, FilledForm)
    (tmp_path / "空表.xlsx").write_bytes(filled.books[0].content)
    assert list(filled_forms(whose, tmp_path, "自评.xlsx")) == []


@pytest.mark.parametrize(("year", "protect", "says"), [(2023, True, "工作表受保护"), (2022, False, "2022")])
def test_a_form_that_cannot_be_filled_says_why(tmp_path: Path, year: int, protect: bool, says: str) -> None:
    whose = department(FILLED, tmp_path)
    form(tmp_path / "空表.xlsx", year, protect)
    ((path, filled),) = filled_forms(whose, tmp_path, "自评.xlsx")
    assert says in (str(filled) if isinstance(filled, Unusable) else sentence(path, filled))


def test_without_a_year_nothing_can_be_filled(tmp_path: Path) -> None:
    whose = department(with_values(FILLED, unit={"year": None}), tmp_path)
    form(tmp_path / "空表.xlsx")
    with pytest.raises(Unusable, match="评价年度"):
        list(filled_forms(whose, tmp_path, "自评.xlsx"))
