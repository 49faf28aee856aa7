"""workbook/report.docx against GB/T 9704-2012, in the numbers of the standard."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from docx import Document

from xlreport.assets import asset
from xlreport.gongwen import build_style_document
from xlreport.narrative import Style
from xlreport.word import name_in_file

MM = 1440 / 25.4  # twips
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ElementTree.Element]:
    path = tmp_path_factory.mktemp("style") / "report.docx"
    build_style_document(path)
    with zipfile.ZipFile(path) as package:
        return {
            Path(name).name: ElementTree.fromstring(package.read(name))
            for name in package.namelist()
            if name.startswith("word/") and name.endswith(".xml")
        }


def attributes(root: ElementTree.Element, path: str) -> dict[str, str]:
    """The attributes of one element, without their namespace."""
    found = root.find(path, {"w": W[1:-1]})
    assert found is not None, path
    return {name.rpartition("}")[2]: value for name, value in found.attrib.items()}


def style(parts: dict[str, ElementTree.Element], name: str) -> ElementTree.Element:
    for element in parts["styles.xml"].iter(f"{W}style"):
        if attributes(element, "w:name")["val"] == name:
            return element
    raise AssertionError(name)


def test_the_committed_document_equals_a_rebuild(tmp_path: Path) -> None:
    build_style_document(tmp_path / "report.docx")
    assert asset("report.docx").read_bytes() == (tmp_path / "report.docx").read_bytes()


def test_nobody_and_no_moment_is_named() -> None:
    properties = Document(str(asset("report.docx"))).core_properties
    assert (properties.author, properties.last_modified_by, properties.title) == ("", "", "")
    with zipfile.ZipFile(asset("report.docx")) as package:
        assert {entry.date_time for entry in package.infolist()} == {(2012, 7, 1, 0, 0, 0)}


def test_it_has_no_text() -> None:
    assert [paragraph.text for paragraph in Document(str(asset("report.docx"))).paragraphs] == []


@pytest.mark.parametrize(
    ("element", "attribute", "millimetres"),
    [
        ("pgSz", "w", 210),
        ("pgSz", "h", 297),
        ("pgMar", "top", 37),
        ("pgMar", "left", 28),
        ("pgMar", "right", 26),
        ("pgMar", "bottom", 35),
    ],
)
def test_page(
    parts: dict[str, ElementTree.Element], element: str, attribute: str, millimetres: float
) -> None:
    value = attributes(parts["document.xml"], f".//w:{element}")[attribute]
    assert float(value) == pytest.approx(millimetres * MM, abs=1)


def test_grid_of_22_lines_and_28_characters(parts: dict[str, ElementTree.Element]) -> None:
    grid = attributes(parts["document.xml"], ".//w:docGrid")
    assert grid["type"] == "linesAndChars"
    assert grid["linePitch"] == "579"
    assert int(225 * MM) // int(grid["linePitch"]) == 22
    assert int(156 * MM / 20 / (16 + int(grid["charSpace"]) / 4096)) == 28


def test_body_holds_the_grid_by_itself(parts: dict[str, ElementTree.Element]) -> None:
    body = style(parts, "Normal")
    assert attributes(body, "w:pPr/w:spacing") == {"line": "579", "lineRule": "exact"}
    assert attributes(body, "w:pPr/w:widowControl") == {"val": "0"}
    advance = 16 * 20 + int(attributes(body, "w:rPr/w:spacing")["val"])
    assert 28 * advance < 156 * MM < 29 * advance


@pytest.mark.parametrize(
    ("name", "font", "half_points"),
    [
        (Style.BODY, "仿宋_GB2312", 32),
        (Style.ATTACHMENT, "黑体", 32),
        (Style.TITLE, "方正小标宋简体", 44),
        (Style.LEVEL_1, "黑体", 32),
        (Style.LEVEL_2, "楷体_GB2312", 32),
        (Style.LEVEL_3, "仿宋_GB2312", 32),
        (Style.LEVEL_4, "仿宋_GB2312", 32),
        (Style.SIGNATURE, "仿宋_GB2312", 32),
        (Style.DATE, "仿宋_GB2312", 32),
        (Style.COVER_TITLE, "方正小标宋简体", 44),
        (Style.COVER, "仿宋_GB2312", 32),
    ],
)
def test_fonts(parts: dict[str, ElementTree.Element], name: Style, font: str, half_points: int) -> None:
    own, body = style(parts, name_in_file(name)), style(parts, "Normal")
    fonts = attributes(own if own.find(f"{W}rPr/{W}rFonts") is not None else body, "w:rPr/w:rFonts")
    assert fonts == dict.fromkeys(("ascii", "hAnsi", "eastAsia", "cs"), font)
    sized = own if own.find(f"{W}rPr/{W}sz") is not None else body
    assert attributes(sized, "w:rPr/w:sz") == {"val": str(half_points)}
    assert font in {each.get(f"{W}name") for each in parts["fontTable.xml"]}


@pytest.mark.parametrize(
    ("name", "level"),
    [(Style.LEVEL_1, "0"), (Style.LEVEL_2, "1"), (Style.LEVEL_3, "2")],
)
def test_headings_are_in_the_navigation_pane(
    parts: dict[str, ElementTree.Element], name: Style, level: str
) -> None:
    heading = style(parts, name)
    assert attributes(heading, "w:pPr/w:outlineLvl") == {"val": level}
    assert heading.find(f"{W}pPr/{W}keepNext") is not None


@pytest.mark.parametrize("name", [Style.BODY, Style.LEVEL_4, Style.TITLE, Style.DATE])
def test_texts_are_not_in_the_navigation_pane(parts: dict[str, ElementTree.Element], name: Style) -> None:
    assert style(parts, name_in_file(name)).find(f"{W}pPr/{W}outlineLvl") is None


def test_first_lines_are_indented_by_two_characters(parts: dict[str, ElementTree.Element]) -> None:
    assert attributes(style(parts, "Normal"), "w:pPr/w:ind")["firstLineChars"] == "200"
    for name in (Style.ATTACHMENT, Style.TITLE, Style.SIGNATURE, Style.DATE):
        assert attributes(style(parts, name_in_file(name)), "w:pPr/w:ind")["firstLineChars"] == "0"


def test_the_values_on_a_cover_stand_below_each_other(parts: dict[str, ElementTree.Element]) -> None:
    indent = attributes(style(parts, Style.COVER), "w:pPr/w:ind")
    label = len("部门（单位）名称：")
    assert int(indent["hangingChars"]) == label * 100
    assert float(indent["hanging"]) == pytest.approx(label * 156 / 28 * MM, abs=1)
    assert int(indent["leftChars"]) > label * 100
    assert "firstLineChars" not in indent


@pytest.mark.parametrize("name", [Style.ATTACHMENT, Style.TITLE])
def test_a_blank_line_follows(parts: dict[str, ElementTree.Element], name: Style) -> None:
    spacing = attributes(style(parts, name_in_file(name)), "w:pPr/w:spacing")
    assert (spacing["afterLines"], spacing["after"]) == ("100", "579")


def test_a_blank_line_precedes_the_signature(parts: dict[str, ElementTree.Element]) -> None:
    spacing = attributes(style(parts, Style.SIGNATURE), "w:pPr/w:spacing")
    assert (spacing["beforeLines"], spacing["before"]) == ("100", "579")


@pytest.mark.parametrize(("pages", "side"), [("default", "right"), ("even", "left")])
def test_page_numbers(parts: dict[str, ElementTree.Element], pages: str, side: str) -> None:
    footer = parts[f"footer-{pages}.xml"]
    assert "".join(footer.itertext()) == "— 1 —"
    assert attributes(footer, ".//w:fldSimple") == {"instr": "PAGE"}
    assert attributes(footer, ".//w:jc") == {"val": side}
    assert attributes(footer, ".//w:ind") == {side: "280", f"{side}Chars": "100"}
    footer_style = style(parts, "footer")
    assert attributes(footer_style, "w:rPr/w:rFonts")["eastAsia"] == "宋体"
    assert attributes(footer_style, "w:rPr/w:sz") == {"val": "28"}
    # The dashes are half-way up a line of 14 pt that ends where Word measures to.
    below = 35 * MM - float(attributes(parts["document.xml"], ".//w:pgMar")["footer"]) - 7 * 20
    assert below == pytest.approx(7 * MM, abs=1)


def test_settings(parts: dict[str, ElementTree.Element]) -> None:
    settings = parts["settings.xml"]
    assert attributes(settings, "w:evenAndOddHeaders") == {}
    assert attributes(settings, "w:characterSpacingControl") == {"val": "doNotCompress"}
    assert set("%，。；：、！？）》”…") <= set(attributes(settings, "w:noLineBreaksBefore")["val"])
    assert set("（《“‘") <= set(attributes(settings, "w:noLineBreaksAfter")["val"])


def test_language(parts: dict[str, ElementTree.Element]) -> None:
    assert attributes(parts["styles.xml"], ".//w:lang")["eastAsia"] == "zh-CN"


@pytest.mark.parametrize(
    ("font", "instead"),
    [("仿宋_GB2312", "仿宋"), ("楷体_GB2312", "楷体"), ("方正小标宋简体", "宋体"), ("黑体", "SimHei")],
)
def test_every_special_font_has_a_common_one_instead(
    parts: dict[str, ElementTree.Element], font: str, instead: str
) -> None:
    names = attributes(parts["fontTable.xml"], f"w:font[@{W}name='{font}']/w:altName")["val"]
    assert instead in names.split(",")
