Rem Attribute VBA_ModuleType=VBAModule
Option VBASupport 1
Option Explicit

' The module Host as LibreOffice gets it: Python answers as a service of the office.
' Ranges go to Python as they are, for a range's Value says 0 where the cell holds an error.

Private server As Object

Public Function XrCall(ByVal name As String, leading As Variant, following As Variant) As Variant
    If server Is Nothing Then Set server = CreateUnoService("org.xlreport.Bridge")
    XrCall = Grid(server.CallUDF(name, leading, following))
End Function

' CVErr would be a text here, which a sum skips.
Public Function XrFailed() As Variant
    If server Is Nothing Then Set server = CreateUnoService("org.xlreport.Bridge")
    XrFailed = server.ValueError()
End Function

Public Sub XrRunAction(ByVal action As String)
    Dim done As Variant
    If server Is Nothing Then Set server = CreateUnoService("org.xlreport.Bridge")
    done = server.RunAction(action, ThisComponent)
End Sub

Public Function XrHasOwnButtons() As Boolean
    XrHasOwnButtons = True
End Function

' Rows of values arrive as an array of arrays; a cell wants an array of two dimensions.
Private Function Grid(result) As Variant
    Dim cells() As Variant
    Dim row As Long
    Dim column As Long
    If Not IsArray(result) Then
        Grid = result
        Exit Function
    End If
    ReDim cells(0 To UBound(result), 0 To UBound(result(0)))
    For row = 0 To UBound(result)
        For column = 0 To UBound(result(0))
            cells(row, column) = result(row)(column)
        Next column
    Next row
    Grid = cells
End Function
