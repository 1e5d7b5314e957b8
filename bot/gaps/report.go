// Package gaps tells editors what is missing: what people asked that the assistant could not answer, and which answers were no use.
// It knows counts by country and topic alone, no words and nobody's name, and tells no number of a group under Fewest.
package gaps

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"cobijo/bot/store"
)

// Fewest is how many a group must be to be told as a number: fewer people might be recognised.
const Fewest = 5

// Few is a count as it may be told.
type Few int64

// Hidden tells whether it is too small to be told.
func (n Few) Hidden() bool { return n > 0 && n < Fewest }

// String gives the number, or "<5".
func (n Few) String() string {
	if n.Hidden() {
		return "<" + strconv.Itoa(Fewest)
	}
	return strconv.FormatInt(int64(n), 10)
}

// MarshalJSON writes a number, or "<5".
func (n Few) MarshalJSON() ([]byte, error) {
	if n.Hidden() {
		return []byte(strconv.Quote(n.String())), nil
	}
	return []byte(n.String()), nil
}

// Group is what was counted of one topic in one country.
type Group struct {
	Country    string `json:"country"` // "" where it was not known
	Topic      string `json:"topic"`   // the likeliest; "" for none
	Unanswered Few    `json:"unanswered"`
	NotUseful  Few    `json:"not_useful"`
	Useful     Few    `json:"useful"`
}

// Report is what was counted in some days, what was asked most often without an answer first.
type Report struct {
	From   string  `json:"from"` // the first day, as 2026-10-01, UTC
	To     string  `json:"to"`   // the last
	Groups []Group `json:"groups"`
}

// New makes a report of the counts of some days.
func New(from, to time.Time, counts []store.Counted) *Report {
	groups := map[[2]string]*Group{}
	for _, c := range counts {
		key := [2]string{c.Country, c.Topic}
		g := groups[key]
		if g == nil {
			g = &Group{Country: c.Country, Topic: c.Topic}
		}
		switch c.What {
		case "unanswered":
			g.Unanswered += Few(c.N)
		case "not-useful":
			g.NotUseful += Few(c.N)
		case "useful":
			g.Useful += Few(c.N)
		default:
			continue // of deliveries, not of what was asked
		}
		groups[key] = g
	}
	r := &Report{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Groups: []Group{}}
	for _, g := range groups {
		r.Groups = append(r.Groups, *g)
	}
	// Groups too small to be told stand in the order of their names, so that their order tells nothing of them either.
	shown := func(n Few) Few {
		if n.Hidden() {
			return 1
		}
		return n
	}
	slices.SortFunc(r.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(shown(b.Unanswered), shown(a.Unanswered)), cmp.Compare(shown(b.NotUseful), shown(a.NotUseful)), cmp.Compare(a.Country, b.Country), cmp.Compare(a.Topic, b.Topic))
	})
	return r
}

// Missing gives the groups of which something was not answered, or was no use.
func (r *Report) Missing() []Group {
	var all []Group
	for _, g := range r.Groups {
		if g.Unanswered > 0 || g.NotUseful > 0 {
			all = append(all, g)
		}
	}
	return all
}
