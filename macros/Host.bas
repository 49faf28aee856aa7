Attribute VB_Name = "Host"
Option Explicit

' The only module that knows which program it runs in: here Excel, with Python behind xlwings' COM server.
' LibreOffice gets HostLibreOffice.bas in its place.

Private Const PUBLISHED As String = "xlreport.addin.published"
Private Const PAUSE As Double = 60# / 86400#

Private pythonServer As Object
Private failedAt As Date
Private failure As String

' A function in a cell: its result, or an error that the caller turns into #VALUE!.
Public Function XrCall(ByVal name As String, ByVal leading As Variant, ByVal following As Variant) As Variant
    Dim arguments As Variant
    Dim result As Variant
    arguments = PlainValues(leading, following)
    On Error GoTo Lost
    result = Server().CallUDF(PUBLISHED, name, arguments, ThisWorkbook, Nothing)
    XrCall = CellValues(result)
    Exit Function
Lost:
    ' The server may have been closed since the last call: once more, with a new one.
    Set pythonServer = Nothing
    Resume Again
Again:
    On Error GoTo 0
    result = Server().CallUDF(PUBLISHED, name, arguments, ThisWorkbook, Nothing)
    XrCall = CellValues(result)
End Function

' What a cell shows where its function failed: an error, never a text, which a sum would skip.
Public Function XrFailed() As Variant
    XrFailed = CVErr(xlErrValue)
End Function

' A button: Python does it to the active workbook and says itself how it ended.
Public Sub XrRunAction(ByVal action As String)
    Dim unused As Variant
    Dim reason As String
    If ActiveWorkbook Is Nothing Then
        MsgBox Words("8BF7 5148 6253 5F00 4E3B 5DE5 4F5C 7C3F 3002"), vbExclamation, "xlreport"
        Exit Sub
    End If
    failedAt = 0
    ' Whether the server is still there is asked first, for an action that was begun must not be done twice.
    On Error GoTo Lost
    unused = Server().CallUDF(PUBLISHED, "ready", Array(), ActiveWorkbook, Nothing)
    GoTo Alive
Lost:
    Set pythonServer = Nothing
    Resume Alive
Alive:
    On Error GoTo Failed
    unused = Server().CallUDF(PUBLISHED, "run_action", Array(action), ActiveWorkbook, Nothing)
    Exit Sub
Failed:
    ' At once: a call, of Words say, clears Err.
    reason = Err.Description
    ' Python did not start: "Python could not be started; run xlreport setup, then xlreport doctor."
    Application.StatusBar = False
    MsgBox "Python " & Words("6CA1 6709 542F 52A8 FF0C 8BF7 5728 547D 4EE4 884C 8FD0 884C") & _
        " xlreport setup" & Words("FF1B 4ECD 4E0D 884C 65F6 7528") & " xlreport doctor " & _
        Words("67E5 660E 539F 56E0 3002") & vbCrLf & reason, vbExclamation, "xlreport"
End Sub

' Whether the active workbook brings this ribbon itself.
Public Function XrHasOwnButtons() As Boolean
    Dim sheet As Object
    If ActiveWorkbook Is Nothing Then Exit Function
    If Not ActiveWorkbook.HasVBProject Then Exit Function
    For Each sheet In ActiveWorkbook.Sheets
        If sheet.Name = "_xlreport" Then XrHasOwnButtons = True
    Next sheet
End Function

' What Python may answer to is kept from call to call; to ask for it anew takes longer than the function.
Private Function Server() As Object
    If pythonServer Is Nothing Then
        ' To start Python in vain freezes Excel for two minutes: not again for every cell.
        If Now - failedAt < PAUSE Then Err.Raise vbObjectError + 1, "xlreport", failure
        If GetConfig("INTERPRETER_WIN", "") = "" Then
            Err.Raise vbObjectError + 2, "xlreport", "not set up: run xlreport setup"
        End If
        On Error GoTo Failed
        Set pythonServer = XLPy()
    End If
    Set Server = pythonServer
    Exit Function
Failed:
    failure = Err.Description
    ' Not before: the pause begins where the two minutes end.
    failedAt = Now
    Err.Raise Err.Number, Err.Source, failure
End Function

' Ranges as their values, in one list: Value2 makes no dates or currencies, and asks no cell by itself.
Private Function PlainValues(ByVal leading As Variant, ByVal following As Variant) As Variant
    Dim values() As Variant
    Dim at As Long
    Dim count As Long
    count = UBound(leading) + 1
    If IsArray(following) Then count = count + UBound(following) + 1
    If count = 0 Then
        ' ReDim makes no empty list.
        PlainValues = Array()
        Exit Function
    End If
    ReDim values(0 To count - 1)
    For at = 0 To UBound(leading)
        values(at) = PlainValue(leading(at))
    Next at
    If IsArray(following) Then
        For at = 0 To UBound(following)
            values(UBound(leading) + 1 + at) = PlainValue(following(at))
        Next at
    End If
    PlainValues = values
End Function

Private Function PlainValue(ByVal argument As Variant) As Variant
    If Not IsObject(argument) Then
        PlainValue = argument
    ElseIf argument.Areas.Count > 1 Then
        ' Value2 would silently give the first area only.
        Err.Raise vbObjectError + 3, "xlreport", "one range is wanted"
    Else
        PlainValue = argument.Value2
    End If
End Function

' A result as cells take it. Excel shows #VALUE! for texts of more than 255 characters in an array of Variants,
' but not of Strings; and the text #VALUE! must become the error, for a sum would skip a text.
Private Function CellValues(ByVal result As Variant) As Variant
    Dim cell As Variant
    Dim onlyTexts As Boolean
    If Not IsArray(result) Then
        CellValues = CellValue(result)
        Exit Function
    End If
    onlyTexts = True
    For Each cell In result
        If VarType(CellValue(cell)) <> vbString Then onlyTexts = False
    Next cell
    If onlyTexts Then
        CellValues = AsTexts(result)
    Else
        CellValues = AsVariants(result)
    End If
End Function

Private Function CellValue(ByVal value As Variant) As Variant
    CellValue = value
    If VarType(value) = vbString Then
        If value = "#VALUE!" Then CellValue = XrFailed()
    End If
End Function

Private Function AsTexts(ByVal result As Variant) As Variant
    Dim texts() As String
    Dim row As Long
    Dim column As Long
    If IsOneRow(result) Then
        ReDim texts(0 To 0, LBound(result) To UBound(result))
        For column = LBound(result) To UBound(result)
            texts(0, column) = result(column)
        Next column
    Else
        ReDim texts(LBound(result, 1) To UBound(result, 1), LBound(result, 2) To UBound(result, 2))
        For row = LBound(result, 1) To UBound(result, 1)
            For column = LBound(result, 2) To UBound(result, 2)
                texts(row, column) = result(row, column)
            Next column
        Next row
    End If
    AsTexts = texts
End Function

Private Function AsVariants(ByVal result As Variant) As Variant
    Dim row As Long
    Dim column As Long
    If IsOneRow(result) Then
        For column = LBound(result) To UBound(result)
            result(column) = CellValue(result(column))
        Next column
    Else
        For row = LBound(result, 1) To UBound(result, 1)
            For column = LBound(result, 2) To UBound(result, 2)
                result(row, column) = CellValue(result(row, column))
            Next column
        Next row
    End If
    AsVariants = result
End Function

' Whether an array has but one dimension: xlwings gives a single row so.
Private Function IsOneRow(ByVal list As Variant) As Boolean
    Dim bound As Long
    On Error GoTo OneDimension
    bound = UBound(list, 2)
    Exit Function
OneDimension:
    IsOneRow = True
End Function

' Chinese from its code points: VBA text is in the code page of the machine, this module in ASCII.
Private Function Words(ByVal points As String) As String
    Dim point As Variant
    Dim text As String
    For Each point In Split(points, " ")
        text = text & ChrW(CLng("&H" & point))
    Next point
    Words = text
End Function
