package reminders

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"

	"cobijo/bot/outbox"
	"cobijo/bot/progress"
	"cobijo/bot/store"
)

// findBefore is how long before it was first claimed an occurrence's message is looked for: clocks differ.
const findBefore = 10 * time.Minute

// post takes an occurrence the rest of its way: muted, superseded, claimed, sent.
func (s *Service) post(ctx context.Context, j job) error {
	now := s.o.Now()
	sub, r, why, err := s.due(ctx, j, now)
	if err != nil {
		return err
	}
	if why != "" {
		return s.end(ctx, j.Occurrence, why)
	}
	if len(r.Items) == 0 {
		return s.settle(ctx, sub, j.Occurrence) // it may have been sent before, and all of it be answered by now
	}
	wait, err := s.o.Store.Pace(ctx, sub.Team, sub.Channel, j.Occurrence, s.o.Timing.Lease, s.o.Timing.Every)
	if err != nil {
		return err
	}
	if wait > 0 {
		s.outcome(ctx, j.Occurrence, OutcomePaced)
		return later(wait)
	}
	pause := time.Duration(0) // where nothing was posted, the channel is free at once
	defer func() {
		if err := s.o.Store.Paced(context.WithoutCancel(ctx), sub.Team, sub.Channel, j.Occurrence, pause); err != nil {
			s.problem(ctx, "a channel's turn is not given back", j.Occurrence, err)
		}
	}()
	pause, err = s.send(ctx, sub, j, r)
	return err
}

// due looks at an occurrence before it is claimed. It gives the record that it would have, or why it is not to be posted. An
// occurrence whose record has no items is to be settled, not posted.
func (s *Service) due(ctx context.Context, j job, now time.Time) (*Subscription, *record, Outcome, error) {
	id, day, week, ok := splitOccurrence(j.Occurrence)
	if !ok {
		return nil, nil, "", fmt.Errorf("occurrence %.60q is none: %w", j.Occurrence, asynq.SkipRetry)
	}
	sub, ok, err := s.load(ctx, id)
	if err != nil {
		return nil, nil, "", err
	}
	if !ok {
		return nil, nil, OutcomeChanged, nil
	}
	before, err := s.o.Store.Occurrence(ctx, j.Occurrence)
	if err != nil {
		return nil, nil, "", err
	}
	if before.State == "sent" || before.State == "ended" {
		s.outcome(ctx, j.Occurrence, OutcomeRepeat)
		return sub, &record{}, "", nil
	}
	if sub.Paused != nil {
		return sub, nil, OutcomePaused, nil
	}
	p, err := s.planner(sub)
	if err != nil {
		return nil, nil, "", err
	}
	why, err := s.timely(ctx, p, j, week, now)
	if err != nil || why != "" {
		return sub, nil, why, err
	}
	r := &record{Kind: Review, PostedAt: now.UTC(), Late: now.Sub(j.Moment) > lateAfter, Lang: sub.Lang, Due: j.Moment}
	if week {
		return s.dueWeek(ctx, sub, j, r)
	}
	o, ok := p.on(progress.Day(day))
	if !ok {
		return sub, nil, OutcomeChanged, nil
	}
	r.Due = o.Due
	items, awake, err := s.ask(ctx, sub, now, false)
	if err != nil {
		return nil, nil, "", err
	}
	if !awake {
		if before.State == "" {
			return sub, nil, OutcomeNothing, nil
		}
		// It may have been posted: then its message is to be found, and must have its items.
		if items, _, err = s.ask(ctx, sub, now, true); err != nil || len(items) == 0 {
			return sub, nil, OutcomeNothing, err
		}
	}
	r.Items = items
	return sub, r, "", nil
}

// timely looks at the clock: too early and muted hours are for later, what is too late or followed by another run is not posted.
func (s *Service) timely(ctx context.Context, p *planner, j job, week bool, now time.Time) (Outcome, error) {
	if early := j.Moment.Sub(now); early > 0 { // a clock was set back
		return "", later(early)
	}
	if p.missed(j.Moment, now) {
		forced, err := s.o.Store.Forced(ctx, j.Occurrence)
		if err != nil || !forced {
			return OutcomeSkipped, err
		}
	}
	if next, ok := p.next(j.Moment); ok && !week && !next.Moment.After(now) {
		return OutcomeLater, nil
	}
	if at, muted := p.cal.moment(now); muted != "" {
		s.outcome(ctx, j.Occurrence, muted)
		return "", later(at.Sub(now))
	}
	return "", nil
}

// send claims an occurrence and posts it. It gives how long its channel is then left alone.
func (s *Service) send(ctx context.Context, sub *Subscription, j job, r *record) (time.Duration, error) {
	began := time.Now()
	claim, err := s.o.Store.ClaimOccurrence(ctx, j.Occurrence, s.o.Timing.Lease)
	if err != nil {
		return 0, err
	}
	switch claim.State {
	case store.ClaimOver:
		s.outcome(ctx, j.Occurrence, OutcomeRepeat)
		return 0, s.settle(ctx, sub, j.Occurrence)
	case store.ClaimBusy:
		s.outcome(ctx, j.Occurrence, OutcomeBusy)
		return 0, later(claim.Wait)
	}
	s.outcome(ctx, j.Occurrence, OutcomeClaimed)
	// Whoever was stopped for a while and goes on when its lease is over must not post beside the next: the calls end before it.
	lease, cancel := context.WithDeadline(context.WithoutCancel(ctx), began.Add(s.o.Timing.Lease-s.o.Timing.Post))
	defer cancel()
	where, found := Posted{}, false
	if claim.State == store.ClaimDoubt {
		if where, found, err = s.find(lease, sub, j.Occurrence, claim.Since); err != nil {
			return s.unsent(ctx, sub, j, claim, err, true)
		}
	}
	if !found {
		d, err := s.shown(lease, sub, j.Occurrence, r)
		if err != nil {
			return 0, errors.Join(err, s.o.Store.UnclaimOccurrence(context.WithoutCancel(ctx), claim, false))
		}
		if where, err = s.call(lease, d); err != nil {
			return s.unsent(ctx, sub, j, claim, err, false)
		}
	}
	if where.Team == "" {
		where.Team = sub.Team
	}
	if where.Channel == "" {
		where.Channel = sub.Channel
	}
	if err := s.sent(context.WithoutCancel(ctx), claim, where, r); err != nil {
		return s.o.Timing.Every, err // the next try finds it in the channel
	}
	o := OutcomeSent
	switch {
	case found:
		o = OutcomeFound
	case r.Late:
		o = OutcomeSentLate
	}
	s.outcome(ctx, j.Occurrence, o)
	if s.o.Observer != nil {
		s.o.Observer.ReminderLag(s.o.Now().Sub(j.Moment))
	}
	return s.o.Timing.Every, s.settle(ctx, sub, j.Occurrence)
}

func (s *Service) find(ctx context.Context, sub *Subscription, occurrence string, since time.Time) (Posted, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Timing.Post)
	defer cancel()
	return s.o.Poster.Find(ctx, sub.Team, sub.Channel, occurrence, since.Add(-findBefore))
}

func (s *Service) call(ctx context.Context, d Digest) (Posted, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Timing.Post)
	defer cancel()
	return s.o.Poster.Post(ctx, d)
}

func (s *Service) sent(ctx context.Context, claim store.Claim, where Posted, r *record) error {
	posted, err := json.Marshal(where)
	if err != nil {
		return fmt.Errorf("write post: %w", err)
	}
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write occurrence: %w", err)
	}
	return s.o.Store.Posted(ctx, claim, posted, data)
}

// unsent does what follows from a failure of the poster. looking tells that it failed to look for the message, so that the doubt
// stays. It gives how long the channel is left alone.
func (s *Service) unsent(ctx context.Context, sub *Subscription, j job, claim store.Claim, cause error, looking bool) (time.Duration, error) {
	e := &outbox.SendError{Kind: outbox.Unavailable}
	errors.As(cause, &e)
	keep := context.WithoutCancel(ctx)
	doubt := looking || !e.Unsent && (e.Kind == outbox.Unavailable || e.Kind == outbox.Throttled)
	if err := s.o.Store.UnclaimOccurrence(keep, claim, doubt); err != nil {
		return s.o.Timing.Every, errors.Join(cause, err) // the lease ends, and the next try looks for it
	}
	switch e.Kind {
	case outbox.Gone, outbox.Config:
		if err := s.pauseItself(keep, sub, e); err != nil {
			return 0, err
		}
		return 0, s.end(keep, j.Occurrence, OutcomeSelfPaused)
	case outbox.Rejected:
		s.dead(keep, sub, j.Occurrence, e)
		return 0, fmt.Errorf("post %s: %w: %w", j.Occurrence, cause, asynq.SkipRetry)
	case outbox.Throttled:
		s.outcome(keep, j.Occurrence, OutcomeThrottled)
		wait := max(e.RetryAfter, s.o.Timing.Every)
		return wait, later(wait)
	}
	if lastTry(ctx) {
		s.dead(keep, sub, j.Occurrence, e)
	} else {
		s.outcome(keep, j.Occurrence, OutcomeUnavailable, slog.String("cause", e.Error()))
	}
	return s.o.Timing.Every, fmt.Errorf("post %s: %w", j.Occurrence, cause)
}

// dead tells of an occurrence that is not tried any more.
func (s *Service) dead(ctx context.Context, sub *Subscription, occurrence string, e *outbox.SendError) {
	s.outcome(ctx, occurrence, OutcomeDead, slog.String("cause", e.Error()))
	s.tell(ctx, sub, Notice{Kind: NoticeFailed, Occurrence: occurrence, Cause: code(e)})
}

// code is the channel's own word for a failure, where it has one.
func code(e *outbox.SendError) string {
	if e.Cause == nil {
		return string(e.Kind)
	}
	return e.Cause.Error()
}

// tell writes to a subscription's owner. That it fails is no reason to do anything else again.
func (s *Service) tell(ctx context.Context, sub *Subscription, n Notice) {
	if s.o.Poster == nil || sub.Owner.ID == "" {
		return
	}
	n.Lang, n.Subscription = sub.Lang, *sub
	ctx, cancel := context.WithTimeout(ctx, s.o.Timing.Post)
	defer cancel()
	if err := s.o.Poster.Tell(ctx, sub.Team, sub.Owner.ID, n); err != nil {
		s.problem(ctx, "an owner is not told", sub.ID, err)
	}
}
