// Package seeds holds all that Cobijo tells people, as files that editors change without programming.
package seeds

import "embed"

// FS is the content that the binary carries: README.md tells how its files are laid out.
//
//go:embed *.yaml statement guidance questions emergency rumours
var FS embed.FS
