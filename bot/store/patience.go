package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// A server that is restarted, or a cluster whose master died, is back in a few seconds. What must not be done twice or without
// memory waits for that long; what comes later in a longer outage does not wait again.

const (
	askAgain  = 50 * time.Millisecond // between two tries
	outageGap = 5 * time.Second       // after so long without a failure the next one is another outage
)

// outage is how long Redis has been failing.
type outage struct {
	mu          sync.Mutex
	since, last time.Time
}

// young notes a failure and tells whether the outage that it belongs to is younger than d. Successes do not end an outage: on a
// cluster, others go on while one master is away.
func (o *outage) young(now time.Time, d time.Duration) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.Sub(o.last) > outageGap {
		o.since = now
	}
	o.last = now
	return now.Sub(o.since) < d
}

// run runs a script that may be run again with the same arguments, until Redis answers or has been away for as long as Patience.
func (s *Store) run(ctx context.Context, on redis.Scripter, script *redis.Script, keys []string, args ...any) (cmd *redis.Cmd) {
	_ = s.patiently(ctx, func() error {
		cmd = script.Run(ctx, on, keys, args...)
		return cmd.Err()
	})
	return cmd
}

// patiently does what may be done again, until Redis answers or has been away for as long as Patience.
func (s *Store) patiently(ctx context.Context, do func() error) error {
	for {
		err := do()
		if !away(err) || !s.outage.young(time.Now(), s.o.Patience) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(askAgain):
		}
	}
}

// away tells whether an error means that the server cannot be reached or cannot serve for now, and not that it refused.
func away(err error) bool {
	if err == nil || errors.Is(err, redis.Nil) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if _, replied := errors.AsType[redis.Error](err); !replied {
		return true
	}
	for _, prefix := range []string{"LOADING ", "READONLY ", "CLUSTERDOWN ", "MASTERDOWN ", "TRYAGAIN ", "MOVED ", "ASK "} {
		if redis.HasErrorPrefix(err, prefix) {
			return true
		}
	}
	return false
}
