package store

import (
	"testing"
	"time"
)

func TestClaims(t *testing.T) {
	rdb, stop := Embedded()
	defer stop()
	s, err := New(rdb, Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}})
	if err != nil {
		t.Fatal(err)
	}
	claim := func(channel, what string, want bool) {
		t.Helper()
		got, err := s.Claim(t.Context(), channel, what, time.Hour)
		if err != nil || got != want {
			t.Errorf("claim %s %s: %v, %v; want %v", channel, what, got, err, want)
		}
	}
	claim("slack", "event/1", true)
	claim("slack", "event/1", false)
	claim("slack", "event/2", true)
	claim("other", "event/1", true)
	claim("slackevent", "/1", true)
	if err := s.Unclaim(t.Context(), "slack", "event/1"); err != nil {
		t.Fatal(err)
	}
	claim("slack", "event/1", true)
	for _, key := range rdb.Keys(t.Context(), "*").Val() {
		if ttl := rdb.TTL(t.Context(), key).Val(); ttl <= 0 || ttl > time.Hour {
			t.Errorf("%s expires in %v", key, ttl)
		}
	}
}

func TestPreferredLanguage(t *testing.T) {
	rdb, stop := Embedded()
	defer stop()
	s, err := New(rdb, Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"", "es", "en", ""} {
		if err := s.Prefer(t.Context(), "slack", "T1/U1", lang); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Preferred(t.Context(), "slack", "T1/U1"); err != nil || got != lang {
			t.Errorf("%q, %v; want %q", got, err, lang)
		}
		if got, err := s.Preferred(t.Context(), "slack", "T1/U2"); err != nil || got != "" {
			t.Errorf("somebody else's: %q, %v", got, err)
		}
	}
}
