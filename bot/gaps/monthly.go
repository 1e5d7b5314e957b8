package gaps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"cobijo/bot/outbox"
	"cobijo/bot/store"
)

// Poster posts a month's report where editors read it. Its errors are *outbox.SendError.
type Poster interface {
	// PostGaps posts it, marked with its month ("2026-10"). It gives the message's name there.
	PostGaps(ctx context.Context, channel, lang, month string, r *Report) (ts string, err error)
	// FindGaps looks for the report of a month that was posted since then; "" for none.
	FindGaps(ctx context.Context, channel, month string, since time.Time) (ts string, err error)
}

// Options are what a monthly report is made of.
type Options struct {
	Store   *store.Store
	Poster  Poster
	Channel string // where it is posted
	Lang    string // of the report
	Log     *slog.Logger
	Now     func() time.Time // time.Now where nil
	Look    time.Duration    // between two looks at the clock; a minute where zero
	Lease   time.Duration    // how long posting it may take before another replica does; two minutes where zero
}

// Monthly posts the report of each month in the next one, once for all replicas.
type Monthly struct {
	o    Options
	done string // the month that needs nothing more
	told string // what failed last: it is logged once
}

// NewMonthly makes it.
func NewMonthly(o Options) *Monthly {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Look <= 0 {
		o.Look = time.Minute
	}
	if o.Lease <= 0 {
		o.Lease = 2 * time.Minute
	}
	return &Monthly{o: o}
}

// postHour is when a report is posted, UTC: nine in the morning in Mexico and Central America, noon in Chile and Argentina.
const postHour = 15

// Due gives the first day of the month before now's, and from when on its report is posted: on the first working day of now's month.
// That is no Saturday, no Sunday, and neither of the two days that are a holiday nearly everywhere.
func Due(now time.Time) (month, due time.Time) {
	now = now.UTC()
	first := time.Date(now.Year(), now.Month(), 1, postHour, 0, 0, 0, time.UTC)
	for due = first; resting(due); {
		due = due.AddDate(0, 0, 1)
	}
	return time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, time.UTC), due
}

func resting(t time.Time) bool {
	newYear, labourDay := t.Month() == time.January && t.Day() == 1, t.Month() == time.May && t.Day() == 1
	return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday || newYear || labourDay
}

const (
	later   = time.Hour        // before what failed is tried again where an operator must help
	earlier = 10 * time.Minute // than due a report is looked for: clocks differ
)

// Run posts reports until the context ends. Redis and the channel may be away in between: then it is posted later in the month.
func (m *Monthly) Run(ctx context.Context) error {
	for {
		wait := cmp.Or(m.look(ctx), m.o.Look)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// look posts the report of the month before where it is due. It gives when to look again; 0 for as usual.
func (m *Monthly) look(ctx context.Context) time.Duration {
	now := m.o.Now()
	month, due := Due(now)
	name := month.Format("2006-01")
	if now.Before(due) || m.done == name {
		return 0
	}
	// The report is an occurrence as those of reminders are: claimed with a lease, and in doubt where its claimant died. No
	// subscription's id begins like that.
	claim, err := m.o.Store.ClaimOccurrence(ctx, "_gaps@"+name, m.o.Lease)
	if err != nil {
		return m.failed(ctx, name, err)
	}
	switch claim.State {
	case store.ClaimOver:
		m.done = name
		return 0
	case store.ClaimBusy:
		return claim.Wait
	}
	// Whoever goes on when its lease is over must not post beside the next: the calls end before it.
	lease, cancel := context.WithTimeout(ctx, m.o.Lease/2)
	defer cancel()
	ts, err := m.post(lease, month, due)
	keep := context.WithoutCancel(ctx)
	if err != nil {
		e := &outbox.SendError{Kind: outbox.Unavailable}
		errors.As(err, &e)
		if err := m.o.Store.UnclaimOccurrence(keep, claim, !e.Unsent); err != nil {
			m.o.Log.WarnContext(ctx, "the month's report is taken up again when its lease ends", "month", name, "error", err)
		}
		return m.failed(ctx, name, err)
	}
	if err := m.o.Store.Posted(keep, claim, []byte(ts), []byte(name)); err != nil {
		return m.failed(ctx, name, err) // the next look finds it in the channel
	}
	m.done = name
	m.o.Log.InfoContext(ctx, "the month's report is posted", "month", name)
	return 0
}

// post posts a month's report, unless it stands in the channel already: a Redis that keeps nothing, or a move to another one, must
// not have it said twice.
func (m *Monthly) post(ctx context.Context, month, due time.Time) (ts string, err error) {
	name := month.Format("2006-01")
	if ts, err = m.o.Poster.FindGaps(ctx, m.o.Channel, name, due.Add(-earlier)); err != nil || ts != "" {
		return ts, err //nolint:wrapcheck // it says what failed
	}
	to := month.AddDate(0, 1, -1)
	counts, err := m.o.Store.Counts(ctx, month, to)
	if err != nil {
		return "", fmt.Errorf("read the month's counts: %w", err)
	}
	return m.o.Poster.PostGaps(ctx, m.o.Channel, m.o.Lang, name, New(month, to, counts))
}

// failed logs what failed, and gives when to look again.
func (m *Monthly) failed(ctx context.Context, month string, err error) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	e := &outbox.SendError{Kind: outbox.Unavailable}
	errors.As(err, &e)
	level, wait := slog.LevelWarn, e.RetryAfter
	if e.Kind != outbox.Throttled && e.Kind != outbox.Unavailable {
		level, wait = slog.LevelError, later
	}
	if what := month + err.Error(); m.told != what {
		m.told = what
		m.o.Log.LogAttrs(ctx, level, "the month's report is not posted yet", slog.String("month", month), slog.String("error", err.Error()))
	}
	return wait
}
