package progress

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Keeper is what a book needs of the store: sealed records by commitment, without an expiry. *store.Store is one.
type Keeper interface {
	// AddReport keeps a record unless one of that id is there; it tells whether it was added.
	AddReport(ctx context.Context, commitment, id string, data []byte) (bool, error)
	// ReplaceReport keeps a record in place of one; it tells whether there was one.
	ReplaceReport(ctx context.Context, commitment, id string, data []byte) (bool, error)
	// Report gives one record, nil where no secret opens it, and whether there is one.
	Report(ctx context.Context, commitment, id string) ([]byte, bool, error)
	// Reports gives a commitment's records by id, nil for one that no secret opens.
	Reports(ctx context.Context, commitment string) (map[string][]byte, error)
	// Reported gives the commitments of which there are records, sorted.
	Reported(ctx context.Context) ([]string, error)

	PutMilestone(ctx context.Context, id string, data []byte) error
	// AddMilestone keeps a milestone unless one of that id is there; it tells whether it was added.
	AddMilestone(ctx context.Context, id string, data []byte) (bool, error)
	HasMilestone(ctx context.Context, id string) (bool, error)
	DropMilestone(ctx context.Context, id string) (bool, error)
	Milestones(ctx context.Context) (map[string][]byte, error)
	// Reseal seals all records anew with the secret in use; it tells how many, and how many no secret opens.
	Reseal(ctx context.Context) (sealed, lost int, err error)
}

// Book is the history of all commitments. It is safe for concurrent use, on several replicas too.
type Book struct {
	keep Keeper
	now  func() time.Time
}

// NewBook makes a book over a store; now is the clock, time.Now where nil.
func NewBook(keep Keeper, now func() time.Time) *Book {
	if now == nil {
		now = time.Now
	}
	return &Book{keep: keep, now: now}
}

// ErrUnknown says that there is no such report or milestone.
var ErrUnknown = errors.New("there is none with that id")

// ErrTaken says that another report has that id.
var ErrTaken = errors.New("another report has that id")

// Add appends a report and gives it as it is kept. A report with the id of one that was added before is that one: nothing
// changes, and the earlier is given. The error is one of the Err of a report, or the store's.
func (b *Book) Add(ctx context.Context, r Report) (Report, error) {
	if r.ID == "" {
		r.ID = rand.Text()
	}
	if r.At.IsZero() {
		r.At = b.now().UTC().Truncate(time.Second)
	}
	if r.AsOf == "" {
		r.AsOf = DayOf(r.At)
	}
	r.Deleted = nil
	if runes := []rune(r.Who.Name); len(runes) > maxName {
		r.Who.Name = string(runes[:maxName])
	}
	if err := r.check(b.now()); err != nil {
		return Report{}, fmt.Errorf("report on %.40q: %w", r.Commitment, err)
	}
	data, err := json.Marshal(r)
	if err != nil {
		return Report{}, fmt.Errorf("write report: %w", err)
	}
	added, err := b.keep.AddReport(ctx, r.Commitment, r.ID, data)
	if err != nil {
		return Report{}, fmt.Errorf("keep report: %w", err)
	}
	if added {
		return r, nil
	}
	history, err := b.History(ctx, r.Commitment)
	if err != nil {
		return Report{}, err
	}
	for _, earlier := range history {
		if earlier.ID == r.ID {
			return earlier, nil
		}
	}
	return Report{}, ErrTaken
}

// History gives all that was reported of a commitment, in the order in which it was said, tombstones included. What no secret
// opens any more is left out, and counted by Lost.
func (b *Book) History(ctx context.Context, commitment string) ([]Report, error) {
	records, err := b.keep.Reports(ctx, commitment)
	if err != nil {
		return nil, fmt.Errorf("read history of %s: %w", commitment, err)
	}
	var history []Report
	for _, id := range slices.Sorted(maps.Keys(records)) {
		var r Report
		if records[id] == nil || json.Unmarshal(records[id], &r) != nil {
			continue
		}
		history = append(history, r)
	}
	chronological(history)
	return history, nil
}

// Current gives where commitments stand, by their id: those that are named, or all of which there is a report where none is.
// Those without a report are in it too, where they are named.
func (b *Book) Current(ctx context.Context, ids ...string) (map[string]Current, error) {
	if len(ids) == 0 {
		var err error
		if ids, err = b.keep.Reported(ctx); err != nil {
			return nil, fmt.Errorf("list reported commitments: %w", err)
		}
	}
	current := make(map[string]Current, len(ids))
	for _, id := range ids {
		history, err := b.History(ctx, id)
		if err != nil {
			return nil, err
		}
		current[id] = Derive(history)
	}
	return current, nil
}

// Delete takes a report's words away and leaves a tombstone that says who did it and when. Deleting it again changes nothing.
func (b *Book) Delete(ctx context.Context, commitment, id, by string) error {
	history, err := b.History(ctx, commitment)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(history, func(r Report) bool { return r.ID == id })
	if i < 0 {
		return fmt.Errorf("report %.40q on %.40q: %w", id, commitment, ErrUnknown)
	}
	r := history[i]
	if r.Deleted != nil {
		return nil
	}
	r = Report{
		ID: r.ID, Commitment: r.Commitment, Kind: r.Kind, At: r.At, AsOf: r.AsOf, Team: r.Team, Channel: r.Channel,
		Subscription: r.Subscription, Occurrence: r.Occurrence, Deleted: &Tombstone{By: by, At: b.now().UTC().Truncate(time.Second)},
	}
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write tombstone: %w", err)
	}
	if _, err := b.keep.ReplaceReport(ctx, commitment, id, data); err != nil {
		return fmt.Errorf("keep tombstone: %w", err)
	}
	return nil
}

// All gives every report of every commitment, sorted by commitment and then by when it was said.
func (b *Book) All(ctx context.Context) ([]Report, error) {
	ids, err := b.keep.Reported(ctx)
	if err != nil {
		return nil, fmt.Errorf("list reported commitments: %w", err)
	}
	var all []Report
	for _, id := range ids {
		history, err := b.History(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, history...)
	}
	slices.SortStableFunc(all, func(a, b Report) int { return cmp.Compare(a.Commitment, b.Commitment) })
	return all, nil
}

// Reseal seals all records anew with the secret in use, so that an older one can be dropped. It gives how many there are, and how
// many no secret opens.
func (b *Book) Reseal(ctx context.Context) (sealed, lost int, err error) {
	if sealed, lost, err = b.keep.Reseal(ctx); err != nil {
		return sealed, lost, fmt.Errorf("seal records anew: %w", err)
	}
	return sealed, lost, nil
}
