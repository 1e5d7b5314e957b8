package progress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"cobijo/bot/backup"
)

// Shelf is one kind of a book's records, to be exported and imported: it is a backup.Source and a backup.Sink. Neither ids nor data
// depend on the secret that seals them.
type Shelf struct {
	kind  string
	each  func(ctx context.Context, give func(string, json.RawMessage) error) error
	check func(ctx context.Context, id string, data json.RawMessage) (bool, error)
	put   func(ctx context.Context, id string, data json.RawMessage) (bool, error)
}

// Kind names the kind of records.
func (s Shelf) Kind() string { return s.kind }

// Each gives every record.
func (s Shelf) Each(ctx context.Context, give func(string, json.RawMessage) error) error {
	return s.each(ctx, give)
}

// Check tells whether Put would change something, and what is wrong with a record.
func (s Shelf) Check(ctx context.Context, id string, data json.RawMessage) (bool, error) {
	return s.check(ctx, id, data)
}

// Put keeps a record where it is not there yet.
func (s Shelf) Put(ctx context.Context, id string, data json.RawMessage) (bool, error) {
	return s.put(ctx, id, data)
}

// Shelves are all that a book keeps, one for each kind of record. known tells which commitments there are.
func (b *Book) Shelves(known func(commitment string) bool) []Shelf {
	r, m := reportShelf{b, known}, milestoneShelf{b, known}
	return []Shelf{{"report", r.each, r.check, r.put}, {"milestone", m.each, m.check, m.put}}
}

// reportShelf holds reports as "mx-04/<id>". What was deleted stays deleted: a tombstone takes the place of a report, and never the
// other way round.
type reportShelf struct {
	*Book
	known func(string) bool
}

func (s reportShelf) each(ctx context.Context, give func(string, json.RawMessage) error) error {
	commitments, err := s.keep.Reported(ctx)
	if err != nil {
		return fmt.Errorf("list reported commitments: %w", err)
	}
	for _, c := range commitments {
		records, err := s.keep.Reports(ctx, c)
		if err != nil {
			return fmt.Errorf("read history of %s: %w", c, err)
		}
		for _, id := range slices.Sorted(maps.Keys(records)) {
			if err := give(c+"/"+id, records[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s reportShelf) read(id string, data json.RawMessage) (Report, error) {
	var r Report
	if err := backup.Decode(data, &r); err != nil {
		return r, err
	}
	notes := strings.HasPrefix(r.Commitment, SubscriptionNotes(""))
	switch {
	case id != r.Commitment+"/"+r.ID || r.ID == "" || r.At.IsZero():
		return r, errors.New("its id, or when it was said, is not as it should be")
	case !notes && !s.known(r.Commitment):
		return r, fmt.Errorf("there is no commitment %.40q", r.Commitment)
	case utf8.RuneCountInString(r.Who.Name) > maxName:
		return r, fmt.Errorf("a name of more than %d characters", maxName)
	}
	checked := r
	if d := r.Deleted; d != nil {
		if r.Who != (Person{}) || r.Status != "" || r.Note != "" || r.Evidence != "" || d.At.IsZero() {
			return r, errors.New("it is deleted, and yet its words are there")
		}
		checked.Who.ID = "-" // what is left of it is checked as if its words were there
		if checked.Kind == Noted {
			checked.Note = "-"
		} else {
			checked.Status = Done
		}
	}
	return r, checked.check(s.now())
}

func (s reportShelf) check(ctx context.Context, id string, data json.RawMessage) (bool, error) {
	r, err := s.read(id, data)
	if err != nil {
		return false, fmt.Errorf("report %.80q: %w", id, err)
	}
	before, err := s.before(ctx, r)
	if err != nil {
		return false, err
	}
	return before == nil || before.Deleted == nil && r.Deleted != nil, nil
}

// before gives the report of the same id that is there; nil for none.
func (s reportShelf) before(ctx context.Context, r Report) (*Report, error) {
	data, there, err := s.keep.Report(ctx, r.Commitment, r.ID)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read a report on %s: %w", r.Commitment, err)
	case !there:
		return nil, nil //nolint:nilnil // nothing is wrong: it is new
	case data == nil:
		return &Report{Deleted: &Tombstone{}}, nil // one that cannot be opened is left as it is
	}
	before := &Report{}
	if err := json.Unmarshal(data, before); err != nil {
		return nil, fmt.Errorf("read a report on %s: %w", r.Commitment, err)
	}
	return before, nil
}

func (s reportShelf) put(ctx context.Context, id string, data json.RawMessage) (bool, error) {
	r, err := s.read(id, data)
	if err != nil {
		return false, fmt.Errorf("report %.80q: %w", id, err)
	}
	kept, err := json.Marshal(r)
	if err != nil {
		return false, fmt.Errorf("write report: %w", err)
	}
	added, err := s.keep.AddReport(ctx, r.Commitment, r.ID, kept)
	if err != nil {
		return false, fmt.Errorf("keep report: %w", err)
	}
	if added || r.Deleted == nil {
		return added, nil
	}
	before, err := s.before(ctx, r)
	if err != nil || before == nil || before.Deleted != nil {
		return false, err
	}
	if _, err := s.keep.ReplaceReport(ctx, r.Commitment, r.ID, kept); err != nil {
		return false, fmt.Errorf("keep tombstone: %w", err)
	}
	return true, nil
}

// milestoneShelf holds milestones by their ids.
type milestoneShelf struct {
	*Book
	known func(string) bool
}

func (s milestoneShelf) each(ctx context.Context, give func(string, json.RawMessage) error) error {
	records, err := s.keep.Milestones(ctx)
	if err != nil {
		return fmt.Errorf("read milestones: %w", err)
	}
	for _, id := range slices.Sorted(maps.Keys(records)) {
		if err := give(id, records[id]); err != nil {
			return err
		}
	}
	return nil
}

func (s milestoneShelf) read(id string, data json.RawMessage) (Milestone, error) {
	var m Milestone
	if err := backup.Decode(data, &m); err != nil {
		return m, fmt.Errorf("milestone %.80q: %w", id, err)
	}
	if id != m.ID {
		return m, fmt.Errorf("milestone %.80q: its id is not as it should be", id)
	}
	if problems := m.problems(s.known); len(problems) > 0 {
		return m, fmt.Errorf("milestone %.80q: %s", id, strings.Join(problems, "; "))
	}
	return m, nil
}

func (s milestoneShelf) check(ctx context.Context, id string, data json.RawMessage) (bool, error) {
	if _, err := s.read(id, data); err != nil {
		return false, err
	}
	there, err := s.keep.HasMilestone(ctx, id)
	if err != nil {
		return false, fmt.Errorf("look for a milestone: %w", err)
	}
	return !there, nil
}

func (s milestoneShelf) put(ctx context.Context, id string, data json.RawMessage) (bool, error) {
	m, err := s.read(id, data)
	if err != nil {
		return false, err
	}
	kept, err := json.Marshal(m)
	if err != nil {
		return false, fmt.Errorf("write milestone: %w", err)
	}
	added, err := s.keep.AddMilestone(ctx, id, kept)
	if err != nil {
		return false, fmt.Errorf("keep milestone: %w", err)
	}
	return added, nil
}
