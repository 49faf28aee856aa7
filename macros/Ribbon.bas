Attribute VB_Name = "Ribbon"
Option Explicit

' What ribbon.xml calls. Object instead of IRibbonControl: no reference to the Office library is needed.
' Excel looks for a callback by its name in whatever is open: in the add-in they are called XrAddin...

Private mRibbon As Object

Public Sub XrRibbonLoaded(ribbon As Object)
    Set mRibbon = ribbon
End Sub

' Excel asks XrTabVisible only once, until it is told to ask again.
Public Sub XrRefreshRibbon()
    If Not mRibbon Is Nothing Then mRibbon.InvalidateControl "xrTab"
End Sub

' The add-in steps aside for a workbook with buttons of its own, or the tab would be there twice.
Public Sub XrTabVisible(control As Object, ByRef returnedVal)
    returnedVal = True
    If ThisWorkbook.IsAddin Then returnedVal = Not XrHasOwnButtons()
End Sub

Public Sub XrRunChecks(control As Object)
    XrRunAction "run_checks"
End Sub

Public Sub XrVerifyReport(control As Object)
    XrRunAction "verify_report"
End Sub

Public Sub XrExportReport(control As Object)
    XrRunAction "export_report"
End Sub

Public Sub XrExportPapers(control As Object)
    XrRunAction "export_papers"
End Sub

Public Sub XrFillForms(control As Object)
    XrRunAction "fill_forms"
End Sub

Public Sub XrGenerateWorkbook(control As Object)
    XrRunAction "generate_workbook"
End Sub

Public Sub XrSendMail(control As Object)
    XrRunAction "send_mail"
End Sub

Public Sub XrNextYear(control As Object)
    XrRunAction "next_year"
End Sub

Public Sub XrShowHelp(control As Object)
    XrRunAction "show_help"
End Sub

Public Sub XrShowDiagnosis(control As Object)
    XrRunAction "show_diagnosis"
End Sub
