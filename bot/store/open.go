package store

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"time"

	"context"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

func randomToken() string {
	var b [9]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Connect makes a client of the server that url names (redis:// or rediss://), of a cluster where it names several addresses,
// separated by commas. It does not connect yet.
func Connect(url string) (redis.UniversalClient, error) {
	parts := strings.Split(url, ",")
	first, err := redis.ParseURL(strings.TrimSpace(parts[0]))
	if err != nil {
		return nil, fmt.Errorf("read address: %w", err)
	}
	o := &redis.UniversalOptions{
		Addrs: []string{first.Addr}, DB: first.DB, Username: first.Username, Password: first.Password, TLSConfig: first.TLSConfig,
		// Without it a deadline is not applied to reading and writing.
		ContextTimeoutEnabled: true,
		DialTimeout:           2 * time.Second,
		ReadTimeout:           2 * time.Second,
		WriteTimeout:          2 * time.Second,
		// A command is tried again by itself. To dial five times each time, as is usual, lets people wait while Redis is down.
		DialerRetries: 1,
	}
	if first.Network == "unix" {
		path := first.Addr
		o.Dialer = func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		}
	}
	for _, p := range parts[1:] {
		more, err := redis.ParseURL(strings.TrimSpace(p))
		if err != nil {
			return nil, fmt.Errorf("read address: %w", err)
		}
		o.Addrs = append(o.Addrs, more.Addr)
	}
	if len(o.Addrs) == 1 {
		return redis.NewClient(o.Simple()), nil
	}
	cluster := o.Cluster()
	// When a master dies nobody is there to say who took over: the client must look. By itself it does so once a minute.
	cluster.ClusterStateReloadInterval = time.Second
	return redis.NewClusterClient(cluster), nil
}

// embeddedAddr tells the embedded server's client from others.
const embeddedAddr = "embedded"

// Embedded starts a Redis within the process: the same client and code, and nothing survives a restart.
func Embedded() (rdb redis.UniversalClient, stop func()) {
	m := miniredis.NewMiniRedis()
	m.ClockTTL(true) // else nothing ever expires
	c := redis.NewClient(&redis.Options{
		Addr:                  embeddedAddr,
		Dialer:                func(context.Context, string, string) (net.Conn, error) { return m.Dial() },
		ContextTimeoutEnabled: true,
		DisableIdentity:       true,
	})
	return c, func() {
		_ = c.Close() // closing what is in memory has nothing to lose
		m.Close()
	}
}

// RandomSecret makes a secret for a process that needs to be read by no other.
func RandomSecret() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return b
}
