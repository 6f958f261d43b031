# `make run` and `make test` are all a newcomer needs; see README.md.

PROGRAM := target/release/cursor-selfhost
ARGS ?=

.PHONY: run build test torture lint bench openapi

run: ## Build what is needed, start the server, print a link
	@scripts/require build
	@scripts/say-how-long $(PROGRAM)
	@scripts/build-page
	@cargo build --release --locked --quiet -p cursor-selfhost
	@$(PROGRAM) serve $(ARGS) || [ $$? -eq 3 ]

build: ## One program with the page inside: target/release/cursor-selfhost
	@scripts/require build
	@scripts/build-page
	cargo build --release --locked -p cursor-selfhost
	@scripts/check-size $(PROGRAM)

test: ## Every test there is: the page, the page in Chromium, Rust
	@scripts/require test
	@scripts/build-page
	npm test
	cargo build --locked -p cursor-selfhost
	CURSOR_SELFHOST_BIN=$(CURDIR)/target/debug/cursor-selfhost npm run e2e
	cargo test --locked --workspace
	cargo run --locked --quiet -p xtask -- torture --program target/debug/cursor-selfhost --seconds 40

torture: ## Thousands of faults and property tests at length; about a quarter of an hour
	@scripts/require build
	@scripts/build-page
	PROPTEST_CASES=5000 cargo test --release --locked -p shim -p agents -p runner -p domain -- random any_bytes arbitrary_bytes what_is_written nothing_else a_long_text
	cargo build --release --locked -p cursor-selfhost
	cargo run --release --locked --quiet -p xtask -- torture --program $(PROGRAM) --runs 1500 --kills 1200 --seconds 600 $(ARGS)

lint: ## What the compilers and linters of both languages have to say
	@scripts/require build
	@scripts/build-page
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	npm run lint

bench: build ## Delay, throughput, start-up, memory against the floor, and how they grow; about a quarter of an hour
	cargo run --release --locked --quiet -p xtask -- bench --program $(PROGRAM) $(ARGS)
	cargo run --release --locked --quiet -p xtask -- bench --program $(PROGRAM) --workspaces
	cargo run --release --locked --quiet -p xtask -- bench --program $(PROGRAM) --growth --svg target/growth.svg

openapi: ## Write the API document that the tests compare with
	@scripts/require build
	@scripts/build-page
	cargo run --locked --quiet -p cursor-selfhost -- openapi > apps/api/openapi.json.new
	mv apps/api/openapi.json.new apps/api/openapi.json
