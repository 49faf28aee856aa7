"""What a workbook file is, before python-calamine sees it: safe to read, and which cells not to believe.

calamine ends the whole process on a value in a far row and shows errors as blanks. So it is handed a package
of our own making instead of the file: the parts that it needs, each proven plain by one pass of a pattern or
else rewritten by `plain`. That also spares it a second pass over every sheet in search of merged cells, which
pays for a good part of this.
"""

import re
from html import unescape
from typing import NamedTuple

from xlreport.errors import Unusable
from xlreport.sheets.cells import (
    ANY_MAIN,
    DECLARATION,
    STRING,
    OddCells,
    body_of,
    scan,
)
from xlreport.sheets.oddity import Oddity
from xlreport.sheets.package import Package, Packing
from xlreport.sheets.plain import escape, plain_cells, plain_texts, walk

MAX_CELLS = 6_000_000  # in the rectangles from A1 that calamine fills, 32 bytes for each cell or blank
MAX_TEXTS = 5_000_000
MAX_SHEETS = 255


class Inspected(NamedTuple):
    """`workbook` is what calamine reads instead of the file; `odd` is by sheet and (row, column) from 0."""

    workbook: bytes
    odd: dict[str, OddCells]


def inspect(data: bytes, name: str, unread: frozenset[str] = frozenset()) -> Inspected:
    """Check the bytes of a workbook file called `name`. Raises Unusable.

    Sheets called as in `unread` are left out.
    """
    package = Package(data, name)
    book = _book(package, name, unread)
    styles, percents = _styles(package, book.styles, f"{name}：单元格格式表（styles）")
    # A cell without style has the first: when that shows percent, only rewriting makes it visible.
    rewrite = 0 in percents
    plain = Packing()
    plain.add("_rels/.rels", _relationships([("officeDocument", "xl/workbook.xml")]))
    plain.add("xl/workbook.xml", book.plain)
    plain.add("xl/styles.xml", styles)
    plain.add("xl/sharedStrings.xml", *_texts(package, book.texts, f"{name}：文字表（sharedStrings）"))
    odd: dict[str, OddCells] = {}
    targets = []
    left = MAX_CELLS
    for number, (title, path) in enumerate(book.sheets.items()):
        where = f"{name}：工作表「{title}」"
        part = package.read(path)
        sheet = None if rewrite else scan(part, body_of(part), percents, where)
        if sheet is None:
            sheet = scan(plain_cells(part, where), 0, percents, where)
        if sheet is None:
            raise Unusable(f"{where}内容无法识别，请用 Excel 打开后另存为 .xlsx 再试。")
        odd[title] = sheet.odd
        left -= sheet.size
        if left < 0:
            raise Unusable(f"{where}的数据区过大，请删去多余的行和列后保存再试。")
        targets.append(("worksheet", f"worksheets/{number}.xml"))
        # calamine leaves off searching at the first list of merged cells, so an empty one goes first.
        head = b"<worksheet><mergeCells></mergeCells>"
        plain.add(f"xl/worksheets/{number}.xml", head, sheet.cells, b"</worksheet>")
    plain.add("xl/_rels/workbook.xml.rels", _relationships(targets))
    return Inspected(plain.finish(), odd)


# ------------------------------------------------------------------------------ the parts around the sheets

_OFFICE = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_PACKAGE = ("http://schemas.openxmlformats.org/package/2006/relationships",)


class _Book(NamedTuple):
    sheets: dict[str, str]  # name → path
    styles: str
    texts: str
    plain: bytes


def _book(package: Package, name: str, unread: frozenset[str]) -> _Book:
    path = next((p for p, kind in _targets(package, "", name).values() if kind == "officeDocument"), "")
    if path.endswith(".bin"):
        raise Unusable(f"{name}：是 .xlsb 二进制工作簿，请用 Excel 打开后另存为 .xlsx 再试。")
    if not path.endswith(".xml") or path not in package or path.startswith(("word/", "ppt/")):
        kind = {"word/": "Word 文档", "ppt/": "演示文稿"}.get(path[: path.find("/") + 1], "别的文件")
        raise Unusable(f"{name}：不是 Excel 工作簿而是{kind}，请选择 .xlsx 或 .xlsm 文件。")
    targets = _targets(package, path, name)
    sheets: dict[str, str] = {}
    out: list[str] = []
    where = f"{name}：工作簿目录（workbook）"

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            out.append('<workbookPr date1904="1"/>')
        if tag != "sheet":
            return
        title = attributes.get("name", "")
        identity = next((attributes[key] for ns in _OFFICE if (key := f"{ns} id") in attributes), "")
        part, kind = targets.get(identity, ("", "worksheet"))
        if kind != "worksheet":  # charts and dialogs on sheets of their own hold no cells
            return
        if part not in package:
            raise Unusable(
                f"{name}：缺少工作表「{title}」的内容，文件已损坏；请用 Excel 打开并修复后另存再试。"
            )
        if title in sheets or len(sheets) >= MAX_SHEETS:
            raise Unusable(f"{name}：工作表「{title}」重名或工作表过多；请用 Excel 打开并修复后另存再试。")
        sheets[title] = part

    walk(package.read(path), where, start)
    if not sheets:
        raise Unusable(f"{name}：没有任何工作表，请选择填好的工作簿。")
    paths = {kind: p for p, kind in targets.values()}
    sheets = {title: part for title, part in sheets.items() if title not in unread}
    out += (f'<sheet name="{escape(title)}" r:id="r{at}"/>' for at, title in enumerate(sheets))
    plain = f"<workbook>{''.join(out)}</workbook>".encode()
    return _Book(sheets, paths.get("styles", ""), paths.get("sharedStrings", ""), plain)


def _targets(package: Package, path: str, name: str) -> dict[str, tuple[str, str]]:
    """What a part (or the package, "") refers to: id → (path, last word of the type)."""
    folder, _, base = path.rpartition("/")
    own = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    found: dict[str, tuple[str, str]] = {}
    if own not in package:
        raise Unusable(f"{name}：不是 Excel 工作簿（缺少 {own}），请选择 .xlsx 或 .xlsm 文件。")

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            steps: list[str] = []
            for step in _joined(folder, attributes.get("Target", "")).split("/"):
                if step == "..":
                    del steps[-1:]
                elif step not in ("", "."):
                    steps.append(step)
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = ("/".join(steps), kind)

    walk(package.read(own), f"{name}：目录（{own}）", start, namespaces=_PACKAGE)
    return found


def _joined(folder: str, target: str) -> str:
    return target if target.startswith("/") else f"{folder}/{target}"


def _relationships(targets: list[tuple[str, str]]) -> bytes:
    lines = (
        f'<Relationship Id="r{number}" Type="{_OFFICE[0]}/{kind}" Target="{path}"/>'
        for number, (kind, path) in enumerate(targets)
    )
    return f"<Relationships>{''.join(lines)}</Relationships>".encode()


_STYLE_SHEET = re.compile(DECLARATION + rb'<styleSheet(?: [^<>]*?)?? xmlns="' + ANY_MAIN + rb'"[^<>]*+>')
_FORMATS = re.compile(
    rb'<numFmts count="[0-9]*+">((?:<numFmt numFmtId="[0-9]++" formatCode="[^"<>]*+" ?/>)*+)</numFmts>'
)
_FORMAT = re.compile(rb'numFmtId="([0-9]++)" formatCode="([^"]*+)"')
_CELL_FORMAT = re.compile(rb'<xf numFmtId="([0-9]++)"')


def _plain_formats(part: bytes) -> tuple[dict[str, str], list[str]] | None:
    """The format codes and those of the cell styles, where the part is as nearly every program writes it."""
    if not _STYLE_SHEET.match(part) or b"<!" in part:
        return None
    declared = _FORMATS.search(part)
    cells = part[part.find(b"<cellXfs") : part.find(b"</cellXfs>")]
    found = _CELL_FORMAT.findall(cells)
    if not found or len(found) != cells.count(b"<xf") or (declared is None and b"<numFmts" in part):
        return None
    codes = _FORMAT.findall(declared[1]) if declared else []
    return {number.decode(): unescape(code.decode()) for number, code in codes}, [f.decode() for f in found]


_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def _styles(package: Package, path: str, where: str) -> tuple[bytes, frozenset[int]]:
    """The number formats alone, and the ids of the styles that show a number as percent."""
    codes: dict[str, str] = {"9": "0%", "10": "0.00%"}
    formats: list[str] = []
    above = [""]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt" and above[-1] == "numFmts":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "xf" and above[-1] == "cellXfs":
            formats.append(attributes.get("numFmtId", "0"))
        above.append(tag)

    def end(_: str) -> None:
        above.pop()

    part = package.read(path) if path in package else b""
    if plain_formats := _plain_formats(part):
        declared_codes, formats = plain_formats
        codes |= declared_codes
    elif part:
        walk(part, where, start, end)
    percents = {number for number, code in codes.items() if "%" in _NOT_SHOWN.sub("", code)}
    declared = "".join(
        f'<numFmt numFmtId="{escape(number)}" formatCode="{escape(code)}"/>' for number, code in codes.items()
    )
    used = "".join(f'<xf numFmtId="{escape(number)}"/>' for number in formats)
    plain = f"<styleSheet><numFmts>{declared}</numFmts><cellXfs>{used}</cellXfs></styleSheet>"
    shown = frozenset(style for style, number in enumerate(formats) if number in percents)
    return plain.encode(), shown


# ------------------------------------------------------------------------------ the texts

_SST = re.compile(DECLARATION + rb'<sst(?: [^<>]*?)?? xmlns="' + ANY_MAIN + rb'"[^<>]*+>')
_TEXTS = re.compile(rb"(?:<si>" + STRING + rb"</si>)*+</sst>\s*+")


def _all_simple(part: bytes, start: int) -> bool:
    """Whether there is nothing but texts without runs or entities: then every `<` is one of their four."""
    texts = part.count(b"</t></si>", start)
    return (
        b"&" not in part
        and part.endswith(b"</sst>")
        and part.count(b"<", start) == 4 * texts + 1
        and part.count(b"<si><t>", start) + part.count(b'<si><t xml:space="preserve">', start) == texts
    )


def _texts(package: Package, path: str, where: str) -> tuple[bytes | memoryview, ...]:
    """The shared texts without the count before them, which calamine would trust and reserve memory for."""
    if path not in package:
        return (b"<sst></sst>",)
    part = package.read(path)
    head = _SST.match(part)
    start = head.end() if head else 0
    if not (head and (_all_simple(part, start) or _TEXTS.fullmatch(part, start))):
        part, start = plain_texts(part, where), len(b"<sst>")
    if len(part) > MAX_TEXTS and part.count(b"<si>") > MAX_TEXTS:
        raise Unusable(f"{where}过大，请删去多余的内容后保存再试。")
    return b"<sst>", memoryview(part)[start:]


__all__ = ["Inspected", "OddCells", "Oddity", "inspect"]
