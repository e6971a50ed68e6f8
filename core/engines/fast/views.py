"""Part of a row of a matrix, as compiled loops see it.

A slice would do the same. Numba writes so many instructions for each (for negative and missing
ends, for counting references) that a cell's loops, which have dozens, took three times as long to
compile.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array


@intrinsic
def part(typingctx: Any, array: Any, row: Any, column: Any, length: Any) -> Any:
    """`array[row, column : column + length]`, within bounds; the array lives longer than it."""
    kind = types.Array(array.dtype, 1, "C", readonly=not array.mutable)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = context.make_array(signature.args[0])(context, builder, arguments[0])
        columns = builder.extract_value(whole.shape, 1)
        first = builder.add(builder.mul(arguments[1], columns), arguments[2])
        size = ir.Constant(ir.IntType(64), context.get_abi_sizeof(ir.FloatType()))
        made = context.make_array(kind)(context, builder)
        populate_array(
            made,
            data=builder.gep(whole.data, [first]),
            shape=[arguments[3]],
            strides=[size],
            itemsize=size,
            meminfo=None,
        )
        return made._getvalue()

    return kind(array, types.intp, types.intp, types.intp), generate
