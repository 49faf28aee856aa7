"""The template language: Jinja over figures, without anything that calls, imports or grows without end.

A template may come with a workbook from elsewhere, so it can produce text and nothing else: what it may
consist of is a list, and steps and lengths are counted, so that it ends.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache, wraps
from typing import Any, ClassVar, NoReturn

from jinja2 import StrictUndefined, TemplateError, Undefined, nodes
from jinja2.filters import make_attrgetter
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from xlreport.model.numbers import amount_text, date_text, percent_text, rounded

LONGEST_LINE = 200_000  # characters that one template line may produce
MOST_STEPS = 200_000  # rows that its loops and filters may pass

_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Assign, nodes.Name),
    *(nodes.Const, nodes.List, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test, nodes.Keyword),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Concat),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos),
)
_OF_A_LOOP = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length"})


class Misuse(TemplateError):
    """Something that a template must not do; the message is Chinese."""


class Percentage(Decimal):
    """A rate in a template: calculates like a number, prints as 9.4%."""


class Group(dict[str, Any]):
    """The names behind a dot: 决算.总支出."""


class Blank(Undefined):
    """A field that nobody filled in: not defined, false, printed as a visible gap, useless in a sum."""

    @property
    def label(self) -> str:
        return str(self._undefined_name)

    @property
    def _undefined_message(self) -> str:
        return f"“{self.label}”没有填写，不能计算或比较；请补填，或用 {{% if {self.label} is 已填 %}} 判断"


class ZeroBase(Blank):
    """A rate over a base of 0, which nobody can fill in either."""

    @property
    def _undefined_message(self) -> str:
        return (
            f"“{self.label}”的基数为 0，没有比率，不能计算或比较；请用 {{% if {self.label} is 已填 %}} 判断"
        )


class Unknown(StrictUndefined):
    """A name that does not exist, with the names that come near it."""

    names: ClassVar[tuple[str, ...]] = ()

    @property
    def _undefined_message(self) -> str:
        wanted, behind = str(self._undefined_name), self._undefined_obj
        if isinstance(behind, list):
            loop = f"{{% for 行 in 表名 %}}{{{{行.{wanted}}}}}{{% endfor %}}"
            return f"“{wanted}”前面是一张表，请用 {loop} 逐行引用"
        names = list(behind) if isinstance(behind, Group) else list(self.names)
        near = get_close_matches(wanted, names, 3, 0.3) or names[:8]
        return f"没有“{wanted}”这个名称；可用的有：{'、'.join(near)}等（全部见“使用说明”）"


def fail(missing: Undefined) -> NoReturn:
    """Raise what the blank or unknown name has to say."""
    missing._fail_with_undefined_error()


class _Rewriter(NodeTransformer):
    """Refuses what is not of the language; counts loops, prints joined figures, makes 0.8 a Decimal."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        if not isinstance(node, _ALLOWED):
            raise Misuse("模板中不能用函数、宏、引用、乘方之类的写法，只能用名称、运算、判断和循环")
        return super().generic_visit(node, *args, **kwargs)

    def visit_For(self, node: nodes.For) -> nodes.Node:
        if node.recursive:
            raise Misuse("模板中不能用递归循环，请改用普通循环")
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "_counted")
        return node

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:
        if any(brace in node.data for brace in "{}｛｝"):
            raise Misuse("有不成对或全角的花括号，名称要写在两层半角花括号里，如 {{决算.总支出}}")
        return node

    def visit_List(self, node: nodes.List) -> nodes.Node:
        if not all(isinstance(item, nodes.Const) for item in node.items):
            raise Misuse("方括号内只能列出文字和数字")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes), "join")

    def visit_Const(self, node: nodes.Const) -> nodes.Node:
        return _filtered(nodes.Const(repr(node.value)), "_decimal") if isinstance(node.value, float) else node


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None)


class Environment(SandboxedEnvironment):
    """Strict about names; notes the fields that were printed blank in `gaps`."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, gaps: dict[str, None], known: Iterable[str]) -> None:
        class UnknownHere(Unknown):
            """Jinja makes these itself, so what is known goes with the class."""

            names = tuple(known)

        super().__init__(undefined=UnknownHere, finalize=self._print, trim_blocks=True, lstrip_blocks=True)
        self.gaps = gaps
        self.steps = 0
        self.globals.clear()
        rows = ("first", "last", "length", "map", "rejectattr", "selectattr", "sum")
        self.filters = {name: self._counting(self.filters[name]) for name in rows}
        self.filters |= {"_counted": self._counted, "_decimal": Decimal, "join": self._join}
        self.filters |= {"default": _default, "abs": _absolute, "绝对值": _absolute, "增减": _direction}
        self.filters |= {"两位小数": _two_decimals, "名单": self._list_of_names, "去句号": _without_stop}
        self.tests["已填"] = lambda value: fail(value) if isinstance(value, Unknown) else not is_blank(value)

    def render_line(self, text: str, names: Mapping[str, Any]) -> list[str]:
        """The paragraphs that one template line gives; blank ones are dropped."""
        self.steps = length = 0
        pieces = []
        template = self.template_class.from_code(self, _compiled(text), self.make_globals(None))
        for piece in template.generate(names):
            length += len(piece)
            if length > LONGEST_LINE:
                raise Misuse("生成的文字过长，请检查循环")
            pieces.append(piece)
        return [line.strip() for line in "".join(pieces).splitlines() if line.strip()]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _Rewriter().visit(tree)
        return tree

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        left, right = _number(left, f" {operator} "), _number(right, f" {operator} ")
        if not right and operator in ("/", "//", "%"):
            raise Misuse("除数为 0，不能计算；请先用 {% if %} 判断")
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Undefined):
            fail(obj)
        if isinstance(obj, Group) and attribute in obj:
            return obj[attribute]
        if isinstance(obj, LoopContext) and attribute in _OF_A_LOOP:
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, list) and isinstance(argument, int):
            if not -len(obj) <= argument < len(obj):
                raise Misuse(f"表中没有第 {argument + 1} 行")
            return obj[argument]
        return self.getattr(obj, str(argument))

    def _print(self, value: Any) -> Any:
        """What {{ … }} prints: amounts and rates as a 公文 wants them, a gap where a field is blank."""
        if isinstance(value, Blank):
            self.gaps[value.label] = None
            why = "基数为0" if isinstance(value, ZeroBase) else "未填"
            return f"〔{why}：{value.label}〕"
        if isinstance(value, Percentage):
            return percent_text(value)
        if isinstance(value, Decimal):
            return amount_text(value)
        if isinstance(value, date):
            return date_text(value)
        if isinstance(value, Unknown):
            fail(value)
        if isinstance(value, Undefined):  # {{ x if … }} without else
            return ""
        if isinstance(value, str) or type(value) is int:
            return value
        raise Misuse(
            "这里不是文字或数字，不能印出；请写到具体名称，如 {{决算.总支出}}，表格用 {% for %} 或 |名单"
        )

    def _counted(self, rows: Any) -> Iterator[Any]:
        if isinstance(rows, Undefined):
            fail(rows)
        if not isinstance(rows, list | Iterator):
            raise Misuse("循环和汇总只能用于表格，如 {% for 行 in 项目 %}")
        for row in rows:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise Misuse("循环次数过多，请减少嵌套的循环")
            yield row

    def _counting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        at = int(hasattr(function, "jinja_pass_arg"))

        @wraps(function)
        def counting(*arguments: Any, **named: Any) -> Any:
            rows = self._counted(arguments[at])
            # `length` and `last` want a list.
            return function(*arguments[:at], list(rows), *arguments[at + 1 :], **named)

        return counting

    def _join(self, rows: Any, separator: str = "", attribute: str | int | None = None) -> str:
        cells = self._counted(rows)
        values = map(make_attrgetter(self, attribute), cells) if attribute is not None else cells
        length, texts = 0, []
        for value in values:
            texts.append(str(self._print(value)))
            length += len(texts[-1]) + len(separator)
            if length > LONGEST_LINE:
                raise Misuse("生成的文字过长，请检查循环")
        return separator.join(texts)

    def _list_of_names(self, rows: Any) -> str:
        """The first column of a table, as an enumeration."""
        return self._join(
            [next(iter(row.values())) for row in self._counted(rows) if isinstance(row, Group)], "、"
        )


@lru_cache(maxsize=1000)
def _compiled(text: str) -> Any:
    """A template line as code. It says nothing of figures, and takes ten times as long to make as to run."""
    return Environment({}, ()).compile(text)


def is_blank(value: Any) -> bool:
    """Whether a field is not filled in."""
    return isinstance(value, Undefined)


def _number(value: Any, user: str) -> Decimal:
    if isinstance(value, Undefined):
        fail(value)
    if not isinstance(value, Decimal | int) or isinstance(value, bool):
        raise Misuse(f"“{user.strip()}”只能用于数字；文字请用 ~ 连接")
    return value if isinstance(value, Decimal) else Decimal(value)


def _default(value: Any, other: Any = "") -> Any:
    if isinstance(value, Unknown):
        fail(value)
    return other if isinstance(value, Undefined) else value


def _absolute(value: Any) -> Decimal:
    return abs(_number(value, "绝对值"))


def _direction(value: Any, more: str = "增加", less: str = "减少", same: str = "持平") -> str:
    """A word by the sign of a difference."""
    number = _number(value, "增减")
    return more if number > 0 else less if number < 0 else same


def _two_decimals(value: Any) -> str:
    return f"{rounded(_number(value, '两位小数')):f}"


def _without_stop(text: Any) -> Any:
    return text if isinstance(text, Undefined) else str(text).rstrip("。；，.; ")


def filter_names(environment: Environment) -> Iterable[str]:
    """The filters that people may use."""
    return (name for name in environment.filters if not name.startswith("_"))
