package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// preferTTL is how long what somebody chose is kept after they chose it.
const preferTTL = 400 * 24 * time.Hour

// hidden is a key of a channel's that tells nobody what it stands for. It does not change with the week: it is no chat's name.
func (s *Store) hidden(kind, channel, what string) string {
	mac := hmac.New(sha256.New, s.seal.names[0])
	fmt.Fprintf(mac, "%s:%d:%s:%s", kind, len(channel), channel, what)
	return "cobijo:{" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16]) + "}:" + kind
}

// Claim notes that what came by a channel is taken care of. It is true for the first who claims it within d, false for a repeat.
func (s *Store) Claim(ctx context.Context, channel, what string, d time.Duration) (bool, error) {
	first, err := s.fast.SetNX(ctx, s.hidden("claim", channel, what), "1", d).Result()
	if err != nil {
		return false, fmt.Errorf("claim: %w", err)
	}
	return first, nil
}

// Unclaim lets something be claimed again: what was begun could not be done.
func (s *Store) Unclaim(ctx context.Context, channel, what string) error {
	if err := s.fast.Del(ctx, s.hidden("claim", channel, what)).Err(); err != nil {
		return fmt.Errorf("give claim back: %w", err)
	}
	return nil
}

// Prefer keeps the language that somebody chose on a channel, for 400 days; "" forgets it.
func (s *Store) Prefer(ctx context.Context, channel, person, lang string) error {
	key := s.hidden("lang", channel, person)
	err := s.fast.Del(ctx, key).Err()
	if lang != "" {
		err = s.fast.Set(ctx, key, lang, preferTTL).Err()
	}
	if err != nil {
		return fmt.Errorf("keep language: %w", err)
	}
	return nil
}

// Preferred gives the language that somebody chose on a channel, "" for none.
func (s *Store) Preferred(ctx context.Context, channel, person string) (string, error) {
	lang, err := s.fast.Get(ctx, s.hidden("lang", channel, person)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("read language: %w", err)
	}
	return lang, nil
}
