package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"
)

// What staff report is a lasting record: its keys have no expiry, and what is in them goes only where an operator deletes it. A
// commitment's reports stand in one hash by their id, so that adding one twice is adding it once.

const (
	reportedKey   = "cobijo:{progress}:commitments"
	milestonesKey = "cobijo:{milestones}:all"
)

func reportsKey(commitment string) string { return "cobijo:{progress:" + commitment + "}:reports" }

// context strings of what is sealed: a record moved to another place does not open.
func reportSeal(commitment, id string) string { return "report:" + commitment + ":" + id }
func milestoneSeal(id string) string          { return "milestone:" + id }
func subscriptionSeal(id string) string       { return "subscription:" + id }

// AddReport keeps a commitment's record, unless one of that id is there; it tells whether it was added. It has no expiry.
func (s *Store) AddReport(ctx context.Context, commitment, id string, data []byte) (bool, error) {
	// The list of commitments comes first: a name in it without records is nothing, records without a name would be lost.
	if err := s.rdb.SAdd(ctx, reportedKey, commitment).Err(); err != nil {
		return false, fmt.Errorf("note commitment: %w", err)
	}
	added, err := s.rdb.HSetNX(ctx, reportsKey(commitment), id, s.seal.encrypt(data, reportSeal(commitment, id))).Result()
	if err != nil {
		return false, fmt.Errorf("add report: %w", err)
	}
	return added, nil
}

// replaceScript writes a field that is there.
//
//	KEYS 1 hash
//	ARGV 1 field, 2 value, 3 the value it must have (empty: any)
var replaceScript = redis.NewScript(`
local old = redis.call('HGET', KEYS[1], ARGV[1])
if not old or (ARGV[3] ~= '' and old ~= ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
`)

// ReplaceReport keeps a record in place of one of the same id; it tells whether there was one.
func (s *Store) ReplaceReport(ctx context.Context, commitment, id string, data []byte) (bool, error) {
	return s.replace(ctx, reportsKey(commitment), id, "", s.seal.encrypt(data, reportSeal(commitment, id)))
}

func (s *Store) replace(ctx context.Context, key, field, old string, sealed []byte) (bool, error) {
	ok, err := replaceScript.Run(ctx, s.rdb, []string{key}, field, sealed, old).Bool()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, fmt.Errorf("replace record: %w", err)
	}
	return ok, nil
}

// Reports gives a commitment's records by id; nil for one that no secret opens.
func (s *Store) Reports(ctx context.Context, commitment string) (map[string][]byte, error) {
	return s.opened(ctx, reportsKey(commitment), func(id string) string { return reportSeal(commitment, id) })
}

func (s *Store) opened(ctx context.Context, key string, name func(id string) string) (map[string][]byte, error) {
	var sealed map[string]string
	err := s.patiently(ctx, func() (err error) {
		sealed, err = s.rdb.HGetAll(ctx, key).Result()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read records: %w", err)
	}
	records := make(map[string][]byte, len(sealed))
	for id, data := range sealed {
		records[id], _ = s.seal.decrypt([]byte(data), name(id)) // nil where it does not open
	}
	return records, nil
}

// Reported gives the commitments that records were kept of, sorted.
func (s *Store) Reported(ctx context.Context) ([]string, error) {
	var ids []string
	err := s.patiently(ctx, func() (err error) {
		ids, err = s.rdb.SMembers(ctx, reportedKey).Result()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list commitments: %w", err)
	}
	slices.Sort(ids)
	return ids, nil
}

// PutMilestone keeps a milestone, in place of one of the same id. It has no expiry.
func (s *Store) PutMilestone(ctx context.Context, id string, data []byte) error {
	if err := s.rdb.HSet(ctx, milestonesKey, id, s.seal.encrypt(data, milestoneSeal(id))).Err(); err != nil {
		return fmt.Errorf("put milestone: %w", err)
	}
	return nil
}

// DropMilestone removes a milestone; it tells whether there was one.
func (s *Store) DropMilestone(ctx context.Context, id string) (bool, error) {
	n, err := s.rdb.HDel(ctx, milestonesKey, id).Result()
	if err != nil {
		return false, fmt.Errorf("drop milestone: %w", err)
	}
	return n > 0, nil
}

// Milestones gives all milestones by id; nil for one that no secret opens.
func (s *Store) Milestones(ctx context.Context) (map[string][]byte, error) {
	return s.opened(ctx, milestonesKey, milestoneSeal)
}

// Reseal seals the lasting records (reports, milestones, subscriptions) anew with the secret in use, so that an older one can be
// dropped. It gives how many there are, and how many no secret opens. What changes at the same time is left as it is changed.
func (s *Store) Reseal(ctx context.Context) (sealed, lost int, err error) {
	commitments, err := s.Reported(ctx)
	if err != nil {
		return 0, 0, err
	}
	type place struct {
		key  string
		name func(string) string
	}
	places := []place{{milestonesKey, milestoneSeal}, {subscriptionsKey, subscriptionSeal}}
	for _, c := range commitments {
		places = append(places, place{reportsKey(c), func(id string) string { return reportSeal(c, id) }})
	}
	for _, p := range places {
		records, err := s.rdb.HGetAll(ctx, p.key).Result()
		if err != nil {
			return sealed, lost, fmt.Errorf("read records: %w", err)
		}
		for id, old := range records {
			data, err := s.seal.decrypt([]byte(old), p.name(id))
			if err != nil {
				lost++
				continue
			}
			if _, err := s.replace(ctx, p.key, id, old, s.seal.encrypt(data, p.name(id))); err != nil {
				return sealed, lost, err
			}
			sealed++
		}
	}
	return sealed, lost, nil
}
