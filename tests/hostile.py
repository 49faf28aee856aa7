"""Workbook files that are damaged, mislabelled or made to do harm, each from one small sound workbook."""

import io
import struct
import zipfile
from collections.abc import Callable
from typing import NamedTuple

import xlsxwriter

SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"
TEXTS = "xl/sharedStrings.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCTYPE = (
    b'<!DOCTYPE worksheet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hosts">]>'
)


class Hostile(NamedTuple):
    """A file, and a part of the sentence that refuses it; "" when it must be read all the same."""

    make: Callable[[], bytes]
    sentence: str


CASES: dict[str, Hostile] = {}


def sound() -> bytes:
    """The workbook that all others are made from."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("表一")
        sheet.write_row(0, 0, ["项目", "预算", "执行率"])
        sheet.write_row(1, 0, ["甲", 12.5])
        sheet.write_formula(1, 2, "=B2/25", book.add_format({"num_format": "0.00%"}), 0.5)
        book.add_worksheet("表二").write(0, 0, "乙")
    return stream.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


def with_part(path: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = parts_of(sound())
    changed = change(parts[path])
    assert changed != parts[path], "the surgery missed"
    return zipped(parts | {path: changed})


def with_cells(cells: str, **replacing: tuple[str, str]) -> bytes:
    """The sound workbook with other rows in its first sheet."""

    def change(part: bytes) -> bytes:
        start, end = part.index(b"<sheetData>") + 11, part.index(b"</sheetData>")
        text = (part[:start] + cells.encode() + part[end:]).decode()
        for old, new in replacing.values():
            assert old in text, "the surgery missed"
            text = text.replace(old, new)
        return text.encode()

    return with_part(SHEET, change)


def renamed(old: str, new: str) -> bytes:
    return zipped({new if path == old else path: content for path, content in parts_of(sound()).items()})


def hostile(sentence: str = "") -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def keep(make: Callable[[], bytes]) -> Callable[[], bytes]:
        CASES[make.__name__] = Hostile(make, sentence)
        return make

    return keep


def row(content: str, number: int | str = 1) -> str:
    return f'<row r="{number}">{content}</row>'


# ------------------------------------------------------------------------------ other formats


@hostile("文件是空的")
def empty_file() -> bytes:
    return b""


@hostile("不是 .xlsx 工作簿")
def a_web_page_renamed() -> bytes:
    return b"<html><table><tr><td>1</td></tr></table></html>"


@hostile("旧版 .xls")
def old_xls_renamed() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le") + bytes(500)


@hostile("打开密码")
def with_a_password() -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
    )


@hostile("不是 Excel 工作簿")
def old_doc_renamed() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le") + bytes(500)


@hostile("加了密码")
def zip_with_a_password() -> bytes:
    data = bytearray(sound())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


@hostile(".xlsb 二进制工作簿")
def xlsb_renamed() -> bytes:
    parts = parts_of(sound())
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/workbook.xml", b"xl/workbook.bin")
    return zipped(parts)


@hostile("而是Word 文档")
def docx_renamed() -> bytes:
    parts = parts_of(sound())
    parts["word/document.xml"] = b"<document/>"
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/workbook.xml", b"word/document.xml")
    return zipped(parts)


@hostile("不是 Excel 工作簿")
def any_zip() -> bytes:
    return zipped({"报告.txt": b"text"})


# ------------------------------------------------------------------------------ the zip container


@hostile("文件不完整")
def cut_off() -> bytes:
    return sound()[:-30]


@hostile("文件不完整")
def half_a_download() -> bytes:
    return sound()[:2000]


@hostile("结构异常")
def rubbish_after_the_end() -> bytes:
    return sound() + b"rubbish"


@hostile("结构异常")
def something_before_the_zip() -> bytes:
    return b"PK\x03\x04" + sound()


@hostile("已损坏")
def a_flipped_byte() -> bytes:
    data = bytearray(sound())
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        entry = package.getinfo(SHEET)
    data[entry.header_offset + 30 + len(SHEET) + entry.compress_size // 2] ^= 0x10
    return bytes(data)


@hostile("解压后异常庞大")
def bomb() -> bytes:
    return with_part(SHEET, lambda part: part.replace(b"</worksheet>", b" " * (200 << 20) + b"</worksheet>"))


@hostile("解压后异常庞大")
def bomb_by_ratio() -> bytes:
    return with_part(SHEET, lambda part: part.replace(b"</worksheet>", b" " * (20 << 20) + b"</worksheet>"))


@hostile("已损坏")
def bomb_that_says_it_is_small() -> bytes:
    data = bytearray(bomb())
    real = struct.pack("<L", len(parts_of(sound())[SHEET]) + (200 << 20))
    assert data.count(real) == 2
    return bytes(data.replace(real, struct.pack("<L", 5000)))


@hostile()
def bomb_in_a_part_that_is_not_read() -> bytes:
    return zipped(parts_of(sound()) | {"xl/media/image1.png": bytes(50 << 20)})


@hostile("结构异常")
def two_parts_of_one_name() -> bytes:
    twin = SHEET.replace("sheet1", "sheet9")
    parts = parts_of(sound())
    return zipped(parts | {twin: parts[SHEET]}).replace(twin.encode(), SHEET.encode())


@hostile("结构异常")
def two_parts_but_for_case() -> bytes:
    parts = parts_of(sound())
    return zipped(parts | {SHEET.upper(): parts[SHEET]})


@hostile("结构异常")
def overlapping_parts() -> bytes:
    data = bytearray(sound())
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 4)
    size = struct.unpack_from("<L", data, second + 42)[0]
    struct.pack_into("<L", data, first + 20, size + 100)
    return bytes(data)


@hostile("文件过多")
def too_many_parts() -> bytes:
    return zipped(parts_of(sound()) | {f"x/{number}": b"" for number in range(10_001)})


@hostile("结构异常")
def a_path_that_climbs() -> bytes:
    return zipped(parts_of(sound()) | {"../../evil.xml": b""})


@hostile("缺少工作表「表一」")
def a_target_that_climbs() -> bytes:
    return with_part(
        "xl/_rels/workbook.xml.rels",
        lambda p: p.replace(b"worksheets/sheet1", b"../../etc/worksheets/sheet1"),
    )


@hostile("压缩方式")
def unknown_compression() -> bytes:
    data = bytearray(sound())
    at = data.find(b"PK\x01\x02")
    struct.pack_into("<H", data, at + 10, 99)
    at = data.rfind(SHEET.encode()) - 46
    struct.pack_into("<H", data, at + 10, 99)
    return bytes(data)


@hostile("缺少工作表「表一」")
def missing_worksheet() -> bytes:
    return renamed(SHEET, "xl/worksheets/elsewhere.xml")


@hostile()
def worksheet_named_in_other_case() -> bytes:
    return renamed(SHEET, "xl/Worksheets/Sheet1.XML")


@hostile("不是 Excel 工作簿")
def missing_workbook() -> bytes:
    return renamed(BOOK, "xl/elsewhere.xml")


@hostile("没有任何工作表")
def no_sheets() -> bytes:
    return with_part(BOOK, lambda p: p[: p.index(b"<sheets>")] + p[p.index(b"</sheets>") + 9 :])


@hostile("重名")
def two_sheets_of_one_name() -> bytes:
    return with_part(BOOK, lambda p: p.replace("表二".encode(), "表一".encode()))


# ------------------------------------------------------------------------------ far cells, odd references


@hostile("单元格 XFD1048576 有内容")
def value_in_the_last_cell() -> bytes:
    return with_cells(row('<c r="XFD1048576"><v>1</v></c>', 1048576))


@hostile("第 1048576 行有内容")
def value_in_the_last_row() -> bytes:
    return with_cells(row('<c r="A1"><v>1</v></c>') + row('<c r="A1048576"><v>1</v></c>', 1048576))


@hostile("单元格 ZZZ1 有内容")
def value_in_a_far_column() -> bytes:
    return with_cells(row('<c r="ZZZ1"><v>1</v></c>'))


@hostile("数据区过大")
def value_in_a_far_corner() -> bytes:
    return with_cells(row('<c r="A1"><v>1</v></c>') + row('<c r="ZZ200000"><v>1</v></c>', 200000))


@hostile()
def value_in_the_last_allowed_row() -> bytes:
    return with_cells(row('<c r="A1"><v>1</v></c>') + row('<c r="Z200000"><v>1</v></c>', 200000))


@hostile()
def formatted_blank_in_the_last_cell() -> bytes:
    return with_cells(row('<c r="A1"><v>1</v></c>') + row('<c r="XFD1048576" s="1"/>', 1048576))


@hostile()
def many_formatted_blank_rows() -> bytes:
    blank = "".join(row(f'<c r="A{n}" s="1"/><c r="ZZ{n}" s="1"/>', n) for n in range(2, 100_000))
    return with_cells(row('<c r="A1"><v>1</v></c>') + blank)


@hostile("行号 99999999999 无效")
def row_number_beyond_all() -> bytes:
    return with_cells(row('<c r="A99999999999"><v>1</v></c>', "99999999999"))


@hostile("编号无效的单元格 A99999999999")
def reference_beyond_all() -> bytes:
    return with_cells(row('<c r="A99999999999"><v>1</v></c>'))


@hostile("编号无效的单元格 A4294967297")
def reference_that_wraps_to_the_first_row() -> bytes:
    return with_cells(row('<c r="A4294967297"><v>1</v></c>'))


@hostile("编号无效的单元格 B7")
def reference_of_another_row() -> bytes:
    return with_cells(row('<c r="B7"><v>1</v></c>'))


for number, reference in enumerate(["1A", "A", "1", "A0", "A-1", "$A$1", "A1:B2", "", "Ａ1", "A1 ", "AAAA1"]):

    def malformed(reference: str = reference) -> bytes:
        return with_cells(row(f'<c r="{reference}"><v>1</v></c>'))

    CASES[f"malformed_reference_{number}"] = Hostile(malformed, "编号无效的单元格")


@hostile()
def rows_out_of_order() -> bytes:
    return with_cells(
        row('<c r="B9"><v>1</v></c><c r="A9"><v>2</v></c>', 9) + row('<c r="A2"><v>3</v></c>', 2)
    )


@hostile()
def no_references() -> bytes:
    return with_cells("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")


@hostile()
def dimension_that_lies() -> bytes:
    return with_cells(row('<c r="A1"><v>1</v></c>'), dimension=('ref="A1:C2"', 'ref="A1:XFD10000000"'))


@hostile()
def dimension_that_is_none() -> bytes:
    return with_cells(row('<c r="A1"><v>1</v></c>'), dimension=('ref="A1:C2"', 'ref="?"'))


@hostile()
def merged_bombs() -> bytes:
    merged = "".join(f'<mergeCell ref="{area}"/>' for area in ("A1:XFD1048576", "B9:A1", "?"))
    merged = f"<mergeCells>{merged}</mergeCells>"
    return with_part(SHEET, lambda p: p.replace(b"</sheetData>", f"</sheetData>{merged}".encode()))


@hostile()
def count_of_texts_that_lies() -> bytes:
    return with_part(TEXTS, lambda p: p.replace(b'uniqueCount="', b'uniqueCount="99999999999999'))


# calamine itself refuses this one, in the ordinary way.
@hostile()
def index_of_texts_out_of_range() -> bytes:
    return with_cells(row('<c r="A1" t="s"><v>99</v></c>'))


# ------------------------------------------------------------------------------ XML in unusual dress


@hostile("DOCTYPE")
def doctype_in_a_sheet() -> bytes:
    return with_part(SHEET, lambda p: p.replace(b"<worksheet", DOCTYPE + b"<worksheet"))


@hostile("DOCTYPE")
def doctype_in_the_workbook() -> bytes:
    return with_part(BOOK, lambda p: p.replace(b"<workbook ", DOCTYPE + b"<workbook "))


@hostile("DOCTYPE")
def doctype_in_the_texts() -> bytes:
    return with_part(TEXTS, lambda p: p.replace(b"<sst", DOCTYPE + b"<sst"))


@hostile()
def sheet_in_utf_16() -> bytes:
    return with_part(SHEET, lambda p: p.decode().replace("UTF-8", "UTF-16").encode("utf-16"))


@hostile("已损坏")
def sheet_in_an_unknown_encoding() -> bytes:
    return with_part(SHEET, lambda p: p.replace(b"UTF-8", b"x-none"))


@hostile()
def single_quotes_and_spaces() -> bytes:
    return with_part(
        SHEET, lambda p: p.replace(b'="', b" = '").replace(b'"', b"'").replace(b"version = ", b"version=")
    )


@hostile()
def prefixed_elements() -> bytes:
    def prefix(part: bytes) -> bytes:
        body = (
            part[part.index(b"<worksheet") :]
            .replace(b"</", b"\0")
            .replace(b"<", b"<x:")
            .replace(b"\0", b"</x:")
        )
        return body.replace(b'xmlns="', b'xmlns:x="')

    return with_part(SHEET, prefix)


@hostile()
def cells_of_another_namespace() -> bytes:
    foreign = '<y:c xmlns:y="urn:y" r="B1"><y:v>9</y:v></y:c>'
    return with_cells(row(f'<c r="A1"><v>1</v></c>{foreign}'))


@hostile()
def cdata_and_comments_in_values() -> bytes:
    return with_cells(
        row(
            '<c r="A1"><v><![CDATA[5]]></v></c><c r="B1"><v>1<!-- -->2</v></c><c r="C1"><v>&#49;2</v></c>'
            '<c r="D1" t="str"><v><![CDATA[a<b]]></v></c><!-- <c r="E1" t="e"><v>#REF!</v></c> -->'
        )
    )


@hostile()
def formula_behind_its_value() -> bytes:
    return with_cells(row('<c r="A1"><v>5</v><f>2+3</f></c>'))


@hostile()
def strict_workbook() -> bytes:
    old, new = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
    parts = parts_of(sound())
    for path in (SHEET, BOOK, TEXTS, "xl/styles.xml"):
        parts[path] = parts[path].replace(old + b"spreadsheetml/2006/main", new + b"spreadsheetml/main")
        parts[path] = parts[path].replace(
            old + b"officeDocument/2006/relationships", new + b"officeDocument/relationships"
        )
    for path in ("_rels/.rels", "xl/_rels/workbook.xml.rels"):
        parts[path] = parts[path].replace(
            old + b"officeDocument/2006/relationships", new + b"officeDocument/relationships"
        )
    return zipped(parts)


@hostile("已损坏")
def tags_that_do_not_close() -> bytes:
    return with_cells('<row r="1"><c r="A1"><v>5</c></row>')


@hostile("已损坏")
def a_name_with_a_digit() -> bytes:
    return with_cells(row('<c r="A1"><v>5</v1></c><c r="B1"><v>6</v></c>'))


@hostile("嵌套过深")
def deeply_nested_elements() -> bytes:
    return with_cells(row("<y>" * 100_000 + "</y>" * 100_000))


@hostile()
def a_text_of_many_runs() -> bytes:
    runs = "<r><t>一</t></r>" * 50_000
    return with_cells(row(f'<c t="inlineStr" r="A1"><is>{runs}</is></c>'))


@hostile("不是普通的工作表")
def texts_in_place_of_a_sheet() -> bytes:
    parts = parts_of(sound())
    return zipped(parts | {SHEET: parts[TEXTS]})


@hostile("单元格 A1 内容无法识别")
def a_number_that_is_none() -> bytes:
    return with_cells(row('<c r="A1"><v>一</v></c>'))


@hostile("单元格 B1 内容无法识别")
def a_number_that_is_infinite() -> bytes:
    return with_cells(row('<c r="A1"><v>1E-300</v></c><c r="B1"><v>1E400</v></c>'))


@hostile("单元格 A1 内容无法识别")
def a_number_of_400_digits() -> bytes:
    return with_cells(row(f'<c r="A1"><v>{"9" * 400}</v></c>'))


@hostile("单元格 A1 内容无法识别")
def a_type_that_is_none() -> bytes:
    return with_cells(row('<c r="A1" t="zz"><v>1</v></c>'))


@hostile()
def true_and_false_in_words() -> bytes:
    return with_cells(row('<c r="A1" t="b"><v>false</v></c><c r="B1" t="b"><v>true</v></c>'))


@hostile()
def an_error_of_a_newer_excel() -> bytes:
    return with_cells(row('<c r="A1" t="e"><v>#SPILL!</v></c>'))


@hostile()
def texts_that_look_like_cells() -> bytes:
    text = '" s="1"&gt; t="e" r="XFD1048576" &lt;c r="A1" t="e">#REF!'
    return with_cells(row(f'<c r="A1" t="str"><f>"A1" s="1">2</f><v>{text}</v></c>'))


@hostile()
def attributes_in_another_order() -> bytes:
    return with_cells(row('<c t="e" s="1" r="A1"><v>#REF!</v></c><c s="1" r="B1"><f>1</f></c>'))
