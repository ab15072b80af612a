# Everyday commands. What must hold before a change is taken is written once, in .ci/run; these call its steps.

# The list of commands.
default:
    @just --list

# Format everything.
fmt:
    cargo fmt

# Formatting and clippy, warnings denied.
lint:
    .ci/run fmt lint

# The tests; with a name, those that contain it.
test name="":
    {{ if name == "" { ".ci/run test" } else { "cargo test " + name } }}

# The documentation, private items too, warnings denied.
docs:
    .ci/run docs

# The release binary and its size.
release:
    .ci/run release size

# The release binary against real mail servers, in a real terminal.
real:
    .ci/run release real

# Everything.
ci:
    .ci/run

# The README's pictures, drawn by the program itself.
pictures:
    cargo run --example pictures

# The instructions of a key, compared with those that are written down.
counts:
    .ci/run counts

# The promises of speed and memory, each as a ratio against a peer in the same run.
bench:
    benches/peers/run
