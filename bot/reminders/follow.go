package reminders

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
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
