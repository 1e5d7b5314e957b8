package understand

import (
	"slices"
	"testing"
)

func TestSearch(t *testing.T) {
	e := newEngine(t)
	for text, want := range map[string]struct {
		first string   // of what is found
		all   []string // among it
		n     int      // how many, 0 for any number
	}{
		"what did Mexico commit to on detention": {all: []string{"mx-04", "mx-12", "joint-05"}},
		"compromisos de Uruguay":                 {first: "uy-01", n: 1},
		"compromisos de la OIM":                  {first: "iom-01", n: 8},
		"naturalisation":                         {first: "cr-07"},
		"naturalización":                         {first: "cr-07"},
		"food security":                          {all: []string{"wfp-01", "iom-04"}},
		"show joint-05 and mx-04":                {all: []string{"joint-05", "mx-04"}, n: 2},
		"Guatemala legal aid":                    {first: "joint-05"},
		"which UN agencies committed to gender-based violence": {all: []string{"unfpa-01", "un-women-01"}},
		"compromisos de El Salvador":                           {n: -1},
		"alternatvies to detencion":                            {all: []string{"mx-12"}},
	} {
		r := e.Read(text, today)
		var ids []string
		for _, f := range e.Search(e.Statement(r)) {
			ids = append(ids, f.Commitment.ID)
		}
		if want.first != "" && (len(ids) == 0 || ids[0] != want.first) {
			t.Errorf("%q finds %v, want %s first", text, ids, want.first)
		}
		for _, id := range want.all {
			if !slices.Contains(ids, id) {
				t.Errorf("%q finds %v, without %s", text, ids, id)
			}
		}
		if want.n > 0 && len(ids) != want.n || want.n < 0 && len(ids) != 0 {
			t.Errorf("%q finds %d: %v", text, len(ids), ids)
		}
	}
}
