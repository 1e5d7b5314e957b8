package reminders

import (
	"context"
	"slices"
	"time"

	"cobijo/bot/progress"
	"cobijo/knowledge/statement"
)

// selected gives the commitments that a subscription is about, in the document's order.
func (s *Service) selected(sub *Subscription) []*statement.Commitment {
	var found []*statement.Commitment
	byLists := len(sub.Participants)+len(sub.Themes) > 0
	for _, c := range s.o.Statement.Commitments {
		named := slices.Contains(sub.Commitments, c.ID)
		listed := byLists && (len(sub.Participants) == 0 || slices.Contains(sub.Participants, c.Participant)) &&
			(len(sub.Themes) == 0 || slices.ContainsFunc(c.Themes, func(t string) bool { return slices.Contains(sub.Themes, t) }))
		if named || listed {
			found = append(found, c)
		}
	}
	return found
}

// closed tells whether a commitment needs no asking: its actor says that it is done, or not applicable, and nobody found otherwise.
func closed(c progress.Current) bool {
	return c.Status().Closed() && (c.Assessed == nil || c.Assessment().Closed())
}

// ask gives what a digest of a subscription asks at a moment, with all also what is closed. awake tells whether any of it is not
// snoozed.
func (s *Service) ask(ctx context.Context, sub *Subscription, now time.Time, all bool) (items []kept, awake bool, err error) {
	st, err := s.standing(ctx, sub.ID)
	if err != nil {
		return nil, false, err
	}
	var ids []string
	for _, c := range s.selected(sub) {
		ids = append(ids, c.ID)
	}
	if len(ids) == 0 {
		return nil, false, nil
	}
	current, err := s.o.Book.Current(ctx, ids...)
	if err != nil {
		return nil, false, err
	}
	for _, id := range ids {
		if _, stopped := st.Stopped[id]; !all && (stopped || closed(current[id])) {
			continue
		}
		k := kept{Item: Item{Commitment: id, Asked: slices.Clone(sub.Answerers)}, Since: now}
		if h, ok := st.Handed[id]; ok {
			k.Reassigned, k.Asked = &h, []string{h.To.ID}
		}
		if z, ok := st.Snoozed[id]; ok && z.Until.After(now) {
			k.Snoozed, k.SnoozedBy = z.Until, z.By
		} else {
			awake = true
		}
		items = append(items, k)
	}
	return items, awake, nil
}

// shown makes a digest of a record: its items with what is known of them now.
func (s *Service) shown(ctx context.Context, sub *Subscription, occurrence string, r *record) (Digest, error) {
	zone, err := loadZone(sub.Zone)
	if err != nil {
		return Digest{}, err
	}
	d := Digest{
		Occurrence: occurrence, Kind: r.Kind, Subscription: *sub, Due: r.Due.In(zone), Late: r.Late, Lang: r.Lang, Superseded: r.Superseded,
	}
	var ids []string
	for _, k := range r.Items {
		ids = append(ids, k.Commitment)
	}
	if len(ids) == 0 {
		return d, nil
	}
	current, err := s.o.Book.Current(ctx, ids...)
	if err != nil {
		return Digest{}, err
	}
	milestones, err := s.o.Book.Milestones(ctx)
	if err != nil {
		return Digest{}, err
	}
	today := progress.DayOf(s.o.Now().In(zone))
	for _, k := range r.Items {
		item := k.Item
		c := current[item.Commitment]
		item.Claimed, item.Assessed = line(c.Claimed, today), line(c.Assessed, today)
		item.Milestone = milestone(milestones, item.Commitment, today)
		d.Items = append(d.Items, item)
	}
	return d, nil
}

func line(r *progress.Report, today progress.Day) *StatusLine {
	if r == nil {
		return nil
	}
	days := int(today.Time(time.UTC).Sub(r.AsOf.Time(time.UTC)) / (24 * time.Hour))
	return &StatusLine{Status: r.Status, Who: r.Who, At: r.At, AsOf: r.AsOf, Days: max(days, 0), Evidence: r.Evidence, Note: r.Note}
}

// milestone gives a commitment's last milestone that is over, or else its next one. all is in the order of the days.
func milestone(all []progress.Milestone, commitment string, today progress.Day) *progress.Milestone {
	var found *progress.Milestone
	for i := range all {
		m := &all[i]
		if m.Commitment != commitment {
			continue
		}
		if m.Date >= today {
			if found == nil {
				found = m
			}
			break
		}
		found = m
	}
	return found
}
