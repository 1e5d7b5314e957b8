package slack_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot/fakeslack"
	"cobijo/bot/gaps"
	"cobijo/bot/store"
)

// monthRig is a Slack with a channel for editors, and what was counted in a Redis.
type monthRig struct {
	api     *fakeslack.Server
	clock   *clock
	rdb     redis.UniversalClient
	store   *store.Store
	editors *fakeslack.Channel
	ana     *fakeslack.Person
}

func newMonthRig(t *testing.T, at time.Time) *monthRig {
	t.Helper()
	r := &monthRig{api: fakeslack.New(), clock: &clock{t: at}}
	t.Cleanup(r.api.Close)
	r.api.AckTime, r.api.Now = 30*time.Second, r.clock.now
	r.ana = r.api.Person("ana", "es-419", "America/Mexico_City")
	r.editors = r.api.Channel("editors", r.ana)
	rdb, stop := store.Embedded()
	t.Cleanup(stop)
	r.rdb = rdb
	var err error
	if r.store, err = store.New(rdb, store.Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}, Now: r.clock.now}); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *monthRig) count(t *testing.T, n int, what, country, topic string) {
	t.Helper()
	for range n {
		if err := r.store.Count(t.Context(), what, country, topic); err != nil {
			t.Fatal(err)
		}
	}
}

// service runs an app of its own with a monthly report, until the test or stop ends it.
func (r *monthRig) service(t *testing.T) (s *stage, stop func()) {
	t.Helper()
	s = open(t, setup{way: overSocket, rdb: r.rdb, api: r.api, clock: r.clock})
	m := gaps.NewMonthly(gaps.Options{
		Store: r.store, Poster: s.channel, Channel: r.editors.ID, Lang: "es", Now: r.clock.now, Look: 5 * time.Millisecond,
		Log: slog.New(slog.NewJSONHandler(s.logs, nil)),
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		s.stop()
	}
	t.Cleanup(stop)
	return s, stop
}

// settled waits until it is recorded that a month needs nothing more.
func (r *monthRig) settled(s *stage, month string) {
	s.t.Helper()
	s.until("the report of "+month+" is recorded", func() bool {
		o, err := r.store.Occurrence(s.t.Context(), "_gaps@"+month)
		return err == nil && o.State == "sent"
	})
}

// TestMonthlyReport has two services side by side post a report once, and not again after a restart, nor after one with a Redis that
// lost everything.
func TestMonthlyReport(t *testing.T) {
	r := newMonthRig(t, time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	r.count(t, 13, "unanswered", "mx", "work")
	r.count(t, 4, "unanswered", "gt", "family")
	r.count(t, 3, "undelivered", "telegram", "rejected")
	r.clock.set(time.Date(2026, 12, 1, 14, 59, 59, 0, time.UTC))
	r.count(t, 50, "unanswered", "ca", "work") // of another month
	one, stopOne := r.service(t)
	_, stopTwo := r.service(t)
	time.Sleep(100 * time.Millisecond) // some looks
	if said := r.api.Said(r.editors); len(said) != 0 {
		t.Fatalf("before it is due:\n%s", r.api.Transcript(r.editors))
	}
	r.clock.set(time.Date(2026, 12, 1, 15, 0, 0, 0, time.UTC))
	r.settled(one, "2026-11")
	time.Sleep(100 * time.Millisecond)
	said := r.api.Said(r.editors)
	if len(said) != 1 || len(r.api.Calls("chat.postMessage")) != 1 {
		t.Fatalf("%d messages:\n%s", len(said), r.api.Transcript(r.editors))
	}
	one.has(said[0], "noviembre de 2026", "México", "13 sin respuesta", "Guatemala", "<5 sin respuesta")
	if shown := r.api.Show(said[0]); len(said[0].Metadata) == 0 || contains(shown, "Canad", "50", "telegram") {
		t.Errorf("%s\n%s", said[0].Metadata, shown)
	}

	stopOne()
	stopTwo()
	three, stopThree := r.service(t)
	time.Sleep(100 * time.Millisecond)
	stopThree()
	if err := r.rdb.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	four, _ := r.service(t)
	r.settled(four, "2026-11")
	if n := len(r.api.Said(r.editors)); n != 1 {
		t.Errorf("%d messages after a restart:\n%s", n, r.api.Transcript(r.editors))
	}

	// January's first working day is the fourth. Nothing is left of December.
	r.clock.set(time.Date(2027, 1, 1, 15, 0, 0, 0, time.UTC))
	time.Sleep(100 * time.Millisecond)
	if n := len(r.api.Said(r.editors)); n != 1 {
		t.Errorf("%d messages on a holiday:\n%s", n, r.api.Transcript(r.editors))
	}
	r.clock.set(time.Date(2027, 1, 6, 15, 0, 0, 0, time.UTC))
	r.settled(three, "2026-12")
	if said = r.api.Said(r.editors); len(said) != 2 {
		t.Fatalf("%d messages:\n%s", len(said), r.api.Transcript(r.editors))
	}
	four.has(said[1], "diciembre de 2026", "No se preguntó nada que quedara sin respuesta")
}

// contains tells whether a text has one of some words.
func contains(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// TestMonthlyReportLater posts it when Slack is there again, and once where an answer was lost.
func TestMonthlyReportLater(t *testing.T) {
	r := newMonthRig(t, time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC))
	r.api.Fail("conversations.history", fakeslack.Fault{Code: 503}, fakeslack.Fault{Cut: true})
	r.api.Fail("chat.postMessage", fakeslack.Fault{Code: 500}, fakeslack.Fault{Cut: true}, fakeslack.Fault{Code: 429, RetryAfter: 1}, fakeslack.Fault{Cut: true, Done: true})
	s, _ := r.service(t)
	r.settled(s, "2026-10")
	if n := len(r.api.Said(r.editors)); n != 1 {
		t.Errorf("%d messages:\n%s", n, r.api.Transcript(r.editors))
	}
	if n := len(r.api.Calls("chat.postMessage")); n != 4 {
		t.Errorf("%d attempts", n)
	}
}

// TestMonthlyReportNotInvited says what an operator must do, and goes on when it was done.
func TestMonthlyReportNotInvited(t *testing.T) {
	r := newMonthRig(t, time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC))
	r.api.RemoveBot(r.editors, r.ana)
	s, stop := r.service(t)
	s.until("it is logged", func() bool { return contains(s.logs.String(), "not_in_channel") })
	stop()
	r.api.InviteBot(r.editors, r.ana)
	s, _ = r.service(t)
	r.settled(s, "2026-10")
	if n := len(r.api.Said(r.editors)); n != 1 {
		t.Errorf("%d messages:\n%s", n, r.api.Transcript(r.editors))
	}
}
