# Everything but lint, vuln and the first download of modules works offline.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
EVAL    ?= knowledge/understand/testdata
FUZZTIME ?= 10s
COVER   ?= coverage.out
SOAK    ?= 1m
GROWTH  ?= 10s

# Tools are pinned here and not in go.mod: they are no part of the program, and their modules would outnumber its own.
GOLANGCI    := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK := $(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0
GITLEAKS    := $(GO) run github.com/zricethezav/gitleaks/v8@v8.30.1
CYCLONEDX   := $(GO) run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
GOLICENSES  := $(GO) run github.com/google/go-licenses@v1.6.0

# What a release is built for, and where it is put.
PLATFORMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
DIST      ?= dist
# Licences that put no condition on those who run or change Cobijo beyond naming the authors.
LICENCES  := MIT,Apache-2.0,BSD-2-Clause,BSD-3-Clause,BSL-1.0,ISC,Unlicense

# A binary to hand out needs no examples to train from, and reaches the channels by HTTP/1.1, as the tests do.
LEAN := -tags lean,nethttpomithttp2 -trimpath -buildvcs=false
LINK := -s -w -funcalign=16

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build ./cobijo, one static binary
	CGO_ENABLED=0 $(GO) build $(LEAN) -ldflags '$(LINK) -X main.version=$(VERSION)' -o cobijo ./cmd/cobijo

# In decimal megabytes, of this machine's platform.
MOST ?= 40
.PHONY: size
size: build ## Build it, and see that it answers and has no more than MOST megabytes (40)
	@./cobijo ask --lang es "¿cuánto tiempo tengo para pedir refugio en México?" | grep -q '30 días hábiles'
	@n=$$(wc -c < cobijo); echo "cobijo: $$n bytes"; [ $$n -le $$(($(MOST) * 1000000)) ]

.PHONY: run
run: ## Serve the web chat on http://localhost:8080
	$(GO) run ./cmd/cobijo serve

.PHONY: test
test: ## Run the tests
	$(GO) test ./...

.PHONY: race
race: ## Run the tests with the race detector
	CGO_ENABLED=1 $(GO) test -race ./...

.PHONY: check
check: ## Lint the knowledge and the texts of the interface
	$(GO) run ./cmd/cobijo check

.PHONY: lint
lint: ## Lint the code (downloads the linter once)
	$(GOLANGCI) run ./...

.PHONY: fmt
fmt: ## Format the code (downloads the formatter once)
	$(GOLANGCI) fmt ./...

.PHONY: bench
bench: ## Measure the speed
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: cover
cover: ## Run the tests and show what they cover
	$(GO) test -coverpkg=./... -coverprofile=$(COVER) ./...
	$(GO) tool cover -func=$(COVER) | tail -n 1

# A fuzz run takes one target of one package; -list names them. Several run side by side, on one core each.
FUZZJOBS ?= $(shell getconf _NPROCESSORS_ONLN)
.PHONY: fuzz
fuzz: ## Fuzz each target for FUZZTIME (10s)
	@set -e; targets=$$(for pkg in $$($(GO) list ./...); do \
		$(GO) test -list '^Fuzz' "$$pkg" | grep '^Fuzz' | sed "s|^|$$pkg |" || true; \
	done); \
	printf '%s\n' "$$targets" | xargs -P $(FUZZJOBS) -L 1 sh -c 'out=$$($(GO) test -run "^\$$" -fuzz "^$$1\$$" -fuzztime $(FUZZTIME) -parallel 1 "$$0" 2>&1) \
		&& echo "fuzz $$0 $$1: $$(echo "$$out" | grep -o "execs: [0-9]*" | tail -n 1)" || { printf "fuzz %s %s\n%s\n" "$$0" "$$1" "$$out"; exit 255; }'

# These three start whole processes and real Redis servers; they take redis-server, and the machine for themselves.
.PHONY: scale
scale: ## Drive 100,000 updates and 5,000 reminders through three replicas on a Redis Cluster
	COBIJO_LONG=1 $(GO) test -count 1 -timeout 30m -v -run '^TestCluster$$' ./bot/scale

.PHONY: growth
growth: ## Measure what a message, a chat and a subscription take, each load for GROWTH (10s)
	COBIJO_GROWTH=$(GROWTH) $(GO) test -count 1 -timeout 30m -v -run '^TestGrowth$$' ./bot/scale

.PHONY: soak
soak: ## Let people talk for SOAK (1m) while everything fails in turn
	COBIJO_SOAK=$(SOAK) $(GO) test -count 1 -timeout 0 -v -run '^TestSoak$$' ./bot/scale

.PHONY: train
train: ## Train the models from seeds/questions, for the next build to carry
	$(GO) run ./cmd/cobijo train

.PHONY: eval
eval: ## Measure the understanding on the questions in EVAL
	$(GO) run ./cmd/cobijo eval $(EVAL)

# Without the database nothing can be said, and that is no fault of the code.
.PHONY: vuln
vuln: ## Look for known vulnerabilities (asks vuln.go.dev)
	@out=$$($(GOVULNCHECK) ./... 2>&1); code=$$?; printf '%s\n' "$$out"; \
	case "$$out" in *"fetching vulnerabilities"*) echo "vuln: the database cannot be reached; nothing was looked up"; exit 0;; esac; \
	exit $$code

# Keys and tokens, in all that was ever committed and in what is not yet; made-up ones in tests are told apart in .ci/gitleaks.toml.
.PHONY: secrets
secrets: ## Look for secrets in the repository and its history
	$(GITLEAKS) git --no-banner --redact --config .ci/gitleaks.toml --log-level warn .
	$(GITLEAKS) dir --no-banner --redact --config .ci/gitleaks.toml --log-level warn .

.PHONY: licences
licences: ## List the licences of what the binary is made of; fails where one is not known to be fine
	@$(GOLICENSES) check ./cmd/cobijo --ignore cobijo --allowed_licenses=$(LICENCES) --logtostderr=false --stderrthreshold=ERROR
	@$(GOLICENSES) report ./cmd/cobijo --ignore cobijo 2>/dev/null | cut -d, -f1,3

# The same commit and the same Go give the same bytes: no path, no time and no build id of this machine is in a binary.
.PHONY: release
release: ## Build for all PLATFORMS into dist, with SHA256SUMS, an SBOM (CycloneDX) and the licences
	rm -rf $(DIST) && mkdir -p $(DIST)
	@set -e; for platform in $(PLATFORMS); do \
		os=$${platform%/*}; arch=$${platform#*/}; ext=; [ $$os != windows ] || ext=.exe; \
		out=$(DIST)/cobijo_$(VERSION)_$${os}_$$arch$$ext; echo "build $$out"; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build $(LEAN) -ldflags '$(LINK) -buildid= -X main.version=$(VERSION)' -o $$out ./cmd/cobijo; \
	done
	$(CYCLONEDX) app -json -licenses -noserial -notimestamp -main cmd/cobijo -output $(DIST)/cobijo_$(VERSION).cdx.json .
	@$(MAKE) --no-print-directory -s licences > $(DIST)/licences.csv
	cp LICENSE $(DIST)/
	cd $(DIST) && sha256sum -- * > SHA256SUMS
	@cat $(DIST)/SHA256SUMS

.PHONY: clean
clean: ## Remove what was built
	rm -rf cobijo $(COVER) $(DIST)
