"""Which Word file beside a workbook is compared with it, and what is said of the choice."""

import os
from pathlib import Path

import docx
import pytest

from tests.test_papers import FILLED
from xlreport.assets import names_in
from xlreport.datafile import with_defaults
from xlreport.department import Department, Output, open_department, paper_files, word_report
from xlreport.errors import Unusable
from xlreport.model.inputs import with_values
from xlreport.report import evaluate
from xlreport.sheets.difference_sheet import LONGEST_SHOWN, jump_formula
from xlreport.sheets.master import build_master
from xlreport.verify.choice import MARKED, compare_newest
from xlreport.verify.findings import around
from xlreport.verify.identity import is_report
from xlreport.word_text import read_word


@pytest.fixture(scope="module")
def department(tmp_path_factory: pytest.TempPathFactory) -> Department:
    path = tmp_path_factory.mktemp("master") / "自评.xlsx"
    build_master(evaluate(with_defaults(FILLED)), path)
    return open_department(path)


@pytest.fixture(scope="module")
def content(department: Department) -> bytes:
    return word_report(department).content()


def other(department: Department, **unit: object) -> bytes:
    """The report of another department or year, made by the same program."""
    inputs = with_values(department.report.inputs, unit=unit)
    return word_report(Department("别的.xlsx", department.reading, evaluate(inputs), "A")).content()


def put(folder: Path, *files: tuple[str, bytes]) -> None:
    """Files as they would be saved one after another."""
    for hour, (name, data) in enumerate(files):
        (folder / name).write_bytes(data)
        os.utime(folder / name, (hour * 3600, hour * 3600))


def paper(department: Department, number: str) -> Output:
    return next(p for p in paper_files(department) if p.name.startswith(number) and p.name.endswith("docx"))


def test_the_newest_report_is_compared_whatever_it_is_called(
    department: Department, content: bytes, tmp_path: Path
) -> None:
    papers = [paper(department, number) for number in ("附件2", "附件3", "附件4")]
    put(
        tmp_path,
        (f"{department.title}.docx", content),
        ("终稿.docx", content),
        *((each.name, each.content()) for each in papers),
        (f"终稿{MARKED}.docx", content),
        ("~$终稿（二）.docx", b"lock"),
        ("邻局.docx", other(department, name="示例县水利局")),
        ("上年.docx", other(department, year=2022)),
        ("说明.txt", b"x"),
    )
    verification, remarks = compare_newest(department, tmp_path)
    assert (verification.path.name, verification.findings) == ("终稿.docx", ())
    newer, older = remarks
    assert newer.startswith("有更新的文件没有核对：上年.docx：是2022年度的报告")
    assert older == f"更早的{department.title}.docx没有核对"


def test_a_copy_that_is_called_alike_counts(department: Department, content: bytes, tmp_path: Path) -> None:
    title = department.title
    put(tmp_path, (f"{title}.docx", content), (f"附件1 {title}.docx", content), (f"{title}-改.docx", content))
    verification, remarks = compare_newest(department, tmp_path)
    assert verification.path.name == f"{title}-改.docx"
    assert remarks == (f"更早的附件1 {title}.docx等 2 份没有核对",)


def test_what_cannot_be_read_is_said(department: Department, content: bytes, tmp_path: Path) -> None:
    put(tmp_path, ("终稿.docx", content), ("坏的.docx", b"PK"))
    verification, remarks = compare_newest(department, tmp_path)
    assert verification.path.name == "终稿.docx"
    assert remarks[0].startswith("有更新的文件没有核对：坏的.docx：不是 Word 文档")
    (tmp_path / "终稿.docx").unlink()
    with pytest.raises(Unusable, match=r"^坏的\.docx：不是 Word 文档"):
        compare_newest(department, tmp_path)


@pytest.mark.parametrize(("kind", "says"), [("docx", "损坏"), ("doc", "旧格式"), ("wps", "旧格式")])
def test_an_older_report_does_not_stand_in_for_one_that_cannot_be_read(
    department: Department, content: bytes, tmp_path: Path, kind: str, says: str
) -> None:
    data = b"PK" if kind == "docx" else b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    put(tmp_path, ("终稿.docx", content), (f"{department.title}（2）.{kind}", data))
    with pytest.raises(Unusable, match=says):
        compare_newest(department, tmp_path)


def test_the_report_of_another_year_under_this_name_is_refused(
    department: Department, tmp_path: Path
) -> None:
    put(tmp_path, (f"{department.title}.docx", other(department, year=2022)))
    with pytest.raises(Unusable, match="是2022年度的报告"):
        compare_newest(department, tmp_path)


@pytest.mark.parametrize("lock", ["~$终稿.docx", "~$.docx", ".~lock.终稿.docx#"])
def test_an_open_report_is_compared_as_it_was_saved(
    department: Department, content: bytes, tmp_path: Path, lock: str
) -> None:
    put(tmp_path, ("终稿.docx", content), (lock, b"x"))
    assert compare_newest(department, tmp_path).remarks == ("该文件正在打开，核对的是最近一次保存的内容",)


def test_a_folder_without_a_report_is_said(department: Department, tmp_path: Path) -> None:
    put(tmp_path, ("附件2.docx", paper(department, "附件2").content()))
    with pytest.raises(Unusable, match=f"^没有找到{department.title}"):
        compare_newest(department, tmp_path)


@pytest.mark.parametrize("outline", names_in("outlines"))
def test_every_outline_says_at_its_top_that_it_is_a_report(department: Department, outline: str) -> None:
    whose = Department(department.source, department.reading, department.report, outline)
    data = word_report(whose).content()
    assert is_report([line.text for line in read_word(data, "r.docx").lines])


def test_a_title_in_two_lines_counts_and_an_announcement_of_another_thing_does_not(tmp_path: Path) -> None:
    def said(*lines: str) -> bool:
        document = docx.Document()
        for line in lines:
            document.add_paragraph(line)
        document.save(str(tmp_path / "r.docx"))
        return is_report([line.text for line in read_word((tmp_path / "r.docx").read_bytes(), "r").lines])

    assert said("示例县林业局", "2023年度部门整体支出", "绩效自评报告", "一、基本情况")
    assert not said("2023年度项目支出绩效自评报告", "一、基本情况")
    assert not said("2023年度部门整体支出绩效自评表", "填报单位：示例县林业局")


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (2, 5, "决算【100】万元"),
        (5, 5, "决算100万元"),
        (0, 2, "【决算】100万元"),
    ],
)
def test_the_words_around_a_difference(start: int, end: int, shown: str) -> None:
    assert around("决算100万元", start, end) == shown


def test_long_lines_are_cut_around_a_difference() -> None:
    assert around(f"{'前' * 40}100{'后' * 40}", 40, 43) == f"…{'前' * 16}【100】{'后' * 16}…"


def test_a_link_names_all_cells_and_leads_to_the_first() -> None:
    assert jump_formula(()) == ""
    assert jump_formula(("收支情况!G6", "收支 表!G7")) == (
        '=HYPERLINK("#\'收支情况\'!G6","收支情况!G6、收支 表!G7")'
    )
    assert jump_formula(('甲"乙!A1',)) == '=HYPERLINK("#\'甲""乙\'!A1","甲""乙!A1")'
    # Excel takes no longer text in a formula.
    texts = jump_formula(tuple(f"收支情况!G{n}" for n in range(90))).split('"')[1::2]
    assert max(map(len, texts)) == LONGEST_SHOWN
