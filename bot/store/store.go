// Package store keeps sessions and counts in Redis. It is the only place that knows a key. Every key expires, bears the
// pseudonym of its chat as a hash tag (so that what belongs together sits on one node of a cluster) and holds no word that
// anybody wrote; what it remembers of a chat is encrypted.
package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot/dialogue"
)

// Options are what an operator decides.
type Options struct {
	Secrets    [][]byte         // the first is in use, older ones still open what they sealed
	SessionTTL time.Duration    // how long a chat is remembered after its last message; 24 hours where zero
	PerMinute  int              // how many messages of a chat are answered in a minute; 20 where zero
	Patience   time.Duration    // how long what is asked waits for a Redis that is away before it fails; not at all where zero
	Now        func() time.Time // time.Now where nil
}

const (
	claimTTL = 24 * time.Hour       // how long a repeat of an update is known as such
	turnTTL  = 10 * time.Second     // after so long a replica that holds a chat's turn is taken for dead
	countTTL = 400 * 24 * time.Hour // how long counts are kept
	turnWait = 15 * time.Millisecond
)

// Store keeps what is remembered of chats.
type Store struct {
	rdb  redis.UniversalClient
	fast redis.UniversalClient // sends what many chats ask at the same time in one go
	seal *sealer
	o    Options

	outage outage
}

// New makes a store on a Redis server or cluster.
func New(rdb redis.UniversalClient, o Options) (*Store, error) {
	seal, err := newSealer(o.Secrets)
	if err != nil {
		return nil, fmt.Errorf("make store: %w", err)
	}
	if o.SessionTTL == 0 {
		o.SessionTTL = 24 * time.Hour
	}
	if o.PerMinute == 0 {
		o.PerMinute = 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{rdb: rdb, fast: rdb, seal: seal, o: o}
	c, single := rdb.(*redis.Client)
	// What connects to the embedded server is a pipe without a buffer: many commands written at once, whose answers nobody reads
	// yet, would stop both ends for ever.
	if rdb == nil || single && c.Options().Addr == embeddedAddr {
		return s, nil
	}
	if c, ok := rdb.(interface {
		AutoPipelineWithOptions(o *redis.AutoPipelineOptions) (*redis.AutoPipeliner, error)
	}); ok {
		if fast, err := c.AutoPipelineWithOptions(atOnce()); err == nil {
			s.fast = fast
		}
	}
	return s, nil
}

// atOnce sends a command as soon as a connection is free, together with those that waited for one. By itself the client would hold
// it back until others join it, for up to some milliseconds each time: an adaptive delay of nearly nothing that ends with the first
// command turns that off. What one chat asks is asked one after another, so that nothing needs the connections to keep an order.
func atOnce() *redis.AutoPipelineOptions {
	return &redis.AutoPipelineOptions{MaxBatchSize: 1, AdaptiveDelay: true, MaxFlushDelay: time.Nanosecond, MaxConcurrentBatches: 2, Unordered: true}
}

// Turn is a chat's turn: until End, no other replica answers the chat.
type Turn struct {
	Session dialogue.Session
	Repeat  bool // the update was answered before
	Excess  int  // by how many messages the chat is over its limit; 0 while it is not

	keys   []string
	token  string
	name   string
	prefix string   // of the chat's keys
	older  []string // the sessions under the chat's earlier names
}

// beginScript takes a chat's turn.
//
//	KEYS 1 claim, 2 session, 3 turn, 4 rate   (one hash tag)
//	ARGV 1 whether updates are claimed, 2 token, 3 turn's milliseconds, 4 messages a minute
//
// A turn with the same token is one's own: the client sends a script again whose answer was lost.
// It gives {state, session, excess}: state 0 go on, 1 a repeat, 2 somebody else has the turn, 3 over the limit.
var beginScript = redis.NewScript(`
if ARGV[1] == '1' and redis.call('EXISTS', KEYS[1]) == 1 then return {1, '', 0} end
if not redis.call('SET', KEYS[3], ARGV[2], 'NX', 'PX', ARGV[3]) and redis.call('GET', KEYS[3]) ~= ARGV[2] then return {2, '', 0} end
local n = redis.call('INCR', KEYS[4])
if n == 1 then redis.call('PEXPIRE', KEYS[4], 60000) end
local over = n - tonumber(ARGV[4])
if over > 0 then
  redis.call('DEL', KEYS[3])
  return {3, redis.call('GET', KEYS[2]) or '', over}
end
return {0, redis.call('GET', KEYS[2]) or '', 0}
`)

// endScript gives the turn back with the new session.
//
//	KEYS 1 claim, 2 session, 3 turn   (one hash tag)
//	ARGV 1 whether updates are claimed, 2 token, 3 session (empty: erase), 4 its milliseconds, 5 the claim's milliseconds
//
// It gives 0 where the turn was lost to another replica: then nothing was changed.
var endScript = redis.NewScript(`
if redis.call('GET', KEYS[3]) ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('DEL', KEYS[2]) else redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4]) end
if ARGV[1] == '1' then redis.call('SET', KEYS[1], '1', 'PX', ARGV[5]) end
redis.call('DEL', KEYS[3])
return 1
`)

// Begin takes the turn of a chat, waiting for it where another replica has it, and gives what is remembered. An update with
// an id that was answered before is a repeat. The turn must be ended.
func (s *Store) Begin(ctx context.Context, channel, chat, update string) (*Turn, error) {
	now := s.o.Now()
	names := s.seal.aliases(channel, chat, now, max(s.o.SessionTTL, claimTTL))
	t := &Turn{name: names[0].name, prefix: names[0].tag(), token: strconv.FormatInt(now.UnixNano(), 36) + randomToken()}
	tag := names[0].tag()
	t.keys = []string{names[0].claim(update), tag + "s", tag + "turn", tag + "rate"}
	for _, a := range names[1:] {
		t.older = append(t.older, a.tag()+"s")
	}
	claims := "0"
	if update != "" {
		claims = "1"
		before, err := s.answeredAs(ctx, s.rdb, names[1:], update)
		if err != nil {
			return nil, fmt.Errorf("begin turn: %w", err)
		}
		if before != nil {
			t.Repeat = true
			return t, nil
		}
	}
	for {
		res, err := s.run(ctx, s.rdb, beginScript, t.keys, claims, t.token, turnTTL.Milliseconds(), s.o.PerMinute).Slice()
		if err != nil {
			return nil, fmt.Errorf("begin turn: %w", err)
		}
		state, _ := res[0].(int64)
		sealed, _ := res[1].(string)
		switch state {
		case 1:
			t.Repeat = true
			return t, nil
		case 2:
			select {
			case <-ctx.Done():
				return nil, fmt.Errorf("wait for turn: %w", ctx.Err())
			case <-time.After(turnWait):
				continue
			}
		case 3:
			excess, _ := res[2].(int64)
			t.Excess = int(excess)
			t.Session = s.unseal(sealed, t.name)
			return t, nil // nobody will end this turn: what stands under an earlier name is left there
		}
		if sealed != "" {
			t.Session = s.unseal(sealed, t.name)
			return t, nil
		}
		t.Session = s.moved(ctx, s.rdb, names[1:])
		return t, nil
	}
}

// answeredAs gives the other name under which an update was answered before; nil for none. It waits for Redis as the scripts do.
func (s *Store) answeredAs(ctx context.Context, on redis.Cmdable, others []alias, update string) (*alias, error) {
	for i := range others {
		n := int64(0)
		err := s.patiently(ctx, func() (err error) {
			n, err = on.Exists(ctx, others[i].claim(update)).Result()
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look for an answer under another name: %w", err)
		}
		if n > 0 {
			return &others[i], nil
		}
	}
	return nil, nil //nolint:nilnil // nothing is wrong: it was not answered
}

// moved takes the session that stands under another name; an empty one where there is none.
func (s *Store) moved(ctx context.Context, on redis.Cmdable, others []alias) (session dialogue.Session) {
	for _, a := range others {
		sealed := ""
		err := s.patiently(ctx, func() (err error) {
			sealed, err = on.GetDel(ctx, a.tag()+"s").Result()
			return err
		})
		if err == nil {
			return s.unseal(sealed, a.name)
		}
	}
	return session
}

// unseal opens a session; one that cannot be opened is forgotten: the talk begins anew.
func (s *Store) unseal(sealed, name string) (session dialogue.Session) {
	if sealed == "" {
		return session
	}
	data, err := s.seal.decrypt([]byte(sealed), name)
	if err != nil {
		return session
	}
	return readSession(data)
}

// ErrTurnLost says that a turn took so long that another replica has it now; what it would have kept is not kept.
var ErrTurnLost = errors.New("turn lost")

// End gives the turn back. forget erases what is remembered; else the session is kept, and the update is a repeat from now on.
func (s *Store) End(ctx context.Context, t *Turn, update string, session dialogue.Session, forget bool) error {
	var sealed []byte
	if !forget {
		sealed = s.sealSession(&session, t.name)
	}
	claims := "0"
	if update != "" {
		claims = "1"
	}
	ok, err := s.run(ctx, s.rdb, endScript, t.keys[:3], claims, t.token, sealed, s.o.SessionTTL.Milliseconds(), claimTTL.Milliseconds()).Bool()
	if err != nil {
		return fmt.Errorf("end turn: %w", err)
	}
	if !ok {
		return ErrTurnLost
	}
	if forget {
		for _, key := range t.older {
			if err := s.rdb.Del(ctx, key).Err(); err != nil {
				return fmt.Errorf("erase session: %w", err)
			}
		}
	}
	return nil
}

// Count adds to the day's counts, without identity: what of, in which country, on which topic.
func (s *Store) Count(ctx context.Context, what, country, topic string) error {
	key := countKey(s.o.Now())
	pipe := s.rdb.Pipeline()
	pipe.HIncrBy(ctx, key, countField(what, country, topic), 1)
	pipe.Expire(ctx, key, countTTL)
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("count: %w", err)
	}
	return nil
}
