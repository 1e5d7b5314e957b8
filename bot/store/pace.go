package store

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// paceKeys are of a channel's turn to be posted to: the turn, when the next ticket is for, and the tickets.
func paceKeys(team, channel string) []string {
	tag := "cobijo:{pace:" + team + "/" + channel + "}:"
	return []string{tag + "turn", tag + "free", tag + "tickets"}
}

// paceScript takes a channel's turn, or a ticket for it.
//
//	KEYS 1 turn, 2 when the next ticket is for, 3 tickets   (one hash tag)
//	ARGV 1 who, 2 how many milliseconds the turn is held at most, 3 milliseconds between two
//
// It gives how many milliseconds to wait before asking again; 0: it has the turn.
var paceScript = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local every = tonumber(ARGV[3])
local ticket = tonumber(redis.call('HGET', KEYS[3], ARGV[1]) or '0')
local free = tonumber(redis.call('GET', KEYS[2]) or '0')
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] or (not holder and ((ticket > 0 and ticket <= now) or (ticket == 0 and free <= now))) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  redis.call('HDEL', KEYS[3], ARGV[1])
  return 0
end
if ticket > now then return ticket - now end
if ticket > 0 then
  if holder == '-' then return math.max(redis.call('PTTL', KEYS[1]), 1) end
  return math.min(every, 100)
end
local left = holder and math.max(redis.call('PTTL', KEYS[1]), 0) or 0
local start = math.max(free, now + math.min(left, every))
redis.call('SET', KEYS[2], string.format('%.0f', start + every), 'PX', string.format('%.0f', start + every - now + 1000))
redis.call('HSET', KEYS[3], ARGV[1], string.format('%.0f', start))
redis.call('PEXPIRE', KEYS[3], string.format('%.0f', start - now + 600000))
return math.max(start - now, 1)
`)

// Pace takes a channel's turn to be posted to, for hold at most; two turns are every apart, counted from the end of the first. It
// gives how long to wait before asking again, nothing where who has the turn. Those who wait come in the order in which they asked.
func (s *Store) Pace(ctx context.Context, team, channel, who string, hold, every time.Duration) (time.Duration, error) {
	ms, err := paceScript.Run(ctx, s.fast, paceKeys(team, channel), who, hold.Milliseconds(), every.Milliseconds()).Int64()
	if err != nil {
		return 0, fmt.Errorf("take channel's turn: %w", err)
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// pacedScript ends a turn.
//
//	KEYS 1 turn
//	ARGV 1 who, 2 milliseconds before the next (0: at once)
var pacedScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], '-', 'PX', ARGV[2]) end
return 1
`)

// Paced ends a turn; the next is pause later.
func (s *Store) Paced(ctx context.Context, team, channel, who string, pause time.Duration) error {
	if err := pacedScript.Run(ctx, s.fast, paceKeys(team, channel)[:1], who, pause.Milliseconds()).Err(); err != nil {
		return fmt.Errorf("end channel's turn: %w", err)
	}
	return nil
}
