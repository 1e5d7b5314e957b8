package reminders

import (
	"context"
	"errors"
	"time"
)

// settle does what follows when an occurrence was posted. It may be done again: whoever posted it may have died before.
func (s *Service) settle(ctx context.Context, sub *Subscription, occurrence string) error {
	ctx = context.WithoutCancel(ctx)
	o, err := s.o.Store.Occurrence(ctx, occurrence)
	if err != nil || o.State != "sent" {
		return err
	}
	r, where, err := s.record(ctx, occurrence)
	if err != nil {
		return err
	}
	if err := s.o.Store.SetThread(ctx, where.Team, where.Channel, where.TS, occurrence); err != nil {
		return err
	}
	if r.Base != "" {
		return s.settleWeek(ctx, r.Base, occurrence)
	}
	previous := ""
	err = s.changeStanding(ctx, sub.ID, func(st *standing) {
		previous = st.Last
		if st.Last < occurrence { // of one subscription: the later day
			st.Last = occurrence
		}
	})
	if err != nil {
		return err
	}
	if previous != "" && previous < occurrence {
		if err := s.supersede(ctx, previous); err != nil {
			return err
		}
	}
	if previous > occurrence {
		return s.supersede(ctx, occurrence)
	}
	if err := s.o.Store.SetOpen(ctx, where.Team, occurrence, r.open()); err != nil {
		return err
	}
	return s.followNext(ctx, sub, occurrence, r)
}

// supersede closes an occurrence whose items a later one asks for.
func (s *Service) supersede(ctx context.Context, occurrence string) error {
	changed := false
	r, err := s.change(ctx, occurrence, func(r *record) (bool, error) {
		changed = !r.Superseded
		r.Superseded, r.Notes = true, nil
		return changed, nil
	})
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.closeOpen(ctx, occurrence); err != nil {
		return err
	}
	for _, week := range r.Weeks {
		if err := s.show(ctx, week); err != nil {
			return err
		}
	}
	return s.show(ctx, occurrence)
}

// closeOpen takes an occurrence from the list of what waits.
func (s *Service) closeOpen(ctx context.Context, occurrence string) error {
	_, where, err := s.record(ctx, occurrence)
	if err != nil {
		return err
	}
	return errors.Join(s.o.Store.SetOpen(ctx, where.Team, occurrence, false), s.o.Store.Follow(ctx, occurrence, time.Time{}))
}
