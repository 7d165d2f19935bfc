"""Import contract of our own: a room is spoken to through its public faces, never through its back door."""

from collections.abc import Iterator
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PublicFaceContract(Contract):
    """Broken by an import that reaches into another room past its faces.

    `faces` are the modules of a room that others may import, `open_rooms` rooms that are ground for everybody, and
    `outside` the parts of the building that set the rooms up and so see all of them.
    """

    type_name = "public_face"

    # What a field becomes when the contract is read is not what it is declared with.
    building: Any = fields.ModuleField()
    faces: Any = fields.SetField(subfield=fields.StringField())
    open_rooms: Any = fields.SetField(subfield=fields.StringField(), required=False, default=set())
    outside: Any = fields.SetField(subfield=fields.StringField(), required=False, default=set())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        leaks = sorted(self.leaks(graph))
        return ContractCheck(kept=not leaks, metadata={"leaks": leaks})

    def leaks(self, graph: ImportGraph) -> Iterator[str]:
        """Yields each import that does not use a face, as `importer -> imported`."""
        building = self.building.name
        for module in graph.find_descendants(building):
            room, face = self.place(module)
            if room in self.open_rooms or face in self.faces:
                continue
            for importer in graph.find_modules_that_directly_import(module):
                if importer.startswith(f"{building}.") and self.place(importer)[0] not in {room, *self.outside}:
                    yield f"{importer} -> {module}"

    def place(self, module: str) -> tuple[str, str]:
        """Returns the room of a module and the first word inside it."""
        room, _, inside = module.removeprefix(f"{self.building.name}.").partition(".")
        return room, inside.partition(".")[0]

    def render_broken_contract(self, check: ContractCheck) -> None:
        for leak in check.metadata["leaks"]:
            output.print_error(leak)
