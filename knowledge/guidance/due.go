package guidance

import (
	"cmp"
	"slices"
	"time"
)

// How long a review holds: what changes often is compared with its sources again sooner.
const (
	reviewEvery         = reviewDays * 24 * time.Hour
	reviewVolatileEvery = 90 * 24 * time.Hour
)

// Due gives the day up to which the entry's review holds.
func (e *Entry) Due() time.Time {
	if e.Volatile {
		return e.Reviewed.Add(reviewVolatileEvery)
	}
	return e.Reviewed.Add(reviewEvery)
}

// Review is a text that is to be compared with its sources again.
type Review struct {
	Country  string
	ID       string   // "mx/deadlines", "rumours/…", "emergency/…"
	Langs    []string // in which it is due
	Volatile bool
	Reviewed Date // the earliest of its languages
	Due      time.Time
	Oldest   Date // the earliest date among its sources, zero where none bears one
}

// DaysLeft gives the whole days until it is due, negative where it is overdue.
func (r Review) DaysLeft(now time.Time) int {
	return int(Day(r.Due).Sub(Day(now).Time) / (24 * time.Hour))
}

// Reviews lists every text, country by country in their order, in each the one that is due first before the others; of those
// due on one day, what changes often goes first, and then what stands on the oldest source.
func (l *Library) Reviews() []Review {
	var all []Review
	for _, c := range l.Countries {
		var rs []Review
		l.Entries(c.Code, func(e *Entry) bool {
			rs = merge(rs, Review{c.Code, e.ID(), []string{e.Lang}, e.Volatile, e.Reviewed, e.Due(), e.Oldest()})
			return true
		})
		for _, r := range l.Rumours {
			if r.Country == c.Code {
				rs = append(rs, Review{c.Code, "rumours/" + r.ID, Languages, false, r.Reviewed, r.Reviewed.Add(reviewEvery), l.oldest(c.Code, r.Sources)})
			}
		}
		if c.Code == Regional {
			for _, e := range l.Emergencies {
				rs = merge(rs, Review{c.Code, "emergency/" + e.Danger, []string{e.Lang}, false, e.Reviewed, e.Reviewed.Add(reviewEvery), l.oldest(Regional, e.Sources)})
			}
		}
		slices.SortStableFunc(rs, func(a, b Review) int {
			return cmp.Or(a.Due.Compare(b.Due), -compareBool(a.Volatile, b.Volatile), compareKnown(a.Oldest, b.Oldest))
		})
		all = append(all, rs...)
	}
	return all
}

// merge adds a text to that of the other language, which was listed before.
func merge(rs []Review, r Review) []Review {
	i := slices.IndexFunc(rs, func(o Review) bool { return o.ID == r.ID })
	if i < 0 {
		return append(rs, r)
	}
	old := &rs[i]
	switch {
	case r.Due.Equal(old.Due):
		old.Langs = append(old.Langs, r.Langs...)
	case r.Due.Before(old.Due):
		*old = r
	}
	return rs
}

func (l *Library) oldest(country string, sources []string) Date {
	var e Entry
	for _, id := range sources {
		if s := l.Source(country, id); s != nil {
			e.Sources = append(e.Sources, s)
		}
	}
	return e.Oldest()
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// compareKnown puts a date that is not known after those that are.
func compareKnown(a, b Date) int {
	if a.IsZero() != b.IsZero() {
		return compareBool(a.IsZero(), b.IsZero())
	}
	return a.Compare(b.Time)
}
