Attribute VB_Name = "Functions"
Option Explicit

' Generated from xlreport/addin/udfs.py by `xlreport build`; do not edit.
' What each function does is said there, and in Excel's function wizard.

Public Function XR_SHARE(part, whole) As Variant
Attribute XR_SHARE.VB_ProcData.VB_Invoke_Func = " \n20"
    On Error GoTo Failed
    XR_SHARE = XrCall("XR_SHARE", Array(part, whole), Empty)
    Exit Function
Failed:
    XR_SHARE = XrFailed()
End Function

Public Function XR_CHANGE(now, before) As Variant
Attribute XR_CHANGE.VB_ProcData.VB_Invoke_Func = " \n20"
    On Error GoTo Failed
    XR_CHANGE = XrCall("XR_CHANGE", Array(now, before), Empty)
    Exit Function
Failed:
    XR_CHANGE = XrFailed()
End Function

Public Function XR_BALANCE(total, ParamArray parts()) As Variant
Attribute XR_BALANCE.VB_ProcData.VB_Invoke_Func = " \n20"
    Dim following As Variant
    following = parts
    On Error GoTo Failed
    XR_BALANCE = XrCall("XR_BALANCE", Array(total), following)
    Exit Function
Failed:
    XR_BALANCE = XrFailed()
End Function

Public Function XR_RATES(parts, wholes) As Variant
Attribute XR_RATES.VB_ProcData.VB_Invoke_Func = " \n20"
    On Error GoTo Failed
    XR_RATES = XrCall("XR_RATES", Array(parts, wholes), Empty)
    Exit Function
Failed:
    XR_RATES = XrFailed()
End Function

Public Function XR_SCORE(value, target, points, Optional direction) As Variant
Attribute XR_SCORE.VB_ProcData.VB_Invoke_Func = " \n20"
    On Error GoTo Failed
    XR_SCORE = XrCall("XR_SCORE", Array(value, target, points, direction), Empty)
    Exit Function
Failed:
    XR_SCORE = XrFailed()
End Function

Public Function XR_GRADE(total, Optional full) As Variant
Attribute XR_GRADE.VB_ProcData.VB_Invoke_Func = " \n20"
    On Error GoTo Failed
    XR_GRADE = XrCall("XR_GRADE", Array(total, full), Empty)
    Exit Function
Failed:
    XR_GRADE = XrFailed()
End Function

Public Function XR_RATE(rate, ParamArray inputs()) As Variant
Attribute XR_RATE.VB_ProcData.VB_Invoke_Func = " \n20"
    Dim following As Variant
    following = inputs
    On Error GoTo Failed
    XR_RATE = XrCall("XR_RATE", Array(rate), following)
    Exit Function
Failed:
    XR_RATE = XrFailed()
End Function

Public Function XR_CHECK(rule, explanations, ParamArray inputs()) As Variant
Attribute XR_CHECK.VB_ProcData.VB_Invoke_Func = " \n20"
    Dim following As Variant
    following = inputs
    On Error GoTo Failed
    XR_CHECK = XrCall("XR_CHECK", Array(rule, explanations), following)
    Exit Function
Failed:
    XR_CHECK = XrFailed()
End Function

Public Function XR_PROBLEMS(ParamArray inputs()) As Variant
Attribute XR_PROBLEMS.VB_ProcData.VB_Invoke_Func = " \n20"
    Dim following As Variant
    following = inputs
    On Error GoTo Failed
    XR_PROBLEMS = XrCall("XR_PROBLEMS", Array(), following)
    Exit Function
Failed:
    XR_PROBLEMS = XrFailed()
End Function

Public Function XR_TEXTS(lines, ParamArray inputs()) As Variant
Attribute XR_TEXTS.VB_ProcData.VB_Invoke_Func = " \n20"
    Dim following As Variant
    following = inputs
    On Error GoTo Failed
    XR_TEXTS = XrCall("XR_TEXTS", Array(lines), following)
    Exit Function
Failed:
    XR_TEXTS = XrFailed()
End Function
