package reminders

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// record is what is kept of an occurrence that was posted; its message is a view of it.
type record struct {
	Kind       DigestKind `json:"kind"`
	Due        time.Time  `json:"due"`
	PostedAt   time.Time  `json:"posted_at"`
	Late       bool       `json:"late,omitempty"`
	Lang       string     `json:"lang"`
	Base       string     `json:"base,omitempty"`  // of a week's digest: whose items it shows
	Weeks      []string   `json:"weeks,omitempty"` // the week's digests of this one
	Items      []kept     `json:"items,omitempty"`
	Superseded bool       `json:"superseded,omitempty"`
	Notes      []pending  `json:"notes,omitempty"` // still to be said in the thread
}

// kept is an item with when it was asked last.
type kept struct {
	Item
	Since time.Time `json:"since"` // from when the working days without an answer count
}

// pending is a note that is still to be posted. It goes when it was; who tries it has it alone for the time of a lease.
type pending struct {
	ID          string    `json:"id"`
	Kind        NoteKind  `json:"kind"`
	Commitments []string  `json:"commitments"`
	Mention     []string  `json:"mention,omitempty"`
	Tried       time.Time `json:"tried,omitzero"`
}

// open tells whether something waits for an answer.
func (r *record) open() bool {
	return !r.Superseded && slices.ContainsFunc(r.Items, func(k kept) bool { return k.Waits() })
}

func (r *record) item(commitment string) *kept {
	for i := range r.Items {
		if r.Items[i].Commitment == commitment {
			return &r.Items[i]
		}
	}
	return nil
}

// record gives what is kept of an occurrence that was posted, and where it stands.
func (s *Service) record(ctx context.Context, occurrence string) (*record, Posted, error) {
	o, err := s.o.Store.Occurrence(ctx, occurrence)
	if err != nil {
		return nil, Posted{}, err
	}
	if o.State != "sent" {
		return nil, Posted{}, fmt.Errorf("occurrence %.60q: %w", occurrence, ErrUnknown)
	}
	r, where := &record{}, Posted{}
	if err := json.Unmarshal(o.Data, r); err != nil {
		return nil, Posted{}, fmt.Errorf("read occurrence %s: %w", occurrence, err)
	}
	if err := json.Unmarshal(o.Posted, &where); err != nil {
		return nil, Posted{}, fmt.Errorf("read occurrence %s: %w", occurrence, err)
	}
	return r, where, nil
}

// change changes what is kept of an occurrence: f is called again where somebody else changed it at the same time, and gives
// whether it changed anything. The record is as it is afterwards.
func (s *Service) change(ctx context.Context, occurrence string, f func(*record) (bool, error)) (*record, error) {
	var r *record
	there, err := s.o.Store.ChangeOccurrence(ctx, occurrence, func(data []byte) ([]byte, error) {
		r = &record{}
		if err := json.Unmarshal(data, r); err != nil {
			return nil, fmt.Errorf("read occurrence %s: %w", occurrence, err)
		}
		changed, err := f(r)
		if err != nil || !changed {
			return nil, err
		}
		return json.Marshal(r)
	})
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, fmt.Errorf("occurrence %.60q: %w", occurrence, ErrUnknown)
	}
	return r, nil
}

// standing is what holds for a subscription beyond one occurrence.
type standing struct {
	Last    string                `json:"last,omitempty"` // the last occurrence that was posted
	Snoozed map[string]snooze     `json:"snoozed,omitempty"`
	Handed  map[string]Reassigned `json:"handed,omitempty"`
	Stopped map[string]Answer     `json:"stopped,omitempty"`
}

type snooze struct {
	Until time.Time `json:"until"`
	By    string    `json:"by"`
}

func readStanding(data []byte) (*standing, error) {
	st := &standing{}
	if data != nil {
		if err := json.Unmarshal(data, st); err != nil {
			return nil, fmt.Errorf("read standing: %w", err)
		}
	}
	if st.Snoozed == nil {
		st.Snoozed = map[string]snooze{}
	}
	if st.Handed == nil {
		st.Handed = map[string]Reassigned{}
	}
	if st.Stopped == nil {
		st.Stopped = map[string]Answer{}
	}
	return st, nil
}

func (s *Service) standing(ctx context.Context, id string) (*standing, error) {
	data, err := s.o.Store.Standing(ctx, id)
	if err != nil {
		return nil, err
	}
	return readStanding(data)
}

func (s *Service) changeStanding(ctx context.Context, id string, f func(*standing)) error {
	return s.o.Store.ChangeStanding(ctx, id, func(data []byte) ([]byte, error) {
		st, err := readStanding(data)
		if err != nil {
			return nil, err
		}
		f(st)
		return json.Marshal(st)
	})
}
