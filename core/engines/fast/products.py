"""C += A · W for the small products of a time loop, with sums held in registers.

A step multiplies a few rows by matrices that stay in the cache; a library call for each would cost
as much in calls as in numbers, and could not run while the values around it are in reach. The
columns of W lie in blocks as wide as a tile of C, so that a tile reads its block from end to end:
wide blocks for a single row, which waits for memory, narrow ones for several rows, which share
what is read. Cost: W is copied into blocks once a run. Not chosen: NumPy's `@` within compiled
code, which Numba hands on to a BLAS, call by call.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from core.activations import Array
from core.engines.fast.options import OPTIONS

_AVX512 = bool(get_host_cpu_features().get("avx512f"))
LANES = 16 if _AVX512 else 8
"""Numbers in one vector of a tile: those of AVX-512, or of AVX; elsewhere one becomes several."""
TALL = 8 if _AVX512 else 4
"""Rows of the tallest tile: its sums, two vectors a row, are to stay in registers."""
NARROW, WIDE = 2 * LANES, 64
LINE = 64
"""Bytes in a line of the cache."""
FEW = 4
"""From so many rows on, a product goes by several rows at once."""


def packed(weights: Array, *, rows: int) -> Array:
    """(inner, columns) as (blocks, inner, width), zeros beyond the last column."""
    width = NARROW if rows >= FEW else WIDE
    inner, columns = weights.shape
    blocks = -(-columns // width)
    made = _aligned((blocks, inner, width), weights.dtype)
    whole = columns // width
    made[:whole] = weights[:, : whole * width].reshape(inner, whole, width).swapaxes(0, 1)
    if whole < blocks:
        made[whole] = 0
        made[whole, :, : columns - whole * width] = weights[:, whole * width :]
    return made


def _aligned(shape: tuple[int, ...], dtype: Any) -> Array:
    """An array that begins with a line of the cache: no vector of a tile lies in two of them."""
    size, number = math.prod(shape), np.dtype(dtype).itemsize
    room = np.empty(size + LINE // number, dtype)
    first = -room.ctypes.data % LINE // number
    return room[first : first + size].reshape(shape)


def _tile(rows: int, *, columns: int, lanes: int) -> Any:
    """An intrinsic that adds A · block to a tile of C, in vectors of so many `lanes`."""
    vectors = columns // lanes

    @intrinsic
    def tile(typingctx: Any, a: Any, a_row: Any, a_column: Any, block: Any, at: Any,
             c: Any, c_row: Any, c_column: Any) -> Any:  # fmt: skip
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> None:
            _add_product(
                context, builder, signature.args, arguments, rows=rows, vectors=vectors, lanes=lanes
            )
            return context.get_dummy_value()

        return types.void(a, a_row, a_column, block, at, c, c_row, c_column), generate

    return tile


def _add_product(
    context: Any, builder: Any, kinds: Any, arguments: Any, *, rows: int, vectors: int, lanes: int
) -> None:
    """The instructions of a tile: one loop over the inner axis, every sum in a register."""
    number, whole, short = ir.FloatType(), ir.IntType(64), ir.IntType(32)
    vector = ir.VectorType(number, lanes)
    size = ir.Constant(whole, context.get_abi_sizeof(number))

    def array(at: int) -> Any:
        return context.make_array(kinds[at])(context, builder, arguments[at])

    def start(of: Any, row: Any, column: Any) -> list[Any]:
        """Pointers to the first number of each row of a matrix."""
        stride = builder.sdiv(builder.extract_value(of.strides, 0), size)
        first = builder.add(builder.mul(stride, row), column)
        return [
            builder.gep(of.data, [builder.add(first, builder.mul(stride, ir.Constant(whole, r)))])
            for r in range(rows)
        ]

    def vector_at(pointer: Any, at: int) -> Any:
        moved = builder.gep(pointer, [ir.Constant(whole, at * lanes)])
        return builder.bitcast(moved, vector.as_pointer())

    a, block, c = array(0), array(3), array(5)
    inner, width = builder.extract_value(block.shape, 1), vectors * lanes
    block_start = builder.mul(builder.mul(arguments[4], inner), ir.Constant(whole, width))
    block_data = builder.gep(block.data, [block_start])
    a_rows, c_rows = start(a, *arguments[1:3]), start(c, *arguments[6:8])
    places = [(row, at) for row in range(rows) for at in range(vectors)]
    before = [builder.load(vector_at(c_rows[row], at), align=4) for row, at in places]
    fused = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.v{lanes}f32"
    )
    entrance = builder.block
    loop, done = builder.append_basic_block("inner"), builder.append_basic_block("done")
    builder.branch(loop)
    builder.position_at_end(loop)
    k = builder.phi(whole)
    k.add_incoming(ir.Constant(whole, 0), entrance)
    sums = [builder.phi(vector) for _ in places]
    for total, first in zip(sums, before, strict=True):
        total.add_incoming(first, entrance)
    row_of_block = builder.gep(block_data, [builder.mul(k, ir.Constant(whole, width))])
    weights = [builder.load(vector_at(row_of_block, at), align=4) for at in range(vectors)]
    nothing = ir.Constant(vector, ir.Undefined)
    everywhere = ir.Constant(ir.VectorType(short, lanes), [0] * lanes)
    made = []
    for row in range(rows):
        factor = builder.load(builder.gep(a_rows[row], [k]))
        one = builder.insert_element(nothing, factor, short(0))
        factors = builder.shuffle_vector(one, nothing, everywhere)
        for at in range(vectors):
            total = sums[row * vectors + at]
            made.append(builder.call(fused, [factors, weights[at], total]))
    following = builder.add(k, ir.Constant(whole, 1))
    k.add_incoming(following, builder.block)
    for total, new in zip(sums, made, strict=True):
        total.add_incoming(new, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, inner), loop, done)
    builder.position_at_end(done)
    for (row, at), total in zip(places, made, strict=True):
        builder.store(total, vector_at(c_rows[row], at), align=4)


_tall, _four, _two, _one = (_tile(rows, columns=NARROW, lanes=LANES) for rows in (TALL, 4, 2, 1))
# Short vectors: a single row waits for the cache, and from long ones it got a third less.
_wide = _tile(1, columns=WIDE, lanes=8)


@njit(**OPTIONS)
def add_product(a: Any, a_row: Any, a_column: Any, blocks: Any, c: Any, c_row: Any, c_column: Any,
                columns: Any, rows: Any, spare: Any) -> None:  # fmt: skip
    """C += A · W: so many `rows` and `columns` of C from its given place, W as `packed` has it.

    A is read from its place on, as many columns as W has rows. All in float32; A and C by rows.
    `spare` (1, WIDE) is room for a block that is wider than what is left of C.
    """
    width = blocks.shape[2]
    for at in range(blocks.shape[0]):
        column = at * width
        if column + width > columns:
            for r in range(rows):
                for j in range(width):
                    spare[0, j] = np.float32(0)
                if width == WIDE:
                    _wide(a, a_row + r, a_column, blocks, at, spare, 0, 0)
                else:
                    _one(a, a_row + r, a_column, blocks, at, spare, 0, 0)
                for j in range(columns - column):
                    c[c_row + r, c_column + column + j] += spare[0, j]
        elif width == WIDE:
            for r in range(rows):
                _wide(a, a_row + r, a_column, blocks, at, c, c_row + r, c_column + column)
        else:
            for r in range(0, rows - rows % TALL, TALL):
                _tall(a, a_row + r, a_column, blocks, at, c, c_row + r, c_column + column)
            fours = rows - rows % 4
            if rows % TALL >= 4:
                r = fours - 4
                _four(a, a_row + r, a_column, blocks, at, c, c_row + r, c_column + column)
            if rows % 4 >= 2:
                _two(a, a_row + fours, a_column, blocks, at, c, c_row + fours, c_column + column)
            if rows % 2:
                last = rows - 1
                _one(a, a_row + last, a_column, blocks, at, c, c_row + last, c_column + column)
