"""Python source of the compiled way back through a cell, written from its equations.

The equations in reverse: what arrived at a result is handed on to each quantity that its equation
reads, by the rule of products and functions, as `core.cells.interpreted` does with arrays. What
goes through a matrix waits until its rows are whole, and comes back with the transposed one.
Gradients of the weights are sums over all steps, and are made after the loop, by the library.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.cells.expressions import (
    Apply,
    Difference,
    Expression,
    Largest,
    Number,
    Product,
    Quotient,
    Sum,
    children,
)
from core.cells.leaves import Before, Gate, Input, Line, Preactivation, State, Term, Weight
from core.engines.fast.forward import ROWS, Loop, function_of, is_input
from core.engines.fast.rows import NoCompiledLoop, Variant, indented, runs


class BackwardLoop(Loop):
    """The source of the way back."""

    def __init__(self, variant: Variant) -> None:
        super().__init__(variant)
        cell = variant.cell
        self.begun: set[str] = set()
        self.waiting: dict[int, str] = {}
        self.late: dict[tuple[str, Before], list[int]] = {}
        self.late_rooms: list[tuple[str, str, str]] = []
        self.parts = 0
        self.arrive()
        self.skip = ""
        self.products_read_again()
        self.skip = "masked and not valid[now + r]"
        lines = cell.lines(variant.options)
        for line in reversed(lines):
            self.add(line)
        self.flush()
        for state in cell.carried:
            self.begin(self.carried(state.before))
        self.end_rows()
        self.return_to_states()

    # Where gradients stand.

    def carried(self, before: Before) -> str:
        """Unit j of ∂loss/∂ of the state before, which the step before will find."""
        return self.rows.array(
            f"carried_{before.name}", f"part(carry_{before.name}, first + r, 0, units)"
        )

    def of(self, leaf: Expression) -> str:
        """Unit j of ∂loss/∂ of a quantity."""
        index = self.variant.cell.index
        match leaf:
            case Gate(name=name):
                return self.rows.stacked("d_gates", "d_gate", index(name))
            case Preactivation(name=name):
                return self.rows.stacked("d_sums", "d_a", index(name))
            case State(name=name):
                return self.rows.array(f"d_{name}", f"part(d_state_{name}, row, 0, units)")
            case Before() as before:
                return self.carried(before)
        raise NoCompiledLoop(str(leaf))

    def give(self, target: str, gradient: str) -> None:
        """Hands a gradient to a quantity: the first to come is put there, others are added."""
        self.rows.fill(target, f"{target} + {gradient}" if target in self.begun else gradient)
        self.begun.add(target)

    def begin(self, target: str) -> None:
        """Nothing, where nothing has arrived."""
        if target not in self.begun:
            self.give(target, "float32(0)")

    # The step.

    def arrive(self) -> None:
        """The gradients of the states after the step; those of a skipped step pass as they are."""
        cell = self.variant.cell
        for state in cell.carried:
            total = self.carried(state.before)
            if state is cell.carried[0]:
                arriving = self.rows.array("arriving", "part(upstream, row, 0, units)")
                total = f"{total} + {arriving}"
            self.give(self.of(state), total)
        self.end_rows()
        self.skip = "not masked or valid[now + r]"
        for state in cell.carried:
            self.rows.fill(self.carried(state.before), self.of(state))
        for kind in ("d_sums", "d_gates") if cell.gates else ("d_sums",):
            every = self.rows.stacked(kind, kind, 0, len(cell.stacked))
            self.rows.fill(every, "float32(0)", count=f"{len(cell.stacked)} * units")
        for name in cell.maps:  # rows that are not filled below go through the matrix all the same
            if any(is_multiplied(term) for term in cell.terms(name, self.variant.options)):
                self.rows.fill(self.in_room(self.through(name)), "float32(0)")
        self.end_rows()

    def products_read_again(self) -> None:
        """The products that something multiplies: h₋₁ U in r ⊙ (h₋₁ U)."""
        cell = self.variant.cell
        for name in cell.maps:
            for term in cell.terms(name, self.variant.options):
                if not is_multiplied(term):
                    continue
                if not isinstance(term.row, Before):
                    raise NoCompiledLoop("a product with a row of its own is multiplied")
                at, room = cell.index(name), self.room(f"{term.weight.name}_of_{name}")
                self.clear(room)
                matrix = self.matrix(term.weight.name, at, at + 1)
                self.product(self.placed(term.row, name), matrix, (room, "0", "0"), "units")

    def add(self, line: Line) -> None:
        """One equation, from what arrived at its result."""
        result, cell = line.result, self.variant.cell
        if isinstance(result, Preactivation):
            if result.name not in (cell.stacked[at] for at in self.waiting):
                self.begin(self.of(result))
            for term in cell.terms(result.name, self.variant.options):
                self.add_term(term, result)
            return
        arrived = self.of(result)
        self.begin(arrived)
        alone = isinstance(result, Gate) and line.form == Apply(function_of(line.form), result.a)
        if alone and self.of(result.a) not in self.begun:
            self.waiting[cell.index(result.name)] = function_of(line.form)
            self.begun.add(self.of(result.a))
            return
        self.back(line.form, arrived, result.name)

    def add_term(self, term: Term, result: Preactivation) -> None:
        """One term of a pre-activation."""
        at, name, weight = self.variant.cell.index(result.name), result.name, term.weight.name
        if (term.row is None and term.factor is None) or (term.row is not None and is_input(term)):
            return
        if term.factor is None and isinstance(term.row, Before):
            self.late.setdefault((weight, term.row), []).append(at)
            return
        self.flush()
        arrived = self.of(result)
        if term.row is None:
            assert term.factor is not None
            self.vector(term.weight)
            self.back(term.factor, f"{arrived} * {self.rows.leaf(term.weight, name)}", name)
        elif term.factor is not None:
            assert isinstance(term.row, Before)
            inner = self.in_room(f"{weight}_of_{name}")
            self.back(term.factor, f"{arrived} * {inner}", name)
            through = self.through(name)
            factor = self.rows.value(term.factor, name)
            self.rows.fill(self.in_room(through), f"{arrived} * {factor}")
            self.begin(self.carried(term.row))
            matrix = self.matrix(weight, at, at + 1, turned=True)
            self.late_rooms.append((through, matrix, term.row.name))
        else:
            seen = self.room(f"d_row_{name}")
            self.end_rows()
            skip, self.skip = self.skip, ""
            self.clear(seen)
            self.skip = skip
            matrix = self.matrix(weight, at, at + 1, turned=True)
            self.product(("d_sums", "now", f"{at} * units"), matrix, (seen, "0", "0"), "units")
            self.back(term.row, self.in_room(seen), name)

    def through(self, name: str) -> str:
        """The room for what goes back through a product that something multiplies."""
        return self.room(f"through_{name}")

    def return_to_states(self) -> None:
        """The gradients that come back to the states before the step through matrices."""
        for room, matrix, state in self.late_rooms:
            into = (f"carry_{state}", "first", "0")
            self.product((room, "0", "0"), matrix, into, "units")
        for (weight, row), maps in self.late.items():
            for first, last in runs(maps):
                self.product(
                    ("d_sums", "now", f"{first} * units"),
                    self.matrix(weight, first, last, turned=True),
                    (f"carry_{row.name}", "first", "0"),
                    "units",
                )

    def flush(self) -> None:
        """Through the functions of the gates that wait, side by side in one loop."""
        for function in dict.fromkeys(self.waiting.values()):
            maps = [at for at, name in self.waiting.items() if name == function]
            for first, last in runs(maps):
                d_gate = self.rows.stacked("d_gates", "d_gate", first, last)
                d_a = self.rows.stacked("d_sums", "d_a", first, last)
                total = self.rows.stacked("sums", "a", first, last)
                slope = f"{self.variant.function(function)}_slope({total})"
                self.rows.fill(d_a, f"{d_gate} * {slope}", count=f"{last - first} * units")
        self.waiting.clear()

    # The rules.

    def back(self, part: Expression, arrived: str, result: str) -> None:
        """Hands ∂loss/∂ of an expression on to the quantities that it is made of."""

        def of(inner: Expression) -> str:
            return self.rows.value(inner, result)

        match part:
            case Number() | Input() | Weight():
                return
            case Sum(terms):
                arrived = self.once(arrived, uses=len(terms))
                for term in terms:
                    self.back(term, arrived, result)
            case Difference(left, right):
                arrived = self.once(arrived, uses=2)
                self.back(left, arrived, result)
                self.back(right, f"-({arrived})", result)
            case Product(factors):
                arrived = self.once(arrived, uses=len(factors))
                for at, factor in enumerate(factors):
                    others = [of(other) for i, other in enumerate(factors) if i != at]
                    if moves(factor):
                        self.back(factor, " * ".join([arrived, *others]), result)
            case Quotient(above, below):
                share = self.once(f"divided({arrived}, {of(below)})", uses=2)
                self.back(above, share, result)
                self.back(below, f"-({share} * divided({of(above)}, {of(below)}))", result)
            case Largest(left, right):
                arrived = self.once(arrived, uses=2)
                first = f"({of(left)} >= {of(right)})"
                self.back(left, f"({arrived} if {first} else float32(0))", result)
                self.back(right, f"(float32(0) if {first} else {arrived})", result)
            case Apply(function, argument):
                slope = f"{self.variant.function(function)}_slope({of(argument)})"
                self.back(argument, f"{arrived} * {slope}", result)
            case _:
                self.give(self.of(part), arrived)

    def once(self, form: str, *, uses: int) -> str:
        """A form that several loops read, computed in one of its own unless it is a name."""
        if uses < 2 or form.removesuffix("[j]").isidentifier():
            return form
        self.parts += 1
        made = self.in_room(f"part_{self.parts}")
        self.rows.fill(made, form)
        return made

    def parameters(self) -> list[tuple[str, str]]:
        """What the function takes, in order: names and kinds."""
        entering = [("upstream", "given"), ("valid", "mask"), ("truncate", "whole")]
        carries = [(f"carry_{name}", "made") for name in self.variant.cell.states]
        arrays = [*self.recorded("given"), *self.recorded("made", of="d_"), *carries]
        return [*entering, *self.wanted(), *arrays, *ROWS]

    def source(self) -> Iterator[str]:
        """The function."""
        states = self.variant.cell.states
        yield f"def backward({', '.join(name for name, _ in self.parameters())}):"
        yield from indented(
            (
                '"""Fills rows first … first + rows of the batch, last step first."""',
                "units = upstream.shape[1]",
                "masked = valid.shape[0] > 0",
                "for step in range(upstream.shape[0] // batch - 1, -1, -1):",
                "    now = step * batch + first",
            ),
            by=1,
        )
        yield from indented(self.body, by=2)
        yield from indented(
            (
                "if truncate > 0 and step > 0 and step % truncate == 0:",
                "    for row in range(first, first + rows):",
                "        for j in range(units):",
                *(f"            carry_{name}[row, j] = float32(0)" for name in states),
            ),
            by=2,
        )


def is_multiplied(term: Term) -> bool:
    """Whether a term is a product that something multiplies: r ⊙ (h₋₁ U)."""
    return term.row is not None and term.factor is not None and not is_input(term)


def moves(part: Expression) -> bool:
    """Whether a gradient goes any further there."""
    inner = children(part)
    return any(map(moves, inner)) if inner else not isinstance(part, Number | Input | Weight)
