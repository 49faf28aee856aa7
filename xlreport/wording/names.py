"""The name of a unit, the same everywhere (X04)."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from xlreport.thresholds import threshold
from xlreport.wording.fault import Fault

_REGION = re.compile(r"^.{1,8}?(?:自治区|自治州|省|市|县|区|州|旗|镇|乡)")
_ENDS = "局委办部院会室所站中心"
_LEAST = 4  # characters beside region and kind: shorter names are alike by chance


def name_variants(text: str, name: str) -> Iterator[Fault]:
    """Where the unit is called by a name that is nearly its own.

    The name without its region is no variant, nor is a short one without it (科工信局 in running text).

    >>> [fault.says for fault in name_variants("衡东县科技和工业信息局", "衡东县科技和工业信息化局")]
    ['“衡东县科技和工业信息局”与单位名称不同']
    """
    region = _REGION.match(name)
    if not region or name[-1] not in _ENDS:
        return
    core, kind = name[region.end() : -1], name[-1]
    if len(core) < _LEAST or kind not in text:
        return
    for found in re.finditer(rf"{re.escape(region[0])}([\u4e00-\u9fff]{{2,{len(core) + 4}}}?){kind}", text):
        if found[0] != name and _alike(found[1], core):
            yield Fault(*found.span(), f"“{found[0]}”与单位名称不同")
    pattern = (
        rf"(?<![\u4e00-\u9fff])(?!{re.escape(region[0])})([\u4e00-\u9fff]{{{_LEAST},{len(core) + 2}}}?){kind}"
    )
    for found in re.finditer(pattern, text):
        if found[1] != core and _share(found[1], core) >= float(threshold("bare_name_alike")):
            yield Fault(*found.span(), f"“{found[0]}”与单位名称不同")


def _alike(words: str, core: str) -> bool:
    """Nearly the same, or some of its characters in their order: 科工信 for 科技和工业信息化."""
    characters = iter(core)
    shortened = words[0] == core[0] and all(character in characters for character in words)
    return shortened or _share(words, core) >= float(threshold("name_alike"))


def _share(words: str, core: str) -> float:
    """How much of two names is the same."""
    return SequenceMatcher(None, words, core).ratio()
