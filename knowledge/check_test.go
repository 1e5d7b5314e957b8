package knowledge

import (
	"testing"
	"time"

	"cobijo/seeds"
)

// checkedOn is the day on which the content of this release was checked: a fixed one, so that the same content passes on every
// day. `cobijo check` asks for today.
var checkedOn = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

func TestContentIsClean(t *testing.T) {
	for _, f := range Check(seeds.FS, checkedOn) {
		t.Error(f)
	}
}

func TestContentLoads(t *testing.T) {
	base, err := Load(seeds.FS)
	if err != nil {
		t.Fatal(err)
	}
	if base.Guidance == nil || base.Statement == nil || base.Understand == nil {
		t.Errorf("a part is missing: %+v", base)
	}
}
