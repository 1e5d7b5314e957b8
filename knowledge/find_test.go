package knowledge

import (
	"testing"

	"cobijo/knowledge/statement"
	"cobijo/seeds"
)

func TestFind(t *testing.T) {
	s, faults := statement.Load(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	engineless := &Base{Statement: s}
	for _, tt := range []struct {
		name, words string
		filter      statement.Filter
		first       string
		least       int
	}{
		{"all", "", statement.Filter{}, "joint-01", len(s.Commitments)},
		{"by participant", "", statement.Filter{Participants: []string{"mx"}}, "mx-01", 18},
		{"accents aside", "QUALITY assurance", statement.Filter{}, "", 1},
		{"by id", "mx-04", statement.Filter{}, "mx-04", 1},
		{"Spanish", "detencion", statement.Filter{Theme: "detention"}, "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := engineless.Find(tt.filter, tt.words)
			if len(found) < tt.least {
				t.Fatalf("found %d, want %d", len(found), tt.least)
			}
			if tt.first != "" && found[0].ID != tt.first {
				t.Errorf("first %s, want %s", found[0].ID, tt.first)
			}
		})
	}
	if found := engineless.Find(statement.Filter{}, "zzzz"); len(found) != 0 {
		t.Errorf("found %d for nothing", len(found))
	}
}
