"""What people do to a report in Word, at random: edits that change a fact, and rewordings that change none."""

import random
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

# Figures that say something: not the numerals of headings, not 附件1.
FIGURE = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?=万元|%|人|个|批次|分|亩)")
_SENTENCE = re.compile(r"[^。；]*[。；]")

Lines = list[str]


class Edit(NamedTuple):
    """A changed text, and the words of which a finding has to name one."""

    lines: Lines
    named: tuple[str, ...]
    what: str


def edits(lines: Sequence[str], names: Sequence[str], rng: random.Random) -> Edit:
    """One random change of a fact."""
    while True:
        kind = rng.choice(_EDITS)
        made = kind(list(lines), names, rng)
        if made is not None and made.lines != list(lines):
            return made


def _places(lines: Lines, pattern: str | re.Pattern[str]) -> list[tuple[int, re.Match[str]]]:
    return [(at, found) for at, line in enumerate(lines) for found in re.finditer(pattern, line)]


def _replace(lines: Lines, at: int, found: re.Match[str], new: str) -> Lines:
    lines[at] = lines[at][: found.start()] + new + lines[at][found.end() :]
    return lines


def _digit(lines: Lines, _: Sequence[str], rng: random.Random) -> Edit | None:
    at, found = rng.choice(_places(lines, FIGURE))
    old = found[0]
    place = rng.choice([n for n, char in enumerate(old) if char.isdigit()])
    new = old[:place] + rng.choice("123456789".replace(old[place], "")) + old[place + 1 :]
    return Edit(_replace(lines, at, found, new), (new,), f"digit {old} → {new}")


def _unit(lines: Lines, _: Sequence[str], rng: random.Random) -> Edit | None:
    at, found = rng.choice(_places(lines, r"[\d.]*[1-9][\d.]*万元"))
    return Edit(_replace(lines, at, found, found[0].replace("万", "")), (found[0],), f"unit {found[0]}")


def _percent(lines: Lines, _: Sequence[str], rng: random.Random) -> Edit | None:
    at, found = rng.choice(_places(lines, r"[\d.]+%"))
    return Edit(_replace(lines, at, found, found[0][:-1]), (found[0],), f"percent {found[0]}")


_OPPOSITE = {"增加": "减少", "减少": "增加", "持平": "增加", "追加": "追减", "追减": "追加", "以上": "以下"}


def _sign(lines: Lines, _: Sequence[str], rng: random.Random) -> Edit | None:
    at, found = rng.choice(_places(lines, "|".join(_OPPOSITE)))
    new = _OPPOSITE[found[0]]
    return Edit(_replace(lines, at, found, new), (new,), f"sign {found[0]} → {new}")


def _swap(lines: Lines, _: Sequence[str], rng: random.Random) -> Edit | None:
    at = rng.choice([at for at, line in enumerate(lines) if len(FIGURE.findall(line)) > 1])
    one, other = sorted(rng.sample(list(FIGURE.finditer(lines[at])), 2), key=lambda each: each.start())
    units = [lines[at][each.end() : each.end() + 1] for each in (one, other)]
    if one[0] == other[0] or units[0] != units[1]:
        return None
    line = lines[at]
    lines[at] = (
        line[: one.start()] + other[0] + line[one.end() : other.start()] + one[0] + line[other.end() :]
    )
    return Edit(lines, (one[0], other[0]), f"swap {one[0]} and {other[0]}")


def _drop(lines: Lines, _: Sequence[str], rng: random.Random) -> Edit | None:
    at, found = rng.choice([(at, m) for at, m in _places(lines, _SENTENCE) if FIGURE.search(m[0])])
    return Edit(_replace(lines, at, found, ""), tuple(FIGURE.findall(found[0])), f"drop {found[0]}")


def _year(lines: Lines, _: Sequence[str], rng: random.Random) -> Edit | None:
    at, found = rng.choice(_places(lines, r"20\d\d(?=年)"))
    new = str(int(found[0]) + rng.choice((-2, -1, 1, 2, 10)))
    return Edit(_replace(lines, at, found, new), (new,), f"year {found[0]} → {new}")


def _name(lines: Lines, names: Sequence[str], rng: random.Random) -> Edit | None:
    at, found = rng.choice(_places(lines, "|".join(re.escape(name) for name in names)))
    place = rng.choice([n for n, char in enumerate(found[0]) if char.isalpha()])
    new = found[0][:place] + rng.choice("某乙丙".replace(found[0][place], "")) + found[0][place + 1 :]
    return Edit(_replace(lines, at, found, new), (new, found[0]), f"name {found[0]} → {new}")


_EDITS = (_digit, _digit, _unit, _percent, _sign, _swap, _drop, _year, _name)


def rewordings(lines: Sequence[str], rng: random.Random, names: Sequence[str]) -> tuple[Lines, str]:
    """A few random changes of the wording, none of a fact."""
    changed = list(lines)
    chosen = rng.sample(REWORDINGS, rng.randint(1, 4))
    for change in chosen:
        changed = change(changed, rng, names)
    return changed, " + ".join(change.__name__ for change in chosen)


_SYNONYMS = [
    ("年初预算安排", "年初批复预算"),
    ("决算总收入", "决算收入总额"),
    ("决算总支出", "决算支出合计"),
    ("占总支出的", "占全部支出的比重为"),
    ("主要原因是", "其原因在于"),
    ("差异产生的", "形成差异的"),
    ("较年初预算增加", "比年初预算增长"),
    ("增加", "增长"),
    ("减少", "下降"),
    ("年中追加预算", "年度中间追加预算"),
    ("本单位现有编制", "我单位现有编制"),
    ("年末实有在职人员", "年底实际在职"),
    ("年末资产总额", "年末资产合计"),
    ("净资产", "净资产为"),
    ("在用资产", "其中在用资产"),
    ("全年执行数", "全年实际执行"),
    ("全年预算数", "全年预算安排"),
    ("完成年初预算的", "为年初预算的"),
    ("其中：", "其中"),
    ("执行率", "预算执行率"),
    ("构成", "组成"),
    ("分别为", "分别是"),
    ("采购支出", "采购共支出"),
    ("主要", "重点"),
    ("服务", "服务方面"),
    ("万元以上的", "万元及以上的"),
    ("截至", "截止"),
    ("以后年度", "今后"),
    ("情况良好", "情况较好"),
]


def synonyms(lines: Lines, rng: random.Random, names: Sequence[str]) -> Lines:
    def replaced(line: str, old: str, new: str) -> str:
        parts = re.split(f"({'|'.join(map(re.escape, names))})", line)
        return "".join(part if part in names else part.replace(old, new) for part in parts)

    for old, new in rng.sample(_SYNONYMS, rng.randint(1, 6)):
        lines = [replaced(line, old, new) for line in lines]
    return lines


def merged_sentences(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    return [re.sub(r"[。；](?=.)", lambda m: rng.choice(("，", m[0], "；")), line) for line in lines]


def split_sentences(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    return [re.sub(r"(?<=[元%人])[，；]", lambda m: rng.choice(("。", m[0])), line) for line in lines]


def merged_paragraphs(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    at = rng.choice([at for at in range(3, len(lines) - 3) if lines[at].endswith("。")])
    return [*lines[:at], lines[at] + lines[at + 1], *lines[at + 2 :]]


def split_paragraphs(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    at = rng.choice([at for at, line in enumerate(lines) if "。" in line[:-1] or "；" in line[:-1]])
    found = rng.choice(list(re.finditer(r"[。；](?=.)", lines[at])))
    return [*lines[:at], lines[at][: found.end()], lines[at][found.end() :], *lines[at + 1 :]]


def punctuation(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    old, new = rng.choice((("：", ":"), ("；", ";"), ("（", "("), ("“", '"'), ("，", "、"), ("，", " ，")))
    return [line.replace(old, new) for line in lines]


def full_width(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    wide = {ord(char): chr(ord(char) + 0xFEE0) for char in rng.choice(("0123456789.%", "%", "0123456789"))}
    return [line.translate(wide) for line in lines]


def separators(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    def grouped(match: re.Match[str]) -> str:
        return f"{int(match[0]):,}"

    return [re.sub(r"(?<![\d.])\d{4,}(?=(?:\.\d+)?万元)", grouped, line) for line in lines]


def decimals(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    style = rng.choice(("{:.2f}万元", "{:.2f} 万元", "{:.2f}0万元", "yuan"))

    def written(match: re.Match[str]) -> str:
        if style == "yuan":
            return f"{round(float(match[1]) * 10000)}元"
        return style.format(float(match[1]))

    return [re.sub(r"(?<![\d.,．])(\d+(?:\.\d+)?)万元", written, line) for line in lines]


def moved_paragraph(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    lines = list(lines)
    line = lines.pop(rng.randrange(3, len(lines) - 3))
    lines.insert(rng.randrange(3, len(lines) - 3), line)
    return lines


def inserted_sentence(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    said = rng.choice(
        (
            "我局高度重视预算绩效管理工作，不断完善内部控制制度。",
            "各股室密切配合，圆满完成了县委、县政府交办的各项任务。",
            "一是加强学习，提高认识；二是压实责任，降低成本。",
            "按照要求，我单位成立了自评工作小组，对资金使用情况进行了全面自查。",
            "资金管理更加规范，社会效益进一步提升，群众满意度不断提高。",
        )
    )
    at = rng.randrange(3, len(lines) - 3)
    if rng.random() < 0.5 or not lines[at].endswith("。"):
        return [*lines[:at], said, *lines[at:]]
    return [*lines[:at], lines[at] + said if rng.random() < 0.5 else said + lines[at], *lines[at + 1 :]]


def numerals(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    """Other heading numerals: one counted on, 1、 for 1., or none at all."""
    numeral = re.compile(r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十\d]+）|\d+\.)(?!\d)")
    new = rng.choice(("", "七、", "（六）", "8.", "3、", "（2）", "5．"))
    return [numeral.sub(new, line) for line in lines]


def chinese_counts(lines: Lines, _: random.Random, __: Sequence[str]) -> Lines:
    words = {"9个": "九个", "3个": "三个", "2个": "两个", "1人": "一人", "8人": "八人"}
    for old, new in words.items():
        lines = [re.sub(rf"(?<![\d.]){old}", new, line) for line in lines]
    return lines


def chinese_year(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    new = rng.choice(("二○二三年", "二〇二三年", "2023 年", "２０２３年"))
    return [re.sub(r"(?<![“])2023年", new, line) for line in lines]


def this_year(lines: Lines, rng: random.Random, _: Sequence[str]) -> Lines:
    places = [at for at, line in enumerate(lines) if line.startswith("2023年年")]
    if not places:
        return lines
    at = rng.choice(places)
    return [*lines[:at], lines[at].replace("2023年", "本", 1), *lines[at + 1 :]]


REWORDINGS: list[Callable[[Lines, random.Random, Sequence[str]], Lines]] = [
    *(synonyms, synonyms, merged_sentences, split_sentences, merged_paragraphs, split_paragraphs),
    *(punctuation, full_width, separators, decimals, moved_paragraph, inserted_sentence, numerals),
    *(chinese_counts, chinese_year, this_year),
]
