"""The zip container of a workbook: what lies where, inflated within limits, and packed anew."""

import struct
import zlib

from xlreport.errors import Unusable

MIB = 1 << 20
MAX_INFLATED = 128 * MIB  # of the parts that are read; 100,000 rows × 20 columns are about 80
MAX_RATIO = 300  # of a part above 4 MiB: formatted but empty rows reach about 60, deflate can do 1,032
MAX_ENTRIES = 10_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_STORED, _DEFLATED = 0, 8
_RESAVE = "请用 Excel 打开后另存为 .xlsx 再试"


class Package:
    """The parts of a zip file by path; a path is found without regard to case, as Excel does."""

    def __init__(self, data: bytes, name: str) -> None:
        """Read the directory. Raises Unusable for whatever is no zip or whose directory is ambiguous."""
        self._data = data
        self._name = name
        self._left = MAX_INFLATED
        _refuse_other_formats(data, name)
        self._entries = _entries(data, name)

    def __contains__(self, path: str) -> bool:
        return path.lower() in self._entries

    def read(self, path: str) -> bytes:
        """The content of one part, or Unusable when it is damaged or too large."""
        flags, method, crc, packed, size, offset, limit = self._entries[path.lower()]
        if flags & 1:
            raise Unusable(f"{self._name}：文件加了密码，无法读取；请解除密码后另存为 .xlsx 再试。")
        self._left -= size
        if self._left < 0 or (size > 4 * MIB and size > MAX_RATIO * packed):
            raise Unusable(
                f"{self._name}：解压后异常庞大（{path}），为防止耗尽内存未读取；请删去多余的内容和格式后另存再试。"
            )
        if method not in (_STORED, _DEFLATED):
            raise Unusable(f"{self._name}：压缩方式（{method}）无法识别；{_RESAVE}。")
        head = _LOCAL.unpack_from(self._data, offset)
        start = offset + _LOCAL.size + head[9] + head[10]
        if start + packed > limit:
            raise self._damaged(path)
        raw = memoryview(self._data)[start : start + packed]
        content = bytes(raw) if method == _STORED else self._inflate(raw, size, path)
        if len(content) != size or zlib.crc32(content) != crc:
            raise self._damaged(path)
        return content

    def _inflate(self, raw: memoryview, size: int, path: str) -> bytes:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            # One byte more than declared, never more: a size that lies shows and costs nothing.
            content = inflater.decompress(raw, size + 1)
        except zlib.error as error:
            raise self._damaged(path) from error
        if not inflater.eof:
            raise self._damaged(path)
        return content

    def _damaged(self, path: str) -> Unusable:
        return Unusable(
            f"{self._name}：文件已损坏（{path}），请重新取得一份，或用 Excel 打开并修复后另存再试。"
        )


def _refuse_other_formats(data: bytes, name: str) -> None:
    if not data:
        raise Unusable(f"{name}：文件是空的，请重新取得一份。")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unusable(
                f"{name}：文件设有打开密码，无法读取；请在 Excel 的“文件—信息—保护工作簿”中"
                "清空“用密码进行加密”的密码，保存后再试。"
            )
        if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
            raise Unusable(f"{name}：是旧版 .xls 工作簿，请用 Excel 打开后另存为 .xlsx 再试。")
        raise Unusable(f"{name}：不是 Excel 工作簿，请选择 .xlsx 或 .xlsm 文件。")
    if not data.startswith(b"PK"):
        raise Unusable(f"{name}：不是 .xlsx 工作簿（也许只是改了扩展名）；{_RESAVE}。")


_Entry = tuple[int, int, int, int, int, int, int]


def _entries(data: bytes, name: str) -> dict[str, _Entry]:
    """Path in lower case → flags, method, crc, packed size, size, offset, where the next entry begins.

    Zip readers differ in what they make of gaps, doubles and overlaps; none of our producers leaves any.
    """
    end = data.rfind(b"PK\x05\x06")
    if end < 0 or end + _END.size > len(data):
        raise Unusable(f"{name}：文件不完整（可能没有下载或拷贝完），请重新取得一份。")
    _, disk, start_disk, here, count, length, start, comment = _END.unpack_from(data, end)
    odd = Unusable(f"{name}：压缩包结构异常；{_RESAVE}。")
    if end + _END.size + comment != len(data) or start + length != end or disk or start_disk or here != count:
        raise odd
    if count > MAX_ENTRIES:
        raise Unusable(f"{name}：压缩包内的文件过多（{count} 个），不像工作簿；{_RESAVE}。")
    found: dict[str, _Entry] = {}
    at = start
    for _ in range(count):
        if at + _CENTRAL.size > end:
            raise odd
        (mark, _, _, flags, method, _, _, crc, packed, size, path_length, extra, note, _, _, _, offset) = (
            _CENTRAL.unpack_from(data, at)
        )
        raw_path = data[at + _CENTRAL.size : at + _CENTRAL.size + path_length]
        at += _CENTRAL.size + path_length + extra + note
        path = raw_path.decode("utf-8", "replace").replace("\\", "/").lower()
        if mark != b"PK\x01\x02" or path in found or path.startswith("/") or ".." in path.split("/"):
            raise odd
        if offset + _LOCAL.size > start or _LOCAL.unpack_from(data, offset)[0] != b"PK\x03\x04":
            raise odd
        if data[offset + _LOCAL.size : offset + _LOCAL.size + path_length] != raw_path:
            raise odd
        found[path] = (flags, method, crc, packed, size, offset, start)
    if at != end:
        raise odd
    following = start
    for path, entry in sorted(found.items(), key=lambda item: item[1][5], reverse=True):
        offset = entry[5]
        if offset + _LOCAL.size + entry[3] > following:
            raise odd
        found[path] = (*entry[:6], following)
        following = offset
    return found


class Packing:
    """A zip file being made, not compressed: it goes to the next reader in memory, not to a disk."""

    def __init__(self) -> None:
        self._out: list[bytes | memoryview] = []
        self._length = 0
        self._directory: list[bytes] = []
        self._count = 0

    def add(self, path: str, *content: bytes | memoryview) -> None:
        raw = path.encode("ascii")
        crc, size, offset = 0, sum(map(len, content)), self._length
        for piece in content:
            crc = zlib.crc32(piece, crc)
        head = _LOCAL.pack(b"PK\x03\x04", 20, 0, _STORED, 0, 0, crc, size, size, len(raw), 0)
        entry = _CENTRAL.pack(
            b"PK\x01\x02", 20, 20, 0, _STORED, 0, 0, crc, size, size, len(raw), 0, 0, 0, 0, 0, offset
        )
        self._directory += [entry, raw]
        self._count += 1
        self._out += [head, raw, *content]
        self._length += len(head) + len(raw) + size

    def finish(self) -> bytes:
        """The bytes of the zip file."""
        offset, length = self._length, sum(map(len, self._directory))
        end = _END.pack(b"PK\x05\x06", 0, 0, self._count, self._count, length, offset, 0)
        return b"".join([*self._out, *self._directory, end])
