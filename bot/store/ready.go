package store

import (
	"context"
	"fmt"
	"time"
)

// readyTTL is how long the mark stays that a check of readiness leaves.
const readyTTL = 10 * time.Second

// Ready tells whether the store keeps what it is given. A server that answers and refuses to write (its memory or its disk is
// full, it is a replica) remembers as little as one that does not answer.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.rdb.Set(ctx, "cobijo:{ready}", 1, readyTTL).Err(); err != nil {
		return fmt.Errorf("write to redis: %w", err)
	}
	return nil
}

// Waiting gives how many chats of a channel have something left to be sent.
func (s *Store) Waiting(ctx context.Context, channel string) (int64, error) {
	n, err := s.rdb.ZCard(ctx, dueKey(channel)).Result()
	if err != nil {
		return 0, fmt.Errorf("count what waits: %w", err)
	}
	return n, nil
}
