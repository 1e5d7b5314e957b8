package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// occurrenceTTL is how long an occurrence is known: longer than any rhythm's next run.
const occurrenceTTL = 400 * 24 * time.Hour

// occurrenceKey is of an occurrence, "subscription@day": those of one subscription share a slot.
func occurrenceKey(occurrence string) string {
	sub, day, _ := strings.Cut(occurrence, "@")
	return "cobijo:{rem:" + sub + "}:occ:" + day
}

// ClaimState tells whether an occurrence may be sent.
type ClaimState int

// The states of a claim.
const (
	ClaimFresh ClaimState = iota // nobody ever sent it
	ClaimDoubt                   // somebody may have sent it: its process ended in between, or the channel's answer was lost
	ClaimBusy                    // another replica is sending it
	ClaimOver                    // it was sent, or ended without being sent
)

// Claim is the right to send an occurrence, until its lease ends.
type Claim struct {
	State ClaimState
	Wait  time.Duration // of ClaimBusy: until the lease ends
	Since time.Time     // when it was first claimed, by the server's clock

	occurrence, token string
}

// claimScript claims an occurrence.
//
//	KEYS 1 occurrence
//	ARGV 1 token, 2 the lease's milliseconds, 3 the record's milliseconds
//
// It gives {state, milliseconds}: 0 fresh, 1 in doubt (both with when it was first claimed), 2 busy (with what is left of the
// lease), 3 over. A claim with the same token is one's own: the client sends a script again whose answer was lost.
var claimScript = redis.NewScript(`
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'sent' or state == 'ended' then return {3, 0} end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local doubt = state == 'doubt' or redis.call('HGET', KEYS[1], 'doubt') == '1'
if state == 'sending' and redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  local lease = tonumber(redis.call('HGET', KEYS[1], 'lease'))
  if lease > now then return {2, lease - now} end
  doubt = true
end
local since = redis.call('HGET', KEYS[1], 'since')
if not since then
  since = string.format('%.0f', now)
  redis.call('HSET', KEYS[1], 'since', since)
end
redis.call('HSET', KEYS[1], 'state', 'sending', 'token', ARGV[1], 'lease', string.format('%.0f', now + tonumber(ARGV[2])), 'doubt', doubt and '1' or '0')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {doubt and 1 or 0, tonumber(since)}
`)

// ClaimOccurrence takes the right to send an occurrence for the time of a lease. It must be answered by Posted, UnclaimOccurrence or EndOccurrence.
func (s *Store) ClaimOccurrence(ctx context.Context, occurrence string, lease time.Duration) (Claim, error) {
	c := Claim{occurrence: occurrence, token: randomToken()}
	res, err := claimScript.Run(ctx, s.fast, []string{occurrenceKey(occurrence)}, c.token, lease.Milliseconds(), occurrenceTTL.Milliseconds()).Int64Slice()
	if err != nil {
		return Claim{}, fmt.Errorf("claim occurrence: %w", err)
	}
	c.State = ClaimState(res[0])
	switch c.State {
	case ClaimBusy:
		c.Wait = time.Duration(res[1]) * time.Millisecond
	case ClaimFresh, ClaimDoubt:
		c.Since = time.UnixMilli(res[1])
	}
	return c, nil
}

// unclaimScript gives a claim back.
//
//	KEYS 1 occurrence
//	ARGV 1 token, 2 the state that it has now
var unclaimScript = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] or redis.call('HGET', KEYS[1], 'state') ~= 'sending' then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'doubt', ARGV[2] == 'doubt' and '1' or '0')
redis.call('HDEL', KEYS[1], 'lease', 'token')
return 1
`)

// UnclaimOccurrence gives a claim back; doubt tells that the occurrence may have been sent.
func (s *Store) UnclaimOccurrence(ctx context.Context, c Claim, doubt bool) error {
	state := "waiting"
	if doubt {
		state = "doubt"
	}
	if err := unclaimScript.Run(ctx, s.fast, []string{occurrenceKey(c.occurrence)}, c.token, state).Err(); err != nil {
		return fmt.Errorf("give claim back: %w", err)
	}
	return nil
}

// postedScript records where an occurrence was posted.
//
//	KEYS 1 occurrence
//	ARGV 1 where, 2 its data, 3 the record's milliseconds
//
// It gives 0 where that was recorded before: then nothing changes.
var postedScript = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'state') == 'sent' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'sent', 'posted', ARGV[1], 'data', ARGV[2])
redis.call('HDEL', KEYS[1], 'lease', 'token', 'doubt')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`)

// Posted records that a claimed occurrence was sent: where, and what is known of it.
func (s *Store) Posted(ctx context.Context, c Claim, posted, data []byte) error {
	name := "occurrence:" + c.occurrence
	err := postedScript.Run(ctx, s.fast, []string{occurrenceKey(c.occurrence)}, s.seal.encrypt(posted, name), s.seal.encrypt(data, name), occurrenceTTL.Milliseconds()).Err()
	if err != nil {
		return fmt.Errorf("record post: %w", err)
	}
	return nil
}

// endOccurrenceScript ends an occurrence that will not be sent.
//
//	KEYS 1 occurrence
//	ARGV 1 why, 2 the record's milliseconds
var endOccurrenceScript = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'state') == 'sent' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'ended', 'why', ARGV[1])
redis.call('HDEL', KEYS[1], 'lease', 'token', 'doubt')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`)

// EndOccurrence records that an occurrence will never be sent, and why. One that was sent stays sent.
func (s *Store) EndOccurrence(ctx context.Context, occurrence, why string) error {
	if err := endOccurrenceScript.Run(ctx, s.fast, []string{occurrenceKey(occurrence)}, why, occurrenceTTL.Milliseconds()).Err(); err != nil {
		return fmt.Errorf("end occurrence: %w", err)
	}
	return nil
}

// Occurrence is what is known of one.
type Occurrence struct {
	State  string // sending, waiting, doubt, sent, ended; empty for none
	Why    string // of ended
	Posted []byte // of sent: where
	Data   []byte // of sent; nil where no secret opens it
}

// Occurrence gives what is known of an occurrence.
func (s *Store) Occurrence(ctx context.Context, occurrence string) (Occurrence, error) {
	all, err := s.fast.HMGet(ctx, occurrenceKey(occurrence), "state", "why", "posted", "data").Result()
	if err != nil {
		return Occurrence{}, fmt.Errorf("read occurrence: %w", err)
	}
	text := func(i int) string { v, _ := all[i].(string); return v }
	o := Occurrence{State: text(0), Why: text(1)}
	o.Posted, _ = s.seal.decrypt([]byte(text(2)), "occurrence:"+occurrence) // none where it does not open
	o.Data, _ = s.seal.decrypt([]byte(text(3)), "occurrence:"+occurrence)
	return o, nil
}

// ChangeOccurrence changes the data of one that was sent: change gets it and gives what it is to be, nil for unchanged. It is called
// again where somebody else changed it at the same time. It tells whether there is one.
func (s *Store) ChangeOccurrence(ctx context.Context, occurrence string, change func(data []byte) ([]byte, error)) (bool, error) {
	key, name := occurrenceKey(occurrence), "occurrence:"+occurrence
	for {
		old, err := s.fast.HGet(ctx, key, "data").Result()
		if errors.Is(err, redis.Nil) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read occurrence: %w", err)
		}
		data, err := s.seal.decrypt([]byte(old), name)
		if err != nil {
			return false, fmt.Errorf("open occurrence: %w", err)
		}
		if data, err = change(data); err != nil || data == nil {
			return true, err
		}
		ok, err := s.replace(ctx, key, "data", old, s.seal.encrypt(data, name))
		if err != nil || ok {
			return true, err
		}
	}
}

func openKey(team string) string { return "cobijo:{open:" + team + "}:occurrences" }

// SetOpen says whether an occurrence waits for answers; the list goes when it was not written to for as long as an occurrence is
// known.
func (s *Store) SetOpen(ctx context.Context, team, occurrence string, open bool) error {
	var err error
	if open {
		if err = s.fast.SAdd(ctx, openKey(team), occurrence).Err(); err == nil {
			err = s.fast.PExpire(ctx, openKey(team), occurrenceTTL).Err()
		}
	} else {
		err = s.fast.SRem(ctx, openKey(team), occurrence).Err()
	}
	if err != nil {
		return fmt.Errorf("note what is open: %w", err)
	}
	return nil
}

// OpenOccurrences gives a team's occurrences that wait for answers.
func (s *Store) OpenOccurrences(ctx context.Context, team string) ([]string, error) {
	ids, err := s.rdb.SMembers(ctx, openKey(team)).Result()
	if err != nil {
		return nil, fmt.Errorf("read what is open: %w", err)
	}
	return ids, nil
}

func threadKey(team, channel, ts string) string {
	return "cobijo:{thread:" + team + "/" + channel + "/" + ts + "}:occ"
}

// SetThread says which occurrence a message is of.
func (s *Store) SetThread(ctx context.Context, team, channel, ts, occurrence string) error {
	if err := s.fast.Set(ctx, threadKey(team, channel, ts), occurrence, occurrenceTTL).Err(); err != nil {
		return fmt.Errorf("note thread: %w", err)
	}
	return nil
}

// Thread gives the occurrence that a message is of; empty for none.
func (s *Store) Thread(ctx context.Context, team, channel, ts string) (string, error) {
	occurrence, err := s.fast.Get(ctx, threadKey(team, channel, ts)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("read thread: %w", err)
	}
	return occurrence, nil
}

// ForceOccurrence lets an occurrence be sent however late it is.
func (s *Store) ForceOccurrence(ctx context.Context, occurrence string) error {
	key := occurrenceKey(occurrence)
	err := s.fast.HSet(ctx, key, "forced", "1").Err()
	if err == nil {
		err = s.fast.PExpire(ctx, key, occurrenceTTL).Err()
	}
	if err != nil {
		return fmt.Errorf("force occurrence: %w", err)
	}
	return nil
}

// Forced tells whether an occurrence is to be sent however late it is.
func (s *Store) Forced(ctx context.Context, occurrence string) (bool, error) {
	forced, err := s.fast.HExists(ctx, occurrenceKey(occurrence), "forced").Result()
	if err != nil {
		return false, fmt.Errorf("read occurrence: %w", err)
	}
	return forced, nil
}
