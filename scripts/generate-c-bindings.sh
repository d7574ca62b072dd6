#!/usr/bin/env bash
# Writes the bindings of the C template anew from wit/, with wit-bindgen. Only needed when the contract changes.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/tools.sh

bindings=host/templates/c/bindings
tool=$(installed wit-bindgen-cli 0.60.0 wit-bindgen --no-default-features --features c)
mkdir -p "$bindings"
"$tool" c wit --world tls-endpoints-rule --out-dir "$bindings"

# The types of the world, as an object file, become a section in assembly: so an author needs nothing but a C compiler.
python3 - "$bindings" <<'PYTHON'
import pathlib, sys

folder = pathlib.Path(sys.argv[1])
object_file = folder / "tls_endpoints_rule_component_type.o"
data = object_file.read_bytes()


def number(at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


at, world = 8, None
while at < len(data):
    kind = data[at]
    size, at = number(at + 1)
    end = at + size
    if kind == 0:
        length, at = number(at)
        if data[at : at + length].startswith(b"component-type:"):
            world = data[at + length : end]
    at = end
rows = [world[row : row + 24] for row in range(0, len(world), 24)]
lines = [f'    ".byte {",".join(map(str, row))}\\n"' for row in rows]
(folder / "component_type.c").write_text(
    "// The types of the world tls-endpoints-rule in wit/, which `keyreeve rule component` makes a component of.\n"
    "// Written by scripts/generate-c-bindings.sh of keyreeve.\n"
    '__asm__(\n    ".section \\".custom_section.component-type:tls-endpoints-rule\\",\\"\\",@\\n"\n'
    + "\n".join(lines)
    + "\n);\n\n// The bindings call it, so that no linker leaves the section out.\n"
    "void __component_type_object_force_link_tls_endpoints_rule(void) {}\n"
)
object_file.unlink()
PYTHON
echo "wrote $bindings"
