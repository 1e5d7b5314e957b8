package reminders

import (
	"context"
	"errors"
	"slices"
	"time"

	"cobijo/bot/progress"
)

// nextWeek gives the moment of the next week's digest: on Monday at the subscription's hour, or the next working moment.
func nextWeek(sub *Subscription, cal *calendar, now time.Time) time.Time {
	monday := mondayOf(now.In(cal.zone))
	for range 3 {
		at, _ := cal.moment(wall(monday.Year(), monday.Month(), monday.Day(), sub.Hour, sub.Minute, cal.zone))
		if at.After(now) {
			return at
		}
		monday = monday.AddDate(0, 0, 7)
	}
	return time.Time{}
}

// mondayOf gives the Monday of the week that t is in, at noon: a time that exists on every day.
func mondayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()-int((t.Weekday()+6)%7), 12, 0, 0, 0, t.Location())
}

// planWeek makes a task of the week's digest, where it is time.
func (s *Service) planWeek(ctx context.Context, sub *Subscription, p *planner, occurrence string, r *record, now time.Time) error {
	if sub.Unanswered.NoDigest || !slices.ContainsFunc(r.Items, func(k kept) bool { return k.Waits() && k.Level == OnlyWeekly && !k.Snoozed.After(now) }) {
		return nil
	}
	monday := mondayOf(now.In(p.zone))
	at, _ := p.cal.moment(wall(monday.Year(), monday.Month(), monday.Day(), sub.Hour, sub.Minute, p.zone))
	if at.After(now) || now.Sub(at) > missedAt || !at.After(r.PostedAt) || progress.DayOf(monday) == progress.DayOf(mondayOf(r.PostedAt.In(p.zone))) {
		return nil
	}
	week := occurrenceID(sub.ID, string(progress.DayOf(monday))+weekMark)
	// What the rhythm asks in the same week asks for all of it.
	if next, ok := p.next(now.Add(-time.Minute)); ok && progress.DayOf(mondayOf(next.Moment)) == progress.DayOf(monday) {
		before, err := s.o.Store.Occurrence(ctx, week)
		if err != nil || before.State != "" {
			return err
		}
		return s.end(ctx, week, OutcomeLater)
	}
	return s.enqueue(ctx, taskPost, week, job{Occurrence: week, Moment: at, Base: occurrence}, 0)
}

// dueWeek looks at a week's digest before it is claimed.
func (s *Service) dueWeek(ctx context.Context, sub *Subscription, j job, r *record) (*Subscription, *record, Outcome, error) {
	base, _, err := s.record(ctx, j.Base)
	if errors.Is(err, ErrUnknown) {
		return sub, nil, OutcomeChanged, nil
	}
	if err != nil {
		return nil, nil, "", err
	}
	if base.Superseded {
		return sub, nil, OutcomeLater, nil
	}
	if !base.open() {
		return sub, nil, OutcomeNothing, nil
	}
	r.Kind, r.Base, r.Late = Week, j.Base, false
	for _, k := range base.Items {
		if k.Waits() && !k.Snoozed.After(s.o.Now()) {
			r.Items = append(r.Items, k)
		}
	}
	if len(r.Items) == 0 {
		return sub, nil, OutcomeNothing, nil
	}
	return sub, r, "", nil
}

// settleWeek notes a week's digest with the occurrence that it is of; the one before loses its buttons.
func (s *Service) settleWeek(ctx context.Context, base, week string) error {
	previous := ""
	_, err := s.change(ctx, base, func(r *record) (bool, error) {
		if slices.Contains(r.Weeks, week) {
			return false, nil
		}
		if len(r.Weeks) > 0 {
			previous = r.Weeks[len(r.Weeks)-1]
		}
		r.Weeks = append(r.Weeks, week)
		return true, nil
	})
	if err != nil && !errors.Is(err, ErrUnknown) {
		return err
	}
	if previous != "" {
		return s.show(ctx, previous)
	}
	return nil
}
