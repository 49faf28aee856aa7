"""`xlreport papers` and `report --with-tables`: the files, their names, and what is said of gaps."""

import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.test_packages import errors
from xlreport.cli import main
from xlreport.word import read_paragraphs

CASE = Path(__file__).parent / "cases" / "base.toml"
UNIT = "示例县林业局2023年度"
NAMES = (
    f"附件1 {UNIT}部门整体支出绩效自评报告.docx",
    f"附件2 {UNIT}部门整体支出绩效评价基础数据表.docx",
    f"附件2 {UNIT}部门整体支出绩效评价基础数据表.xlsx",
    f"附件3 {UNIT}部门整体支出绩效自评表.docx",
    f"附件3 {UNIT}部门整体支出绩效自评表.xlsx",
    f"附件4 {UNIT}项目支出绩效自评表.docx",
    f"附件4 {UNIT}项目支出绩效自评表.xlsx",
)


def run(*arguments: object, status: int = 0) -> str:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("papers") / "自评.xlsx"
    run("new", path, "--data", CASE)
    return path


def test_each_paper_is_a_file_named_as_bureaus_want(master: Path, tmp_path: Path) -> None:
    folder = tmp_path / "新" / "附件"
    said = run("papers", master, "-o", folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)
    assert "注意：附件中有 8 处缺漏（空格标为〔未填〕）：附件3：年度总体目标" in said


def test_it_lies_beside_the_workbook_unless_said_otherwise(master: Path) -> None:
    run("papers", master)
    assert all((master.parent / name).exists() for name in NAMES)


def test_nothing_is_overwritten_unasked(master: Path, tmp_path: Path) -> None:
    (tmp_path / NAMES[3]).write_text("mine")
    said = run("papers", master, "-o", tmp_path, status=2)
    assert NAMES[3] in said
    assert [path.name for path in tmp_path.iterdir()] == [NAMES[3]]
    run("papers", master, "-o", tmp_path, "--force")
    assert (tmp_path / NAMES[3]).read_bytes().startswith(b"PK")


def test_a_file_in_the_place_of_the_folder_is_said(master: Path, tmp_path: Path) -> None:
    (tmp_path / "附件").write_text("mine")
    assert "无法建立这个文件夹" in run("papers", master, "-o", tmp_path / "附件", status=2)


def test_the_files_are_valid(master: Path, tmp_path: Path, ooxml_validator: str) -> None:
    run("papers", master, "-o", tmp_path)
    for path in tmp_path.iterdir():
        assert errors(ooxml_validator, path) == [], path.name


def test_each_project_has_a_sheet_and_a_page(master: Path, tmp_path: Path) -> None:
    run("papers", master, "-o", tmp_path)
    assert openpyxl.load_workbook(tmp_path / NAMES[6]).sheetnames == ["附件4-1", "附件4-2", "附件4-3"]
    texts = [paragraph.text for paragraph in read_paragraphs(tmp_path / NAMES[5])]
    assert texts.count("项目支出绩效自评表") == 3
    assert {"造林补助", "病虫害防治", "林业科普宣传"} <= set(texts)


def test_tables_follow_the_report_when_asked(master: Path, tmp_path: Path) -> None:
    with_tables, without = tmp_path / "a.docx", tmp_path / "b.docx"
    run("report", master, "-o", with_tables, "--with-tables")
    run("report", master, "-o", without)
    texts = [paragraph.text for paragraph in read_paragraphs(with_tables)]
    report = [paragraph.text for paragraph in read_paragraphs(without)]
    assert texts[: len(report)] == report
    marks = [text for text in texts[len(report) :] if text.startswith("附件")]
    assert marks == ["附件2", "附件3", "附件4", "附件4", "附件4"]
    with zipfile.ZipFile(without) as package:
        assert b"<w:tbl>" not in package.read("word/document.xml")


def test_numbers_and_version_are_the_workbooks_choice(tmp_path: Path) -> None:
    data = tmp_path / "data.toml"
    data.write_text(
        f'{CASE.read_text("utf-8")}\n[settings]\nbase_table = "B"\nbase_number = "附表1"\n', "utf-8"
    )
    run("new", tmp_path / "m.xlsx", "--data", data)
    run("papers", tmp_path / "m.xlsx", "-o", tmp_path)
    book = openpyxl.load_workbook(tmp_path / f"附表1 {UNIT}部门整体支出绩效评价基础数据表.xlsx")
    assert book["附表1"]["A1"].value == "附表1"
    assert "支出总额" in [row[0].value for row in book["附表1"].iter_rows()]
