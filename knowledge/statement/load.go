package statement

import (
	"io/fs"
	"slices"

	"cobijo/knowledge/lint"
)

// The files of the statement below seeds.
const (
	participantsFile = "statement/participants.yaml"
	commitmentsFile  = "statement/commitments.yaml"
	preambleFile     = "statement/preamble.yaml"
	themesFile       = "statement/themes.yaml"
	// DocumentFile is the document as it was published.
	DocumentFile = "statement/san-jose-action-statement.txt"
)

// Statement is the whole document as data, read once and then only read.
type Statement struct {
	Participants []*Participant
	Commitments  []*Commitment // in the document's order
	Recitals     []*Recital
	Headings     []*Heading
	Themes       []*Theme

	participants map[string]*Participant
	commitments  map[string]*Commitment
	themes       map[string]*Theme
}

// Load reads the statement's data below fsys.
func Load(fsys fs.FS) (*Statement, lint.Faults) {
	var faults lint.Faults
	s := &Statement{participants: map[string]*Participant{}, commitments: map[string]*Commitment{}, themes: map[string]*Theme{}}
	lint.YAML(fsys, commitmentsFile, &s.Commitments, &faults)
	lint.YAML(fsys, participantsFile, &s.Participants, &faults)
	lint.YAML(fsys, themesFile, &s.Themes, &faults)
	var pre struct {
		Recitals []*Recital
		Headings []*Heading
	}
	lint.YAML(fsys, preambleFile, &pre, &faults)
	s.Commitments = lint.Present(fsys, commitmentsFile, s.Commitments, &faults)
	s.Participants = lint.Present(fsys, participantsFile, s.Participants, &faults)
	s.Themes = lint.Present(fsys, themesFile, s.Themes, &faults)
	s.Recitals = lint.Present(fsys, preambleFile, pre.Recitals, &faults)
	s.Headings = lint.Present(fsys, preambleFile, pre.Headings, &faults)
	for _, p := range s.Participants {
		s.participants[p.ID] = p
	}
	for _, t := range s.Themes {
		s.themes[t.ID] = t
	}
	line := func(id string) int {
		data, _ := fs.ReadFile(fsys, commitmentsFile) // it was read before
		return lint.LineOf(data, "id: "+id)
	}
	for _, c := range s.Commitments {
		if s.commitments[c.ID] != nil {
			faults.Add(commitmentsFile, line(c.ID), "%s stands twice", c.ID)
		}
		s.commitments[c.ID] = c
		if s.participants[c.Participant] == nil {
			faults.Add(commitmentsFile, line(c.ID), "%s: no participant %q stands in %s", c.ID, c.Participant, participantsFile)
		}
		for _, t := range c.Themes {
			if s.themes[t] == nil {
				faults.Add(commitmentsFile, line(c.ID), "%s: no theme %q stands in %s", c.ID, t, themesFile)
			}
		}
	}
	return s, faults
}

// Participant gives the participant of an id, nil where there is none.
func (s *Statement) Participant(id string) *Participant { return s.participants[id] }

// Commitment gives the commitment of an id, nil where there is none.
func (s *Statement) Commitment(id string) *Commitment { return s.commitments[id] }

// Theme gives the theme of an id, nil where there is none.
func (s *Statement) Theme(id string) *Theme { return s.themes[id] }

// Filter says which commitments are asked for; an empty field asks for all.
type Filter struct {
	Participants []string
	Theme        string
	Kind         string
}

// Select gives the commitments that the filter asks for, in the document's order.
func (s *Statement) Select(f Filter) []*Commitment {
	var found []*Commitment
	for _, c := range s.Commitments {
		if (len(f.Participants) == 0 || slices.Contains(f.Participants, c.Participant)) &&
			(f.Theme == "" || slices.Contains(c.Themes, f.Theme)) && (f.Kind == "" || c.Kind == f.Kind) {
			found = append(found, c)
		}
	}
	return found
}
