package reminders

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cobijo/bot/outbox"
	"cobijo/bot/store"
)

// Save checks a subscription and keeps it, a new one or in place of the one with its id, and plans its next run. It gives it as
// it is kept. The error is Problems where it is wrong.
func (s *Service) Save(ctx context.Context, sub Subscription) (Subscription, error) {
	now := s.o.Now().UTC().Truncate(time.Second)
	if sub.ID == "" {
		sub.ID = "s-" + strings.ToLower(rand.Text()[:12])
	}
	sub.Participants, sub.Themes, sub.Commitments = clean(sub.Participants), clean(sub.Themes), clean(sub.Commitments)
	sub.Answerers, sub.Reporters = clean(sub.Answerers), clean(sub.Reporters)
	if ps := s.Check(sub); len(ps) > 0 {
		return Subscription{}, ps
	}
	before, there, err := s.load(ctx, sub.ID)
	if err != nil {
		return Subscription{}, err
	}
	sub.Created, sub.Changed = now, now
	if there {
		sub.Created = before.Created
	}
	data, err := json.Marshal(sub)
	if err != nil {
		return Subscription{}, fmt.Errorf("write subscription: %w", err)
	}
	if err := s.o.Store.PutSubscription(ctx, sub.ID, data); err != nil {
		return Subscription{}, err
	}
	return sub, s.planAnew(ctx, &sub)
}

// planAnew plans the next run from now on, and looks after what is open.
func (s *Service) planAnew(ctx context.Context, sub *Subscription) error {
	if sub.Paused != nil {
		return s.o.Store.SetNext(ctx, sub.ID, store.Next{})
	}
	p, err := s.planner(sub)
	if err != nil {
		return err
	}
	now := s.o.Now()
	to := store.Next{}
	if next, ok := p.next(now); ok {
		to = store.Next{Day: string(next.Day), At: next.Moment}
	}
	if err := s.o.Store.SetNext(ctx, sub.ID, to); err != nil {
		return err
	}
	st, err := s.standing(ctx, sub.ID)
	if err != nil || st.Last == "" {
		return err
	}
	return s.o.Store.Follow(ctx, st.Last, now)
}

// Subscription gives one; ErrUnknown where there is none.
func (s *Service) Subscription(ctx context.Context, id string) (Subscription, error) {
	sub, there, err := s.load(ctx, id)
	if err != nil {
		return Subscription{}, err
	}
	if !there {
		return Subscription{}, fmt.Errorf("subscription %.60q: %w", id, ErrUnknown)
	}
	return *sub, nil
}

// Subscriptions gives those of a channel, of a team where channel is empty, all where both are; sorted by id.
func (s *Service) Subscriptions(ctx context.Context, team, channel string) ([]Subscription, error) {
	records, err := s.o.Store.Subscriptions(ctx)
	if err != nil {
		return nil, err
	}
	var subs []Subscription
	for id, data := range records {
		var sub Subscription
		if data == nil || json.Unmarshal(data, &sub) != nil {
			s.problem(ctx, "a subscription cannot be opened", id, errors.New("no secret opens it"))
			continue
		}
		if (team == "" || sub.Team == team) && (channel == "" || sub.Channel == channel) {
			subs = append(subs, sub)
		}
	}
	slices.SortFunc(subs, func(a, b Subscription) int { return cmp.Compare(a.ID, b.ID) })
	return subs, nil
}

// Pause stops a subscription's posts until Resume. by is who asked for it.
func (s *Service) Pause(ctx context.Context, id, by string) error {
	_, err := s.pause(ctx, id, Pause{Why: PausedByPerson, By: by})
	return err
}

// pause notes why a subscription is paused; one that is paused already stays as it is. It gives it, and nil where nothing changed.
func (s *Service) pause(ctx context.Context, id string, why Pause) (*Subscription, error) {
	why.Since = s.o.Now().UTC().Truncate(time.Second)
	sub, err := s.changeSubscription(ctx, id, func(sub *Subscription) bool {
		if sub.Paused != nil {
			return false
		}
		sub.Paused = &why
		return true
	})
	if err != nil || sub == nil {
		return nil, err
	}
	return sub, s.o.Store.SetNext(ctx, id, store.Next{})
}

// changeSubscription changes one in place; f tells whether it changed anything. It gives it, nil where nothing changed.
func (s *Service) changeSubscription(ctx context.Context, id string, f func(*Subscription) bool) (*Subscription, error) {
	var changed *Subscription
	there, err := s.o.Store.ChangeSubscription(ctx, id, func(data []byte) ([]byte, error) {
		sub := &Subscription{}
		changed = nil
		if err := json.Unmarshal(data, sub); err != nil {
			return nil, fmt.Errorf("read subscription %s: %w", id, err)
		}
		if !f(sub) {
			return nil, nil
		}
		sub.Changed, changed = s.o.Now().UTC().Truncate(time.Second), sub
		return json.Marshal(sub)
	})
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, fmt.Errorf("subscription %.60q: %w", id, ErrUnknown)
	}
	return changed, nil
}

// pauseItself pauses a subscription whose channel cannot be posted to, and tells its owner.
func (s *Service) pauseItself(ctx context.Context, sub *Subscription, e *outbox.SendError) error {
	why := Pause{Why: PausedGone, Cause: code(e)}
	if e.Kind == outbox.Config {
		why.Why = PausedConfig
	}
	paused, err := s.pause(ctx, sub.ID, why)
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err == nil && paused != nil {
		s.tell(ctx, paused, Notice{Kind: NoticePaused, Why: why.Why, Cause: why.Cause})
	}
	return err
}

// Resume plans a subscription's next run from now on; what was due while it was paused is not made up.
func (s *Service) Resume(ctx context.Context, id string) error {
	sub, err := s.changeSubscription(ctx, id, func(sub *Subscription) bool {
		paused := sub.Paused != nil
		sub.Paused = nil
		return paused
	})
	if err != nil || sub == nil {
		return err
	}
	return s.planAnew(ctx, sub)
}

// Delete removes a subscription and what was remembered of its runs; what was reported stays in the book.
func (s *Service) Delete(ctx context.Context, id string) error {
	sub, there, err := s.load(ctx, id)
	if err != nil {
		return err
	}
	if !there {
		return fmt.Errorf("subscription %.60q: %w", id, ErrUnknown)
	}
	open, err := s.o.Store.OpenOccurrences(ctx, sub.Team)
	if err != nil {
		return err
	}
	for _, o := range open {
		if of, _, _, _ := splitOccurrence(o); of == id {
			if err := errors.Join(s.o.Store.SetOpen(ctx, sub.Team, o, false), s.o.Store.Follow(ctx, o, time.Time{})); err != nil {
				return err
			}
		}
	}
	_, err = s.o.Store.DropSubscription(ctx, id)
	return err
}

// Next gives a subscription's next n runs after now.
func (s *Service) Next(sub Subscription, n int) ([]Occurrence, error) {
	p, err := s.planner(&sub)
	if err != nil {
		return nil, err
	}
	var runs []Occurrence
	for after := s.o.Now(); len(runs) < n; after = runs[len(runs)-1].Due {
		o, ok := p.next(after)
		if !ok {
			break
		}
		runs = append(runs, o)
	}
	return runs, nil
}

// Planned gives when a subscription is posted next, as it is planned; false for never.
func (s *Service) Planned(ctx context.Context, id string) (time.Time, bool, error) {
	n, err := s.o.Store.NextRun(ctx, id)
	return n.At, n.Day != "", err
}

// Preview gives the digest that a subscription would post now.
func (s *Service) Preview(ctx context.Context, id string) (Digest, error) {
	sub, err := s.Subscription(ctx, id)
	if err != nil {
		return Digest{}, err
	}
	return s.PreviewOf(ctx, sub)
}

// PreviewOf gives the digest that a subscription would post now which need not be kept yet.
func (s *Service) PreviewOf(ctx context.Context, sub Subscription) (Digest, error) {
	p, err := s.planner(&sub)
	if err != nil {
		return Digest{}, err
	}
	now := s.o.Now()
	due := now.In(p.zone)
	if next, ok := p.next(now); ok {
		due = next.Due
	}
	items, _, err := s.ask(ctx, &sub, now, false)
	if err != nil {
		return Digest{}, err
	}
	return s.shown(ctx, &sub, "", &record{Kind: Review, Due: due, PostedAt: now, Lang: sub.Lang, Items: items})
}

// PostNow shows a subscription's digest to one user alone, now: Digest.Only is set, and nothing is recorded.
func (s *Service) PostNow(ctx context.Context, id, user string) error {
	d, err := s.Preview(ctx, id)
	if err != nil {
		return err
	}
	d.Only = user
	_, err = s.call(ctx, d)
	return err
}

// Waiting gives the digests in which something waits for a user's answer: by name, by one of groups (the user groups that the user
// is in), or as anybody's where nobody is named. Their items are those alone.
func (s *Service) Waiting(ctx context.Context, team, user string, groups []string) ([]Digest, error) {
	open, err := s.o.Store.OpenOccurrences(ctx, team)
	if err != nil {
		return nil, err
	}
	slices.Sort(open)
	now := s.o.Now()
	var all []Digest
	for _, o := range open {
		d, _, err := s.Digest(ctx, o)
		if errors.Is(err, ErrUnknown) {
			continue
		}
		if err != nil {
			return nil, err
		}
		d.Items = slices.DeleteFunc(d.Items, func(i Item) bool {
			mine := slices.ContainsFunc(i.Asked, func(id string) bool { return id == user || slices.Contains(groups, id) })
			return !i.Waits() || i.Snoozed.After(now) || !mine
		})
		if len(d.Items) > 0 && !d.Superseded {
			all = append(all, d)
		}
	}
	return all, nil
}

// ChannelGone pauses a channel's subscriptions and tells their owners: it was archived or deleted, or the bot was removed. cause
// is the channel's own code for it.
func (s *Service) ChannelGone(ctx context.Context, team, channel, cause string) error {
	return s.gone(ctx, team, channel, &outbox.SendError{Kind: outbox.Gone, Cause: errors.New(cause)})
}

// TeamGone pauses a team's subscriptions: the token was revoked. Their owners can hardly be told; it is tried.
func (s *Service) TeamGone(ctx context.Context, team, cause string) error {
	return s.gone(ctx, team, "", &outbox.SendError{Kind: outbox.Config, Cause: errors.New(cause)})
}

func (s *Service) gone(ctx context.Context, team, channel string, e *outbox.SendError) error {
	subs, err := s.Subscriptions(ctx, team, channel)
	if err != nil {
		return err
	}
	var errs []error
	for i := range subs {
		errs = append(errs, s.pauseItself(ctx, &subs[i], e))
	}
	return errors.Join(errs...)
}
