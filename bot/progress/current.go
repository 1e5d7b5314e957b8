package progress

import (
	"cmp"
	"slices"
)

// Current is where a commitment stands: the last word of each kind.
type Current struct {
	Claimed  *Report // nil where nobody claims anything
	Assessed *Report // nil where nobody assessed it
}

// Status is what the actor claims; NoInformation where it claims nothing. What somebody else assessed is another thing, and
// stands in Assessment.
func (c Current) Status() Status { return statusOf(c.Claimed) }

// Assessment is what somebody else found; NoInformation where nobody looked.
func (c Current) Assessment() Status { return statusOf(c.Assessed) }

func statusOf(r *Report) Status {
	if r == nil {
		return NoInformation
	}
	return r.Status
}

// Derive gives the current state of a history: of each kind the report that is true of the latest day, and of those of one day
// the one that was said last. Deleted reports say nothing.
func Derive(history []Report) Current {
	var c Current
	for i := range history {
		r := &history[i]
		if r.Deleted != nil {
			continue
		}
		switch {
		case r.Kind == Claimed && (c.Claimed == nil || order(*c.Claimed, *r) < 0):
			c.Claimed = r
		case r.Kind == Assessed && (c.Assessed == nil || order(*c.Assessed, *r) < 0):
			c.Assessed = r
		}
	}
	return c
}

// order puts what is true of a later day behind, then what was said later.
func order(a, b Report) int {
	return cmp.Or(cmp.Compare(a.AsOf, b.AsOf), a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
}

// chronological puts what was said later behind.
func chronological(history []Report) {
	slices.SortFunc(history, func(a, b Report) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
}
