"""The source as the architecture tests see it: its files, and which module imports which."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("services", "shared", "gateway", "migrations")


@dataclass(frozen=True)
class Import:
    """One import of our own code or a library, and where it stands."""

    target: str
    line: int
    is_inside_function: bool


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name, path from the root, and text."""

    name: str
    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """What runs: imports for type checking only are left out."""
        return tuple(_imports(self.tree, False))


def _imports(node: ast.AST, inside: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(name.name, child.lineno, inside) for name in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(f"{child.module}.{name.name}", child.lineno, inside) for name in child.names)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        else:
            is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, inside or is_function)


@dataclass(frozen=True)
class Source:
    """Every module under the root, by dotted name."""

    root: Path

    @cached_property
    def modules(self) -> Mapping[str, Module]:
        found = {}
        for package in PACKAGES:
            for file in sorted((self.root / package).rglob("*.py")):
                path = file.relative_to(self.root)
                name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
                found[name] = Module(name, str(path), file.read_text())
        return found

    def of(self, package: str) -> Iterator[Module]:
        return (module for name, module in self.modules.items() if name.split(".")[0] == package)

    @cached_property
    def services(self) -> tuple[str, ...]:
        folder = self.root / "services"
        return tuple(sorted(path.name for path in folder.iterdir() if (path / "__init__.py").exists()))

    def own(self, target: str) -> str | None:
        """The module of ours that an import reaches: `shared.wire.Day` is `shared.wire`."""
        while target:
            if target in self.modules:
                return target
            target = target.rpartition(".")[0]
        return None

    def reached(self, module: Module) -> Iterator[tuple[str, Import]]:
        """Our own modules that this one imports."""
        for one in module.imports:
            if (target := self.own(one.target)) is not None and target != module.name:
                yield target, one


def planted(root: Path, **files: str) -> Source:
    """A small tree with a violation in it: `planted(tmp, services__ticket__app="import services.registry")`."""
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for folder in path.relative_to(root).parents:
            if folder.parts:
                (root / folder / "__init__.py").touch()
    return Source(root)


HOUSE = Source(ROOT)
