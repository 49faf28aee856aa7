"""The edited Word report against its workbook: every changed fact is found, no rewording is."""

import json
import random
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from tests.test_packages import errors
from tests.word_edits import edits, rewordings
from xlreport.cli import main
from xlreport.datafile import read_data, read_outline, read_sample, with_standard
from xlreport.department import Department, open_department, word_report
from xlreport.facts import plain_text
from xlreport.model.inputs import Inputs
from xlreport.report import evaluate
from xlreport.sheets.master import build_master
from xlreport.verify.comparison import compare
from xlreport.verify.findings import Difference, Mismatch
from xlreport.verify.marking import write_marked
from xlreport.word import to_pdf
from xlreport.word_text import read_word

RECORDS: dict[str, Callable[[], Inputs]] = {
    "sample": lambda: with_standard(read_sample(), "2020"),
    "base": lambda: read_data(Path(__file__).parent / "cases" / "base.toml"),
}
COUNT = 200


class Case:
    """A department with its Word report, and what its paragraphs say."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.workbook = folder / f"{name}.xlsx"
        build_master(evaluate(replace(RECORDS[name](), template=read_outline("A"))), self.workbook)
        self.department: Department = open_department(self.workbook)
        self.report = folder / f"{name}.docx"
        word_report(self.department).write(self.report)
        self.with_tables = folder / f"{name}-tables.docx"
        word_report(self.department, with_tables=True).write(self.with_tables)
        self.lines = [p.text.replace("\n", "") for p in Document(str(self.report)).paragraphs]
        inputs = self.department.report.inputs
        tables = ("offices", "subunits", "projects")
        rows = [row for table in tables for row in getattr(inputs, table)]
        named = [inputs.unit.name, *(row.name for row in rows)]
        self.names = [name for name in named if name]

    def document(self, *, tables: bool = False) -> Any:
        return Document(str(self.with_tables if tables else self.report))

    def written(self, lines: list[str]) -> Path:
        document = self.document()
        paragraphs = document.paragraphs
        for paragraph, text in zip(paragraphs, lines, strict=False):
            paragraph.text = text
        for text in lines[len(paragraphs) :]:
            document.add_paragraph(text)
        for paragraph in paragraphs[len(lines) :]:
            paragraph._p.getparent().remove(paragraph._p)
        return self.saved(document)

    def saved(self, document: Any) -> Path:
        path = self.folder / "edited.docx"
        document.save(str(path))
        return path

    def findings(self, path: Path) -> list[Mismatch]:
        return list(compare(self.department, path).findings)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    return {name: Case(tmp_path_factory.mktemp(name), name) for name in RECORDS}


@pytest.fixture(params=RECORDS)
def case(cases: dict[str, Case], request: pytest.FixtureRequest) -> Case:
    return cases[request.param]


@pytest.fixture
def sample_case(cases: dict[str, Case]) -> Case:
    return cases["sample"]


def paragraph_with(document: Any, words: str) -> Any:
    return next(paragraph for paragraph in document.paragraphs if words in paragraph.text)


def edited(case: Case, old: str, new: str) -> Path:
    assert any(old in line for line in case.lines)
    return case.written([line.replace(old, new, 1) for line in case.lines])


@pytest.mark.parametrize("outline", ["A", "B", "C", "岳阳"])
@pytest.mark.parametrize("tables", [False, True])
def test_an_unedited_report_agrees(case: Case, tmp_path: Path, outline: str, tables: bool) -> None:
    department = replace(case.department, outline=outline)
    path = tmp_path / "r.docx"
    word_report(department, with_tables=tables).write(path)
    verification = compare(department, path)
    assert (verification.findings, verification.tracked) == ((), 0)
    assert verification.figures > 25


def test_single_edits_are_found(case: Case) -> None:
    rng = random.Random(f"edits {case.workbook.name}")
    missed = []
    for _ in range(COUNT):
        edit = edits(case.lines, case.names, rng)
        found = case.findings(case.written(edit.lines))
        named = any(plain_text(word) in plain_text(each.message) for each in found for word in edit.named)
        most = 2 if edit.what.startswith(("swap", "drop")) else 1
        if not named or len(found) > most:
            missed.append((edit.what, [each.message for each in found]))
    assert missed == []


def test_rewordings_are_no_findings(case: Case) -> None:
    rng = random.Random(f"rewordings {case.workbook.name}")
    false = []
    for _ in range(COUNT):
        lines, what = rewordings(case.lines, rng, case.names)
        if found := case.findings(case.written(lines)):
            false.append((what, [each.message for each in found]))
    assert false == []


def test_edits_are_found_among_rewordings(case: Case) -> None:
    """A document that was reworked and has one wrong figure: the figure is named."""
    rng = random.Random(f"both {case.workbook.name}")
    missed = []
    for _ in range(60):
        edit = edits(case.lines, case.names, rng)
        if edit.what.startswith(("drop", "sign", "name")):
            continue
        lines, what = rewordings(edit.lines, rng, case.names)
        if not case.findings(case.written(lines)):
            missed.append((edit.what, what))
    assert missed == []


@pytest.mark.parametrize(
    ("old", "new", "kind", "workbook", "report", "cell"),
    [
        (
            "决算总收入5420.82万元",
            "决算总收入5420.28万元",
            "不一致",
            "5420.82万元",
            "5420.28万元",
            "收支情况!G6",
        ),
        ("公务接待费1.97万元", "公务接待费1.97元", "不一致", "1.97万元", "1.97元", "三公经费!G11"),
        ("退休人员59人", "退休人员95人", "不一致", "59人", "95人", "单位信息!"),
        ("执行率98.86%", "执行率98.68%", "不一致", "98.86%", "98.68%", "项目支出!"),
        ("执行率98.86%", "执行率98.86", "不一致", "98.86%", "98.86", "项目支出!"),
        ("较年初预算增加", "较年初预算减少", "不一致", "增加", "减少", ""),
        ("政工人事股", "政工人事科", "不一致", "政工人事股", "政工人事科", "机构职责!"),
        ("，在职人员控制率83.33%", "", "缺少", "83.33%", "", "单位信息!"),
        ("无其他需要说明的情况。", "另有结余12.5万元。", "多出", "", "12.5万元", ""),
        ("2024年4月2日", "2025年4月2日", "不一致", "2024年4月2日", "2025年4月2日", "单位信息!"),
    ],
)
def test_a_finding_says_what_both_say_and_where(
    sample_case: Case, old: str, new: str, kind: str, workbook: str, report: str, cell: str
) -> None:
    [found] = sample_case.findings(edited(sample_case, old, new))
    assert (found.kind, found.workbook, found.report) == (kind, workbook, report)
    assert found.message.startswith(found.place)
    assert found.message.endswith("。")
    assert found.place.startswith("第")
    assert found.cells[0].startswith(cell) if cell else not found.cells


def test_a_dropped_sentence_is_one_finding(sample_case: Case) -> None:
    text = next(line for line in sample_case.lines if line.startswith("2023年年末资产总额"))
    sentence = text[: text.index("。") + 1]
    [found] = sample_case.findings(edited(sample_case, sentence, ""))
    assert found.kind == Difference.MISSING
    assert all(figure in found.message for figure in ("292.64万元", "124.47万元", "168.17万元", "资产总额"))


def test_a_figure_said_twice_or_known_is_not_foreign(sample_case: Case) -> None:
    said = "其中公务接待费1.97万元。无其他需要说明的情况。"
    assert sample_case.findings(edited(sample_case, "无其他需要说明的情况。", said)) == []


BUDGET = (
    "2023年年初预算安排收入731.38万元，其中一般公共预算财政拨款731.38万元；年初预算安排支出731.38万元，"
    "其中：基本支出551.38万元，项目支出180万元。"
)


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        (
            BUDGET,
            "我单位2023年部门预算收支规模均为731.38万元，收入全部来自一般公共预算财政拨款；"
            "支出按性质划分，用于基本支出551.38万元、用于项目支出180万元。",
            0,
        ),
        ("基本支出551.38万元，项目支出180万元", "项目支出180万元，基本支出551.38万元", 0),
        ("基本支出551.38万元，项目支出180万元", "基本支出（551.38万元）和项目支出（180万元）", 0),
        ("基本支出551.38万元，项目支出180万元", "551.38万元用于基本支出，180万元用于项目支出", 0),
        ("基本支出551.38万元，项目支出180万元", "180万元用于项目支出，551.38万元用于基本支出", 0),
        ("基本支出551.38万元，项目支出180万元", "180万元用于基本支出，551.38万元用于项目支出", 2),
        ("基本支出551.38万元，项目支出180万元", "项目支出551.38万元，基本支出180万元", 2),
        ("资产总额292.64万元，负债总额124.47万元", "总资产292.64万元，扣除负债124.47万元后", 0),
        ("较年初预算增加4689.44万元", "与年初预算相比，增长4689.44万元", 0),
        ("较年初预算增加4689.44万元", "比年初预算多出4689.44万元", 0),
        ("较年初预算增加4689.44万元", "比年初预算少4689.44万元", 1),
        ("由衡东县科技和工业信息化局机关", "由局机关", 0),
        ("由衡东县科技和工业信息化局机关", "由县科工信局机关", 1),
        ("经济运行股、中小企业股", "中小企业股、经济运行股", 0),
        ("军民融合股、", "", 1),
        ("2023年决算总收入", "决算总收入", 0),
        ("2023年度部门整体支出", "部门整体支出", 1),
        ("决算总收入5420.82万元", "决算总收入约5421万元", 1),
        ("本年度没有政府采购支出", "本年度没有政府采购支出，比上年减少12.5万元", 1),
        ("（其中行政13人、事业17人）", "，行政与事业分别为13人和17人", 0),
    ],
)
def test_paraphrases_as_people_write_them(sample_case: Case, old: str, new: str, count: int) -> None:
    found = sample_case.findings(edited(sample_case, old, new))
    assert [each.message for each in found][count:] == []
    assert len(found) == count


def test_a_table_of_their_own(sample_case: Case) -> None:
    for figure, count in (("509.63", 0), ("509.36", 1)):
        document = sample_case.document()
        table = document.add_table(2, 3)
        for cell, text in zip(
            table._cells, ("", "预算数", "决算数", "基本支出", "551.38", figure), strict=True
        ):
            cell.text = text
        found = sample_case.findings(sample_case.saved(document))
        assert [each.report for each in found] == [figure] * count


# ------------------------------------------------------------------------------------------ places in the file


def test_edits_in_tables_are_found(case: Case) -> None:
    rng = random.Random(f"tables {case.workbook.name}")
    texts = case.document(tables=True).element.body.xpath(".//w:tbl//w:t")
    figures = [
        at
        for at, text in enumerate(texts)
        if text.text.replace(",", "").rstrip("%").replace(".", "").isdigit()
    ]
    for at in rng.sample(figures, 40):
        document = case.document(tables=True)
        text = document.element.body.xpath(".//w:tbl//w:t")[at]
        old = text.text
        place = rng.choice([n for n, char in enumerate(old) if char.isdigit()])
        text.text = old[:place] + ("7" if old[place] != "7" else "3") + old[place + 1 :]
        [found] = case.findings(case.saved(document))
        assert found.place.startswith("表")
        assert (old in found.message, text.text in found.message) == (True, True)


def test_a_figure_in_the_text_of_a_cell_and_a_dropped_row(cases: dict[str, Case]) -> None:
    case = cases["base"]
    document = case.document(tables=True)
    row = next(row for row in document.tables[0].rows if "公务接待" in row.cells[0].text)
    row._tr.getparent().remove(row._tr)
    [found] = case.findings(case.saved(document))
    assert (found.kind, "公务接待" in found.message) == (Difference.MISSING, True)
    document = case.document(tables=True)
    [cell] = document.element.body.xpath(".//w:tbl//w:t[contains(., '12月20日')]")[:1]
    cell.text = cell.text.replace("12月20日", "11月20日")
    [found] = case.findings(case.saved(document))
    assert (found.workbook, found.report) == ("12月20日", "11月20日")


def test_a_paper_that_is_missing_is_named(cases: dict[str, Case]) -> None:
    document = cases["base"].document(tables=True)
    table = document.tables[1]._tbl
    table.getparent().remove(table)
    assert any("附件3" in each.message for each in cases["base"].findings(cases["base"].saved(document)))


def box(text: str) -> Any:
    """A text box as Word writes it, with the copy that older programs read."""
    content = f"<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent>"
    return parse_xml(
        f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
        ' xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent>'
        f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{content}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )


def test_text_boxes_are_read_once(sample_case: Case) -> None:
    for text, kinds in (("决算总支出5420.82万元", []), ("决算总支出5432.10万元", [Difference.FOREIGN])):
        document = sample_case.document()
        document.paragraphs[5]._p.append(box(text))
        found = sample_case.findings(sample_case.saved(document))
        assert [each.kind for each in found] == kinds
        assert all("文本框" in each.place for each in found)


def test_headers_are_read(sample_case: Case) -> None:
    for text, kinds in (("2023年度绩效自评报告", []), ("2021年度绩效自评报告", [Difference.FOREIGN])):
        document = sample_case.document()
        document.sections[0].header.paragraphs[0].text = text
        found = sample_case.findings(sample_case.saved(document))
        assert [each.kind for each in found] == kinds
        assert all(each.place.startswith("页眉") for each in found)


def tracked(document: Any, old: str, new: str) -> None:
    """Replace by tracked changes, as Word does."""
    run = next(p for p in document.paragraphs if old in p.text).runs[0]
    before, _, after = run.text.partition(old)
    about = 'w:id="9" w:author="审核" w:date="2024-04-01T00:00:00Z"'
    parts = [
        f"<w:r><w:t>{before}</w:t></w:r>",
        f"<w:del {about}><w:r><w:delText>{old}</w:delText></w:r></w:del>",
        f"<w:ins {about}><w:r><w:t>{new}</w:t></w:r></w:ins>",
        f"<w:r><w:t>{after}</w:t></w:r>",
    ]
    for part in parse_xml(f"<w:p {nsdecls('w')}>{''.join(parts)}</w:p>"):
        run._r.addprevious(deepcopy(part))
    run._r.getparent().remove(run._r)


def test_insertions_count_and_deletions_do_not(sample_case: Case, tmp_path: Path) -> None:
    document = sample_case.document()
    tracked(document, "292.64", "292.46")
    path = sample_case.saved(document)
    [found] = sample_case.findings(path)
    assert (found.workbook, found.report) == ("292.64万元", "292.46万元")
    result = CliRunner().invoke(main, ["verify", str(sample_case.workbook), str(path)])
    assert "修订" in result.output
    # And the other way round: what is wrong was deleted.
    wrong = sample_case.document()
    paragraph_with(wrong, "292.64").runs[0].text = paragraph_with(wrong, "292.64").text.replace(
        "292.64", "1.5"
    )
    tracked(wrong, "1.5", "292.64")
    verification = compare(sample_case.department, sample_case.saved(wrong))
    assert (verification.findings, verification.tracked) == ((), 2)


def shred(document: Any) -> None:
    """A run for every character, some in hyperlinks, as after much editing."""
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            for at, char in enumerate(run.text):
                copy = deepcopy(run._r)
                for text in copy.xpath("./w:t|./w:br"):
                    copy.remove(text)
                copy.append(parse_xml(f'<w:t {nsdecls("w")} xml:space="preserve">{char}</w:t>'))
                if at % 5 == 0:
                    link = parse_xml(f'<w:hyperlink {nsdecls("w")} w:anchor="a"/>')
                    link.append(copy)
                    copy = link
                run._r.addprevious(copy)
            run._r.getparent().remove(run._r)


def test_figures_split_over_runs_and_hyperlinks(case: Case) -> None:
    document = case.document()
    shred(document)
    assert case.findings(case.saved(document)) == []
    digit = next(t for t in paragraph_with(document, "决算总支出")._p.iter(qn("w:t")) if t.text in "456789")
    digit.text = "3"
    path = case.saved(document)
    [found] = case.findings(path)
    assert found.spot
    assert found.spot.end - found.spot.start == len(found.report)


def test_page_numbers_and_contents_are_not_read(sample_case: Case) -> None:
    document = sample_case.document()
    contents = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="TOC1"/></w:pPr><w:r><w:t>单位情况{n}个</w:t></w:r></w:p>'
        for n in (7, 12)
    )
    for element in parse_xml(f"<w:body {nsdecls('w')}>{contents}</w:body>"):
        document.element.body.insert(1, element)
    field = parse_xml(
        f'<w:p {nsdecls("w")}><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> NUMPAGES </w:instrText>'
        '</w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>37</w:t></w:r><w:r><w:fldChar'
        ' w:fldCharType="end"/></w:r></w:p>'
    )
    document.element.body.insert(1, field)
    assert sample_case.findings(sample_case.saved(document)) == []


# ------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧格式"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"%PDF-1.7\n", "PDF"),
        (b"{\\rtf1 }", "RTF"),
        (b"", "损坏"),
        (b"PK\x03\x04 no zip", "损坏"),
        (b"\xff\xfe text", "损坏"),
    ],
)
def test_other_files_end_in_one_sentence(
    sample_case: Case, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "报告.docx"
    path.write_bytes(content)
    refused(sample_case, path, words)


def refused(case: Case, path: Path, words: str) -> None:
    result = CliRunner().invoke(main, ["verify", str(case.workbook), str(path)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_damaged_and_foreign_packages(sample_case: Case, tmp_path: Path) -> None:
    path = tmp_path / "报告.docx"
    whole = sample_case.report.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:200] + b"\x00" * 500 + whole[700:]):
        path.write_bytes(content)
        refused(sample_case, path, "损坏")
    refused(sample_case, sample_case.workbook, "Excel")
    refused(sample_case, tmp_path / "没有.docx", "不存在")
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]><w:document xmlns:w="x"/>'
    with zipfile.ZipFile(sample_case.report) as source, zipfile.ZipFile(path, "w") as copy:
        for entry in source.infolist():
            copy.writestr(entry, bomb if entry.filename == "word/document.xml" else source.read(entry))
    refused(sample_case, path, "损坏")


def test_another_department_or_year_or_no_figures(cases: dict[str, Case], tmp_path: Path) -> None:
    sample, base = cases["sample"], cases["base"]
    refused(sample, base.report, "示例县林业局")
    refused(base, sample.report, "衡东县科技和工业信息化局")
    year = sample.written([line.replace("2023", "2022").replace("2024", "2023") for line in sample.lines])
    refused(sample, year, "2022年度")
    path = tmp_path / "通知.docx"
    document = Document()
    document.add_paragraph("关于做好绩效自评工作的通知。")
    document.save(str(path))
    refused(sample, path, "没有可识别的数字")


# ------------------------------------------------------------------------------------------ outputs


def comments_of(path: Path) -> list[str]:
    return [comment.text for comment in Document(str(path)).comments]


def test_the_marked_copy_has_the_comments_and_nothing_else(case: Case, tmp_path: Path) -> None:
    rng = random.Random(f"marks {case.workbook.name}")
    for at in range(25):
        lines = edits(edits(case.lines, case.names, rng).lines, case.names, rng).lines
        document = Document(str(case.written(lines)))
        if at % 2:
            shred(document)
        source = case.saved(document)
        before = source.read_bytes()
        verification = compare(case.department, source)
        copy = tmp_path / f"{at}.docx"
        write_marked(verification, copy)
        assert source.read_bytes() == before
        assert sorted(comments_of(copy)) == sorted(each.message for each in verification.findings)
        texts = [read_word(path.read_bytes(), "r") for path in (source, copy)]
        assert [line.text for line in texts[0].lines] == [line.text for line in texts[1].lines]
        marked = "".join(
            text.text
            for text in Document(str(copy)).element.body.iter(qn("w:t"))
            if text.getparent().find(f"{qn('w:rPr')}/{qn('w:highlight')}") is not None
        )
        shown = "".join(
            texts[0].lines[each.spot.line].text[each.spot.start : each.spot.end]
            for each in sorted(verification.findings, key=lambda each: each.spot or (0, 0, 0))
            if each.spot
        )
        assert marked == shown
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(copy) as new:
            changed = {
                name
                for name in new.namelist()
                if name not in old.namelist() or old.read(name) != new.read(name)
            }
        touched = {
            "word/document.xml",
            "word/comments.xml",
            "word/_rels/document.xml.rels",
            "[Content_Types].xml",
        }
        assert changed <= touched


def marked_example(case: Case, path: Path) -> int:
    """A copy with remarks in text, table, text box, header and tracked changes."""
    document = case.document(tables=True)
    tracked(document, "292.64", "292.46")
    document.paragraphs[5]._p.append(
        deepcopy(box("决算总支出5432.10万元").xpath(".//w:p")[0].xpath("./w:r")[0])
    )
    document.sections[0].header.paragraphs[0].text = "2021年度绩效自评报告"
    document.tables[0].rows[1].cells[1].paragraphs[0].runs[0].text = "77"
    verification = compare(case.department, case.saved(document))
    write_marked(verification, path)
    return len(verification.findings)


def test_the_marked_copy_is_valid(sample_case: Case, tmp_path: Path, ooxml_validator: str) -> None:
    path = tmp_path / "核对.docx"
    assert marked_example(sample_case, path) == len(comments_of(path)) == 4
    assert errors(ooxml_validator, path) == []


def test_libreoffice_opens_the_marked_copy(sample_case: Case, tmp_path: Path, soffice: str) -> None:
    path = tmp_path / "核对.docx"
    marked_example(sample_case, path)
    to_pdf(path, tmp_path / "核对.pdf")
    assert (tmp_path / "核对.pdf").stat().st_size > 10_000


def test_comments_of_others_stay(sample_case: Case, tmp_path: Path) -> None:
    document = sample_case.document()
    document.add_comment(document.paragraphs[3].runs[0], "请核实", "审核", "审")
    paragraph_with(document, "292.64").runs[0].text = "2023年年末资产总额292.46万元。"
    verification = compare(sample_case.department, sample_case.saved(document))
    write_marked(verification, tmp_path / "核对.docx")
    assert len(comments_of(tmp_path / "核对.docx")) == len(verification.findings) + 1


def test_the_command(sample_case: Case, tmp_path: Path) -> None:
    path = edited(sample_case, "决算总收入5420.82万元", "决算总收入5420.28万元")
    run = CliRunner().invoke
    agreed = run(main, ["verify", str(sample_case.workbook), str(sample_case.report)])
    assert (agreed.exit_code, "一致" in agreed.output) == (0, True)
    listed, copy = tmp_path / "清单.xlsx", tmp_path / "核对.docx"
    found = run(
        main,
        ["verify", str(sample_case.workbook), str(path), "-o", str(listed), "--marked", str(copy)],
    )
    assert found.exit_code == 1
    assert "收支情况!G6" in found.output
    cell = openpyxl.load_workbook(listed)["核对结果"]["G5"]
    assert cell.value == "收支情况!G6"
    assert (cell.hyperlink.target.endswith(sample_case.workbook.name), cell.hyperlink.location) == (
        True,
        "'收支情况'!G6",
    )
    again = run(main, ["verify", str(sample_case.workbook), str(path), "-o", str(listed)])
    assert (again.exit_code, "--force" in again.output) == (2, True)
    over = run(main, ["verify", str(sample_case.workbook), str(path), "--marked", str(path), "--force"])
    assert (over.exit_code, "输入" in over.output) == (2, True)
    data = json.loads(run(main, ["verify", str(sample_case.workbook), str(path), "--json"]).output)
    assert (data["unit"], data["year"]) == ("衡东县科技和工业信息化局", 2023)
    [finding] = data["findings"]
    assert set(finding) == {"kind", "message", "place", "workbook", "report", "cells"}
    assert finding["cells"] == ["收支情况!G6"]


def test_the_list_is_valid(sample_case: Case, tmp_path: Path, ooxml_validator: str) -> None:
    path = edited(sample_case, "决算总收入5420.82万元", "决算总收入5420.28万元")
    listed = tmp_path / "清单.xlsx"
    CliRunner().invoke(main, ["verify", str(sample_case.workbook), str(path), "-o", str(listed)])
    assert errors(ooxml_validator, listed) == []


def test_edits_with_unedited_tables(case: Case) -> None:
    """With tables behind the report, what stands around them is no news either."""
    document = case.document(tables=True)
    run = paragraph_with(document, "年末资产总额").runs[0]
    run.text = run.text.replace("净资产", "净值")
    assert case.findings(case.saved(document)) == []
