"""The command end to end: what it writes, prints and ends with, and how it refuses what it cannot use."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from docx import Document

from tests import form_maker, hostile
from tests.quick_forms import quick
from xlreport.assets import asset
from xlreport.checks.rule import Level, rule_lines
from xlreport.cli import main
from xlreport.datafile import read_outline
from xlreport.model.rates import RATES
from xlreport.sheets.reader import read_workbook

UNIT = "衡东县科技和工业信息化局"
TITLE = f"{UNIT}2023年度部门整体支出绩效自评报告"
REPORT, FILING, DRAFT = f"{TITLE}.docx", f"{TITLE}（报送）.xlsx", f"{TITLE}（报送）.eml"
MASTER = f"{UNIT}2023年度绩效自评.xlsx"
NOBODY = 65534

# Nothing is wrong with this year but that an adjustment of 40% wants an explanation.
DATA = """
[unit]
name = "某县水利局"
year = 2024
report_date = 2025-03-20
[establishment]
total = 20
[in_post]
total = 18
[initial]
income = 100
expenditure = 100
[adjustment]
additions = 40
[full_year]
expenditure = 140
[final]
income = 138
expenditure = 138
[texts]
difference_reason = "年中追加水库除险加固资金"
"""


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def done(*arguments: str | Path) -> Result:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def refused(result: Result, words: str) -> None:
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    one_sentence(result.stderr, words)


def one_sentence(text: str, words: str) -> None:
    assert text.endswith("。\n")
    assert (text.count("\n"), text.count("。")) == (1, 1), text
    assert "Traceback" not in text
    assert re.search(words, text), text


def listing(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sample") / "自评.xlsx"
    done("new", path, "--sample")
    return path.read_bytes()


@pytest.fixture
def book(tmp_path: Path, master: bytes) -> Path:
    (tmp_path / "自评.xlsx").write_bytes(master)
    return tmp_path / "自评.xlsx"


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder for temporary files, which anybody may use and in which every test leaves none."""
    with tempfile.TemporaryDirectory(prefix="xlreport-test-") as folder:
        os.chmod(folder, 0o777)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield
        assert os.listdir(folder) == []


# ------------------------------------------------------------------------------ help


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_help_with_a_runnable_example(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, master: bytes
) -> None:
    text = done(name, "--help").stdout
    found = re.search(r"Example: xlreport (.+)", text)
    assert found, "no example"
    arguments = found[1].split()
    assert arguments[0] == name
    monkeypatch.chdir(tmp_path)
    if name != "new":
        (tmp_path / "绩效自评.xlsx").write_bytes(master)
    if name == "fill":
        (tmp_path / "财政局空表.xlsx").write_bytes(quick(form_maker.overall()))
    if name in ("review", "verify"):
        done("report", "绩效自评.xlsx", "-o", "自评报告.docx")
    if name == "build":
        monkeypatch.setattr("xlreport.build.build_all.__defaults__", (tmp_path,))
    if name == "setup" and sys.platform == "win32":
        return  # it would do it
    assert run(*arguments).exit_code == {"check": 1, "review": 1, "setup": 2}.get(name, 0)


def test_the_group_has_help_and_the_version() -> None:
    assert all(name in done("--help").stdout for name in main.commands)
    assert done("-h").stdout == done("--help").stdout
    assert re.fullmatch(r"\w+, version \d+\.\d+\.\d+\n", done("--version").stdout)


# ------------------------------------------------------------------------------ what is written


def test_the_demo_does_the_sample_year_end_to_end(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "示例"
    result = done("demo", folder)
    assert set(listing(folder)) == {MASTER, REPORT, FILING, DRAFT}
    assert [line for line in result.stdout.splitlines() if line.startswith("已生成：")] == [
        f"已生成：{folder / name}" for name in (MASTER, REPORT, FILING, DRAFT)
    ]
    assert result.stdout.startswith(f"{UNIT}　2023年度\n")
    assert "硬性　 T01" in result.stdout
    assert "合计：填写有误 0 处，硬性 " in result.stdout
    assert read_workbook(folder / MASTER).problems == ()
    is_the_report(folder / REPORT)
    is_the_filing(folder / FILING)
    is_the_draft(folder / DRAFT)


def test_the_demo_goes_where_it_is_told_or_into_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done("demo")
    before = listing(tmp_path)
    assert set(before) == {"xlreport-demo", *(f"xlreport-demo/{n}" for n in (MASTER, REPORT, FILING, DRAFT))}
    refused(run("demo"), "已存在，未覆盖")
    assert listing(tmp_path) == before
    done("demo", "--force")
    assert set(listing(tmp_path)) == set(before)


def test_new_fills_in_the_sample(book: Path) -> None:
    reading = read_workbook(book)
    assert reading.problems == ()
    assert reading.inputs.unit.name == UNIT
    assert reading.inputs.template == read_outline("A")
    sheets = openpyxl.load_workbook(book).sheetnames
    assert sheets[0] == "首页"
    assert {"单位信息", "收支情况", "项目支出", "检查结果", "报告模板"} < set(sheets)


def test_new_is_empty_or_takes_unit_and_year(tmp_path: Path) -> None:
    result = done("new", tmp_path / "a.xlsx")
    assert result.stdout == f"已生成：{tmp_path / 'a.xlsx'}\n"
    inputs = read_workbook(tmp_path / "a.xlsx").inputs
    assert (inputs.unit.name, inputs.unit.year, inputs.projects) == (None, None, ())
    assert inputs.template == read_outline("A")
    done("new", tmp_path / "b.xlsx", "--unit", "某县水利局", "--year", "2025", "--outline", "A")
    unit = read_workbook(tmp_path / "b.xlsx").inputs.unit
    assert (unit.name, unit.year) == ("某县水利局", 2025)


def test_new_takes_data_and_unit_and_year_go_before_it(tmp_path: Path) -> None:
    (tmp_path / "数据.toml").write_text(DATA, encoding="utf-8")
    done("new", tmp_path / "a.XLSX", "--data", tmp_path / "数据.toml", "--year", "2025")
    inputs = read_workbook(tmp_path / "a.XLSX").inputs
    assert (inputs.unit.name, inputs.unit.year) == ("某县水利局", 2025)
    assert inputs.final.expenditure == 138
    assert (tmp_path / "数据.toml").read_text(encoding="utf-8") == DATA


def is_the_report(path: Path) -> None:
    document = Document(str(path))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[1].replace("\n", "") == "2023年度部门整体支出绩效自评报告"
    assert "一、单位基本情况" in texts
    assert "5420.82万元" in "".join(texts)
    assert texts[-2:] == [UNIT, "2024年4月2日"]
    assert document.core_properties.title == TITLE


def is_the_filing(path: Path) -> None:
    workbook = openpyxl.load_workbook(path)
    cells = {cell.value for sheet in workbook for row in sheet.iter_rows() for cell in row}
    assert {UNIT, 5420.82} <= cells
    assert path.read_bytes().startswith(b"PK")
    assert all(sheet.sheet_state == "visible" for sheet in workbook)


def is_the_draft(path: Path) -> None:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["Subject"] == f"{TITLE}（报送）"
    files = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert set(files) == {FILING, REPORT}
    assert openpyxl.load_workbook(io.BytesIO(files[FILING])).sheetnames
    assert Document(io.BytesIO(files[REPORT])).paragraphs


WRITERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "report": (REPORT, is_the_report),
    "filing": (FILING, is_the_filing),
    "mail": (DRAFT, is_the_draft),
}


@pytest.mark.parametrize("command", WRITERS)
def test_a_file_is_written_beside_the_workbook_where_told_and_into_a_folder(command: str, book: Path) -> None:
    name, is_right = WRITERS[command]
    folder, target = book.parent / "报送", book.parent / f"某个名字{Path(name).suffix}"
    folder.mkdir()
    content = book.read_bytes()
    for options, path in (
        (list[str | Path](), book.parent / name),
        (["-o", target], target),
        (["--output", folder], folder / name),
    ):
        before = set(listing(book.parent))
        result = done(command, book, *options)
        assert result.stdout == f"已生成：{path}\n"
        first, *gaps = result.stderr.splitlines()
        assert f"{first}\n" == LEFT_OPEN
        assert all(line.startswith("注意：附件中有 ") for line in gaps)
        assert bool(gaps) is (command == "filing")
        assert set(listing(book.parent)) - before == {str(path.relative_to(book.parent))}
        is_right(path)
    assert book.read_bytes() == content


LEFT_OPEN = "注意：还有未处理的问题（硬性 2 条，需说明 3 条），请用 xlreport check 查看。\n"


@pytest.mark.parametrize("command", WRITERS)
def test_only_force_overwrites(command: str, book: Path) -> None:
    name, is_right = WRITERS[command]
    (book.parent / name).write_bytes(b"mine")
    before = listing(book.parent)
    refused(run(command, book), f"{re.escape(name)}：文件已存在，未覆盖；确认要覆盖请加 --force")
    assert listing(book.parent) == before
    done(command, book, "--force")
    is_right(book.parent / name)


def test_new_overwrites_only_with_force(book: Path) -> None:
    before = listing(book.parent)
    refused(run("new", book, "--unit", "某县水利局"), "已存在，未覆盖")
    assert listing(book.parent) == before
    done("new", book, "--unit", "某县水利局", "--force")
    assert read_workbook(book).inputs.unit.name == "某县水利局"


def test_recipients_are_those_named(book: Path) -> None:
    done("mail", book, "--to", "a@example.com", "--to", "财政局 <b@example.com>")
    message = message_from_bytes((book.parent / DRAFT).read_bytes(), policy=policy.default)
    assert [str(address) for address in message["To"].addresses] == [
        "a@example.com",
        "财政局 <b@example.com>",
    ]


def test_styles_are_taken_from_ones_own_document(book: Path) -> None:
    document = Document(str(asset("report.docx")))
    document.styles["Normal"].font.name = "标记体"
    styles = book.parent / "本单位.docx"
    document.save(str(styles))
    before = styles.read_bytes()
    done("report", book, "--styles", styles)
    assert Document(str(book.parent / REPORT)).styles["Normal"].font.name == "标记体"
    assert styles.read_bytes() == before


def test_a_pdf_stands_beside_the_report(book: Path, soffice: str) -> None:
    assert soffice
    result = done("report", book, "--pdf", "-o", book.parent / "a.docx")
    assert result.stdout == f"已生成：{book.parent / 'a.docx'}\n已生成：{book.parent / 'a.pdf'}\n"
    assert (book.parent / "a.pdf").read_bytes().startswith(b"%PDF-")
    is_the_report(book.parent / "a.docx")


def test_gaps_are_told(tmp_path: Path) -> None:
    (tmp_path / "数据.toml").write_text(DATA, encoding="utf-8")
    done("new", tmp_path / "自评.xlsx", "--data", tmp_path / "数据.toml")
    result = done("report", tmp_path / "自评.xlsx")
    assert re.search(r"注意：报告中有 \d+ 处未填，已标为〔未填：…〕：.*等 \d+ 项\n$", result.stderr)
    text = "".join(p.text for p in Document(result.stdout.strip().removeprefix("已生成：")).paragraphs)
    assert "〔未填：资产.资产总额〕" in text


def test_build_writes_the_generated_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlreport.build.build_all.__defaults__", (tmp_path,))
    result = done("build")
    written = [Path(line.removeprefix("已生成：")) for line in result.stdout.splitlines()]
    names = {
        "report.docx",
        "绩效自评.xlsx",
        "绩效自评.xlsm",
        "xlreport.xlam",
        "vbaProject.bin",
        "Functions.bas",
    }
    assert {path.name for path in written} == names
    assert all(path.is_file() for path in written)
    assert read_workbook(tmp_path / "workbook" / "绩效自评.xlsm").problems == ()


# ------------------------------------------------------------------------------ check


def test_check_prints_what_is_open_and_ends_with_1(book: Path) -> None:
    before = listing(book.parent)
    result = run("check", book)
    assert (result.exit_code, result.stderr) == (1, "")
    lines = result.stdout.splitlines()
    assert lines[0] == f"{UNIT}　2023年度"
    assert re.fullmatch(r"合计：填写有误 0 处，硬性 \d+ 条，需说明 \d+ 条，提示 \d+ 条。", lines[-1])
    assert "相差641.17个百分点" in next(line for line in lines if " T01　已公布数据!D7、" in line)
    assert listing(book.parent) == before


def test_the_json_object_is_that_of_the_contract(book: Path) -> None:
    result = run("check", book, "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    found = json.loads(result.stdout)
    assert list(found) == ["unit", "year", "rates", "scores", "findings", "problems"]
    assert (found["unit"], found["year"], found["problems"]) == (UNIT, 2023, [])
    assert list(found["rates"]) == list(RATES)
    assert found["rates"]["execution_rate"] == 1
    assert found["rates"]["initial_completion_rate"] == 7.41177
    assert found["rates"]["procurement_rate"] is None
    rules = {line.id for line in rule_lines()}
    for finding in found["findings"]:
        assert list(finding) == ["rule", "level", "message", "cells", "explained", "explanation", "lapsed"]
        assert finding["rule"] in rules
        assert finding["level"] in list(Level)
        assert finding["message"].endswith("。")
        assert finding["explained"] is False
        assert all(re.fullmatch(r"\w+![A-Z]+\d+(:[A-Z]+\d+)?", cell) for cell in finding["cells"])
    stated = next(finding for finding in found["findings"] if finding["rule"] == "T01")
    assert stated["level"] == "硬性"
    assert stated["cells"] == ["已公布数据!D7", "收支情况!G17", "收支情况!F17"]
    assert "741.17%" in stated["message"]


def test_the_cells_named_hold_the_figures(book: Path) -> None:
    finding = next(
        f for f in json.loads(run("check", book, "--json").stdout)["findings"] if f["rule"] == "T01"
    )
    workbook = openpyxl.load_workbook(book)
    sheets, cells = zip(*(cell.split("!") for cell in finding["cells"]), strict=True)
    values = [workbook[sheet][cell].value for sheet, cell in zip(sheets, cells, strict=True)]
    assert values == [7.4117, 5420.82, 5420.82]


CARRIED_OVER = "D34"  # 上年结转


def test_wrong_cells_are_problems(book: Path) -> None:
    change(book, "收支情况", CARRIED_OVER, "40万元")
    result = run("check", book, "--json")
    assert result.exit_code == 1
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem["cell"] == f"收支情况!{CARRIED_OVER}"
    assert "“40万元”带有单位文字，请只填数字（单位为万元），如 40" in problem["message"]
    assert f"填写有误　　收支情况!{CARRIED_OVER}：" in run("check", book).stdout


def change(path: Path, sheet: str, cell: str, value: Any) -> None:
    """Type into a cell, as a person would."""
    workbook = openpyxl.load_workbook(path)
    workbook[sheet][cell] = value
    workbook.save(path)


def cell_of(path: Path, sheet: str, rule: str) -> str:
    """The cell on 检查结果 where an explanation of that rule is typed."""
    workbook = openpyxl.load_workbook(path)
    keys = [cell.value for cell in workbook[sheet][4]]
    for row in workbook[sheet].iter_rows():
        if row[keys.index("explanations.rule")].value == rule:
            return str(row[keys.index("explanations.text")].coordinate)
    raise AssertionError(rule)


def test_an_explanation_closes_a_finding_and_check_ends_with_0(tmp_path: Path) -> None:
    (tmp_path / "数据.toml").write_text(DATA, encoding="utf-8")
    book = tmp_path / "自评.xlsx"
    done("new", book, "--data", tmp_path / "数据.toml")
    result = run("check", book, "--json")
    before = json.loads(result.stdout)["findings"]
    assert [(f["rule"], f["explained"]) for f in before if f["level"] != Level.HINT] == [("B06", False)]
    assert result.exit_code == 1
    change(book, "检查结果", cell_of(book, "检查结果", "B06"), "年中追加水库除险加固资金")
    result = done("check", book, "--json")
    after = json.loads(result.stdout)["findings"]
    closed = {"explained": True, "explanation": "年中追加水库除险加固资金"}
    assert after == [finding | (closed if finding["rule"] == "B06" else {}) for finding in before]
    text = done("check", book).stdout
    assert "（已说明：年中追加水库除险加固资金）" in text
    assert "，需说明 0 条，" in text


def test_an_explanation_does_not_close_what_must_be_corrected(book: Path) -> None:
    change(book, "检查结果", cell_of(book, "检查结果", "T01"), "上级要求")
    found = json.loads(run("check", book, "--json").stdout)["findings"]
    assert [f["explained"] for f in found if f["rule"] == "T01"] == [False]


def test_check_loads_no_writer(book: Path) -> None:
    script = (
        "import sys\nfrom xlreport.cli import main\n"
        "try:\n    main(['check', sys.argv[1], *sys.argv[2:]])\n"
        "finally:\n    print(*sorted(sys.modules), file=sys.stderr)"
    )
    for options in ([], ["--json"]):
        child = subprocess.run(
            [sys.executable, "-c", script, str(book), *options], capture_output=True, check=False
        )
        assert child.returncode == 1
        loaded = set(child.stderr.decode().split())
        assert "python_calamine" in loaded
        assert not loaded & {"pandas", "openpyxl", "xlwings", "docx", "xlsxwriter", "jinja2", "rich", "lxml"}


# ------------------------------------------------------------------------------ input that cannot be used

Maker = Callable[[Path, bytes], None]  # makes the file at a path; the bytes are a sound master workbook


def bytes_of(make: Callable[[bytes], bytes]) -> Maker:
    return lambda path, master: void(path.write_bytes(make(master)))


def void(_: object) -> None:
    """For writers that give a count."""


def from_hostile(name: str) -> tuple[Maker, str]:
    return bytes_of(lambda _: hostile.CASES[name].make()), re.escape(hostile.CASES[name].sentence)


def of_openpyxl(path: Path, _: bytes) -> None:
    workbook = openpyxl.Workbook()
    workbook.worksheets[0]["A1"] = "sheet:unit"
    workbook.save(path)


def newer(path: Path, master: bytes) -> None:
    path.write_bytes(master)
    change(path, "_xlreport", "B2", 99)


def part_replaced(part: str, old: str, new: str) -> Maker:
    def make(master: bytes) -> bytes:
        parts = hostile.parts_of(master)
        assert old.encode() in parts[part], "the surgery missed"
        parts[part] = parts[part].replace(old.encode(), new.encode())
        return hostile.zipped(parts)

    return bytes_of(make)


BAD: dict[str, tuple[Maker, str]] = {
    "absent": (lambda path, master: None, "文件不存在"),
    "a folder": (lambda path, master: path.mkdir(), "是一个文件夹，请给出文件"),
    "empty": from_hostile("empty_file"),
    "not a zip": from_hostile("a_web_page_renamed"),
    "old xls": from_hostile("old_xls_renamed"),
    "encrypted": from_hostile("with_a_password"),
    "xlsb": from_hostile("xlsb_renamed"),
    "zip bomb": from_hostile("bomb_by_ratio"),
    "value in the last cell": from_hostile("value_in_the_last_cell"),
    "another producer's": from_hostile("any_zip"),
    "a Word document": (bytes_of(lambda _: asset("report.docx").read_bytes()), "而是Word 文档"),
    "truncated": (bytes_of(lambda master: master[: len(master) // 2]), "文件不完整"),
    "damaged": (
        bytes_of(lambda master: master[:5000] + bytes(100) + master[5100:]),
        "已损坏|结构异常|无法识别",
    ),
    "another product's": (of_openpyxl, "不是 xlreport 的主工作簿"),
    "newer": (newer, "由更新版本的 xlreport 生成（布局 99），请先升级"),
    "far value in ours": (
        part_replaced("xl/worksheets/sheet2.xml", "</sheetData>", hostile.row(
            '<c r="XFD1048576"><v>1</v></c>', 1048576) + "</sheetData>"),
        "工作表「单位信息」.*XFD1048576 有内容",
    ),
}  # fmt: skip
COMMANDS = [
    ["check"],
    ["check", "--json"],
    ["report"],
    ["report", "--pdf"],
    ["report", "-o", "out"],
    ["filing"],
    ["mail", "--to", "a@example.com"],
]


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_bad_workbook_is_refused_in_one_sentence(
    command: list[str], case: str, tmp_path: Path, master: bytes
) -> None:
    make, words = BAD[case]
    make(tmp_path / "自评.xlsx", master)
    (tmp_path / "out").mkdir()
    before = listing(tmp_path)
    refused(run(command[0], tmp_path / "自评.xlsx", *in_folder(tmp_path, command[1:])), words)
    assert listing(tmp_path) == before


def in_folder(folder: Path, options: list[str]) -> list[str]:
    return [str(folder / option) if option == "out" else option for option in options]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c[0] != "check"], ids=" ".join)
@pytest.mark.parametrize(
    ("sheet", "cell", "value", "words"),
    [
        (
            "收支情况",
            CARRIED_OVER,
            "40万元",
            f"自评.xlsx：收支情况!{CARRIED_OVER}：上年结转“40万元”带有单位文字",
        ),
        ("报告模板", "C8", "{{决算.没有}}", "自评.xlsx：报告模板!C8：没有“没有”这个名称；可用的有：总收入"),
    ],
)
def test_what_is_unknown_is_not_printed(
    command: list[str], sheet: str, cell: str, value: str, words: str, book: Path
) -> None:
    change(book, sheet, cell, value)
    (book.parent / "out").mkdir()
    before = listing(book.parent)
    refused(run(command[0], book, *in_folder(book.parent, command[1:])), words)
    assert listing(book.parent) == before


DATA_FILES: dict[str, tuple[Maker, str]] = {
    "absent": BAD["absent"],
    "a folder": BAD["a folder"],
    "a web page": (BAD["not a zip"][0], "不是有效的 TOML"),
    "a workbook": (bytes_of(lambda master: master), "不是 UTF-8 编码"),
    "broken": (bytes_of(lambda _: b"[unit\n"), "不是有效的 TOML"),
    "a wrong value": (bytes_of(lambda _: "[final]\nincome = '5万'".encode()), "“5万”带有单位"),
    "a wrong key": (bytes_of(lambda _: b"[final]\nincom = 5"), "没有“incom”这个键，可能是 income"),
}  # fmt: skip


@pytest.mark.parametrize("case", DATA_FILES)
def test_a_bad_data_file_is_refused_in_one_sentence(case: str, tmp_path: Path, master: bytes) -> None:
    make, words = DATA_FILES[case]
    make(tmp_path / "数据.toml", master)
    before = listing(tmp_path)
    refused(run("new", tmp_path / "a.xlsx", "--data", tmp_path / "数据.toml"), words)
    assert listing(tmp_path) == before


STYLES: dict[str, tuple[Maker, str]] = {
    "absent": (lambda path, master: None, "文件不存在"),
    "a folder": (lambda path, master: path.mkdir(), "是一个文件夹"),
    "a workbook": (bytes_of(lambda master: master), "不是 Word 文档|缺少段落样式"),
    "truncated": (bytes_of(lambda _: asset("report.docx").read_bytes()[:5000]), "不是 Word 文档"),
    "without our styles": (lambda path, _: Document().save(str(path)), "缺少段落样式“附件标记”"),
}


@pytest.mark.parametrize("case", STYLES)
def test_a_bad_style_document_is_refused_in_one_sentence(case: str, book: Path, master: bytes) -> None:
    make, words = STYLES[case]
    make(book.parent / "样式.docx", master)
    before = listing(book.parent)
    refused(run("report", book, "--styles", book.parent / "样式.docx"), f"样式.docx：.*({words})")
    assert listing(book.parent) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["new", "b.xlsx", "--outline", "Z"], "没有“Z”这个提纲；可用的有：A"),
        (["new", "b.xlsx", "--outline", "../sample"], "没有“../sample”这个提纲"),
        (["new", "b.xlsx", "--year", "23"], "评价年度23不是 2000 至 2100 之间的年份"),
        (["new", "b.xlsx", "--unit", "  "], "单位名称只有空格"),
        (["new", "b.xlsx", "--unit", "长" * 40_000], "超过单元格上限 32767 字"),
        (["new", "b.xls"], "只能生成 .xlsm、.xlsx 工作簿"),
        (["new", "b"], "只能生成 .xlsm、.xlsx 工作簿"),
        (["mail", "自评.xlsx", "--to", "财政局"], "“财政局”不是有效的邮件地址，请写成 name@example.com"),
    ],
)
def test_a_bad_option_is_refused_in_one_sentence(
    arguments: list[str], words: str, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(book.parent)
    before = listing(book.parent)
    refused(run(*arguments), words)
    assert listing(book.parent) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check"], "没有写参数 FILE；用法：xlreport check [OPTIONS] FILE，说明见 xlreport check --help。"),
        (["fill", "a.xlsx"], "没有写选项 --from；用法：xlreport fill "),
        (["check", "--jsn", "a"], "没有选项 --jsn，是不是 --json；用法：xlreport check "),
        (["check", "--zzz", "a"], "没有选项 --zzz；用法：xlreport check "),
        (["check", "a", "b", "c"], "多写了 b c；用法：xlreport check "),
        (["check", "a", "b"], "多写了 b；用法：xlreport check "),
        (["new", "a.xlsx", "--year", "二〇二三"], "选项 --year 应为整数；用法：xlreport new "),
        (["new", "a.xlsx", "--unit"], "选项 --unit 后面没有写内容。"),
        (["check", "--json=1", "a"], "选项 --json 后面不带内容。"),
        (["chek"], "没有命令 chek；用法：xlreport "),
        (["--all"], "没有选项 --all；用法：xlreport "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_command_line_is_told_in_one_chinese_sentence(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, arguments, prog_name="xlreport")
    refused(result, f"^{re.escape(words)}")
    assert listing(tmp_path) == {}


def test_no_arguments_at_all_show_the_help() -> None:
    result = CliRunner().invoke(main, [], prog_name="xlreport")
    assert result.exit_code == 2
    assert result.output == done("--help").stdout.replace("Usage: main", "Usage: xlreport")


def test_data_and_sample_exclude_each_other(tmp_path: Path) -> None:
    result = run("new", tmp_path / "a.xlsx", "--data", tmp_path / "数据.toml", "--sample")
    refused(result, "--data 和 --sample 只能写一个")
    assert listing(tmp_path) == {}


# ------------------------------------------------------------------------------ output that cannot be written

TARGETS = [
    (["new", "{}.xlsx", "--sample"], "{}.xlsx"),
    (["report", "自评.xlsx", "-o", "{}.docx"], "{}.docx"),
    (["filing", "自评.xlsx", "-o", "{}.xlsx"], "{}.xlsx"),
    (["mail", "自评.xlsx", "-o", "{}.eml"], "{}.eml"),
]


@pytest.mark.parametrize(("arguments", "target"), TARGETS, ids=lambda value: str(value)[2:8])
@pytest.mark.parametrize("place", ["absent/a", "自评.xlsx/a", "file/a", "a folder", "长" * 200])
def test_a_place_where_no_file_can_be_is_refused_in_one_sentence(
    arguments: list[str], target: str, place: str, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(book.parent)
    (book.parent / "file").write_bytes(b"mine")
    if place == "a folder":
        if "-o" in arguments:
            (book.parent / target.format(place) / TITLE).mkdir(parents=True)
            for name in (REPORT, FILING, DRAFT):
                (book.parent / target.format(place) / name).mkdir()
        else:
            (book.parent / target.format(place)).mkdir()
    before = listing(book.parent)
    words = "不存在|文件夹|无法写入|写入失败|读写失败"
    refused(run(*(argument.format(place) for argument in arguments), "--force"), words)
    assert listing(book.parent) == before


@pytest.mark.parametrize(
    "folder", ["自评.xlsx", "自评.xlsx/a", "/dev/null/a", "长" * 200, f"甲/{'长' * 200}"]
)
def test_a_demo_where_no_folder_can_be_is_refused_in_one_sentence(
    folder: str, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(book.parent)
    before = listing(book.parent)
    refused(run("demo", folder), "无法建立这个文件夹")
    assert listing(book.parent) == before


def test_a_demo_that_fails_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: Path, destination: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    refused(run("demo", tmp_path / "a" / "b"), "写入失败")
    assert listing(tmp_path) == {}


def test_a_demo_finds_its_way_through_folders_that_it_makes(tmp_path: Path) -> None:
    done("demo", tmp_path / "a" / ".." / "b")
    assert len(list((tmp_path / "b").iterdir())) == 4


def test_an_interrupted_demo_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(source: Path, destination: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    assert run("demo", tmp_path / "a" / "b").exit_code != 0
    assert listing(tmp_path) == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "自评.xlsx", "-o", "自评.xlsx"],
        ["filing", "自评.xlsx", "-o", "自评.xlsx"],
        ["filing", "自评.xlsx", "-o", "./报送/../自评.xlsx"],
        ["mail", "自评.xlsx", "-o", "自评.xlsx"],
        ["report", "自评.xlsx", "--styles", "样式.docx", "-o", "样式.docx"],
        ["new", "数据.xlsx", "--data", "数据.xlsx"],
    ],
    ids=" ".join,
)
def test_not_even_force_overwrites_the_input(
    arguments: list[str], book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(book.parent)
    (book.parent / "报送").mkdir()
    shutil.copy(asset("report.docx"), book.parent / "样式.docx")
    (book.parent / "数据.xlsx").write_text(DATA, encoding="utf-8")
    before = listing(book.parent)
    refused(run(*arguments, "--force"), r"就是输入的文件，不会覆盖|以 \.\w+ 结尾")
    assert listing(book.parent) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "自评.xlsx", "-o", "报告.pdf"],
        ["report", "自评.xlsx", "-o", "报告.pdf", "--pdf"],
        ["report", "自评.xlsx", "-o", "报告"],
        ["filing", "自评.xlsx", "-o", "报送.docx"],
        ["mail", "自评.xlsx", "-o", "报送.xlsx"],
    ],
    ids=" ".join,
)
def test_a_name_of_another_kind_of_file_is_refused(
    arguments: list[str], book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(book.parent)
    before = listing(book.parent)
    refused(run(*arguments), r"以 \.(docx|xlsx|eml) 结尾")
    assert listing(book.parent) == before


def test_a_locked_file_takes_back_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done("demo", tmp_path)
    for name in (MASTER, REPORT, FILING, DRAFT):
        (tmp_path / name).write_bytes(name.encode())
    before, real = listing(tmp_path), os.replace

    def replace(source: Path, destination: Path) -> None:
        if REPORT in (Path(source).name, Path(destination).name):
            raise PermissionError(13, "Permission denied")
        real(source, destination)

    monkeypatch.setattr(os, "replace", replace)
    refused(run("demo", tmp_path, "--force"), f"{REPORT}：无法写入，文件可能正在 Excel 或 Word 中打开")
    assert listing(tmp_path) == before


# ------------------------------------------------------------------------------ permissions, a full disk


@pytest.fixture
def public(master: bytes) -> Iterator[Path]:
    """A folder that everybody may enter, with a workbook in it."""
    if sys.platform == "win32":
        pytest.skip("on Windows a mode takes no permission to read away")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    (folder / "自评.xlsx").write_bytes(master)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody, where the tests run as root: root may do anything."""
    if os.geteuid() != 0:
        yield
        return
    try:
        os.seteuid(NOBODY)
    except OSError:
        pytest.skip("this container does not let root become another user, and root may read anything")
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("command", COMMANDS[:3] + COMMANDS[5:], ids=" ".join)
def test_a_workbook_one_may_not_read_is_refused_in_one_sentence(command: list[str], public: Path) -> None:
    path = public / "自评.xlsx"
    run("report", "absent.xlsx")  # what is imported late, is imported as oneself
    path.chmod(0)
    before = sorted(public.iterdir())
    with unprivileged():
        result = run(command[0], path, *command[1:])
    refused(result, "自评.xlsx：没有读取权限")
    assert sorted(public.iterdir()) == before


@pytest.mark.parametrize(("arguments", "target"), TARGETS, ids=lambda value: str(value)[2:8])
@pytest.mark.parametrize("mode", [0o555, 0o444, 0])
def test_a_folder_one_may_not_write_to_is_refused_in_one_sentence(
    arguments: list[str], target: str, mode: int, public: Path, master: bytes
) -> None:
    (public / "in").mkdir()
    (public / "out").mkdir()
    (public / "in" / "自评.xlsx").write_bytes(master)
    paths = {"自评.xlsx": str(public / "in" / "自评.xlsx"), target: str(public / "out" / target.format("a"))}
    asked = [paths.get(argument, argument) for argument in arguments]
    done(*asked, "--force")  # what is imported late, is imported as oneself
    (public / "out" / target.format("a")).unlink()
    (public / "out").chmod(mode)
    with unprivileged():
        result = run(*asked)
    refused(result, "无法写入，.*或没有权限|读写失败.*权限|不存在")
    (public / "out").chmod(0o755)
    assert list((public / "out").iterdir()) == []


FULL = (
    "import resource, sys\n"
    "from xlreport.cli import main\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))\n"
    "main(sys.argv[2:])"
)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
@pytest.mark.parametrize("limit", [0, 1000, 6000])
@pytest.mark.parametrize(
    "arguments",
    [
        ["new", "a.xlsx", "--sample"],
        ["report", "自评.xlsx"],
        ["filing", "自评.xlsx"],
        ["filing", "自评.xlsx", "--force", "-o", "old.xlsx"],
        ["mail", "自评.xlsx"],
        ["demo", "."],
        ["demo", "示例"],
    ],
    ids=" ".join,
)
def test_a_full_disk_is_told_in_one_sentence(arguments: list[str], limit: int, book: Path) -> None:
    (book.parent / "old.xlsx").write_bytes(b"old")
    scratch = book.parent / "tmp"
    scratch.mkdir()
    before = listing(book.parent)
    child = subprocess.run(
        [sys.executable, "-c", FULL, str(limit), *arguments],
        cwd=book.parent,
        env=os.environ | {"TMPDIR": str(scratch), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
    )
    assert (child.returncode, child.stdout) == (2, b""), child.stderr.decode()
    one_sentence(child.stderr.decode(), "写入失败|读写失败")
    assert listing(book.parent) == before


PROGRESS = """
import sys, time
from xlreport.cli_output import progress
with progress("正在导出报告……"):
    time.sleep(float(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is a POSIX thing")
@pytest.mark.parametrize(("seconds", "shown"), [("1.8", True), ("0.1", False)])
def test_a_terminal_shows_progress_after_a_second_and_not_before(seconds: str, shown: bool) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", PROGRESS, seconds]
    done = subprocess.run(command, stderr=theirs, stdout=subprocess.PIPE, timeout=60, check=True)
    os.close(theirs)
    said = b""
    with suppress(OSError):  # how a pseudo-terminal says that there is no more
        while piece := os.read(ours, 4096):
            said += piece
    os.close(ours)
    assert ("正在导出报告" in said.decode()) is shown
    assert done.stdout == b""
