package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSettings(t *testing.T) {
	rdb := redisServer(t)
	s := newStore(t, rdb, Options{})
	for _, tt := range []struct {
		aof, policy string
		safe        []bool
	}{
		{"no", "noeviction", []bool{false, true}},
		{"yes", "allkeys-lru", []bool{true, false}},
		{"yes", "noeviction", []bool{true, true}},
	} {
		for name, value := range map[string]string{"appendonly": tt.aof, "maxmemory-policy": tt.policy} {
			if err := rdb.ConfigSet(t.Context(), name, value).Err(); err != nil {
				t.Fatal(err)
			}
		}
		want := []Setting{{"appendonly", tt.aof, "yes"}, {"maxmemory-policy", tt.policy, "noeviction"}}
		got, err := s.Settings(t.Context())
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%v\n%s", err, d)
		}
		for i := range got {
			if got[i].Safe() != tt.safe[i] {
				t.Errorf("%+v is safe: %v", got[i], got[i].Safe())
			}
		}
		// Who may not ask for the configuration reads the same from INFO.
		if err := rdb.Do(t.Context(), "ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-config").Err(); err != nil {
			t.Fatal(err)
		}
		conn := rdb.Pipeline()
		conn.Do(t.Context(), "AUTH", "app", "pw")
		config := conn.ConfigGet(t.Context(), "appendonly")
		info := conn.Info(t.Context(), "persistence")
		memory := conn.Info(t.Context(), "memory")
		conn.Do(t.Context(), "AUTH", "default", "")
		_, _ = conn.Exec(t.Context())
		if config.Err() == nil {
			t.Error("the configuration was not forbidden")
		}
		told := map[string]string{}
		readInfo(info.Val(), told)
		readInfo(memory.Val(), told)
		if d := cmp.Diff(map[string]string{"appendonly": tt.aof, "maxmemory-policy": tt.policy}, told); d != "" {
			t.Errorf("by INFO:\n%s", d)
		}
	}
}

func TestSettingsHidden(t *testing.T) {
	s := newStore(t, embedded(t), Options{})
	if _, err := s.Settings(t.Context()); !errors.Is(err, ErrSettingsHidden) {
		t.Errorf("a server that knows no CONFIG and no such INFO: %v", err)
	}
}

func TestReady(t *testing.T) {
	rdb := redisServer(t)
	s := newStore(t, rdb, Options{})
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	// A full server answers, and keeps nothing.
	if err := rdb.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context()); err == nil {
		t.Error("a full server is ready")
	}
	if err := rdb.Ping(t.Context()).Err(); err != nil {
		t.Errorf("a full server does not answer: %v", err)
	}
}

func TestCounts(t *testing.T) {
	now := time.Date(2026, time.October, 31, 23, 59, 0, 0, time.UTC)
	s := newStore(t, embedded(t), Options{Now: func() time.Time { return now }})
	for range 2 {
		if err := s.Count(t.Context(), "unanswered", "mx", "work"); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(time.Minute)
	if err := s.Count(t.Context(), "useful", "", ""); err != nil {
		t.Fatal(err)
	}
	last, first := day(now.Add(-time.Minute)), day(now)
	for _, tt := range []struct {
		from, to time.Time
		want     []Counted
	}{
		{last, last.Add(5 * time.Hour), []Counted{{last, "unanswered", "mx", "work", 2}}},
		{last, now, []Counted{{last, "unanswered", "mx", "work", 2}, {first, "useful", "", "", 1}}},
		{now, last, nil},
	} {
		got, err := s.Counts(t.Context(), tt.from, tt.to)
		if d := cmp.Diff(tt.want, got); err != nil || d != "" {
			t.Errorf("%v to %v: %v\n%s", tt.from, tt.to, err, d)
		}
	}
}

// Whatever is counted is read again as it was, and whatever else stands there is left out.
func TestCountFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z-]{0,8}`)
		want := Counted{What: word.Draw(t, "what"), Country: word.Draw(t, "country"), Topic: word.Draw(t, "topic"), N: 7}
		if got, ok := readCount(countField(want.What, want.Country, want.Topic), "7"); !ok || got != want {
			t.Errorf("%+v, %v; not %+v", got, ok, want)
		}
		readCount(rapid.String().Draw(t, "field"), rapid.String().Draw(t, "value"))
	})
	for _, bad := range [][2]string{{"", "1"}, {"what", "1"}, {"what:mx", "1"}, {"what:mx/work", "x"}} {
		if _, ok := readCount(bad[0], bad[1]); ok {
			t.Errorf("%q is read", bad)
		}
	}
}
