"""What LibreOffice loads from our extension: the bridge, the adoption of workbooks as they open, the menu."""

from typing import Any

import uno  # noqa: F401  # python3-uno: makes the com.sun.star imports below possible
import unohelper
from com.sun.star.lang import XInitialization, XServiceInfo
from com.sun.star.task import XJob, XJobExecutor

from xlreport.addin import ribbon
from xlreport.libreoffice.bridge import SERVICE, Bridge, adopt, is_ours
from xlreport.libreoffice.engine import book_of
from xlreport.libreoffice.extension import ADOPT, MENU


class Adopt(unohelper.Base, XJob, XServiceInfo):  # type: ignore[misc]
    """Runs whenever a document has been opened, and makes the VBA of ours talk to us."""

    def __init__(self, context: Any) -> None:
        pass

    def execute(self, arguments: Any) -> None:
        environment = next(item.Value for item in arguments if item.Name == "Environment")
        document = next(item.Value for item in environment if item.Name == "Model")
        if is_ours(document):
            adopt(document)

    def supportsService(self, name: str) -> bool:
        return name == ADOPT

    def getImplementationName(self) -> str:
        return ADOPT

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return (ADOPT,)


class Menu(unohelper.Base, XJobExecutor, XInitialization, XServiceInfo):  # type: ignore[misc]
    """Does to the workbook in front what an item of the menu says."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def initialize(self, arguments: Any) -> None:
        """Nothing to prepare."""

    def trigger(self, action: str) -> None:
        desktop = self._context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", self._context
        )
        document = desktop.getCurrentComponent()
        if document is not None and hasattr(document, "getSheets"):
            ribbon.run(action, book_of(document, self._context))

    def supportsService(self, name: str) -> bool:
        return name == MENU

    def getImplementationName(self) -> str:
        return MENU

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return (MENU,)


# The name that LibreOffice's loader of Python components looks for.
g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Bridge, SERVICE, (SERVICE,))
g_ImplementationHelper.addImplementation(Adopt, ADOPT, (ADOPT,))
g_ImplementationHelper.addImplementation(Menu, MENU, (MENU,))
