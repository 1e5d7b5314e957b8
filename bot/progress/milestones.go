package progress

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"cobijo/knowledge/statement"
)

// Milestone is a day by which something of a commitment was to be done.
type Milestone struct {
	ID         string         `json:"id"` // the same from each import of the same thing
	Commitment string         `json:"commitment"`
	Date       Day            `json:"date"`
	Title      statement.Text `json:"title"`
	Source     string         `json:"source"` // where it is written: an address, or a document and its page
}

// Milestones gives all that were imported, the earliest first.
func (b *Book) Milestones(ctx context.Context) ([]Milestone, error) {
	records, err := b.keep.Milestones(ctx)
	if err != nil {
		return nil, fmt.Errorf("read milestones: %w", err)
	}
	var all []Milestone
	for _, data := range records {
		var m Milestone
		if data != nil && json.Unmarshal(data, &m) == nil {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b Milestone) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Commitment, b.Commitment), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// AddMilestones keeps milestones; one with the id of an earlier one takes its place.
func (b *Book) AddMilestones(ctx context.Context, all []Milestone) error {
	for _, m := range all {
		data, err := json.Marshal(m)
		if err != nil {
			return fmt.Errorf("write milestone: %w", err)
		}
		if err := b.keep.PutMilestone(ctx, m.ID, data); err != nil {
			return fmt.Errorf("keep milestone: %w", err)
		}
	}
	return nil
}

// DropMilestone removes one.
func (b *Book) DropMilestone(ctx context.Context, id string) error {
	there, err := b.keep.DropMilestone(ctx, id)
	if err != nil {
		return fmt.Errorf("remove milestone: %w", err)
	}
	if !there {
		return fmt.Errorf("milestone %.40q: %w", id, ErrUnknown)
	}
	return nil
}

// Overdue gives the milestones whose day is over while their commitment is neither claimed to be done nor not applicable.
func Overdue(all []Milestone, current map[string]Current, today Day) []Milestone {
	var over []Milestone
	for _, m := range all {
		if m.Date < today && !current[m.Commitment].Status().Closed() {
			over = append(over, m)
		}
	}
	return over
}
