"""Python source of the compiled forward loop of a cell, written from its equations.

The input products of a few steps are made together; then, step by step, the products with the
states, and between them loops over units that fill gates and states where the record keeps them.
A product begins as early as its row is known: h₋₁ U of all gates at the start of a step, (r ⊙ h₋₁)
U where r is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.cells.expressions import Apply, Expression
from core.cells.leaves import Before, Gate, Input, Line, Preactivation, State, Term, Weight
from core.engines.fast.rows import Blocks, NoCompiledLoop, Rows, Variant, indented, runs


@dataclass
class Loop:
    """The source of one loop in the making, and what it takes besides the arrays of the record."""

    variant: Variant
    blocks: list[Blocks] = field(default_factory=list)
    vectors: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    rows: Rows = field(init=False)
    skip: str = ""

    def __post_init__(self) -> None:
        self.rows = Rows(self.variant)

    def end_rows(self) -> None:
        """Write the loops over rows that were gathered, before something that is none."""
        self.body += self.rows.lines(skip=self.skip)
        self.rows = Rows(self.variant)

    def matrix(self, weight: str, first: int, last: int, *, turned: bool = False) -> str:
        """The name of a matrix that the loop wants."""
        wanted = Blocks(weight, first, last, turned)
        if wanted not in self.blocks:
            self.blocks.append(wanted)
        return f"blocks_{self.blocks.index(wanted)}"

    def room(self, name: str) -> str:
        """An array of the loop's own, (rows, units)."""
        if name not in self.rooms:
            self.rooms.append(name)
        return name

    def product(
        self, row: tuple[str, str, str], matrix: str, into: tuple[str, str, str], columns: str
    ) -> None:
        """C += A · W; `row` and `into` are an array, its first row and its first column."""
        self.end_rows()
        places = ", ".join((*row, matrix, *into))
        self.body.append(f"add_product({places}, {columns}, rows, spare)")

    def wanted(self) -> list[tuple[str, str]]:
        """The names and kinds of the matrices, vectors and rooms that the function takes."""
        blocks = [(f"blocks_{at}", "blocks") for at in range(len(self.blocks))]
        vectors = [(f"vectors_{name}", "given") for name in self.vectors]
        return [*blocks, *vectors, *((room, "made") for room in self.rooms), ("spare", "made")]

    def recorded(self, kind: str, *, of: str = "") -> list[tuple[str, str]]:
        """Those of the arrays of a record, or of the gradients `of` them."""
        names = ("sums", "gates", *(f"state_{name}" for name in self.variant.cell.states))
        return [(of + name, kind) for name in names]

    def clear(self, room: str) -> None:
        """Zeros in a room. In a loop: assigning to a slice would take seconds to compile."""
        self.rows.fill(self.in_room(room), "float32(0)")
        self.end_rows()

    def vector(self, weight: Weight) -> None:
        """Notes that a vector of weights is read."""
        if weight.name not in self.vectors:
            self.vectors.append(weight.name)

    def in_room(self, name: str) -> str:
        """Unit j of this row of a room."""
        return self.rows.array(f"{name}_of_row", f"part({self.room(name)}, r, 0, units)")

    def placed(self, row: Expression, result: str) -> tuple[str, str, str]:
        """Where the row of a product lies: array, first row, first column; made where need be."""
        match row:
            case Before(name=name):
                return f"state_{name}", "now", "0"
            case State(name=name):
                return f"state_{name}", "now + batch", "0"
            case Gate(name=name):
                return "gates", "now", f"{self.variant.cell.index(name)} * units"
        made = self.rows.value(row, result)
        self.rows.fill(self.in_room(f"row_{result}"), made)
        return f"row_{result}", "0", "0"


ROWS = (("batch", "whole"), ("first", "whole"), ("rows", "whole"))
"""How many rows a step has, and which of them one call computes."""


def is_input(term: Term) -> bool:
    """Whether a term is x W. Raises NoCompiledLoop where something multiplies that."""
    if not isinstance(term.row, Input):
        return False
    if term.factor is not None or term.weight.name != "kernel":
        raise NoCompiledLoop("what is read is multiplied")
    return True


def function_of(form: Expression) -> str:
    """The function that an equation ends with, or an empty name."""
    return form.function if isinstance(form, Apply) else ""


class ForwardLoop(Loop):
    """The source of the forward loop."""

    def __init__(self, variant: Variant) -> None:
        super().__init__(variant)
        cell, self.waiting = variant.cell, dict[int, str]()
        lines = cell.lines(variant.options)
        self.rows_known_first(lines)
        for line in lines:
            self.add(line)
        self.flush()
        self.end_rows()
        self.carry_past_masked()
        self.end_rows()

    def rows_known_first(self, lines: tuple[Line, ...]) -> None:
        """The products whose rows are states before the step."""
        cell, units = self.variant.cell, "units"
        plain: dict[tuple[str, Expression], list[int]] = {}
        for name in cell.maps:
            for term in cell.terms(name, self.variant.options):
                if term.row is None or is_input(term):
                    continue
                if isinstance(term.row, Before) and term.factor is None:
                    plain.setdefault((term.weight.name, term.row), []).append(cell.index(name))
                elif isinstance(term.row, Before):
                    at, room = cell.index(name), self.room(f"{term.weight.name}_of_{name}")
                    self.clear(room)
                    matrix = self.matrix(term.weight.name, at, at + 1)
                    self.product(self.placed(term.row, name), matrix, (room, "0", "0"), units)
        for (weight, row), maps in plain.items():
            for first, last in runs(maps):
                self.product(
                    self.placed(row, ""),
                    self.matrix(weight, first, last),
                    ("sums", "now", f"{first} * units"),
                    f"{last - first} * units",
                )

    def add(self, line: Line) -> None:
        """One equation."""
        result, cell = line.result, self.variant.cell
        if isinstance(result, Preactivation):
            for term in cell.terms(result.name, self.variant.options):
                self.add_term(term, result)
            return
        if isinstance(result, Gate) and line.form == Apply(function_of(line.form), result.a):
            self.waiting[cell.index(result.name)] = function_of(line.form)
            return
        self.flush()
        self.rows.fill(self.rows.leaf(result, result.name), self.rows.value(line.form, result.name))

    def add_term(self, term: Term, result: Preactivation) -> None:
        """One term of a pre-activation, unless it is there already."""
        at, name = self.variant.cell.index(result.name), result.name
        if term.row is None and term.factor is None:
            return  # with the bias that stands at every step
        if term.row is not None and (
            is_input(term) or (isinstance(term.row, Before) and term.factor is None)
        ):
            return
        self.flush()
        if term.factor is None:
            assert term.row is not None
            row = self.placed(term.row, name)
            matrix = self.matrix(term.weight.name, at, at + 1)
            self.product(row, matrix, ("sums", "now", f"{at} * units"), "units")
            return
        total, factor = self.rows.leaf(result, name), self.rows.value(term.factor, name)
        if term.row is None:
            self.vector(term.weight)
            self.rows.fill(total, f"{total} + {factor} * {self.rows.leaf(term.weight, name)}")
        elif isinstance(term.row, Before):
            made = self.in_room(f"{term.weight.name}_of_{name}")
            self.rows.fill(total, f"{total} + {factor} * {made}")
        else:
            raise NoCompiledLoop("a product with a row of its own is multiplied")

    def flush(self) -> None:
        """Write the gates that wait: those side by side that have one function in one loop."""
        for function in dict.fromkeys(self.waiting.values()):
            maps = [at for at, name in self.waiting.items() if name == function]
            for first, last in runs(maps):
                gate = self.rows.stacked("gates", "gate", first, last)
                total = self.rows.stacked("sums", "a", first, last)
                self.rows.fill(
                    gate, f"{self.variant.function(function)}({total})",
                    count=f"{last - first} * units",
                )  # fmt: skip
        self.waiting.clear()

    def carry_past_masked(self) -> None:
        """States stay where a step is skipped."""
        self.skip = "not masked or valid[now + r]"
        for state in self.variant.cell.carried:
            after = self.rows.leaf(state, "")
            self.rows.fill(after, self.rows.leaf(state.before, ""))

    def parameters(self) -> list[tuple[str, str]]:
        """What the function takes, in order: names and kinds."""
        entering = [("read", "given"), ("valid", "mask"), ("input_blocks", "blocks")]
        return [*entering, ("standing", "vector"), *self.wanted(), *self.recorded("made"), *ROWS]

    def source(self) -> Iterator[str]:
        """The function."""
        state = f"state_{self.variant.cell.states[0]}"
        yield f"def forward({', '.join(name for name, _ in self.parameters())}):"
        yield from indented(
            (
                '"""Fills rows first … first + rows of the batch, first step first."""',
                f"units = {state}.shape[1]",
                "columns = sums.shape[1]",
                "masked = valid.shape[0] > 0",
                f"steps = {state}.shape[0] // batch - 1",
                "together = max(1, 32 // rows) if rows == batch else 1",
                "for step in range(steps):",
                "    now = step * batch + first",
                "    if step % together == 0:",
                "        some = min(together, steps - step) * rows",
                "        for row in range(now, now + some):",
                "            sums_of_row = part(sums, row, 0, columns)",
                "            for j in range(columns):",
                "                sums_of_row[j] = standing[j]",
                "        into = sums, now, 0, columns",
                "        add_product(read, now, 0, input_blocks, *into, some, spare)",
            ),
            by=1,
        )
        yield from indented(self.body, by=2)
