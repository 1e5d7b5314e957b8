package statement

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"cobijo/seeds"
)

// made is how many commitments each participant made, in the order of the document.
var made = []struct {
	participant string
	n           int
}{
	{"joint", 10},
	{"bz", 6}, {"ca", 4}, {"cr", 9}, {"gt", 2}, {"hn", 6}, {"mx", 18}, {"pa", 9}, {"us", 8},
	{"ar", 3}, {"br", 1}, {"cl", 5}, {"uy", 1},
	{"nhri", 3},
	{"undg-lac", 4}, {"ilo", 2}, {"ohchr", 7}, {"unicef", 6}, {"undp", 8}, {"unhcr", 6}, {"ocha", 3}, {"unfpa", 3}, {"un-adviser", 7},
	{"sr-idps", 4}, {"wfp", 2}, {"un-women", 3}, {"unaids", 4}, {"upeace", 1}, {"idb", 1}, {"iom", 8}, {"sica", 5}, {"oas", 4}, {"iachr", 1}, {"icrc", 8},
	{"civil-society", 8}, {"sexual-diversity", 3},
	{"uca", 5},
}

func TestIDsAreDense(t *testing.T) {
	s := load(t)
	var want, got []string
	for _, m := range made {
		for i := range m.n {
			want = append(want, fmt.Sprintf("%s-%02d", m.participant, i+1))
		}
	}
	for _, c := range s.Commitments {
		got = append(got, c.ID)
		if s.Commitment(c.ID) != c {
			t.Errorf("%s is not found by its id", c.ID)
		}
	}
	if len(want) != 188 {
		t.Fatalf("the table has %d commitments", len(want))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestParticipants(t *testing.T) {
	s := load(t)
	count := map[string]int{}
	for _, m := range made {
		count[m.participant] = m.n
	}
	spoke := 0
	for _, p := range s.Participants {
		if p.Commitments != count[p.ID] {
			t.Errorf("%s: says %d commitments, made %d", p.ID, p.Commitments, count[p.ID])
		}
		if p.Name.EN == "" || p.Name.ES == "" {
			t.Errorf("%s has no name in one of the languages", p.ID)
		}
		if p.Commitments > 0 {
			spoke++
			if p.Intro.EN == "" || p.Intro.ES == "" {
				t.Errorf("%s has no intro in one of the languages", p.ID)
			}
		}
		if s.Participant(p.ID) != p {
			t.Errorf("%s is not found by its id", p.ID)
		}
	}
	if len(s.Participants) != 38 || spoke != 37 {
		t.Errorf("%d participants, %d with a statement", len(s.Participants), spoke)
	}
	sv := s.Participant("sv")
	if sv == nil || !sv.Signed || sv.Commitments != 0 || sv.Intro != (Text{}) || sv.Kind != "country" {
		t.Fatalf("El Salvador signed, and has no statement of its own: %+v", sv)
	}
	if !strings.Contains(sv.Note.EN, "signed") || !strings.Contains(sv.Note.ES, "firm") {
		t.Errorf("El Salvador's note: %+v", sv.Note)
	}
}

func TestCommitments(t *testing.T) {
	s := load(t)
	sections := map[string]int{}
	for _, c := range s.Commitments {
		for _, title := range []string{c.Title.EN, c.Title.ES} {
			if n := utf8.RuneCountInString(title); n == 0 || n > 60 {
				t.Errorf("%s: the title has %d characters: %q", c.ID, n, title)
			}
		}
		if n := len(c.Themes); n < 1 || n > 5 {
			t.Errorf("%s: %d themes", c.ID, n)
		}
		if once := slices.Compact(slices.Sorted(slices.Values(c.Themes))); len(once) != len(c.Themes) {
			t.Errorf("%s: a theme stands twice: %v", c.ID, c.Themes)
		}
		for _, id := range c.Themes {
			if s.Theme(id) == nil {
				t.Errorf("%s: no theme %q", c.ID, id)
			}
		}
		if c.Text.ES == "" || c.Text.ES == c.Text.EN {
			t.Errorf("%s is not translated", c.ID)
		}
		if (c.Participant == Joint) != (c.Section != "") {
			t.Errorf("%s: only joint commitments have a section", c.ID)
		}
		if c.Section != "" {
			sections[c.Section]++
		}
		// Parts are spans in the order of the text, and do not overlap.
		rest := Text{EN: c.Text.EN, ES: c.Text.ES}
		for _, p := range c.Parts {
			_, en, okEN := strings.Cut(rest.EN, p.EN)
			_, es, okES := strings.Cut(rest.ES, p.ES)
			if p.EN == "" || p.ES == "" || !okEN || !okES {
				t.Errorf("%s: a part is no span of what follows the part before it: %q / %q", c.ID, p.EN, p.ES)
				continue
			}
			rest = Text{EN: en, ES: es}
		}
		if len(c.Parts) == 1 {
			t.Errorf("%s: one part is no parting", c.ID)
		}
	}
	want := map[string]int{"root-causes": 3, "asylum-and-protection": 3, "regional-cooperation": 3, "follow-up": 1}
	if d := cmp.Diff(want, sections); d != "" {
		t.Error(d)
	}
}

func TestCheckIsClean(t *testing.T) {
	if err := load(t).Check(seeds.FS).Err(); err != nil {
		t.Error(err)
	}
}

func TestTextIn(t *testing.T) {
	both, english := Text{EN: "shelter", ES: "cobijo"}, Text{EN: "shelter"}
	for _, tt := range []struct {
		text       Text
		lang, want string
	}{
		{both, "es", "cobijo"}, {both, "en", "shelter"}, {both, "fr", "shelter"}, {english, "es", "shelter"},
	} {
		if got := tt.text.In(tt.lang); got != tt.want {
			t.Errorf("%v in %s: %q", tt.text, tt.lang, got)
		}
	}
}
