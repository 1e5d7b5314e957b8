//go:build lean

package seeds

import "embed"

// FS is the content, without the example questions.
//
//go:embed *.yaml statement guidance emergency rumours
var FS embed.FS
