package statement

import (
	"slices"
	"testing"
)

func TestSelect(t *testing.T) {
	s := load(t)
	for _, tt := range []struct {
		name   string
		filter Filter
		n      int // -1: some
	}{
		{"all", Filter{}, 188},
		{"one participant", Filter{Participants: []string{"mx"}}, 18},
		{"two participants", Filter{Participants: []string{"unhcr", "bz"}}, 12},
		{"one that signed and said nothing", Filter{Participants: []string{"sv"}}, 0},
		{"an unknown participant", Filter{Participants: []string{"xx"}}, 0},
		{"an unknown theme", Filter{Theme: "xx"}, 0},
		{"a kind", Filter{Kind: "endeavours"}, 10},
		{"a kind of one participant", Filter{Participants: []string{"icrc"}, Kind: "reiterates"}, 2},
		{"a kind that the participant does not use", Filter{Participants: []string{"bz"}, Kind: "endeavours"}, 0},
		{"a theme", Filter{Theme: "children"}, -1},
		{"a theme of one participant", Filter{Participants: []string{"unicef"}, Theme: "children"}, -1},
		{"all three", Filter{Participants: []string{"joint"}, Theme: "internal-displacement", Kind: "endeavours"}, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := s.Select(tt.filter)
			if tt.n >= 0 && len(got) != tt.n || tt.n < 0 && len(got) == 0 {
				t.Fatalf("found %d, want %d", len(got), tt.n)
			}
			fits := func(c *Commitment) bool {
				return (tt.filter.Participants == nil || slices.Contains(tt.filter.Participants, c.Participant)) &&
					(tt.filter.Theme == "" || slices.Contains(c.Themes, tt.filter.Theme)) &&
					(tt.filter.Kind == "" || tt.filter.Kind == c.Kind)
			}
			next := 0 // all that fit, no other, in the document's order
			for _, c := range s.Commitments {
				if !fits(c) {
					continue
				}
				if next >= len(got) || got[next] != c {
					t.Fatalf("%s fits and is not at place %d", c.ID, next)
				}
				next++
			}
			if next != len(got) {
				t.Errorf("%d of %d do not fit", len(got)-next, len(got))
			}
		})
	}
}
