# The commands of the project. Each does its own set-up and prints what it runs.

TOWN = testdata/town
# The demo's certificates have fixed dates, so it is judged at a fixed one.
AS_OF = 2026-11-23

.PHONY: help demo test lint bench fuzz doc

help:
	@echo "make demo   a small organisation's infrastructure, judged against its policy"
	@echo "make test   every test, the examples of the documentation included"
	@echo "make lint   format, clippy, dependencies, generated pages"
	@echo "make bench  speed and size, beside other programs"
	@echo "make fuzz   every parser, fuzzed for a minute each (SECONDS_EACH=60)"
	@echo "make doc    generates pages of docs/ and builds the book, into target/book"

demo:
	scripts/wasm-target.sh
	cargo build --locked
	@echo "+ target/debug/keyreeve check --as-of $(AS_OF) $(TOWN)"
	@target/debug/keyreeve check --as-of $(AS_OF) $(TOWN); status=$$?; \
	if [ $$status -eq 1 ]; then \
	    echo "(exit code 1: the town has violations, as it should; $(TOWN)/README.md tells its story)"; \
	else \
	    echo "the demo ended with $$status, and 1 was expected" >&2; exit 1; \
	fi

test:
	scripts/wasm-target.sh
	scripts/test-programs.sh
	cargo test --locked --workspace

lint:
	scripts/wasm-target.sh
	scripts/lint.sh

bench:
	scripts/wasm-target.sh
	scripts/bench.sh

fuzz:
	scripts/wasm-target.sh
	scripts/fuzz.sh

doc:
	scripts/wasm-target.sh
	cargo build --locked
	scripts/generate-docs.sh
	BLESS=1 cargo test --locked --package keyreeve --test host the_page_of_the_contract
	scripts/book.sh
