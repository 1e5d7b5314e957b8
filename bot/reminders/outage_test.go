package reminders

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cobijo/bot/progress"
)

// TestRedisRestarts stops the server while reminders are sent, and starts it again with what it wrote to disk.
func TestRedisRestarts(t *testing.T) {
	t.Parallel()
	server := redisServer(t, true)
	r := newRigWith(t, server.client(), nine(t), lossyTiming())
	r.channel.slow = 10 * time.Millisecond
	occurrences := dueAt(t, r, "a", 60)
	run(t, r.Service)
	for i := range 2 {
		eventually(t, time.Minute, "some are posted", func() bool { return len(r.channel.all()) > 10+20*i })
		server.kill()
		time.Sleep(300 * time.Millisecond)
		server.start()
	}
	// Tasks whose worker lost them are taken up again when their lease is over: a minute, which the test does not wait for.
	rdb := server.client()
	eventually(t, 2*time.Minute, "all are recorded", func() bool {
		if recorded(t, r.store, occurrences)() {
			return true
		}
		agedLeases(t, rdb)
		time.Sleep(200 * time.Millisecond)
		run(t, newService(t, server.client(), newPoster(r.channel.URL), r.clock.now, lossyTiming(), nil))()
		return false
	})
	once(t, r.channel, occurrences)
}

// TestMissed has everything be down while a run is due.
func TestMissed(t *testing.T) {
	for _, tt := range []struct {
		name  string
		down  time.Duration
		daily bool
		want  []string // day and label of what is posted
		skip  int
	}{
		{name: "two hours", down: 2 * time.Hour, want: []string{"a-0@2026-11-25 late"}},
		{name: "a little", down: 5 * time.Minute, want: []string{"a-0@2026-11-25"}},
		{name: "thirty hours", down: 30 * time.Hour, skip: 1},
		{name: "two hours, daily", down: 2 * time.Hour, daily: true, want: []string{"a-0@2026-11-25 late"}},
		{name: "two days, daily", down: 48*time.Hour + time.Hour, daily: true, want: []string{"a-0@2026-11-27 late"}, skip: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, embedded(t), nine(t).Add(-time.Minute))
			sub := weekly("a-0", "C1")
			if tt.daily {
				sub.Rhythm = Rhythm{RRule: "FREQ=DAILY"}
			}
			save(t, r.Service, sub)
			r.clock.set(nine(t).Add(tt.down))
			run(t, r.Service)
			eventually(t, time.Minute, "it is planned", func() bool {
				next, ok, err := r.Planned(t.Context(), "a-0")
				return err == nil && ok && next.After(r.clock.now())
			})
			eventually(t, time.Minute, "it is posted", func() bool { return len(r.channel.all()) >= len(tt.want) })
			time.Sleep(200 * time.Millisecond)
			var got []string
			for _, p := range r.channel.all() {
				label := p.Occurrence
				if p.Late {
					label += " late"
				}
				got = append(got, label)
			}
			if !slices.Equal(got, tt.want) || r.count(OutcomeSkipped)+r.count(OutcomeLater) != tt.skip {
				t.Errorf("posted %v, want %v; %v", got, tt.want, r.outcomes)
			}
		})
	}
}

// TestClockJumps sets the clock two hours back while the service runs, and forward again.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	r := newRig(t, embedded(t), nine(t).Add(-time.Minute))
	save(t, r.Service, weekly("a-0", "C1"))
	run(t, r.Service)
	r.clock.set(nine(t).Add(-2 * time.Hour))
	time.Sleep(150 * time.Millisecond)
	if got := r.channel.all(); len(got) > 0 {
		t.Fatalf("posted two hours early: %+v", got)
	}
	r.clock.set(nine(t).Add(2 * time.Hour))
	eventually(t, time.Minute, "it is posted", func() bool { return len(r.channel.all()) == 1 })
	for _, by := range []time.Duration{-2 * time.Hour, 0, 2 * time.Hour} {
		r.clock.set(nine(t).Add(by))
		time.Sleep(150 * time.Millisecond)
	}
	if got := r.channel.all(); len(got) != 1 || !got[0].Late {
		t.Errorf("%+v", got)
	}
}

// TestManyAtOnce has many subscriptions due in the same minute: a busy channel does not hold up the others, and none gets two
// messages within its pause.
func TestManyAtOnce(t *testing.T) {
	n, busy, every := 300, 20, 200*time.Millisecond
	if long() {
		n, busy, every = 10_000, 60, time.Second
	} else {
		t.Parallel()
	}
	server := redisServer(t, false)
	r := newRig(t, server.client(), nine(t).Add(-time.Minute))
	timing := fastTiming()
	timing.Every, timing.Post, timing.Lease, timing.Workers = every, 5*time.Second, 20*time.Second, 16
	r.Service = newService(t, server.client(), newPoster(r.channel.URL), r.clock.now, timing, nil)
	var occurrences []string
	for i := range n {
		channel := fmt.Sprintf("C%d", i%(n/4)) // four in most channels
		if i < busy {
			channel = "CBUSY"
		}
		sub := save(t, r.Service, weekly(fmt.Sprintf("m-%d", i), channel))
		occurrences = append(occurrences, sub.ID+"@2026-11-25")
	}
	r.clock.set(nine(t))
	began := time.Now()
	run(t, r.Service)
	within := time.Minute
	if long() {
		within = 15 * time.Minute
	}
	eventually(t, within, "all are posted", func() bool { return len(r.channel.all()) >= n })
	took := time.Since(began)
	eventually(t, within, "all are recorded", recorded(t, r.store, occurrences))
	once(t, r.channel, occurrences)
	last, others, least := map[string]time.Time{}, time.Duration(0), time.Hour
	meanwhile, beside := 0, 0 // others before the last of the busy channel
	for _, p := range r.channel.all() {
		if before, ok := last[p.Channel]; ok {
			least = min(least, p.At.Sub(before))
		}
		last[p.Channel] = p.At
		if p.Channel == "CBUSY" {
			meanwhile = beside
		} else {
			beside++
			others = max(others, p.At.Sub(began))
		}
	}
	if least < every {
		t.Errorf("two messages in a channel %v apart, want %v at least", least, every)
	}
	if meanwhile < busy {
		t.Errorf("while the busy channel got %d messages, the others got %d", busy, meanwhile)
	}
	t.Logf("%d subscriptions due in one minute over %d channels: all posted in %v (%.0f a second), the others than the busy one in %v; least pause in a channel %v",
		n, len(last), took.Round(time.Millisecond), float64(n)/took.Seconds(), others.Round(time.Millisecond), least.Round(time.Millisecond))
}

// TestPausesItself has the channel be gone.
func TestPausesItself(t *testing.T) {
	t.Parallel()
	r := newRig(t, embedded(t), nine(t))
	r.channel.fault = func(string, int) fault { return gone }
	occurrences := dueAt(t, r, "a", 1)
	run(t, r.Service)
	eventually(t, time.Minute, "it is paused", func() bool {
		sub, err := r.Subscription(t.Context(), "a-0")
		return err == nil && sub.Paused != nil && sub.Paused.Why == PausedGone && sub.Paused.Cause == "is_archived"
	})
	eventually(t, time.Minute, "its owner is told", func() bool {
		r.channel.mu.Lock()
		defer r.channel.mu.Unlock()
		return slices.Equal(r.channel.told, []string{"UOWNER paused/gone"})
	})
	eventually(t, time.Minute, "it is ended", func() bool {
		o, err := r.store.Occurrence(t.Context(), occurrences[0])
		return err == nil && o.State == "ended"
	})
	if _, planned, err := r.Planned(t.Context(), "a-0"); err != nil || planned {
		t.Errorf("it still runs: %v", err)
	}
	if err := r.Resume(t.Context(), "a-0"); err != nil {
		t.Fatal(err)
	}
	next, planned, err := r.Planned(t.Context(), "a-0")
	if err != nil || !planned || progress.DayOf(next.In(nine(t).Location())) != "2026-12-02" {
		t.Errorf("resumed for %v %v %v", next, planned, err)
	}
}

// TestDeadLetters has the channel refuse what is posted, and an operator try it again.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	r := newRig(t, redisServer(t, false).client(), nine(t))
	r.channel.fault = func(_ string, n int) fault {
		if n == 0 {
			return rejected
		}
		return fine
	}
	occurrences := dueAt(t, r, "a", 3)
	run(t, r.Service)
	var dead []Dead
	eventually(t, time.Minute, "they are dead letters", func() bool {
		dead, _ = r.Failed()
		return len(dead) == 3
	})
	if !strings.Contains(dead[0].Error, "invalid_blocks") || len(r.channel.all()) != 0 || r.count(OutcomeDead) != 3 {
		t.Errorf("%+v", dead)
	}
	r.clock.set(nine(t).Add(49 * time.Hour)) // however late
	if n, err := r.Retry(t.Context(), "a-1@2026-11-25"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	eventually(t, time.Minute, "one is posted", func() bool { return r.channel.posted()["a-1@2026-11-25"] == 1 })
	if n, err := r.Retry(t.Context()); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	eventually(t, time.Minute, "all are posted", recorded(t, r.store, occurrences))
	once(t, r.channel, occurrences)
}
