package store

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// TestPatience takes Redis away while a chat is opened: what waits gets its turn when it is back, what does not wait fails.
func TestPatience(t *testing.T) {
	m := miniredis.RunT(t)
	rdb, err := Connect("redis://" + m.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer rdb.Close()
	patient, hasty := newStore(t, rdb, Options{Patience: time.Minute}), newStore(t, rdb, Options{})
	m.Close()
	back := make(chan error)
	go func() {
		time.Sleep(300 * time.Millisecond)
		back <- m.Restart()
	}()
	h, err := patient.Open(t.Context(), "test", "42", "u1")
	if err != nil || h.Repeat {
		t.Fatalf("%+v, %v", h, err)
	}
	if err := <-back; err != nil {
		t.Fatal(err)
	}
	m.Close()
	for _, s := range []*Store{hasty, patient} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		if _, err := s.Open(ctx, "test", "43", "u1"); err == nil {
			t.Error("opened on a Redis that is away")
		}
		cancel()
	}
}

// TestReadsArePatient takes Redis away before what is read or noted again without harm.
func TestReadsArePatient(t *testing.T) {
	m := miniredis.RunT(t)
	rdb, err := Connect("redis://" + m.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer rdb.Close()
	// Two hours after the week changed, and two before it: then something is looked for under another name, too.
	thursday := time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)
	s := newStore(t, rdb, Options{Patience: time.Minute, Now: func() time.Time { return thursday }})
	before := newStore(t, rdb, Options{Patience: time.Minute, Now: func() time.Time { return thursday.Add(-4 * time.Hour) }})
	for name, do := range map[string]func() error{
		"receipts":                       func() error { _, err := s.Receipts(t.Context(), "test", "42"); return err },
		"later":                          func() error { return s.Later(t.Context(), "test", []byte("note"), time.Now()) },
		"reports":                        func() error { _, err := s.Reports(t.Context(), "mx-01"); return err },
		"reported":                       func() error { _, err := s.Reported(t.Context()); return err },
		"open":                           func() error { _, err := s.Open(t.Context(), "test", "44", "u1"); return err },
		"begin":                          func() error { _, err := s.Begin(t.Context(), "test", "45", "u1"); return err },
		"open, before the week changes":  func() error { _, err := before.Open(t.Context(), "test", "46", "u1"); return err },
		"begin, before the week changes": func() error { _, err := before.Begin(t.Context(), "test", "47", "u1"); return err },
	} {
		m.Close()
		back := make(chan error)
		go func() {
			time.Sleep(100 * time.Millisecond)
			back <- m.Restart()
		}()
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := <-back; err != nil {
			t.Fatal(err)
		}
	}
}

func TestOutage(t *testing.T) {
	var o outage
	begin := time.Unix(1_790_000_000, 0)
	for _, step := range []struct {
		at    time.Duration
		young bool
	}{
		{0, true}, {2 * time.Second, true}, {4 * time.Second, false}, {8 * time.Second, false}, {12 * time.Second, false},
		{12*time.Second + outageGap + 1, true}, // it was back meanwhile
	} {
		if got := o.young(begin.Add(step.at), 3*time.Second); got != step.young {
			t.Errorf("after %v: young %v", step.at, got)
		}
	}
	if new(outage).young(begin, 0) {
		t.Error("no patience is no patience")
	}
}

// replyError is an error that the server replied.
type replyError string

func (e replyError) Error() string { return string(e) }
func (replyError) RedisError()     {}

func TestAway(t *testing.T) {
	for _, tt := range []struct {
		err  error
		away bool
	}{
		{nil, false}, {redis.Nil, false}, {context.Canceled, false}, {context.DeadlineExceeded, false}, {io.EOF, true}, {errors.New("connection refused"), true},
		{replyError("OOM command not allowed when used memory > 'maxmemory'."), false}, {replyError("ERR unknown command"), false},
		{replyError("CLUSTERDOWN The cluster is down"), true}, {replyError("LOADING Redis is loading the dataset in memory"), true},
		{replyError("READONLY You can't write against a read only replica."), true}, {replyError("WRONGTYPE"), false},
	} {
		if got := away(tt.err); got != tt.away {
			t.Errorf("%v: away %v", tt.err, got)
		}
	}
}

// TestCommitAgain runs a commit twice, as a client does that lost the answer to the first.
func TestCommitAgain(t *testing.T) {
	rdb := embedded(t)
	s := newStore(t, rdb, Options{})
	ctx := t.Context()
	h, err := s.Open(ctx, "test", "42", "u1")
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{h.keys[0], h.keys[1], h.keys[2], h.outbox(), h.receipts(), h.pace()}
	for range 2 {
		ms, err := s.run(ctx, s.fast, commitScript, keys, "1", h.token, "session", 1000, 1000, 1000, 1000, 0, 1, "one", "two").Int64()
		if err != nil || ms != 0 {
			t.Fatalf("%d, %v", ms, err)
		}
	}
	left, err := rdb.LRange(ctx, h.outbox(), 0, -1).Result()
	if err != nil || len(left) != 2 {
		t.Errorf("%q, %v: what was committed twice is sent twice", left, err)
	}
}
