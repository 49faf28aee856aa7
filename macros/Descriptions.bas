Attribute VB_Name = "Descriptions"
Option Explicit

' The function wizard's Chinese texts stand in the cells of a hidden sheet, for VBA text can hold none of them:
' name, description, category, then one column for each argument.
Public Sub XrDescribeFunctions()
    Dim texts As Object
    Dim row As Long
    Dim saved As Boolean
    ' Texts of the wizard are worth no message while a workbook opens.
    On Error Resume Next
    Set texts = ThisWorkbook.Worksheets("_functions")
    If texts Is Nothing Then Exit Sub
    saved = ThisWorkbook.Saved
    For row = 2 To texts.UsedRange.Rows.Count
        XrDescribeFunction texts, row
    Next row
    ' Nobody is to be asked whether to save what he did not change.
    ThisWorkbook.Saved = saved
End Sub

Private Sub XrDescribeFunction(ByVal texts As Object, ByVal row As Long)
    Dim helps() As String
    Dim place As String
    Dim count As Long
    Dim column As Long
    count = Application.WorksheetFunction.CountA(texts.Rows(row)) - 3
    place = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & texts.Cells(row, 1).Value
    If count < 1 Then
        Application.MacroOptions Macro:=place, Description:=texts.Cells(row, 2).Value, _
            Category:=texts.Cells(row, 3).Value
        Exit Sub
    End If
    ReDim helps(1 To count)
    For column = 1 To count
        helps(column) = texts.Cells(row, 3 + column).Value
    Next column
    Application.MacroOptions Macro:=place, Description:=texts.Cells(row, 2).Value, _
        Category:=texts.Cells(row, 3).Value, ArgumentDescriptions:=helps
End Sub
