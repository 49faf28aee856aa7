"""What an office says to its user: a line in the status bar, or a message box where there is a window."""

from abc import abstractmethod
from typing import Any

from xlreport.libreoffice.office import find_uno

# Constants of com.sun.star.awt.MessageBoxButtons, and of MessageBoxResults.
_BUTTONS = {"ok": 1, "ok_cancel": 2, "yes_no": 3, "yes_no_cancel": 4}
_RESULTS = {0: "cancel", 1: "ok", 2: "yes", 3: "no"}


class Messages:
    """The part of an application that talks."""

    def __init__(self) -> None:
        self.alerts: list[tuple[str, str]] = []  # every one that was shown or would have been
        self._status: str | bool = False
        self._indicator: Any = None
        self._at: Any = None  # the frame of the window that the indicator is in

    @property
    @abstractmethod
    def frame(self) -> Any:
        """The frame of the document in front."""

    @property
    def status_bar(self) -> str | bool:
        """The line; False where it is the office's own, as in Excel."""
        return self._status

    @status_bar.setter
    def status_bar(self, value: str | bool | None) -> None:
        self._status = value if value else False
        frame = self.frame
        if self._indicator is not None and (self._status is False or frame != self._at):
            self._indicator.end()  # of a window that is closed as well: LibreOffice does not mind
            self._indicator = None
        if self._status is False:
            return
        if self._indicator is None:
            self._at, self._indicator = frame, frame.createStatusIndicator()
            self._indicator.start("", 0)
        self._indicator.setText(str(self._status))

    def alert(
        self,
        prompt: str,
        title: str | None = None,
        buttons: str | None = "ok",
        mode: str | None = None,
        callback: str | None = None,
    ) -> str:
        """Show a message and give the button; without a window it is kept, and the status bar says it."""
        shown = ("" if prompt is None else str(prompt), title or "")
        self.alerts.append(shown)
        buttons = buttons or "ok"
        window = self.frame.getContainerWindow()
        if window.isVisible():
            kind = {"critical": "WARNINGBOX"}.get(mode or "", "INFOBOX" if buttons == "ok" else "QUERYBOX")
            enum = find_uno().Enum("com.sun.star.awt.MessageBoxType", kind)
            box = window.getToolkit().createMessageBox(window, enum, _BUTTONS[buttons], shown[1], shown[0])
            try:
                answer = int(box.execute())
            finally:
                box.dispose()
            # A headless office answers 0 at once, for windows that nobody sees; Esc is 0 as well.
            if answer or buttons != "ok":
                return _RESULTS[answer]
        self.status_bar = "：".join(part for part in (shown[1], shown[0].replace("\n", " ")) if part)
        return "ok" if buttons == "ok" else "no" if buttons == "yes_no" else "cancel"
