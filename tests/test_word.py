"""Reports written, read back and laid out."""

import re
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from xlreport import word
from xlreport.assets import asset
from xlreport.errors import Unusable
from xlreport.narrative import Paragraph, Style

NAME, DATE = "衡东县科技和工业信息化局", "2024年4月2日"
TITLE = "2023年度部门整体支出绩效自评报告"
REPORT = [
    Paragraph(Style.ATTACHMENT, "附件1"),
    Paragraph(Style.TITLE, TITLE),
    Paragraph(Style.LEVEL_1, "一、单位基本情况"),
    Paragraph(Style.LEVEL_2, "（一）部门主要职责"),
    Paragraph(Style.LEVEL_3, "1.部门预算情况"),
    Paragraph(Style.LEVEL_4, "（1）“稳增长”统计工作专项经费，全年预算54万元。"),
    Paragraph(Style.BODY, "全年执行数为5420.82万元，执行率为100%。"),
    Paragraph(Style.SIGNATURE, NAME),
    Paragraph(Style.DATE, DATE),
]


COVER = [
    Paragraph(Style.COVER_TITLE, "2023年度部门整体支出绩效评价自评报告"),
    Paragraph(Style.COVER, f"部门（单位）名称：{NAME}"),
    Paragraph(Style.COVER, "预算编码：　　　　301001"),
    Paragraph(Style.COVER, f"报告日期：　　　　{DATE}"),
    Paragraph(Style.COVER, "财政局（制）"),
]


def write(
    paragraphs: list[Paragraph], path: Path, style_document: Path | None = None, *, sealed: bool = True
) -> Path:
    word.write_report(
        paragraphs,
        path,
        style_document=style_document or asset("report.docx"),
        title=TITLE,
        author=NAME,
        sealed=sealed,
    )
    return path


def test_a_report_reads_back(tmp_path: Path) -> None:
    assert word.read_paragraphs(write(REPORT, tmp_path / "报告.docx")) == REPORT


def test_every_paragraph_has_its_style(tmp_path: Path) -> None:
    document = Document(str(write(REPORT, tmp_path / "r.docx")))
    names = [paragraph.style.name for paragraph in document.paragraphs if paragraph.style]
    assert names == [word.name_in_file(paragraph.style) for paragraph in REPORT]


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("a\x0bb\x00c\x1f", "abc"),
        ("R&D <w:br/> ]]> \"'", "R&D <w:br/> ]]> \"'"),
        ("\ud800\ufffe\uffff甲", "甲"),
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("一\t二  三 ", "一\t二  三 "),
        ("𠮷😀", "𠮷😀"),
        ("", ""),
    ],
)
def test_any_text_can_be_written(tmp_path: Path, hostile: str, kept: str) -> None:
    path = write([Paragraph(Style.BODY, hostile)], tmp_path / "r.docx")
    assert word.read_paragraphs(path) == [Paragraph(Style.BODY, kept)]


def test_any_title_and_author_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "r.docx"
    word.write_report([], path, style_document=asset("report.docx"), title="甲\x0b" * 300, author="\x00局<&")
    properties = Document(str(path)).core_properties
    assert (properties.title, properties.author) == ("甲" * 255, "局<&")


def test_properties_name_the_unit_alone(tmp_path: Path) -> None:
    template = Document(str(asset("report.docx")))
    template.core_properties.last_modified_by = "张三的电脑"
    template.save(str(tmp_path / "style.docx"))
    path = write(REPORT, tmp_path / "r.docx", tmp_path / "style.docx")
    properties = Document(str(path)).core_properties
    assert (properties.title, properties.author, properties.last_modified_by) == (TITLE, NAME, NAME)
    with zipfile.ZipFile(path) as package:
        assert not any("张三" in package.read(name).decode() for name in package.namelist())
        assert "docProps/app.xml" not in package.namelist()


def test_text_of_the_style_document_is_dropped(tmp_path: Path) -> None:
    template = Document(str(asset("report.docx")))
    template.add_paragraph("样例文字")
    template.add_table(1, 1)
    template.save(str(tmp_path / "style.docx"))
    assert word.read_paragraphs(write(REPORT, tmp_path / "r.docx", tmp_path / "style.docx")) == REPORT


def test_a_missing_style_is_named(tmp_path: Path) -> None:
    template = Document(str(asset("report.docx")))
    template.styles["二级标题"].delete()
    template.save(str(tmp_path / "style.docx"))
    with pytest.raises(Unusable, match=r"style\.docx：缺少段落样式“二级标题”，请在 Word 中补上"):
        write(REPORT, tmp_path / "r.docx", tmp_path / "style.docx")
    assert not (tmp_path / "r.docx").exists()


def test_only_a_report_with_a_cover_wants_the_styles_of_one(tmp_path: Path) -> None:
    template = Document(str(asset("report.docx")))
    for style in (Style.COVER_TITLE, Style.COVER):
        template.styles[style].delete()
    template.save(str(tmp_path / "style.docx"))
    assert word.read_paragraphs(write(REPORT, tmp_path / "r.docx", tmp_path / "style.docx")) == REPORT
    with pytest.raises(Unusable, match=r"style\.docx：缺少段落样式“封面标题”，请在 Word 中补上"):
        write(COVER, tmp_path / "c.docx", tmp_path / "style.docx")
    assert not (tmp_path / "c.docx").exists()


def test_what_follows_a_cover_begins_a_page(tmp_path: Path) -> None:
    paragraphs = [REPORT[0], *COVER, *REPORT[1:]]
    path = write(paragraphs, tmp_path / "r.docx")
    document = Document(str(path))
    begins = [bool(paragraph.paragraph_format.page_break_before) for paragraph in document.paragraphs]
    assert begins == [at == 1 + len(COVER) for at in range(len(paragraphs))]
    assert word.read_paragraphs(path) == paragraphs


def test_a_long_title_of_a_cover_is_broken_and_reads_back_whole(tmp_path: Path) -> None:
    title = Paragraph(Style.COVER_TITLE, NAME + TITLE)
    path = write([title], tmp_path / "r.docx")
    assert Document(str(path)).paragraphs[0].text == f"{NAME}\n{TITLE}"
    assert word.read_paragraphs(path) == [title]


def _encrypted_entry() -> bytes:
    data = bytearray(asset("report.docx").read_bytes())
    for found in re.finditer(b"PK\x01\x02", bytes(data)):
        data[found.start() + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param("一份旧的报告".encode("gbk"), id="text"),
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(600), id="doc or encrypted docx"),
        pytest.param(b"PK\x05\x06" + bytes(18), id="empty zip"),
        pytest.param(asset("report.docx").read_bytes()[:-300], id="cut off"),
        pytest.param(asset("report.docx").read_bytes().replace(b"<w:body>", b"<w:badly"), id="broken XML"),
        pytest.param(_encrypted_entry(), id="encrypted zip"),
    ],
)
def test_what_is_no_document_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "坏.docx"
    path.write_bytes(content)
    with pytest.raises(Unusable, match=r"坏\.docx：不是 Word 文档（\.docx）或已损坏，请用 Word 打开并另存为"):
        word.read_paragraphs(path)
    with pytest.raises(Unusable, match=r"坏\.docx：不是 Word 文档"):
        write(REPORT, tmp_path / "r.docx", path)


def test_a_workbook_is_no_document(tmp_path: Path) -> None:
    path = tmp_path / "book.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(Unusable, match="不是 Word 文档"):
        word.read_paragraphs(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"无\.docx：文件不存在"):
        word.read_paragraphs(tmp_path / "无.docx")


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word, "_LARGEST", 1000)
    with pytest.raises(Unusable, match="文件过大"):
        word.read_paragraphs(asset("report.docx"))


def test_unknown_styles_and_tables_are_read_as_body(tmp_path: Path) -> None:
    document = Document()  # python-docx's own template, in English
    document.add_heading("一、情况", 1)
    document.add_table(1, 1).cell(0, 0).text = "表内"
    document.save(str(tmp_path / "r.docx"))
    assert word.read_paragraphs(tmp_path / "r.docx") == [
        Paragraph(Style.BODY, "一、情况"),
        Paragraph(Style.BODY, "表内"),
    ]


def test_tracked_changes_are_read_as_accepted(tmp_path: Path) -> None:
    path = write([Paragraph(Style.BODY, "执行率为")], tmp_path / "r.docx")
    document = Document(str(path))
    paragraph = document.paragraphs[0]._p
    for kind, text in (("w:ins", "100%"), ("w:moveFrom", "741.17%")):
        change = paragraph.makeelement(qn(kind), {qn("w:id"): "1", qn("w:author"): "甲"})
        paragraph.append(change)
        run = document.paragraphs[0].add_run(text)._r
        change.append(run)
    document.save(str(path))
    assert word.read_paragraphs(path) == [Paragraph(Style.BODY, "执行率为100%")]


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        (TITLE, [TITLE]),
        (NAME + TITLE, [NAME, TITLE]),
        (
            NAME + "关于2023年度部门整体支出绩效自评情况的报告",
            [NAME + "关于", "2023年度部门整体支出绩效自评情况的报告"],
        ),
        (
            "衡东县新型城镇化建设部门整体支出绩效自评工作报告",
            ["衡东县新型城镇化建设", "部门整体支出绩效自评工作报告"],
        ),
        ("甲" * 25, ["甲" * 12, "甲" * 13]),
        ("手动\n换行的" + "长" * 30, ["手动", "换行的" + "长" * 30]),
        ("1" * 45, ["1" * 45]),
        ("甲" * 5000, ["甲" * 5000]),
    ],
)
def test_a_long_title_is_broken_by_meaning(title: str, lines: list[str]) -> None:
    assert word.break_title(title, 20.3).split("\n") == lines


def test_a_broken_title_reads_back_whole(tmp_path: Path) -> None:
    path = write([Paragraph(Style.TITLE, NAME + TITLE)], tmp_path / "r.docx")
    assert Document(str(path)).paragraphs[0].text == f"{NAME}\n{TITLE}"
    assert word.read_paragraphs(path) == [Paragraph(Style.TITLE, NAME + TITLE)]


@pytest.mark.parametrize(
    ("name", "date", "sealed", "spaces"),
    [
        # With a seal: date right minus 4, name centred over it.
        ("县科技局", "2024年4月2日", True, (5.0, 4.0)),
        (NAME, "2024年4月2日", True, (1.0, 4.0)),
        (NAME, "2024年12月12日", True, (1.5, 4.0)),
        # Too long to be centred there: at the edge, with the date under its middle.
        ("甲" * 20, "2024年4月2日", True, (0.0, 7.0)),
        ("甲" * 99, "2024年4月2日", True, (0.0, 11.0)),
        # Without: name right minus 2, the date's first character two right of the name's.
        (NAME, "2024年4月2日", False, (2.0, 6.0)),
        # A date longer than the name: date right minus 2, the name further in.
        ("县科技局", "2024年4月2日", False, (6.0, 2.0)),
    ],
)
def test_signature_and_date_stand_as_the_standard_wants(
    tmp_path: Path, name: str, date: str, sealed: bool, spaces: tuple[float, float]
) -> None:
    paragraphs = [Paragraph(Style.SIGNATURE, name), Paragraph(Style.DATE, date)]
    document = Document(str(write(paragraphs, tmp_path / "r.docx", sealed=sealed)))
    for paragraph, space in zip(document.paragraphs, spaces, strict=True):
        indent = paragraph._p.xpath("./w:pPr/w:ind")[0]
        assert int(indent.get(qn("w:rightChars"))) == space * 100
        assert int(indent.get(qn("w:right"))) == pytest.approx(space * 156 / 28 * 1440 / 25.4, abs=2)


def test_the_last_line_stays_with_the_signature(tmp_path: Path) -> None:
    document = Document(str(write(REPORT, tmp_path / "r.docx")))
    body = document.paragraphs[-3]
    assert body.text == REPORT[-3].text
    assert body.paragraph_format.keep_with_next


FULL = "指导全县经济科技和信息化领域技术进步与创新工作" * 40
LEFT, RIGHT = 28 * 72 / 25.4, (210 - 26) * 72 / 25.4
CHARACTER, LINE = 156 / 28 * 72 / 25.4, 28.95


@dataclass(frozen=True)
class Line:
    """One line of a PDF page, in points from the upper left corner."""

    left: float
    right: float
    middle: float
    text: str


Render = Callable[[list[Paragraph]], list[list[Line]]]


@pytest.fixture(scope="module")
def render(soffice: str, pdftotext: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Render]:
    """A function that lays paragraphs out and gives the lines of every page."""

    def pages(paragraphs: list[Paragraph]) -> list[list[Line]]:
        folder = tmp_path_factory.mktemp("排 版")
        word.to_pdf(write(paragraphs, folder / "报告.docx"), folder / "报告.pdf")
        box = subprocess.run([pdftotext, "-bbox", folder / "报告.pdf", "-"], capture_output=True, check=True)
        return [_lines(page) for page in box.stdout.decode().split("<page ")[1:]]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FONTCONFIG_FILE", str(Path(__file__).parent / "fonts.conf"))
        yield pages


def _lines(page: str) -> list[Line]:
    words = re.findall(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', page)
    by_line: dict[int, list[tuple[float, float, float, str]]] = {}
    for left, top, right, bottom, text in words:
        middle = (float(top) + float(bottom)) / 2
        by_line.setdefault(round(middle), []).append((float(left), float(right), middle, text))
    return [
        Line(
            min(w[0] for w in line), max(w[1] for w in line), line[0][2], "".join(w[3] for w in sorted(line))
        )
        for _, line in sorted(by_line.items())
    ]


@pytest.fixture(scope="module")
def pages(render: Render) -> list[list[Line]]:
    body = [Paragraph(Style.BODY, FULL)] * 2
    return render([*REPORT[:2], *body, *REPORT[-3:]])


def test_a_line_holds_28_characters(pages: list[list[Line]]) -> None:
    full = [line for line in pages[1] if line.left == pytest.approx(LEFT, abs=1.5) and len(line.text) > 3]
    assert len(full) >= 20
    # Fewer only where a paragraph ends.
    assert sum(len(line.text) != 28 for line in full) <= 1
    assert all(line.right <= RIGHT + 1 for line in full)


def test_a_page_holds_22_lines(pages: list[list[Line]]) -> None:
    lines = pages[1][:-1]
    assert len(lines) == 22
    assert lines[-1].middle - lines[0].middle == pytest.approx(21 * LINE, abs=1)
    assert lines[0].middle == pytest.approx((37 * 72 / 25.4) + LINE / 2, abs=LINE / 4)


def test_mark_and_title_stand_on_lines_1_and_3(pages: list[list[Line]]) -> None:
    mark, title, first, *_ = pages[0]
    assert (mark.text, title.text) == ("附件1", TITLE)
    assert mark.left == pytest.approx(LEFT, abs=1.5)
    assert (title.left + title.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=2)
    assert first.middle - mark.middle == pytest.approx(4 * LINE, abs=3)
    assert first.left == pytest.approx(LEFT + 2 * CHARACTER, abs=1.5)


def test_page_numbers_are_outside(pages: list[list[Line]]) -> None:
    assert len(pages) >= 3
    for number, page in enumerate(pages, start=1):
        assert page[-1].text == f"—{number}—"
        assert page[-1].middle == pytest.approx((37 + 225 + 7) * 72 / 25.4, abs=1.5)
        if number % 2:
            assert page[-1].right == pytest.approx(RIGHT - 14, abs=2)
        else:
            assert page[-1].left == pytest.approx(LEFT + 14, abs=2)


def test_signature_and_date_close_the_report(pages: list[list[Line]]) -> None:
    last, name, date, _ = pages[-1][-4:]
    assert (name.text, date.text) == (NAME, DATE)
    assert name.middle - last.middle == pytest.approx(2 * LINE, abs=1)
    assert date.middle - name.middle == pytest.approx(LINE, abs=1)
    assert RIGHT - date.right == pytest.approx(4 * CHARACTER, abs=4)
    # LibreOffice widens the date by a quarter space beside every figure, whatever the style says.
    assert (name.left + name.right) / 2 == pytest.approx((date.left + date.right) / 2, abs=12)


def test_a_signature_is_not_alone_on_its_page(render: Render) -> None:
    lines = [Paragraph(Style.BODY, f"第{number}行") for number in range(22)]
    first, second = render([*lines, *REPORT[-2:]])
    assert [line.text for line in second[:-1]] == ["第21行", NAME, DATE]
    assert len(first) == 22  # 21 and the page number


def test_a_heading_is_not_last_on_its_page(render: Render) -> None:
    lines = [Paragraph(Style.BODY, "一行")] * 21
    _, second = render([*lines, REPORT[2], Paragraph(Style.BODY, "正文")])
    assert [line.text for line in second[:-1]] == [REPORT[2].text, "正文"]


def test_a_cover_is_a_page_of_its_own(render: Render) -> None:
    long = Paragraph(Style.COVER, "评价机构：　　　　" + "甲" * 20)
    first, second = render([REPORT[0], *COVER[:-1], long, COVER[-1], *REPORT[2:]])
    texts = [line.text for line in first]
    assert texts[:2] == ["附件1", COVER[0].text]
    assert texts[-2] == "财政局（制）"
    assert second[0].text == REPORT[2].text
    value = LEFT + 12 * CHARACTER
    name, code, *_ = first[2:]
    assert name.left == code.left == pytest.approx(LEFT + 3 * CHARACTER, abs=1.5)
    (rest,) = (line for line in first if set(line.text) == {"甲"})
    assert rest.left == pytest.approx(value, abs=1.5)
    assert code.right - 3 * CHARACTER == pytest.approx(value, abs=4)  # of the six figures of 301001
    for line in (first[1], first[-2]):
        assert (line.left + line.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=4)


def test_figures_stay_whole(render: Render) -> None:
    figure = "5420.82万元、741.17%、"
    (lines,) = render([Paragraph(Style.BODY, "甲" * shift + figure * 2) for shift in range(8, 15)])
    text = "\n".join(line.text for line in lines)
    assert text.count("5420.82") == text.count("741.17%") == 14


def test_without_libreoffice_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(word, "find_libreoffice", lambda machine, program: None)
    with pytest.raises(Unusable, match="找不到 LibreOffice，无法转换为 PDF；请安装它"):
        word.to_pdf(asset("report.docx"), tmp_path / "r.pdf")


@pytest.mark.skipif("sys.platform == 'win32'", reason="a shell script stands in for a LibreOffice that fails")
def test_a_failed_conversion_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "soffice").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "soffice").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unusable, match="LibreOffice 未能转换为 PDF，请用 Word"):
        word.to_pdf(asset("report.docx"), tmp_path / "r.pdf")
    assert not (tmp_path / "r.pdf").exists()


@pytest.mark.skipif("sys.platform == 'win32'", reason="a shell script stands in for a LibreOffice that hangs")
def test_a_hanging_conversion_is_ended_with_its_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "soffice").write_text(f"#!/bin/sh\n(/bin/sleep 3; echo > '{tmp_path}/survived') &\nwait\n")
    (tmp_path / "soffice").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(word, "_CONVERSION_SECONDS", 0.3)
    with pytest.raises(Unusable, match="LibreOffice 未能转换"):
        word.to_pdf(asset("report.docx"), tmp_path / "r.pdf")
    time.sleep(3.2)
    assert not (tmp_path / "survived").exists()
