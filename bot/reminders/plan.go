package reminders

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cobijo/bot/progress"
	"cobijo/bot/store"
)

// How late is late.
const (
	lateAfter = 15 * time.Minute // what is posted later than that is labelled so
	missedAt  = 24 * time.Hour   // what is missed by more is not made up
	workGrace = 2 * time.Hour    // nor what was to be posted less than this before the end of the day, later than this on the next
	planBatch = 256
	planMost  = 1000 // runs of one subscription that are looked at in one go
)

// plan makes tasks of what is due. Every replica does it; what fails is tried at the next look.
func (s *Service) plan(ctx context.Context) {
	now := s.o.Now()
	until := now.Add(s.o.Timing.Window)
	for stuck := 0; ; {
		runs, err := s.o.Store.NextRuns(ctx, until, stuck, planBatch)
		if err != nil {
			s.problem(ctx, "what is due cannot be read", "", err)
			return
		}
		for _, run := range runs {
			if err := s.planRun(ctx, run, now); err != nil {
				s.problem(ctx, "a run is not planned", run.ID, err)
				stuck++
			}
		}
		if len(runs) < planBatch || ctx.Err() != nil {
			break
		}
	}
	ups, err := s.o.Store.FollowUps(ctx, now, planBatch)
	if err != nil {
		s.problem(ctx, "what is to be followed up cannot be read", "", err)
		return
	}
	for _, up := range ups {
		if err := s.planFollow(ctx, up, now); err != nil {
			s.problem(ctx, "a follow-up is not planned", up.Occurrence, err)
		}
	}
}

func (s *Service) problem(ctx context.Context, what, id string, err error) {
	if ctx.Err() == nil {
		s.o.Log.ErrorContext(ctx, "reminders", "problem", what, "id", id, "error", err)
	}
}

// followAgain is when a follow-up is planned anew whose task was lost.
const followAgain = 10 * time.Minute

func (s *Service) planFollow(ctx context.Context, up store.FollowUp, now time.Time) error {
	id := fmt.Sprintf("%s!%d", up.Occurrence, up.At.UnixMilli())
	if err := s.enqueue(ctx, taskFollow, id, job{Occurrence: up.Occurrence}, 0); err != nil {
		return err
	}
	return s.o.Store.MoveFollow(ctx, up, now.Add(followAgain))
}

// planRun makes a task of a subscription's run that is due, and notes the next one. Of several that are due at once the last is
// posted, the others are not.
func (s *Service) planRun(ctx context.Context, run store.Next, now time.Time) error {
	sub, ok, err := s.load(ctx, run.ID)
	if err != nil {
		return err
	}
	if !ok || sub.Paused != nil {
		return s.o.Store.SetNext(ctx, run.ID, store.Next{})
	}
	p, err := s.planner(sub)
	if err != nil {
		return err
	}
	until := now.Add(s.o.Timing.Window)
	last, ok := p.on(progress.Day(run.Day))
	if !ok { // it was changed meanwhile
		return s.planNext(ctx, sub, p, run.Day, now)
	}
	next, more := p.next(last.Due)
	for range planMost {
		if !more || next.Moment.After(until) {
			break
		}
		why := OutcomeLater
		if p.missed(last.Moment, now) {
			why = OutcomeSkipped
		}
		if err := s.end(ctx, last.ID, why); err != nil {
			return err
		}
		last = next
		next, more = p.next(last.Due)
	}
	if p.missed(last.Moment, now) {
		if err := s.end(ctx, last.ID, OutcomeSkipped); err != nil {
			return err
		}
	} else {
		if last.Moment.After(until) { // the subscription's hours were changed meanwhile
			_, err := s.o.Store.MoveNext(ctx, sub.ID, run.Day, store.Next{Day: run.Day, At: last.Moment})
			return err
		}
		if err := s.enqueue(ctx, taskPost, last.ID, job{Occurrence: last.ID, Moment: last.Moment}, last.Moment.Sub(now)); err != nil {
			return err
		}
	}
	to := store.Next{}
	if more {
		to = store.Next{Day: string(next.Day), At: next.Moment}
	}
	moved, err := s.o.Store.MoveNext(ctx, sub.ID, run.Day, to)
	if err == nil && moved { // the replica that moved it on tells of it
		s.outcome(ctx, last.ID, OutcomeDue)
		if last.Moved != "" {
			s.outcome(ctx, last.ID, last.Moved)
		}
	}
	return err
}

// planNext notes the first run after now; from is the day of the run that is noted so far.
func (s *Service) planNext(ctx context.Context, sub *Subscription, p *planner, from string, now time.Time) error {
	to := store.Next{}
	if next, ok := p.next(now); ok {
		to = store.Next{Day: string(next.Day), At: next.Moment}
	}
	_, err := s.o.Store.MoveNext(ctx, sub.ID, from, to)
	return err
}

// end records that an occurrence is not posted, and why.
func (s *Service) end(ctx context.Context, occurrence string, why Outcome) error {
	if err := s.o.Store.EndOccurrence(ctx, occurrence, string(why)); err != nil {
		return err
	}
	s.outcome(ctx, occurrence, why)
	return nil
}

// load gives a subscription; false where there is none.
func (s *Service) load(ctx context.Context, id string) (*Subscription, bool, error) {
	data, err := s.o.Store.Subscription(ctx, id)
	if err != nil || data == nil {
		return nil, false, err
	}
	sub := &Subscription{}
	if err := json.Unmarshal(data, sub); err != nil {
		return nil, false, fmt.Errorf("read subscription %s: %w", id, err)
	}
	return sub, true, nil
}

// planner reckons a subscription's occurrences.
type planner struct {
	*schedule
	cal *calendar
	id  string
}

func (s *Service) planner(sub *Subscription) (*planner, error) {
	sched, err := sub.schedule()
	if err != nil {
		return nil, fmt.Errorf("subscription %s: %w", sub.ID, err)
	}
	cal, err := newCalendar(sub, sched.zone, s.o.Holidays)
	if err != nil {
		return nil, fmt.Errorf("subscription %s: %w", sub.ID, err)
	}
	return &planner{sched, cal, sub.ID}, nil
}

func (p *planner) occurrence(due time.Time) Occurrence {
	day := progress.DayOf(due)
	o := Occurrence{ID: occurrenceID(p.id, string(day)), Day: day, Due: due}
	o.Moment, o.Moved = p.cal.moment(due)
	return o
}

// next gives the first occurrence that is due after a moment.
func (p *planner) next(after time.Time) (Occurrence, bool) {
	due, ok := p.schedule.next(after)
	if !ok {
		return Occurrence{}, false
	}
	return p.occurrence(due), true
}

// on gives the occurrence of a day.
func (p *planner) on(day progress.Day) (Occurrence, bool) {
	due, ok := p.schedule.on(day)
	if !ok {
		return Occurrence{}, false
	}
	return p.occurrence(due), true
}

// missed tells whether it is too late to post what was to be posted at a moment: a day, or as much of the next working time as
// the one that the moment lies in had left, where that is little.
func (p *planner) missed(moment, now time.Time) bool {
	last := moment.Add(missedAt)
	if next, moved := p.cal.moment(moment.Add(workGrace)); moved != "" && next.Add(workGrace).After(last) {
		last = next.Add(workGrace)
	}
	return now.After(last)
}
