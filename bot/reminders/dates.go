package reminders

import (
	"context"
	"errors"
	"slices"

	"cobijo/bot/progress"
)

// Overdue gives the commitments, sorted, that should have moved by now: a milestone's day is over and their actor does not claim
// that they are done, or nobody answered for them though it was asked again.
func (s *Service) Overdue(ctx context.Context) ([]string, error) {
	milestones, err := s.o.Book.Milestones(ctx)
	if err != nil {
		return nil, err
	}
	current, err := s.o.Book.Current(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, m := range progress.Overdue(milestones, current, progress.DayOf(s.o.Now().UTC())) {
		ids = append(ids, m.Commitment)
	}
	subs, err := s.Subscriptions(ctx, "", "")
	if err != nil {
		return nil, err
	}
	for _, sub := range subs {
		st, err := s.standing(ctx, sub.ID)
		if err != nil {
			return nil, err
		}
		if st.Last == "" {
			continue
		}
		r, _, err := s.record(ctx, st.Last)
		if errors.Is(err, ErrUnknown) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, k := range r.Items {
			if k.Waits() && k.Level >= AskedAgain && !k.Snoozed.After(s.o.Now()) && !closed(current[k.Commitment]) {
				ids = append(ids, k.Commitment)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// Reviews gives the next n runs of each subscription that is not paused, with the commitments that each is about.
func (s *Service) Reviews(ctx context.Context, n int) ([]ReviewDay, error) {
	subs, err := s.Subscriptions(ctx, "", "")
	if err != nil {
		return nil, err
	}
	var days []ReviewDay
	for i := range subs {
		if subs[i].Paused != nil {
			continue
		}
		runs, err := s.Next(subs[i], n)
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, c := range s.selected(&subs[i]) {
			ids = append(ids, c.ID)
		}
		for _, o := range runs {
			days = append(days, ReviewDay{Occurrence: o, Subscription: subs[i], Commitments: ids})
		}
	}
	return days, nil
}

// ReviewDay is a run of a subscription that is still to come.
type ReviewDay struct {
	Occurrence   Occurrence
	Subscription Subscription
	Commitments  []string
}
