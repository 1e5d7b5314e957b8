package reminders

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"cobijo/bot/outbox"
)

// show brings an occurrence's message up to date, now or, where the channel refuses it, later.
func (s *Service) show(ctx context.Context, occurrence string) error {
	if s.o.Poster != nil {
		if s.refresh(ctx, occurrence) == nil {
			return nil
		}
	}
	return s.enqueue(ctx, taskView, occurrence+"!view", job{Occurrence: occurrence}, s.o.Timing.First)
}

// refresh brings an occurrence's message up to date. What changes meanwhile is shown too: of two who show it at the same time the
// last has the last word.
func (s *Service) refresh(ctx context.Context, occurrence string) error {
	seen := ""
	for range 5 {
		d, where, err := s.Digest(ctx, occurrence)
		if errors.Is(err, ErrUnknown) {
			return nil
		}
		if err != nil {
			return err
		}
		now, err := json.Marshal([]any{d, d.Items}) // with what the items leave out
		if err != nil {
			return fmt.Errorf("compare digests: %w", err)
		}
		if string(now) == seen {
			return nil
		}
		seen = string(now)
		if err := s.update(ctx, where, d); err != nil {
			return err
		}
	}
	return nil
}

// update shows a digest. That its message or channel is gone is no failure: there is nothing to show any more.
func (s *Service) update(ctx context.Context, where Posted, d Digest) error {
	ctx, cancel := context.WithTimeout(ctx, s.o.Timing.Post)
	defer cancel()
	err := s.o.Poster.Update(ctx, where, d)
	if err == nil {
		return nil
	}
	e := &outbox.SendError{Kind: outbox.Unavailable}
	switch errors.As(err, &e); e.Kind {
	case outbox.Gone, outbox.Rejected, outbox.Config:
		s.problem(ctx, "a message cannot be brought up to date", d.Occurrence, err)
		return nil
	case outbox.Throttled:
		return &laterError{after: e.RetryAfter, cause: err}
	}
	return fmt.Errorf("update %s: %w", d.Occurrence, err)
}

// Digest gives what an occurrence's message shows now, and where it stands; ErrUnknown where it was not posted.
func (s *Service) Digest(ctx context.Context, occurrence string) (Digest, Posted, error) {
	id, _, _, ok := splitOccurrence(occurrence)
	if !ok {
		return Digest{}, Posted{}, fmt.Errorf("occurrence %.60q: %w", occurrence, ErrUnknown)
	}
	r, where, err := s.record(ctx, occurrence)
	if err != nil {
		return Digest{}, Posted{}, err
	}
	sub, there, err := s.load(ctx, id)
	if err != nil {
		return Digest{}, Posted{}, err
	}
	if !there {
		return Digest{}, Posted{}, fmt.Errorf("subscription %.60q: %w", id, ErrUnknown)
	}
	if r.Base != "" {
		base, _, err := s.record(ctx, r.Base)
		if err != nil {
			return Digest{}, Posted{}, err
		}
		mine := r.Items
		r.Items = slices.DeleteFunc(base.Items, func(k kept) bool {
			return !slices.ContainsFunc(mine, func(m kept) bool { return m.Commitment == k.Commitment })
		})
		r.Superseded = base.Superseded || len(base.Weeks) > 0 && base.Weeks[len(base.Weeks)-1] != occurrence
	}
	d, err := s.shown(ctx, sub, occurrence, r)
	return d, where, err
}
