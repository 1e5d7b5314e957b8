package reminders

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"cobijo/bot/backup"
	"cobijo/bot/progress"
	"cobijo/bot/store"
)

// moved is a subscription with all that its next run and its last message need. Neither ids nor data depend on the secret that seals
// them.
type moved struct {
	Subscription Subscription `json:"subscription"`
	Next         progress.Day `json:"next,omitempty"` // the day of the run that is planned
	Standing     *standing    `json:"standing,omitempty"`
	Posted       []movedRun   `json:"posted,omitempty"` // the last run that was posted, and its week's digests
}

// movedRun is an occurrence that was posted, and where it stands.
type movedRun struct {
	Occurrence string `json:"occurrence"`
	Where      Posted `json:"where"`
	Record     record `json:"record"`
}

// Shelf is the subscriptions, to be exported and imported: it is a backup.Source and a backup.Sink. What waits in the task queue is
// no part of it: a run that is due but not posted when it is exported is not posted by who imports it.
type Shelf struct{ s *Service }

// Shelf gives the subscriptions for an export or an import.
func (s *Service) Shelf() Shelf { return Shelf{s} }

// Kind names the kind of records.
func (Shelf) Kind() string { return "subscription" }

// Each gives every subscription by its id.
func (sh Shelf) Each(ctx context.Context, give func(string, json.RawMessage) error) error {
	records, err := sh.s.o.Store.Subscriptions(ctx)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(records)) {
		data := json.RawMessage(nil)
		if records[id] != nil {
			m, err := sh.s.packed(ctx, id, records[id])
			if err != nil {
				return err
			}
			if data, err = json.Marshal(m); err != nil {
				return fmt.Errorf("write subscription %s: %w", id, err)
			}
		}
		if err := give(id, data); err != nil {
			return err
		}
	}
	return nil
}

// packed puts what belongs to a subscription together.
func (s *Service) packed(ctx context.Context, id string, data []byte) (*moved, error) {
	m := &moved{}
	if err := json.Unmarshal(data, &m.Subscription); err != nil {
		return nil, fmt.Errorf("read subscription %s: %w", id, err)
	}
	run, err := s.o.Store.NextRun(ctx, id)
	if err != nil {
		return nil, err
	}
	m.Next = progress.Day(run.Day)
	kept, err := s.o.Store.Standing(ctx, id)
	if err != nil || kept == nil {
		return m, err
	}
	if m.Standing, err = readStanding(kept); err != nil {
		return nil, fmt.Errorf("subscription %s: %w", id, err)
	}
	if m.Standing.Last == "" {
		return m, nil
	}
	ids := []string{m.Standing.Last}
	for i := 0; i < len(ids); i++ {
		one, ok, err := s.packedRun(ctx, ids[i])
		if err != nil {
			return nil, err
		}
		if ok {
			m.Posted = append(m.Posted, one)
			ids = append(ids, one.Record.Weeks...)
		}
	}
	return m, nil
}

// packedRun gives an occurrence that was posted; false where it was not, or nothing is known of it any more.
func (s *Service) packedRun(ctx context.Context, occurrence string) (run movedRun, ok bool, err error) {
	o, err := s.o.Store.Occurrence(ctx, occurrence)
	if err != nil || o.State != "sent" || o.Data == nil || o.Posted == nil {
		return run, false, err
	}
	run.Occurrence = occurrence
	if err := errors.Join(json.Unmarshal(o.Data, &run.Record), json.Unmarshal(o.Posted, &run.Where)); err != nil {
		return run, false, fmt.Errorf("read occurrence %s: %w", occurrence, err)
	}
	return run, true, nil
}

// Check tells whether a subscription is new here, and what is wrong with it.
func (sh Shelf) Check(ctx context.Context, id string, data json.RawMessage) (bool, error) {
	if _, err := sh.s.unpacked(id, data); err != nil {
		return false, err
	}
	there, err := sh.s.o.Store.HasSubscription(ctx, id)
	return !there, err
}

func (s *Service) unpacked(id string, data json.RawMessage) (*moved, error) {
	m := &moved{}
	err := backup.Decode(data, m)
	if err == nil {
		err = m.check(id)
	}
	if err != nil {
		return nil, fmt.Errorf("subscription %.60q: %w", id, err)
	}
	if ps := s.Check(m.Subscription); len(ps) > 0 {
		return nil, fmt.Errorf("subscription %.60q: %w", id, ps)
	}
	return m, nil
}

// check tells what is wrong with what belongs to a subscription.
func (m *moved) check(id string) error {
	mine := func(occurrence string) bool {
		of, _, _, ok := splitOccurrence(occurrence)
		return ok && of == id
	}
	if m.Subscription.ID != id {
		return errors.New("it has another id")
	}
	if p := m.Subscription.Paused; p != nil && !slices.Contains([]PauseReason{PausedByPerson, PausedGone, PausedConfig}, p.Why) {
		return fmt.Errorf("it is paused for an unknown reason, %.40q", p.Why)
	}
	if m.Next != "" {
		if _, err := progress.ParseDay(string(m.Next)); err != nil {
			return fmt.Errorf("next: %w", err)
		}
	}
	if m.Standing != nil && m.Standing.Last != "" && !mine(m.Standing.Last) {
		return fmt.Errorf("its last run %.60q is none of its own", m.Standing.Last)
	}
	for _, run := range m.Posted {
		switch {
		case !mine(run.Occurrence):
			return fmt.Errorf("its run %.60q is none of its own", run.Occurrence)
		case run.Where.Team == "" || run.Where.Channel == "" || run.Where.TS == "":
			return fmt.Errorf("run %s: nothing says where it was posted", run.Occurrence)
		case run.Record.Kind != Review && run.Record.Kind != Week:
			return fmt.Errorf("run %s: there is no kind %.40q", run.Occurrence, run.Record.Kind)
		}
	}
	return nil
}

// Put keeps a subscription that is not there yet, and plans its next run: what was due before now is not made up. The subscription
// itself comes after what belongs to it, and its next run last, so that whoever was stopped in between can begin again.
func (sh Shelf) Put(ctx context.Context, id string, data json.RawMessage) (bool, error) {
	s := sh.s
	m, err := s.unpacked(id, data)
	if err != nil {
		return false, err
	}
	sub, there, err := s.load(ctx, id)
	if err != nil {
		return false, err
	}
	if there {
		return s.planMoved(ctx, sub, m, false)
	}
	if err := s.restore(ctx, m); err != nil {
		return false, err
	}
	kept, err := json.Marshal(m.Subscription)
	if err != nil {
		return false, fmt.Errorf("write subscription: %w", err)
	}
	added, err := s.o.Store.AddSubscription(ctx, id, kept)
	if err != nil || !added {
		return false, err
	}
	_, err = s.planMoved(ctx, &m.Subscription, m, true)
	return true, err
}

// restore keeps what belongs to a subscription.
func (s *Service) restore(ctx context.Context, m *moved) error {
	for i := range m.Posted {
		one := &m.Posted[i]
		where, err1 := json.Marshal(one.Where)
		data, err2 := json.Marshal(one.Record)
		if err := errors.Join(err1, err2); err != nil {
			return fmt.Errorf("write occurrence: %w", err)
		}
		kept, err := s.o.Store.RestoreOccurrence(ctx, one.Occurrence, where, data, one.Record.PostedAt)
		if err != nil {
			return err
		}
		if !kept { // unless who began this was stopped here, it is another's
			if o, err := s.o.Store.Occurrence(ctx, one.Occurrence); err != nil || o.State != "sent" {
				if err != nil {
					return err
				}
				continue
			}
		}
		if err := s.o.Store.SetThread(ctx, one.Where.Team, one.Where.Channel, one.Where.TS, one.Occurrence); err != nil {
			return err
		}
		if one.Record.Base == "" && one.Record.open() {
			if err := s.o.Store.SetOpen(ctx, one.Where.Team, one.Occurrence, true); err != nil {
				return err
			}
		}
	}
	if m.Standing == nil {
		return nil
	}
	data, err := json.Marshal(m.Standing)
	if err != nil {
		return fmt.Errorf("write standing: %w", err)
	}
	return s.o.Store.ChangeStanding(ctx, m.Subscription.ID, func(before []byte) ([]byte, error) {
		if before != nil {
			return nil, nil
		}
		return data, nil
	})
}

// planMoved plans the next run of a subscription that was imported, where none is planned. It tells whether it did.
func (s *Service) planMoved(ctx context.Context, sub *Subscription, m *moved, fresh bool) (bool, error) {
	if sub.Paused != nil {
		return false, nil
	}
	planned, err := s.o.Store.NextRun(ctx, sub.ID)
	if err != nil || planned.Day != "" {
		return false, err
	}
	p, err := s.planner(sub)
	if err != nil {
		return false, err
	}
	now := s.o.Now()
	next, runs := p.upcoming(m.Next, now)
	if !runs && !fresh {
		return false, nil
	}
	if m.Standing != nil && m.Standing.Last != "" {
		if err := s.o.Store.Follow(ctx, m.Standing.Last, now); err != nil {
			return false, err
		}
	}
	if !runs {
		return false, nil
	}
	return s.o.Store.MoveNext(ctx, sub.ID, "", store.Next{Day: string(next.Day), At: next.Moment})
}

// movedFar is longer than quiet hours, weekends and holidays move a run.
const movedFar = 14 * 24 * time.Hour

// upcoming gives the first run that is not over: from the one that was planned on, which may have been due already and only moved to
// the next working day.
func (p *planner) upcoming(planned progress.Day, now time.Time) (Occurrence, bool) {
	o, ok := p.on(planned)
	if !ok || now.Sub(o.Due) > movedFar {
		return p.next(now)
	}
	for ok && !o.Moment.After(now) {
		o, ok = p.next(o.Due)
	}
	return o, ok
}
