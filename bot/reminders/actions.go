package reminders

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"cobijo/bot/progress"
)

// Action is what a person did with a digest.
type Action struct {
	ID         string // the same for a repeat of the same press (Slack's view or trigger id); it names the report
	Team       string // where it was done
	Channel    string
	Occurrence string // of the digest
	Commitment string // of the item; empty for every item that waits
	Who        progress.Person
}

// The errors of actions; a channel tells them apart to say them in the person's language.
var (
	ErrUnknown    = errors.New("there is no such subscription or occurrence")
	ErrNotAllowed = errors.New("only members of the subscription's channel, or those it lists, may do this")
	ErrNoItem     = errors.New("the digest has no such commitment")
	ErrUntil      = errors.New("it can be snoozed until a moment from now to a year from now")
	ErrAssignee   = errors.New("nobody is named to hand it to")
)

// maxSnooze is the longest that an item may rest.
const maxSnooze = 366 * 24 * time.Hour

// Allowed tells whether a user may act on a subscription: its owner, who is listed or asked by name, and members of its channel.
func (s *Service) Allowed(ctx context.Context, sub Subscription, team, user string) (bool, error) {
	switch {
	case user == "" || team != sub.Team:
		return false, nil
	case user == sub.Owner.ID || slices.Contains(sub.Reporters, user) || slices.Contains(sub.Answerers, user):
		return true, nil
	case s.o.Members == nil:
		return false, nil
	}
	ok, err := s.o.Members.Member(ctx, team, sub.Channel, user)
	if err != nil {
		return false, fmt.Errorf("ask who is in the channel: %w", err)
	}
	return ok, nil
}

// target is the occurrence that an action is about: a week's digest acts on what it is of, one that a later one asks for on that.
type target struct {
	sub        Subscription
	occurrence string
	record     *record
}

func (s *Service) target(ctx context.Context, a Action) (*target, error) {
	id, _, _, ok := splitOccurrence(a.Occurrence)
	if !ok {
		return nil, fmt.Errorf("occurrence %.60q: %w", a.Occurrence, ErrUnknown)
	}
	t := &target{occurrence: a.Occurrence}
	var err error
	if t.sub, err = s.Subscription(ctx, id); err != nil {
		return nil, err
	}
	allowed, err := s.Allowed(ctx, t.sub, a.Team, a.Who.ID)
	if err != nil {
		return nil, err
	}
	if !allowed {
		// Who was handed an item may answer it.
		st, err := s.standing(ctx, id)
		if err != nil {
			return nil, err
		}
		if h, ok := st.Handed[a.Commitment]; !ok || h.To.ID != a.Who.ID || a.Team != t.sub.Team {
			return nil, ErrNotAllowed
		}
	}
	if t.record, _, err = s.record(ctx, t.occurrence); err != nil {
		return nil, err
	}
	if t.record.Base != "" {
		t.occurrence = t.record.Base
		if t.record, _, err = s.record(ctx, t.occurrence); err != nil {
			return nil, err
		}
	}
	if t.record.Superseded {
		if err := s.latest(ctx, t, a.Commitment); err != nil {
			return nil, err
		}
	}
	if a.Commitment != "" && t.record.item(a.Commitment) == nil {
		return nil, fmt.Errorf("commitment %.40q: %w", a.Commitment, ErrNoItem)
	}
	return t, nil
}

// latest turns to the occurrence that asks for a commitment now, where one does.
func (s *Service) latest(ctx context.Context, t *target, commitment string) error {
	st, err := s.standing(ctx, t.sub.ID)
	if err != nil || st.Last == "" || st.Last == t.occurrence {
		return err
	}
	r, _, err := s.record(ctx, st.Last)
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	if commitment == "" || r.item(commitment) != nil {
		t.occurrence, t.record = st.Last, r
	}
	return nil
}

// act changes the items that an action is about, shows the result and gives the digest as it is now. f gives whether it changed
// an item.
func (s *Service) act(ctx context.Context, t *target, a Action, f func(*kept) bool) (Digest, error) {
	changed := false
	r, err := s.change(ctx, t.occurrence, func(r *record) (bool, error) {
		changed = false
		for i := range r.Items {
			k := &r.Items[i]
			if a.Commitment != "" && k.Commitment != a.Commitment || a.Commitment == "" && !k.Waits() {
				continue
			}
			if f(k) {
				changed = true
			}
		}
		return changed, nil
	})
	if err != nil {
		return Digest{}, err
	}
	if changed {
		if err := s.changed(ctx, t, r); err != nil {
			return Digest{}, err
		}
		views := []string{t.occurrence}
		if n := len(r.Weeks); n > 0 {
			views = append(views, r.Weeks[n-1])
		}
		for _, v := range views {
			if err := s.show(ctx, v); err != nil {
				return Digest{}, err
			}
		}
	}
	d, _, err := s.Digest(ctx, t.occurrence)
	return d, err
}

// changed notes whether an occurrence still waits, and when to look after it.
func (s *Service) changed(ctx context.Context, t *target, r *record) error {
	if err := s.o.Store.SetOpen(ctx, t.sub.Team, t.occurrence, r.open()); err != nil {
		return err
	}
	if t.sub.Paused != nil {
		return nil
	}
	return s.followNext(ctx, &t.sub, t.occurrence, r)
}

// about gives the commitments that an action is about.
func (t *target) about(a Action) []string {
	if a.Commitment != "" {
		return []string{a.Commitment}
	}
	var ids []string
	for _, k := range t.record.Items {
		if k.Waits() {
			ids = append(ids, k.Commitment)
		}
	}
	return ids
}

func (s *Service) answer(how AnswerKind, who progress.Person) *Answer {
	return &Answer{How: how, Who: who, At: s.o.Now().UTC().Truncate(time.Second)}
}

// Report keeps a report on an item (its Kind, Status, Note, Evidence and AsOf; who, when and where come from the action) and marks
// it as answered. It gives the digest as it is now. The error may be one of the progress package's.
func (s *Service) Report(ctx context.Context, a Action, r progress.Report) (Digest, error) {
	t, err := s.target(ctx, a)
	if err != nil {
		return Digest{}, err
	}
	if a.Commitment == "" {
		return Digest{}, ErrNoItem
	}
	r.ID, r.Commitment, r.Who, r.At = reportID(a), a.Commitment, a.Who, time.Time{}
	r.Team, r.Channel, r.Subscription, r.Occurrence = t.sub.Team, t.sub.Channel, t.sub.ID, t.occurrence
	if r.Kind == "" {
		r.Kind = progress.Claimed
	}
	if r.AsOf == "" {
		zone, err := loadZone(t.sub.Zone)
		if err != nil {
			return Digest{}, err
		}
		r.AsOf = progress.DayOf(s.o.Now().In(zone))
	}
	if _, err := s.o.Book.Add(ctx, r); err != nil {
		return Digest{}, err
	}
	if err := s.rest(ctx, t, []string{a.Commitment}); err != nil {
		return Digest{}, err
	}
	// What somebody else assesses is no answer of those who were asked.
	return s.act(ctx, t, a, func(k *kept) bool {
		if r.Kind != progress.Claimed {
			return true // shown, though not answered
		}
		if k.Answered != nil && k.Answered.How == Reported && k.Answered.Who.ID == a.Who.ID {
			return true // again, perhaps with another status: who and when stay
		}
		k.Answered, k.Snoozed, k.SnoozedBy = s.answer(Reported, a.Who), time.Time{}, ""
		return true
	})
}

// reportID names the report of an action: a repeat of it is the same report.
func reportID(a Action) string {
	if a.ID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(a.Team + "\x00" + a.Who.ID + "\x00" + a.Commitment + "\x00" + a.ID))
	return "a" + hex.EncodeToString(sum[:12])
}

// rest ends what held for commitments until they were answered.
func (s *Service) rest(ctx context.Context, t *target, commitments []string) error {
	return s.changeStanding(ctx, t.sub.ID, func(st *standing) {
		for _, c := range commitments {
			delete(st.Snoozed, c)
			delete(st.Handed, c)
		}
	})
}

// NothingNew marks an item as answered for this occurrence: the next one asks again.
func (s *Service) NothingNew(ctx context.Context, a Action) (Digest, error) {
	t, err := s.target(ctx, a)
	if err != nil {
		return Digest{}, err
	}
	if err := s.rest(ctx, t, t.about(a)); err != nil {
		return Digest{}, err
	}
	return s.act(ctx, t, a, func(k *kept) bool {
		if !k.Waits() {
			return false // the first answer counts
		}
		k.Answered, k.Snoozed, k.SnoozedBy = s.answer(NothingNew, a.Who), time.Time{}, ""
		return true
	})
}

// Snooze lets an item rest until a moment, for later occurrences too.
func (s *Service) Snooze(ctx context.Context, a Action, until time.Time) (Digest, error) {
	now := s.o.Now()
	if !until.After(now) || until.Sub(now) > maxSnooze {
		return Digest{}, ErrUntil
	}
	t, err := s.target(ctx, a)
	if err != nil {
		return Digest{}, err
	}
	until = until.UTC().Truncate(time.Second)
	err = s.changeStanding(ctx, t.sub.ID, func(st *standing) {
		for _, c := range t.about(a) {
			st.Snoozed[c] = snooze{until, a.Who.ID}
		}
	})
	if err != nil {
		return Digest{}, err
	}
	return s.act(ctx, t, a, func(k *kept) bool {
		if !k.Waits() || k.Snoozed.Equal(until) && k.SnoozedBy == a.Who.ID {
			return false
		}
		k.Snoozed, k.SnoozedBy = until, a.Who.ID
		return true
	})
}

// Reassign hands an item to a colleague, who is mentioned in the thread; it stays theirs until it is answered.
func (s *Service) Reassign(ctx context.Context, a Action, to progress.Person) (Digest, error) {
	if !slackID.MatchString(to.ID) || to.ID[0] != 'U' && to.ID[0] != 'W' {
		return Digest{}, ErrAssignee
	}
	t, err := s.target(ctx, a)
	if err != nil {
		return Digest{}, err
	}
	handed := Reassigned{To: to, By: a.Who, At: s.o.Now().UTC().Truncate(time.Second)}
	err = s.changeStanding(ctx, t.sub.ID, func(st *standing) {
		for _, c := range t.about(a) {
			st.Handed[c] = handed
		}
	})
	if err != nil {
		return Digest{}, err
	}
	var ids []string
	d, err := s.act(ctx, t, a, func(k *kept) bool {
		if !k.Waits() || k.Reassigned != nil && k.Reassigned.To.ID == to.ID {
			return false
		}
		k.Reassigned, k.Asked, k.Level, k.Since = &handed, []string{to.ID}, Asked, s.o.Now().UTC()
		ids = append(ids, k.Commitment)
		return true
	})
	if err != nil || len(ids) == 0 {
		return d, err
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	_, err = s.change(ctx, t.occurrence, func(r *record) (bool, error) {
		n := pending{ID: fmt.Sprintf("%s-%s-%d", NoteReassigned, ids[0], handed.At.Unix()), Kind: NoteReassigned, Commitments: ids, Mention: []string{to.ID}}
		if slices.ContainsFunc(r.Notes, func(o pending) bool { return o.ID == n.ID }) {
			return false, nil
		}
		r.Notes = append(r.Notes, n)
		return true, nil
	})
	if err != nil || t.sub.Paused != nil {
		return d, err
	}
	return d, s.o.Store.Follow(ctx, t.occurrence, s.o.Now()) // it is said at the next working moment
}

// Stop ends asking for an item in this subscription, for good; without a commitment it pauses the subscription.
func (s *Service) Stop(ctx context.Context, a Action) (Digest, error) {
	t, err := s.target(ctx, a)
	if err != nil {
		return Digest{}, err
	}
	if a.Commitment == "" {
		sub, err := s.pause(ctx, t.sub.ID, Pause{Why: PausedByPerson, By: a.Who.ID})
		if err != nil {
			return Digest{}, err
		}
		if sub != nil {
			if a.Who.ID != sub.Owner.ID {
				s.tell(ctx, sub, Notice{Kind: NoticePaused, Why: PausedByPerson, By: a.Who.ID})
			}
			if err := s.show(ctx, t.occurrence); err != nil {
				return Digest{}, err
			}
		}
		d, _, err := s.Digest(ctx, t.occurrence)
		return d, err
	}
	stopped := s.answer(Stopped, a.Who)
	err = s.changeStanding(ctx, t.sub.ID, func(st *standing) {
		if _, there := st.Stopped[a.Commitment]; !there {
			st.Stopped[a.Commitment] = *stopped
		}
	})
	if err != nil {
		return Digest{}, err
	}
	return s.act(ctx, t, a, func(k *kept) bool {
		if k.Stopped != nil {
			return false
		}
		k.Stopped = stopped
		return true
	})
}

// Unstop asks again for a commitment that was stopped, from the next occurrence on.
func (s *Service) Unstop(ctx context.Context, id, commitment string) error {
	return s.changeStanding(ctx, id, func(st *standing) { delete(st.Stopped, commitment) })
}

// ThreadMessage is a reply that somebody wrote below a message.
type ThreadMessage struct {
	Team, Channel string
	Thread        string // the ts of the message that it stands below
	TS            string // its own
	Who           progress.Person
	Text          string
}

// NoteFromThread keeps a reply below a digest as a note in the book: on the commitment where the digest has one alone, else on the
// subscription. It tells whether the thread is a digest's; a repeat of a reply, and one by somebody who may not act, is not kept.
func (s *Service) NoteFromThread(ctx context.Context, m ThreadMessage) (bool, error) {
	occurrence, err := s.o.Store.Thread(ctx, m.Team, m.Channel, m.Thread)
	if err != nil || occurrence == "" {
		return false, err
	}
	id, _, _, _ := splitOccurrence(occurrence)
	sub, err := s.Subscription(ctx, id)
	if errors.Is(err, ErrUnknown) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	// Whoever writes in the channel is in it.
	if m.Who.ID == "" || m.Channel != sub.Channel || m.Team != sub.Team {
		return true, ErrNotAllowed
	}
	r, _, err := s.record(ctx, occurrence)
	if err != nil {
		return true, err
	}
	about := progress.SubscriptionNotes(sub.ID)
	if len(r.Items) == 1 {
		about = r.Items[0].Commitment
	}
	note := m.Text
	if utf8.RuneCountInString(note) > progress.MaxNote {
		note = string([]rune(note)[:progress.MaxNote])
	}
	_, err = s.o.Book.Add(ctx, progress.Report{
		ID: reportID(Action{ID: m.Channel + "/" + m.TS, Team: m.Team, Who: m.Who, Commitment: about}), Commitment: about, Kind: progress.Noted,
		Who: m.Who, Note: note, Team: m.Team, Channel: m.Channel, Subscription: sub.ID, Occurrence: occurrence,
	})
	return true, err
}
