package store

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

func TestNewRefusesWeakSecrets(t *testing.T) {
	for _, tt := range []struct {
		name    string
		secrets [][]byte
		ok      bool
	}{
		{"none", nil, false},
		{"short", [][]byte{make([]byte, MinSecret-1)}, false},
		{"an older one is short", [][]byte{secret, []byte("short")}, false},
		{"long enough", [][]byte{make([]byte, MinSecret)}, true},
	} {
		if _, err := New(nil, Options{Secrets: tt.secrets}); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		} else if err != nil && strings.Contains(err.Error(), "short\"") {
			t.Errorf("%s: the error quotes the secret: %v", tt.name, err)
		}
	}
}

func TestConnect(t *testing.T) {
	for _, tt := range []struct {
		url     string
		cluster bool
		ok      bool
	}{
		{"redis://localhost:6379/2", false, true},
		{"rediss://:password@localhost:6379", false, true},
		{"unix:///run/redis.sock", false, true},
		{"redis://a:6379, redis://b:6379,redis://c:6379", true, true},
		{"localhost:6379", false, false},
		{"http://localhost", false, false},
		{"redis://a:6379,http://b", false, false},
		{"", false, false},
	} {
		rdb, err := Connect(tt.url)
		if (err == nil) != tt.ok {
			t.Errorf("%q: %v", tt.url, err)
		}
		if err != nil {
			continue
		}
		if _, cluster := rdb.(*redis.ClusterClient); cluster != tt.cluster {
			t.Errorf("%q: a client of type %T", tt.url, rdb)
		}
		_ = rdb.Close()
	}
}

func TestUnreachable(t *testing.T) {
	rdb, stop := Embedded()
	s := newStore(t, rdb, Options{})
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	turn := begin(t, s, "42", "u1")
	stop()
	if err := s.Ready(t.Context()); err == nil {
		t.Error("what is stopped answers")
	}
	if _, err := s.Begin(t.Context(), "test", "42", "u1"); err == nil {
		t.Error("a turn begins in what is stopped")
	}
	if err := s.End(t.Context(), turn, "u1", someSession, false); err == nil {
		t.Error("a turn ends in what is stopped")
	}
	if err := s.Count(t.Context(), "useful", "mx", "work"); err == nil {
		t.Error("what is stopped counts")
	}
}

// A script whose answer was lost is sent again by the client. The turn that it took before must not be taken for somebody else's.
func TestAnswerLost(t *testing.T) {
	m := miniredis.RunT(t)
	var lose atomic.Bool
	rdb := redis.NewClient(&redis.Options{DisableIdentity: true, Dialer: func(context.Context, string, string) (net.Conn, error) {
		c, err := net.Dial("tcp", m.Addr())
		return &lossy{c, &lose}, err
	}})
	t.Cleanup(func() { _ = rdb.Close() })
	s := newStore(t, rdb, Options{})
	put(t, s, "42", "u1", someSession) // the server knows the scripts now
	lose.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), turnTTL/2)
	defer cancel()
	turn, err := s.Begin(ctx, "test", "42", "u2")
	if err != nil {
		t.Fatalf("the chat waits for itself: %v", err)
	}
	if lose.Load() {
		t.Fatal("no answer was lost: this tests nothing")
	}
	if err := s.End(t.Context(), turn, "u2", someSession, false); err != nil {
		t.Error(err)
	}
}

// lossy loses the first answer after it was told to.
type lossy struct {
	net.Conn
	lose *atomic.Bool
}

func (c *lossy) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == nil && c.lose.CompareAndSwap(true, false) {
		_ = c.Close()
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

func TestRandomSecret(t *testing.T) {
	a, b := RandomSecret(), RandomSecret()
	if len(a) < MinSecret || bytes.Equal(a, b) {
		t.Error("a random secret is long, and another each time")
	}
	if a, b := randomToken(), randomToken(); a == b {
		t.Error("two tokens are the same")
	}
}

func TestSealIsNeverTheSame(t *testing.T) {
	s, err := newSealer([][]byte{secret})
	if err != nil {
		t.Fatal(err)
	}
	data := []byte(`{"c":"mx"}`)
	one, two := s.encrypt(data, "name"), s.encrypt(data, "name")
	if bytes.Equal(one, two) {
		t.Error("the same session seals to the same bytes: that it did not change can be seen")
	}
	if bytes.Contains(one, data) {
		t.Error("it is not sealed")
	}
	for i := range one {
		broken := bytes.Clone(one)
		broken[i] ^= 1
		if _, err := s.decrypt(broken, "name"); err == nil {
			t.Fatalf("a change of byte %d goes unseen", i)
		}
	}
	if got, err := s.decrypt(one, "name"); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%s, %v", got, err)
	}
}

func TestDefaults(t *testing.T) {
	s := newStore(t, nil, Options{})
	if s.o.SessionTTL != 24*time.Hour || s.o.PerMinute != 20 || s.o.Now == nil {
		t.Errorf("defaults: %+v", s.o)
	}
}
