//go:build !lean

package seeds

import "embed"

// FS is the content, with the example questions.
//
//go:embed *.yaml statement guidance questions emergency rumours
var FS embed.FS
