package store

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisServer starts a real server on a socket of its own, and stops it after the test.
func redisServer(t *testing.T) redis.UniversalClient {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no Redis to test against: %v", err)
		}
		t.Skipf("NOT TESTED AGAINST A REAL REDIS: %v", err)
	}
	dir, err := os.MkdirTemp("", "redis") // t.TempDir's paths are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	server := exec.Command(path, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", dir)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	rdb, err := Connect("unix://" + socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rdb.Close() })
	ready := func() bool { return rdb.Ping(t.Context()).Err() == nil }
	eventually(t, "redis-server answers", ready)
	return rdb
}

func embedded(t *testing.T) redis.UniversalClient {
	t.Helper()
	rdb, stop := Embedded()
	t.Cleanup(stop)
	return rdb
}

// eventually waits until something holds that another process or the clock brings about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 10 seconds: %s", what)
}

var secret, otherSecret = []byte("a secret of 32 bytes for testing"), []byte("another secret of bytes, as long")

func newStore(t *testing.T, rdb redis.UniversalClient, o Options) *Store {
	t.Helper()
	if o.Secrets == nil {
		o.Secrets = [][]byte{secret}
	}
	s, err := New(rdb, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func begin(t *testing.T, s *Store, chat, update string) *Turn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	turn, err := s.Begin(ctx, "test", chat, update)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

// keys gives all keys with how long they will be there; each must end, and none may be without an end for a moment only.
func keys(t *testing.T, rdb redis.UniversalClient) map[string]time.Duration {
	t.Helper()
	ttl := map[string]time.Duration{}
	scan := rdb.Scan(t.Context(), 0, "*", 100).Iterator()
	for scan.Next(t.Context()) {
		d, err := rdb.PTTL(t.Context(), scan.Val()).Result()
		if err != nil {
			t.Fatal(err)
		}
		if d == -1 {
			t.Errorf("%s never expires", scan.Val())
		}
		ttl[scan.Val()] = d
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
	return ttl
}
