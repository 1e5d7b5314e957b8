package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Subscriptions are lasting records, and so is when each runs next: neither expires. They share a hash tag, so that a run is moved
// on by one script; ten thousand of them are a few megabytes on one node.
const (
	subscriptionsKey = "cobijo:{reminders}:subscriptions" // id: sealed
	nextKey          = "cobijo:{reminders}:next"          // ids by when they run next
	daysKey          = "cobijo:{reminders}:days"          // id: the day of the run that next is about
	followKey        = "cobijo:{reminders}:follow"        // occurrences by when they are looked after again
)

// PutSubscription keeps a subscription, in place of one of the same id. It has no expiry.
func (s *Store) PutSubscription(ctx context.Context, id string, data []byte) error {
	if err := s.rdb.HSet(ctx, subscriptionsKey, id, s.seal.encrypt(data, subscriptionSeal(id))).Err(); err != nil {
		return fmt.Errorf("put subscription: %w", err)
	}
	return nil
}

// ChangeSubscription changes one in place: change gets it and gives what it is to be, nil for unchanged. It is called again where
// somebody else changed it at the same time. It tells whether there is one.
func (s *Store) ChangeSubscription(ctx context.Context, id string, change func(data []byte) ([]byte, error)) (bool, error) {
	for {
		old, err := s.rdb.HGet(ctx, subscriptionsKey, id).Result()
		if errors.Is(err, redis.Nil) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read subscription: %w", err)
		}
		data, err := s.seal.decrypt([]byte(old), subscriptionSeal(id))
		if err != nil {
			return true, err
		}
		if data, err = change(data); err != nil || data == nil {
			return true, err
		}
		ok, err := s.replace(ctx, subscriptionsKey, id, old, s.seal.encrypt(data, subscriptionSeal(id)))
		if err != nil || ok {
			return true, err
		}
	}
}

// Subscription gives one; nil where there is none.
func (s *Store) Subscription(ctx context.Context, id string) ([]byte, error) {
	sealed, err := s.fast.HGet(ctx, subscriptionsKey, id).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read subscription: %w", err)
	}
	data, err := s.seal.decrypt([]byte(sealed), subscriptionSeal(id))
	if err != nil {
		return nil, fmt.Errorf("open subscription: %w", err)
	}
	return data, nil
}

// Subscriptions gives all by id; nil for one that no secret opens.
func (s *Store) Subscriptions(ctx context.Context) (map[string][]byte, error) {
	return s.opened(ctx, subscriptionsKey, subscriptionSeal)
}

// DropSubscription removes a subscription and its next run; it tells whether there was one.
func (s *Store) DropSubscription(ctx context.Context, id string) (bool, error) {
	if err := s.SetNext(ctx, id, Next{}); err != nil {
		return false, err
	}
	n, err := s.rdb.HDel(ctx, subscriptionsKey, id).Result()
	if err != nil {
		return false, fmt.Errorf("drop subscription: %w", err)
	}
	if err := s.rdb.Del(ctx, standingKey(id)).Err(); err != nil {
		return false, fmt.Errorf("drop subscription: %w", err)
	}
	return n > 0, nil
}

// Next is a subscription's next run.
type Next struct {
	ID  string    // the subscription's
	Day string    // the day of its occurrence; empty for no run
	At  time.Time // when it is to be posted
}

// nextScript writes a next run.
//
//	KEYS 1 next runs by time, 2 their days   (one hash tag)
//	ARGV 1 id, 2 day (empty: none), 3 when, in milliseconds, 4 whether the day must be as in 5, 5 the day that it must be now
//
// It gives whether it was written.
var nextScript = redis.NewScript(`
if ARGV[4] == '1' and (redis.call('HGET', KEYS[2], ARGV[1]) or '') ~= ARGV[5] then return 0 end
if ARGV[2] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
else
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
end
return 1
`)

// SetNext says when a subscription runs next; never where n has no day.
func (s *Store) SetNext(ctx context.Context, id string, n Next) error {
	_, err := s.next(ctx, id, n, "0", "")
	return err
}

// MoveNext says when a subscription runs next, unless somebody else moved it on from the day that it had; it tells whether it did.
func (s *Store) MoveNext(ctx context.Context, id, from string, n Next) (bool, error) {
	return s.next(ctx, id, n, "1", from)
}

func (s *Store) next(ctx context.Context, id string, n Next, must, from string) (bool, error) {
	ok, err := nextScript.Run(ctx, s.fast, []string{nextKey, daysKey}, id, n.Day, n.At.UnixMilli(), must, from).Bool()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, fmt.Errorf("write next run: %w", err)
	}
	return ok, nil
}

// NextRuns gives up to n subscriptions that run until a moment, those that ran longest ago first, from the one at an offset on.
func (s *Store) NextRuns(ctx context.Context, until time.Time, offset, n int) ([]Next, error) {
	zs, err := s.rdb.ZRangeByScoreWithScores(ctx, nextKey, &redis.ZRangeBy{
		Min: "-inf", Max: strconv.FormatInt(until.UnixMilli(), 10), Offset: int64(offset), Count: int64(n),
	}).Result()
	if err != nil {
		return nil, fmt.Errorf("read next runs: %w", err)
	}
	if len(zs) == 0 {
		return nil, nil
	}
	ids := make([]string, len(zs))
	for i, z := range zs {
		ids[i], _ = z.Member.(string)
	}
	days, err := s.rdb.HMGet(ctx, daysKey, ids...).Result()
	if err != nil {
		return nil, fmt.Errorf("read next runs: %w", err)
	}
	runs := make([]Next, len(zs))
	for i, z := range zs {
		day, _ := days[i].(string)
		runs[i] = Next{ID: ids[i], Day: day, At: time.UnixMilli(int64(z.Score))}
	}
	return runs, nil
}

// NextRun gives when one subscription runs next; no day for never.
func (s *Store) NextRun(ctx context.Context, id string) (Next, error) {
	day, err := s.rdb.HGet(ctx, daysKey, id).Result()
	if errors.Is(err, redis.Nil) {
		return Next{ID: id}, nil
	}
	if err != nil {
		return Next{}, fmt.Errorf("read next run: %w", err)
	}
	at, err := s.rdb.ZScore(ctx, nextKey, id).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return Next{}, fmt.Errorf("read next run: %w", err)
	}
	return Next{ID: id, Day: day, At: time.UnixMilli(int64(at))}, nil
}

// standingKey is of what holds for a subscription beyond one occurrence: what is snoozed, handed on, or asked no more.
func standingKey(id string) string { return "cobijo:{rem:" + id + "}:standing" }

// Standing gives what holds for a subscription beyond one occurrence, with its revision for ChangeStanding; nil for nothing.
func (s *Store) Standing(ctx context.Context, id string) ([]byte, error) {
	sealed, err := s.fast.HGet(ctx, standingKey(id), "data").Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read standing: %w", err)
	}
	data, _ := s.seal.decrypt([]byte(sealed), "standing:"+id) // what does not open holds no more
	return data, nil
}

// ChangeStanding changes it in place: change gets it (nil for nothing) and gives what it is to be, nil for unchanged. It is called
// again where somebody else changed it at the same time. Without an expiry: it goes with the subscription.
func (s *Store) ChangeStanding(ctx context.Context, id string, change func(data []byte) ([]byte, error)) error {
	key := standingKey(id)
	for {
		old, err := s.rdb.HGet(ctx, key, "data").Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return fmt.Errorf("read standing: %w", err)
		}
		var data []byte
		if old != "" {
			data, _ = s.seal.decrypt([]byte(old), "standing:"+id)
		}
		if data, err = change(data); err != nil || data == nil {
			return err
		}
		sealed := s.seal.encrypt(data, "standing:"+id)
		var ok bool
		if old == "" {
			ok, err = s.rdb.HSetNX(ctx, key, "data", sealed).Result()
		} else {
			ok, err = s.replace(ctx, key, "data", old, sealed)
		}
		if err != nil {
			return fmt.Errorf("write standing: %w", err)
		}
		if ok {
			return nil
		}
	}
}

// Follow says when an occurrence is to be looked after again; a zero time for never.
func (s *Store) Follow(ctx context.Context, occurrence string, at time.Time) error {
	var err error
	if at.IsZero() {
		err = s.fast.ZRem(ctx, followKey, occurrence).Err()
	} else {
		err = s.fast.ZAdd(ctx, followKey, redis.Z{Score: float64(at.UnixMilli()), Member: occurrence}).Err()
	}
	if err != nil {
		return fmt.Errorf("note when to follow up: %w", err)
	}
	return nil
}

// FollowUp is an occurrence that is to be looked after, and when.
type FollowUp struct {
	Occurrence string
	At         time.Time
}

// FollowUps gives up to n occurrences that are to be looked after until a moment.
func (s *Store) FollowUps(ctx context.Context, until time.Time, n int) ([]FollowUp, error) {
	zs, err := s.rdb.ZRangeByScoreWithScores(ctx, followKey, &redis.ZRangeBy{
		Min: "-inf", Max: strconv.FormatInt(until.UnixMilli(), 10), Count: int64(n),
	}).Result()
	if err != nil {
		return nil, fmt.Errorf("read follow-ups: %w", err)
	}
	all := make([]FollowUp, len(zs))
	for i, z := range zs {
		all[i].Occurrence, _ = z.Member.(string)
		all[i].At = time.UnixMilli(int64(z.Score))
	}
	return all, nil
}

// moveFollowScript changes when an occurrence is looked after again, unless somebody else did.
//
//	KEYS 1 occurrences by when they are looked after
//	ARGV 1 occurrence, 2 when that was to be, 3 when it is now; both in milliseconds
var moveFollowScript = redis.NewScript(`
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '-1') ~= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
return 1
`)

// MoveFollow changes when an occurrence is to be looked after again, unless somebody else changed it since it was read.
func (s *Store) MoveFollow(ctx context.Context, up FollowUp, to time.Time) error {
	if err := moveFollowScript.Run(ctx, s.fast, []string{followKey}, up.Occurrence, up.At.UnixMilli(), to.UnixMilli()).Err(); err != nil {
		return fmt.Errorf("note when to follow up: %w", err)
	}
	return nil
}
