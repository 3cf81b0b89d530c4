# `just verify` must pass before anything lands; it is what .ci/run runs on a machine that has everything.

default: verify

# Every check and every test.
verify: lint test docs
    cargo deny check

# Layout, lints.
lint:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings

# All tests; `just test sandbox` only those whose name holds the word.
test filter="":
    cargo test --locked -- {{filter}}

# The crate's pages, and the book if mdbook is here.
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
    if command -v mdbook >/dev/null; then mdbook build docs; fi

# The shipped campaigns against the built-in sandbox, in a few minutes.
sandbox:
    cargo run --locked --release -- run campaigns/ --sandbox --until-idle --yes

# The Debian package, in target/; needs cargo-deb.
deb:
    docs/deploy/package.sh target/

# Every page of the dashboard as a picture, in light and dark, beneath target/tmp/pictures; those of README and docs anew.
pictures:
    cargo test --locked --test lib -- pictured
    cp target/tmp/pictures/docs/*.png docs/pictures/

# What the machine can do: figures for docs/performance.md.
bench:
    cargo bench --locked
