package statement

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"cobijo/knowledge/lint"
)

const titleRunes = 60

// Kinds are the ways in which participants put what they commit to.
var Kinds = []string{"endeavours", "commits", "intends", "reaffirms", "calls", "considers", "reiterates"}

var participantKinds = []string{"joint", "country", "observer", "human-rights-institution", "organization", "civil-society", "academia"}

// fold makes all white space single spaces, as the data quotes the document.
func fold(s string) string { return strings.Join(strings.Fields(s), " ") }

// Check names what is wrong with the data, beyond what Load could not read: each text must stand in the document, word for word.
func (s *Statement) Check(fsys fs.FS) lint.Faults {
	var faults lint.Faults
	data, err := fs.ReadFile(fsys, DocumentFile)
	if err != nil {
		faults.Add(DocumentFile, 0, "cannot be read: %v", err)
		return faults
	}
	document := fold(string(data))
	file, _ := fs.ReadFile(fsys, commitmentsFile)
	count := map[string]int{}
	for _, c := range s.Commitments {
		line := lint.LineOf(file, "id: "+c.ID)
		bad := func(format string, args ...any) {
			faults.Add(commitmentsFile, line, "%s: %s", c.ID, fmt.Sprintf(format, args...))
		}
		count[c.Participant]++
		if !strings.Contains(document, c.Text.EN) {
			bad("the English text does not stand in the document")
		}
		if c.Text.EN == "" || c.Text.ES == "" || c.Title.EN == "" || c.Title.ES == "" {
			bad("a text or title is missing")
		}
		for _, t := range []string{c.Title.EN, c.Title.ES} {
			if n := len([]rune(t)); n > titleRunes {
				bad("the title %q has %d characters; up to %d", t, n, titleRunes)
			}
		}
		if n := len(c.Themes); n < 1 || n > 5 {
			bad("bears %d themes; one to five", n)
		}
		if !slices.Contains(Kinds, c.Kind) {
			bad("kind %q is none of %s", c.Kind, strings.Join(Kinds, ", "))
		}
		if c.Specificity < 1 || c.Specificity > 5 {
			bad("specificity is 1 to 5")
		}
		for _, p := range c.Parts {
			if p.EN == "" || p.ES == "" || !strings.Contains(c.Text.EN, p.EN) || !strings.Contains(c.Text.ES, p.ES) {
				bad("a part is no span of its text: %q", p.EN)
			}
		}
	}
	file, _ = fs.ReadFile(fsys, preambleFile)
	for _, r := range s.Recitals {
		if r.Text.EN == "" || !strings.Contains(document, r.Text.EN) {
			faults.Add(preambleFile, lint.LineOf(file, "id: "+r.ID), "%s: the English text does not stand in the document", r.ID)
		}
	}
	for _, h := range s.Headings {
		if h.Text.EN == "" || !strings.Contains(document, h.Text.EN) {
			faults.Add(preambleFile, lint.LineOf(file, h.Text.EN), "the heading %q does not stand in the document", h.Text.EN)
		}
	}
	file, _ = fs.ReadFile(fsys, participantsFile)
	for _, p := range s.Participants {
		line := lint.LineOf(file, "id: "+p.ID)
		if p.Commitments != count[p.ID] {
			faults.Add(participantsFile, line, "%s: says %d commitments, has %d", p.ID, p.Commitments, count[p.ID])
		}
		if !slices.Contains(participantKinds, p.Kind) {
			faults.Add(participantsFile, line, "%s: kind %q is none of %s", p.ID, p.Kind, strings.Join(participantKinds, ", "))
		}
	}
	return faults
}
