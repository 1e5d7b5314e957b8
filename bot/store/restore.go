package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// What an export of another instance holds is kept beside what is here: nothing takes the place of a record of the same id.

// AddSubscription keeps a subscription, unless one of that id is there; it tells whether it was added. It has no expiry.
func (s *Store) AddSubscription(ctx context.Context, id string, data []byte) (bool, error) {
	return s.addRecord(ctx, subscriptionsKey, id, s.seal.encrypt(data, subscriptionSeal(id)))
}

// AddMilestone keeps a milestone, unless one of that id is there; it tells whether it was added. It has no expiry.
func (s *Store) AddMilestone(ctx context.Context, id string, data []byte) (bool, error) {
	return s.addRecord(ctx, milestonesKey, id, s.seal.encrypt(data, milestoneSeal(id)))
}

func (s *Store) addRecord(ctx context.Context, key, id string, sealed []byte) (bool, error) {
	added, err := s.rdb.HSetNX(ctx, key, id, sealed).Result()
	if err != nil {
		return false, fmt.Errorf("add record: %w", err)
	}
	return added, nil
}

// Report gives a commitment's record, nil where no secret opens it, and whether there is one.
func (s *Store) Report(ctx context.Context, commitment, id string) ([]byte, bool, error) {
	sealed, err := s.rdb.HGet(ctx, reportsKey(commitment), id).Result()
	if errors.Is(err, redis.Nil) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read report: %w", err)
	}
	data, _ := s.seal.decrypt([]byte(sealed), reportSeal(commitment, id)) // nil where it does not open
	return data, true, nil
}

// HasMilestone tells whether there is a milestone of an id.
func (s *Store) HasMilestone(ctx context.Context, id string) (bool, error) {
	there, err := s.rdb.HExists(ctx, milestonesKey, id).Result()
	if err != nil {
		return false, fmt.Errorf("look for milestone: %w", err)
	}
	return there, nil
}

// HasSubscription tells whether there is a subscription of an id, though no secret may open it.
func (s *Store) HasSubscription(ctx context.Context, id string) (bool, error) {
	there, err := s.rdb.HExists(ctx, subscriptionsKey, id).Result()
	if err != nil {
		return false, fmt.Errorf("look for subscription: %w", err)
	}
	return there, nil
}

// restoreScript records that an occurrence was posted by another instance.
//
//	KEYS 1 occurrence
//	ARGV 1 where, 2 its data, 3 the record's milliseconds
//
// It gives 0 where something is known of it here: then nothing changes.
var restoreScript = redis.NewScript(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'state', 'sent', 'posted', ARGV[1], 'data', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`)

// RestoreOccurrence records that an occurrence was posted: where, and what is known of it. It is forgotten as long after it was
// posted as any other; one that would be forgotten by now is not kept, and neither is one of which something is known here. It tells
// whether it was kept.
func (s *Store) RestoreOccurrence(ctx context.Context, occurrence string, posted, data []byte, at time.Time) (bool, error) {
	left := min(at.Add(occurrenceTTL).Sub(s.o.Now()), occurrenceTTL)
	if left < time.Second {
		return false, nil
	}
	name := "occurrence:" + occurrence
	ok, err := restoreScript.Run(ctx, s.fast, []string{occurrenceKey(occurrence)}, s.seal.encrypt(posted, name), s.seal.encrypt(data, name), left.Milliseconds()).Bool()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, fmt.Errorf("restore occurrence: %w", err)
	}
	return ok, nil
}
