package reminders

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cobijo/bot/outbox"
	"cobijo/bot/progress"
)

const (
	againDays  = 3                   // working days after which it is asked again, where a subscription does not say
	nagCeiling = 14 * 24 * time.Hour // after it was posted; then the week's digest alone
)

// step is what happens to an item when nobody answers, and when.
type step struct {
	at    time.Time // zero: nothing more
	level Level
	note  NoteKind // empty: nothing is said
}

// nextStep gives what happens next to an item that waits.
func nextStep(k *kept, r *record, sub *Subscription, cal *calendar, now time.Time) step {
	if k.Snoozed.After(now) {
		return step{at: k.Snoozed, level: k.Level, note: NoteSnoozeOver}
	}
	if !k.Snoozed.IsZero() {
		return step{at: now, level: k.Level, note: NoteSnoozeOver}
	}
	days := sub.Unanswered.AgainDays
	if days == 0 {
		days = againDays
	}
	ceiling := r.PostedAt.Add(nagCeiling)
	last := step{at: ceiling, level: OnlyWeekly}
	if k.Level == OnlyWeekly {
		return step{}
	}
	if days < 0 {
		return last
	}
	next := step{level: AskedAgain, note: NoteAgain}
	switch {
	case k.Level == AskedAgain && sub.Unanswered.Group != "":
		next = step{level: GroupAsked, note: NoteGroup}
	case k.Level >= AskedAgain:
		next = step{level: OnlyWeekly}
	}
	next.at, _ = cal.moment(cal.addWorking(k.Since, days*(int(k.Level)+1)))
	if !next.at.Before(ceiling) {
		return last
	}
	return next
}

// nextLook gives when an occurrence is to be looked after again; zero for never.
func nextLook(r *record, sub *Subscription, cal *calendar, now time.Time) time.Time {
	var look time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (look.IsZero() || t.Before(look)) {
			look = t
		}
	}
	weekly := false
	for i := range r.Items {
		k := &r.Items[i]
		if !k.Waits() {
			continue
		}
		sooner(nextStep(k, r, sub, cal, now).at)
		weekly = weekly || k.Level == OnlyWeekly && !k.Snoozed.After(now)
	}
	if weekly && !sub.Unanswered.NoDigest {
		sooner(nextWeek(sub, cal, now))
	}
	if len(r.Notes) > 0 {
		sooner(now)
	}
	return look
}

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

// followNext notes when an occurrence is looked after again.
func (s *Service) followNext(ctx context.Context, sub *Subscription, occurrence string, r *record) error {
	if !r.open() {
		return s.o.Store.Follow(ctx, occurrence, time.Time{})
	}
	p, err := s.planner(sub)
	if err != nil {
		return err
	}
	return s.o.Store.Follow(ctx, occurrence, nextLook(r, sub, p.cal, s.o.Now()))
}

// follow looks after an occurrence: who did not answer is asked again, the group is mentioned, the week's digest is planned.
func (s *Service) follow(ctx context.Context, occurrence string) error {
	now := s.o.Now()
	id, _, _, _ := splitOccurrence(occurrence)
	sub, there, err := s.load(ctx, id)
	if err != nil {
		return err
	}
	r, where, err := s.record(ctx, occurrence)
	if errors.Is(err, ErrUnknown) || err == nil && (!there || sub.Paused != nil) {
		return s.o.Store.Follow(ctx, occurrence, time.Time{}) // Resume looks after what is open
	}
	if err != nil {
		return err
	}
	if !r.open() {
		return errors.Join(s.o.Store.SetOpen(ctx, where.Team, occurrence, false), s.o.Store.Follow(ctx, occurrence, time.Time{}))
	}
	p, err := s.planner(sub)
	if err != nil {
		return err
	}
	if at, muted := p.cal.moment(now); muted != "" {
		return s.o.Store.Follow(ctx, occurrence, at)
	}
	stepped := false
	r, err = s.change(ctx, occurrence, func(r *record) (bool, error) {
		stepped = r.step(sub, p.cal, now)
		return stepped, nil
	})
	if err != nil {
		return err
	}
	if err := s.planWeek(ctx, sub, p, occurrence, r, now); err != nil {
		return err
	}
	if err := s.say(ctx, sub, occurrence, where); err != nil {
		return err
	}
	if stepped {
		if err := s.show(ctx, occurrence); err != nil {
			return err
		}
	}
	if r, _, err = s.record(ctx, occurrence); err != nil {
		return err
	}
	return s.followNext(ctx, sub, occurrence, r)
}

// step takes the items that wait as far as it is time for, and notes what is to be said. It tells whether anything changed.
func (r *record) step(sub *Subscription, cal *calendar, now time.Time) bool {
	changed := false
	byKind := map[NoteKind]*pending{}
	for i := range r.Items {
		k := &r.Items[i]
		if !k.Waits() {
			continue
		}
		st := nextStep(k, r, sub, cal, now)
		if st.at.IsZero() || st.at.After(now) {
			continue
		}
		changed = true
		k.Level = st.level
		if st.note == NoteSnoozeOver {
			k.Snoozed, k.SnoozedBy, k.Since = time.Time{}, "", now
			k.Level = min(k.Level, AskedAgain) // it is asked for now, and the group only when that is of no use
		}
		if st.note == "" {
			continue
		}
		n := byKind[st.note]
		if n == nil {
			n = &pending{ID: fmt.Sprintf("%s-%d", st.note, now.Unix()), Kind: st.note}
			byKind[st.note] = n
		}
		n.Commitments = append(n.Commitments, k.Commitment)
		mention := k.Asked
		if st.note == NoteGroup {
			mention = []string{sub.Unanswered.Group}
		}
		for _, m := range mention {
			if !slices.Contains(n.Mention, m) {
				n.Mention = append(n.Mention, m)
			}
		}
	}
	for _, kind := range []NoteKind{NoteSnoozeOver, NoteAgain, NoteGroup} {
		if n := byKind[kind]; n != nil {
			r.Notes = append(r.Notes, *n)
		}
	}
	return changed
}

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
