"""The paragraphs of a report that was handed in as .docx or .txt."""

from dataclasses import dataclass
from pathlib import Path

from xlreport.errors import Unusable
from xlreport.files import read_bytes
from xlreport.word_text import W, read_word

_LARGEST_TEXT = 2_000_000  # bytes; a long report has 50,000
_PACKAGES = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf")
_CODES = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class Document:
    """Its paragraphs, blank ones left out, and which of them Word numbers itself."""

    paragraphs: tuple[str, ...]
    numbered: tuple[bool, ...]


def read_document(path: Path) -> Document:
    """The running text of a report, without tables, headers and notes. Raises Unusable with what it is instead."""
    data = read_bytes(path)
    if path.suffix.lower() == ".txt" and not data.startswith(_PACKAGES):
        lines = [line for line in _decoded(data, path.name).splitlines() if line.strip()]
        return Document(tuple(lines), (False,) * len(lines))
    text = read_word(data, path.name)
    inside = text.in_tables
    kept = [line for at, line in enumerate(text.lines) if at not in inside and not line.story]
    numbers = f"{W}pPr/{W}numPr"
    split = [
        (part, line.element.find(numbers) is not None)
        for line in kept
        for part in line.text.splitlines()
        if part.strip()
    ]
    return Document(tuple(part for part, _ in split), tuple(numbered for _, numbered in split))


def _decoded(data: bytes, name: str) -> str:
    if len(data) > _LARGEST_TEXT:
        raise Unusable(f"{name}：文件过大，不像是一份报告，请核对是否选错了文件。")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codes: tuple[str, ...] = ("utf-16",)
    else:
        codes = _CODES
    for code in codes:
        try:
            text = data.decode(code)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unusable(f"{name}：不是文本文件，请用记事本另存为 UTF-8 编码的 .txt，或给出 .docx。")
