"""An engine for xlwings over UNO: `book_of` makes an open Calc document an ordinary xw.Book."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import xlwings
from xlwings import XlwingsError, base_classes
from xlwings.main import Engine as PublicEngine
from xlwings.main import engines

from xlreport.libreoffice.app import Messages
from xlreport.libreoffice.formats import Area, Formats
from xlreport.libreoffice.formulas import Formulas
from xlreport.libreoffice.names import Names
from xlreport.libreoffice.office import find_uno, properties, uno_error
from xlreport.libreoffice.ranges import Range
from xlreport.libreoffice.sheets import Sheets
from xlreport.libreoffice.values import clean, prepare

NAME = "libreoffice"
_SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"
_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".ods": "calc8",
}


def book_of(document: Any, context: Any = None) -> xlwings.Book:
    """An open Calc document as a book of xlwings.

    `context` is the component context of the office that the document is in; without one, the office is found
    through the document's window. xlwings asks its active engine what is active, so ours becomes that one.
    """
    if NAME not in engines.engines_by_name:
        engines.add(PublicEngine(impl=ENGINE))
    engines.engines_by_name[NAME].activate()
    app = ENGINE.apps.of(document, context)
    return xlwings.Book(impl=Book(app, document))


class Engine:
    """What xlwings' converters ask of an engine."""

    name = NAME
    type = "desktop"

    def __init__(self) -> None:
        self.apps = Apps()

    @staticmethod
    def prepare_xl_data_element(value: Any, options: Any) -> Any:
        return prepare(value)

    @staticmethod
    def clean_value_data(
        data: Sequence[Sequence[Any]],
        datetime_builder: Callable[..., Any],
        empty_as: Any,
        number_builder: Callable[[float], Any] | None,
        err_to_str: bool,
    ) -> list[list[Any]]:
        return clean(data, datetime_builder, empty_as, number_builder, err_to_str)


class Apps(base_classes.Apps):
    """The offices whose documents were handed to us, the last one first."""

    def __init__(self) -> None:
        self._apps: list[App] = []
        self._started = 0

    def of(self, document: Any, context: Any) -> App:
        """The office of a document, which becomes the active one."""
        desktop = _desktop(document, context)
        self._apps = [app for app in self._apps if app.desktop == desktop or app.answers()]
        app = next((app for app in self._apps if app.desktop == desktop), None)
        if app is None:
            self._started += 1
            app = App(self, desktop, -self._started)
            self._apps.append(app)
        app.document = document
        self.put_first(app)
        return app

    def put_first(self, app: App) -> None:
        self._apps.sort(key=lambda other: other is not app)

    def keys(self) -> list[int]:
        return [app.pid for app in self._apps]

    def __iter__(self) -> Iterator[App]:
        return iter(list(self._apps))

    def __len__(self) -> int:
        return len(self._apps)

    def __getitem__(self, pid: int) -> App:
        for app in self._apps:
            if app.pid == pid:
                return app
        raise KeyError(pid)


class App(Messages, base_classes.App):
    """A running LibreOffice. Its `pid` only tells it from others: UNO does not give the real one."""

    pid = 0
    # LibreOffice has no like of these; what xlwings sets, it gets back.
    display_alerts = True
    enable_events = True
    interactive = True
    cut_copy_mode = False

    def __init__(self, apps: Apps, desktop: Any, pid: int) -> None:
        super().__init__()
        self.apps = apps
        self.desktop = desktop
        self.pid = pid
        self.document: Any = None  # the one that was handed to us last
        self._locked: list[Any] | None = None

    @property
    def engine(self) -> Engine:
        return ENGINE

    @property
    def api(self) -> AppApi:
        return AppApi(self)

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def current(self) -> Any:
        """The document in front; with hidden ones only there is none, and the one handed to us counts."""
        document = self.desktop.getCurrentComponent()
        return document if document is not None and _is_spreadsheet(document) else self.document

    @property
    def frame(self) -> Any:
        return self.current.getCurrentController().getFrame()

    @property
    def selection(self) -> Range | None:
        book = Book(self, self.current)
        chosen = book.document.getCurrentSelection()
        if chosen is None or not chosen.supportsService("com.sun.star.sheet.SheetCellRange"):
            return None
        address = chosen.getRangeAddress()
        return Range.at(book.sheets(address.Sheet + 1), Area.of(address))

    @property
    def visible(self) -> bool:
        return bool(self.frame.getContainerWindow().isVisible())

    @visible.setter
    def visible(self, value: bool) -> None:
        self.frame.getContainerWindow().setVisible(value)

    @property
    def screen_updating(self) -> bool:
        return self._locked is None

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        if value and self._locked is not None:
            for document in self._locked:
                # One that was closed meanwhile has nothing left to be drawn.
                with suppress(uno_error("com.sun.star.lang.DisposedException")):
                    document.unlockControllers()
            self._locked = None
        elif not value and self._locked is None:
            self._locked = [book.document for book in self.books]
            for document in self._locked:
                document.lockControllers()

    @property
    def calculation(self) -> str:
        return "automatic" if self.current.isAutomaticCalculationEnabled() else "manual"

    @calculation.setter
    def calculation(self, value: str) -> None:
        for book in self.books:
            book.document.enableAutomaticCalculation(value != "manual")

    def calculate(self) -> None:
        """Calculate what has changed in all documents, as Excel does."""
        for book in self.books:
            book.document.calculate()

    def activate(self, steal_focus: bool = False) -> None:
        self.apps.put_first(self)
        if steal_focus:
            self.frame.getContainerWindow().setFocus()

    def answers(self) -> bool:
        """Whether the office is still there."""
        try:
            self.desktop.getCurrentFrame()
        except uno_error():
            return False
        return True

    def quit(self) -> None:
        with suppress(uno_error("com.sun.star.lang.DisposedException")):  # gone before it could answer
            self.desktop.terminate()


class AppApi:
    """The application with the members of Excel's that the actions use; all else is the desktop's."""

    def __init__(self, app: App) -> None:
        self._app = app

    def CalculateFull(self) -> None:
        """Calculate every formula of the open workbooks, changed or not."""
        for book in self._app.books:
            book.document.calculateAll()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app.desktop, name)


class Books(base_classes.Books):
    """The spreadsheets that are open in an office."""

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def api(self) -> Any:
        return self.app.desktop.getComponents()

    @property
    def active(self) -> Book:
        return Book(self.app, self.app.current)

    def __iter__(self) -> Iterator[Book]:
        components = self.api.createEnumeration()
        while components.hasMoreElements():
            component = components.nextElement()
            if _is_spreadsheet(component):
                yield Book(self.app, component)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, key: str) -> bool:
        return any(key in {book.name, book.fullname} for book in self)

    def __call__(self, key: str | int) -> Book:
        for at, book in enumerate(self, 1):
            if key == at or key in {book.name, book.fullname}:
                return book
        raise KeyError(key)


class Book(base_classes.Book):
    """A Calc document."""

    def __init__(self, app: App, document: Any) -> None:
        self._app = app
        self.document = document

    @property
    def app(self) -> App:
        return self._app

    @property
    def api(self) -> Any:
        return self.document

    @property
    def controller(self) -> Any:
        return self.document.getCurrentController()

    @cached_property
    def formats(self) -> Formats:
        return Formats(self.document)

    @cached_property
    def formulas(self) -> Formulas:
        return Formulas(self.document)

    @property
    def null_date(self) -> date:
        """The day that a cell with a date counts from; not the same in every file."""
        start = self.document.NullDate
        return date(start.Year, start.Month, start.Day)

    @property
    def name(self) -> str:
        return Path(self.fullname).name

    @property
    def fullname(self) -> str:
        """The path of the file; the title of a document that was never saved."""
        url = self.document.getURL()
        return str(find_uno().fileUrlToSystemPath(url) if url else self.document.getTitle())

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    @property
    def names(self) -> Names:
        return Names(self)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save as the kind of file that the name says.

        Raises XlwingsError for a password: LibreOffice would take it and save unencrypted.
        """
        if password is not None:
            raise XlwingsError(
                f"{self.name}：不能在 LibreOffice 中以程序加密保存，请在它的“另存为”中设置密码。"
            )
        if path is None:
            if not self.document.hasLocation():
                raise XlwingsError(f"'{self.name}' was never saved: give a path.")
            self.document.store()
            return
        target = Path(path).resolve()
        if target.suffix.lower() not in _FILTERS:
            raise XlwingsError(f"Not a kind of workbook that can be saved: {target.name}")
        url = find_uno().systemPathToFileUrl(str(target))
        self.document.storeAsURL(url, properties(FilterName=_FILTERS[target.suffix.lower()]))

    def close(self) -> None:
        self.document.close(True)

    def activate(self) -> None:
        self.app.document = self.document
        self.controller.getFrame().activate()


def _is_spreadsheet(component: Any) -> bool:
    # The Basic editor and the start centre are components as well, and give no services.
    return hasattr(component, "supportsService") and component.supportsService(_SPREADSHEET)


def _desktop(document: Any, context: Any) -> Any:
    if context is not None:
        return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    return document.getCurrentController().getFrame().getCreator()


ENGINE = Engine()
