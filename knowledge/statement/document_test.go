package statement

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cobijo/seeds"
)

// documentWords is how many words the document has; it was published once and does not change.
const documentWords = 8029

func load(t *testing.T) *Statement {
	t.Helper()
	s, faults := Load(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

func document(t *testing.T) string {
	t.Helper()
	data, err := fs.ReadFile(seeds.FS, DocumentFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// pages gives the page of each word of the document: a line that begins with a space begins a page after the first.
func pages(document string) []int {
	var of []int
	page := 1
	for line := range strings.Lines(document) {
		if strings.HasPrefix(line, " ") && strings.TrimSpace(line) != "" {
			page++
		}
		for range strings.FieldsSeq(line) {
			of = append(of, page)
		}
	}
	return of
}

// TestWholeDocument puts headings, recitals and commitments in order and compares them, word by word, with the document: nothing
// was lost, nothing made up, nothing used twice.
func TestWholeDocument(t *testing.T) {
	s := load(t)
	words := strings.Fields(document(t))
	if len(words) != documentWords {
		t.Fatalf("the document has %d words, not %d", len(words), documentWords)
	}
	pageOf := pages(document(t))
	at, opened := 0, 0
	take := func(id, text string, page int) {
		t.Helper()
		own := strings.Fields(text)
		if strings.Join(own, " ") != text {
			t.Errorf("%s: white space is not folded: %q", id, text)
		}
		if len(own) == 0 || at+len(own) > len(words) {
			t.Fatalf("%s: %d words, while %d are left in the document", id, len(own), len(words)-at)
		}
		if d := cmp.Diff(words[at:at+len(own)], own); d != "" {
			t.Fatalf("%s is not what stands at word %d:\n%s", id, at, d)
		}
		if pageOf[at] != page {
			t.Errorf("%s: says page %d, begins on page %d", id, page, pageOf[at])
		}
		at += len(own)
	}
	headed := func(id string) {
		t.Helper()
		for opened < len(s.Headings) && s.Headings[opened].Opens == id {
			h := s.Headings[opened]
			take("heading "+h.Text.EN, h.Text.EN, h.Page)
			opened++
		}
	}
	for _, r := range s.Recitals {
		headed(r.ID)
		take(r.ID, r.Text.EN, r.Page)
	}
	for _, c := range s.Commitments {
		headed(c.ID)
		take(c.ID, c.Text.EN, c.Page)
	}
	if at != len(words) || opened != len(s.Headings) {
		t.Errorf("%d of %d words and %d of %d headings are accounted for", at, len(words), opened, len(s.Headings))
	}
}

// TestTextsStandInDocument holds for each text alone, whatever the order.
func TestTextsStandInDocument(t *testing.T) {
	s := load(t)
	whole := " " + fold(document(t)) + " "
	stands := func(id, text string) {
		t.Helper()
		if text == "" || !strings.Contains(whole, " "+text+" ") {
			t.Errorf("%s does not stand in the document as whole words: %q", id, text)
		}
	}
	for _, r := range s.Recitals {
		stands(r.ID, r.Text.EN)
	}
	for _, h := range s.Headings {
		stands("heading", h.Text.EN)
	}
	for _, c := range s.Commitments {
		stands(c.ID, c.Text.EN)
	}
	for _, p := range s.Participants {
		// The joint intro is what its four headings have in common: no heading of its own.
		if p.Intro.EN != "" && !strings.Contains(whole, p.Intro.EN) {
			t.Errorf("%s: the intro does not stand in the document: %q", p.ID, p.Intro.EN)
		}
	}
}

// TestHeadings: each statement stands under the heading of its own participant and section.
func TestHeadings(t *testing.T) {
	s := load(t)
	opens := map[string]*Heading{}
	for _, h := range s.Headings {
		if h.Text.ES == "" {
			t.Errorf("heading %q has no Spanish", h.Text.EN)
		}
		if h.Level == "statement" {
			if opens[h.Opens] != nil {
				t.Errorf("two statements open at %s", h.Opens)
			}
			opens[h.Opens] = h
		}
	}
	var under *Heading
	seen := map[string]bool{}
	for _, c := range s.Commitments {
		if h := opens[c.ID]; h != nil {
			under = h
		}
		if under == nil {
			t.Fatalf("%s stands under no heading", c.ID)
		}
		if under.Participant != c.Participant || under.Section != c.Section {
			t.Errorf("%s (%s, %s) stands under the heading of %s, %s", c.ID, c.Participant, c.Section, under.Participant, under.Section)
		}
		if considers := c.Kind == "considers"; considers && !under.Mexico {
			t.Errorf("%s: only Mexico considers elements important to retain", c.ID)
		}
		seen[under.Opens] = true
	}
	if len(seen) != len(opens) {
		t.Errorf("%d of %d statement headings open something", len(seen), len(opens))
	}
}
