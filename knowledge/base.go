// Package knowledge is all that the assistant knows: read once, checked, then only read.
package knowledge

import (
	"fmt"
	"io/fs"
	"time"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/lint"
	"cobijo/knowledge/statement"
	"cobijo/knowledge/understand"
)

// Base is all that the assistant knows.
type Base struct {
	Guidance   *guidance.Library
	Statement  *statement.Statement
	Understand *understand.Engine
	// Retrained tells that the examples are not those of the shipped models, so that new ones were trained at start.
	Retrained bool

	located []located // the contacts whose city is known
}

// Load reads the content below fsys. Content that cannot be read whole is an error that names each fault: an assistant that
// lacks a part of its knowledge would not know what it does not know.
func Load(fsys fs.FS) (*Base, error) {
	type guided struct {
		library *guidance.Library
		faults  lint.Faults
	}
	side := make(chan guided, 1)
	go func() { // the two halves are read side by side: start-up is what a restart costs
		l, faults := guidance.Load(fsys)
		side <- guided{l, faults}
	}()
	s, faults := statement.Load(fsys)
	g := <-side
	engine, retrained, more := understand.New(fsys, g.library, s)
	faults = append(append(faults, g.faults...), more...)
	if err := faults.Err(); err != nil {
		return nil, fmt.Errorf("load knowledge: %w", err)
	}
	b := &Base{Guidance: g.library, Statement: s, Understand: engine, Retrained: retrained}
	b.locate()
	return b, nil
}

// Check names every fault of the content below fsys; now dates the reviews.
func Check(fsys fs.FS, now time.Time) lint.Faults {
	l, faults := guidance.Load(fsys)
	s, more := statement.Load(fsys)
	faults = append(faults, more...)
	_, _, more = understand.New(fsys, l, s)
	faults = append(faults, more...)
	faults = append(faults, l.Check(fsys, now)...)
	faults = append(faults, s.Check(fsys)...)
	faults.Sort()
	return faults
}
