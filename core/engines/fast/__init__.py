"""The compiled engine: loops written from the equations of a cell, made machine code by Numba.

    rows, forward, backward, source   from a cell's equations to a Python module with two loops
    functions, products               what those loops call: functions in float32, small products
    modules, compiler                 where modules are kept, compiled, and by whom
    loops                             how an engine calls them

Every array is what the NumPy engine records, to float32 rounding, and is held to it by tests for
every cell. Only float32: gradients that are checked in float64 stay with NumPy.
"""
