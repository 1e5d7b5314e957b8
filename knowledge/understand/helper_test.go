package understand

import (
	"testing"
	"time"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/statement"
	"cobijo/seeds"
)

// today is the day on which the tests' messages are written.
var today = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// newEngine reads the real content; it is the same for all tests of a run.
func newEngine(t testing.TB) *Engine {
	t.Helper()
	l, faults := guidance.Load(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	s, faults := statement.Load(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	e, retrained, faults := New(seeds.FS, l, s)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	if retrained {
		t.Fatal("the shipped models are not those of seeds/questions: run make train")
	}
	return e
}
