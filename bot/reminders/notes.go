package reminders

import (
	"context"
	"errors"
	"slices"
	"time"

	"cobijo/bot/outbox"
)

// say posts the notes of an occurrence that are still to be said, one after another.
func (s *Service) say(ctx context.Context, sub *Subscription, occurrence string, where Posted) error {
	for range 20 {
		var n *pending
		wait := time.Duration(0)
		r, err := s.change(ctx, occurrence, func(r *record) (bool, error) {
			n, wait = nil, 0
			if r.Superseded || len(r.Notes) == 0 {
				return false, nil
			}
			if wait = s.o.Timing.Lease - s.o.Now().Sub(r.Notes[0].Tried); wait > 0 {
				return false, nil // somebody is at it
			}
			wait = 0
			r.Notes[0].Tried = s.o.Now().UTC()
			first := r.Notes[0]
			n = &first
			return true, nil
		})
		switch {
		case err != nil:
			return err
		case wait > 0:
			return later(wait)
		case n == nil:
			return nil
		}
		if err := s.sayNow(ctx, sub, occurrence, where, r, n); err != nil {
			return err
		}
	}
	return nil
}

// sayNow posts a note when its channel's turn has come.
func (s *Service) sayNow(ctx context.Context, sub *Subscription, occurrence string, where Posted, r *record, n *pending) error {
	who := occurrence + "/" + n.ID
	wait, err := s.o.Store.Pace(ctx, where.Team, where.Channel, who, s.o.Timing.Lease, s.o.Timing.Every)
	if err == nil && wait > 0 {
		err = later(wait)
	}
	if err != nil {
		return errors.Join(err, s.said(ctx, occurrence, n.ID, false))
	}
	pause, err := s.sayOne(ctx, sub, occurrence, where, r, n)
	if e := s.o.Store.Paced(context.WithoutCancel(ctx), where.Team, where.Channel, who, pause); e != nil {
		s.problem(ctx, "a channel's turn is not given back", occurrence, e)
	}
	return err
}

func (s *Service) sayOne(ctx context.Context, sub *Subscription, occurrence string, where Posted, r *record, n *pending) (time.Duration, error) {
	d, err := s.shown(ctx, sub, occurrence, r)
	if err != nil {
		return 0, err
	}
	note := Note{ID: occurrence + "/" + n.ID, Occurrence: occurrence, Kind: n.Kind, Lang: r.Lang, Mention: n.Mention}
	for _, item := range d.Items {
		if slices.Contains(n.Commitments, item.Commitment) {
			note.Items = append(note.Items, item)
		}
	}
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.o.Timing.Post)
	err = s.o.Poster.Thread(call, where, note)
	cancel()
	e := &outbox.SendError{Kind: outbox.Unavailable}
	errors.As(err, &e)
	again := err != nil && (e.Kind == outbox.Throttled || e.Kind == outbox.Unavailable)
	if err := s.said(ctx, occurrence, n.ID, !again); err != nil {
		return s.o.Timing.Every, err
	}
	switch {
	case again:
		return max(e.RetryAfter, s.o.Timing.Every), &laterError{after: e.RetryAfter, cause: err}
	case err != nil && (e.Kind == outbox.Gone || e.Kind == outbox.Config):
		return 0, s.pauseItself(ctx, sub, e)
	case err != nil:
		s.problem(ctx, "a note in a thread is lost", occurrence, err)
	}
	return s.o.Timing.Every, nil
}

// said drops a note that was posted, or gives it back to be tried again.
func (s *Service) said(ctx context.Context, occurrence, id string, done bool) error {
	_, err := s.change(context.WithoutCancel(ctx), occurrence, func(r *record) (bool, error) {
		i := slices.IndexFunc(r.Notes, func(o pending) bool { return o.ID == id })
		if i < 0 {
			return false, nil
		}
		if done {
			r.Notes = slices.Delete(r.Notes, i, i+1)
		} else {
			r.Notes[i].Tried = time.Time{}
		}
		return true, nil
	})
	return err
}
