package store

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot/dialogue"
)

// What a chat still has to be sent stands in a list beside its session, so that one script commits session, claim and replies
// together, on a cluster too. A task queue with keys of its own could not take part in that: its slot is another.

const (
	parcelTTL  = 48 * time.Hour // how long what could not be sent is tried at most; the outbox gives up long before
	receiptTTL = 48 * time.Hour // how long the channel lets the bot delete its own messages
	receiptMax = 400            // how many of them are known at most
	// SendTime is how long one delivery may take: after HoldTime another replica takes the chat, and must not send beside this one.
	SendTime = 8 * time.Second
	// HoldTime is how long a chat is held while something is sent to it.
	HoldTime = SendTime + 4*time.Second
)

// ParcelState tells what is known of a parcel that stands in the outbox.
type ParcelState byte

// The states of a parcel.
const (
	Fresh    ParcelState = iota // it was written; if nobody holds the chat, it may have been sent
	Waiting                     // it was surely not sent
	Doubtful                    // it may have been sent: the answer to it was lost
)

// Parcel is one thing to send: the channel's own wire format, which only the channel reads.
type Parcel struct {
	Body  []byte
	Tries int
	Since time.Time
	State ParcelState
	Found bool // it stood in the outbox, and was not written just now

	sealed []byte // as it stands in the list
}

// markSize is how many bytes of a sealed parcel no other has: its nonce.
const markSize = 12

// mark is how the parcel begins in the list: it names the parcel as well as the whole does.
func (p *Parcel) mark() []byte { return p.sealed[:min(len(p.sealed), markSize)] }

// Held is a chat's turn with its outbox.
type Held struct {
	Turn
	Left []*Parcel // what earlier messages left to send, in order
	// Resumed tells that the message was answered before, and that only what is left is to be sent.
	Resumed bool
}

// Interrupted tells that whoever sent what is left is no more: nobody put it off.
func (h *Held) Interrupted() bool { return len(h.Left) > 0 && h.Left[0].State == Fresh }

// InDoubt tells that the first of what is left may have been sent.
func (h *Held) InDoubt() bool {
	return len(h.Left) > 0 && (h.Left[0].State == Fresh || h.Left[0].State == Doubtful)
}

// Name is the chat's pseudonym.
func (h *Held) Name() string { return h.name }

func (h *Held) outbox() string   { return h.tag() + "o" }
func (h *Held) receipts() string { return h.tag() + "m" }
func (h *Held) pace() string     { return h.tag() + "p" }
func (h *Held) tag() string      { return h.prefix }

// openScript takes a chat's turn and what it still has to be sent.
//
//	KEYS 1 claim, 2 session, 3 turn, 4 rate, 5 outbox   (one hash tag)
//	ARGV 1 whether updates are claimed, 2 token, 3 turn's milliseconds, 4 messages a minute
//
// It gives {state, session, excess, outbox}: state 0 go on, 1 a repeat, 2 somebody else has the turn, 3 far over the limit,
// 4 the first over the limit, 5 a repeat of which something is left to send.
var openScript = redis.NewScript(`
local left = redis.call('LRANGE', KEYS[5], 0, -1)
local claimed = ARGV[1] == '1' and redis.call('EXISTS', KEYS[1]) == 1
if claimed and #left == 0 then return {1, '', 0, left} end
if not redis.call('SET', KEYS[3], ARGV[2], 'NX', 'PX', ARGV[3]) and redis.call('GET', KEYS[3]) ~= ARGV[2] then return {2, '', 0, {}} end
if claimed then return {5, '', 0, left} end
local n = redis.call('INCR', KEYS[4])
if n == 1 then redis.call('PEXPIRE', KEYS[4], 60000) end
local over = n - tonumber(ARGV[4])
if over > 1 then
  redis.call('DEL', KEYS[3])
  return {3, '', over, {}}
end
return {over == 1 and 4 or 0, redis.call('GET', KEYS[2]) or '', over, left}
`)

// commitScript keeps the session, claims the update and puts the replies into the outbox, all or nothing.
//
//	KEYS 1 claim, 2 session, 3 turn, 4 outbox, 5 receipts, 6 pace   (one hash tag)
//	ARGV 1 whether updates are claimed, 2 token, 3 session (empty: erase), 4 its milliseconds, 5 the claim's milliseconds,
//	     6 parcels' milliseconds, 7 the turn's milliseconds (0: give it back), 8 milliseconds between messages, 9 messages at once, 10... parcels
//
// It gives how many milliseconds to wait before sending, -1 where the turn was lost and nothing changed. An update that is claimed
// while the turn is still one's own was committed by oneself: the client sends a script again whose answer was lost.
var commitScript = redis.NewScript(`
if redis.call('GET', KEYS[3]) ~= ARGV[2] then return -1 end
if ARGV[1] == '1' and redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if ARGV[3] == '' then redis.call('DEL', KEYS[2], KEYS[4], KEYS[5]) else redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4]) end
if ARGV[1] == '1' then redis.call('SET', KEYS[1], '1', 'PX', ARGV[5]) end
local wait, n = 0, #ARGV - 9
if n > 0 then
  redis.call('RPUSH', KEYS[4], unpack(ARGV, 10))
  redis.call('PEXPIRE', KEYS[4], ARGV[6])
  local every = tonumber(ARGV[8])
  if every > 0 then
    local t = redis.call('TIME')
    local now = t[1] * 1000 + math.floor(t[2] / 1000)
    local free = math.max(tonumber(redis.call('GET', KEYS[6]) or '0'), now)
    wait = math.max(0, free - now - every * (tonumber(ARGV[9]) - 1))
    free = free + every * n
    redis.call('SET', KEYS[6], string.format('%.0f', free), 'PX', string.format('%.0f', free - now + 1000))
  end
end
if ARGV[7] == '0' then redis.call('DEL', KEYS[3]) else redis.call('PEXPIRE', KEYS[3], ARGV[7]) end
return wait
`)

// sentScript takes a parcel out of the outbox.
//
//	KEYS 1 turn, 2 outbox, 3 receipts   (one hash tag)
//	ARGV 1 token, 2 how the parcel begins, 3 receipt (empty: none), 4 its milliseconds, 5 how many are kept, 6 the turn's milliseconds
//
// It gives how many are left. With the last one the turn is given back.
var sentScript = redis.NewScript(`
local function is(p) return p and string.sub(p, 1, #ARGV[2]) == ARGV[2] end
if is(redis.call('LINDEX', KEYS[2], 0)) then
  redis.call('LPOP', KEYS[2])
else
  for _, p in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
    if is(p) then
      redis.call('LREM', KEYS[2], 1, p)
      break
    end
  end
end
if ARGV[3] ~= '' then
  redis.call('RPUSH', KEYS[3], ARGV[3])
  redis.call('LTRIM', KEYS[3], -tonumber(ARGV[5]), -1)
  redis.call('PEXPIRE', KEYS[3], ARGV[4])
end
local left = redis.call('LLEN', KEYS[2])
if redis.call('GET', KEYS[1]) == ARGV[1] then
  if left == 0 then redis.call('DEL', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[6]) end
end
return left
`)

// putOffScript writes a parcel anew, in its place, and gives the turn back.
//
//	KEYS 1 turn, 2 outbox   (one hash tag)
//	ARGV 1 token, 2 the parcel as it was, 3 as it is now (empty: unchanged)
var putOffScript = redis.NewScript(`
if ARGV[3] ~= '' and redis.call('LINDEX', KEYS[2], 0) == ARGV[2] then redis.call('LSET', KEYS[2], 0, ARGV[3]) end
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)

// Open takes the turn of a chat as Begin does, with what it still has to be sent.
func (s *Store) Open(ctx context.Context, channel, chat, update string) (*Held, error) {
	now := s.o.Now()
	names := s.seal.aliases(channel, chat, now, max(s.o.SessionTTL, claimTTL))
	h := &Held{Turn: Turn{name: names[0].name, prefix: names[0].tag(), token: strconv.FormatInt(now.UnixNano(), 36) + randomToken()}}
	h.keys = []string{names[0].claim(update), h.tag() + "s", h.tag() + "turn", h.tag() + "rate"}
	for _, a := range names[1:] {
		h.older = append(h.older, a.tag()+"s")
	}
	if update != "" {
		a, err := s.answeredAs(ctx, s.fast, names[1:], update)
		if err != nil {
			return nil, fmt.Errorf("open chat: %w", err)
		}
		if a != nil { // under that name stands, too, what of its answer is left to send
			h.name, h.prefix, h.older = a.name, a.tag(), nil
			h.keys = []string{a.claim(update), h.tag() + "s", h.tag() + "turn", h.tag() + "rate"}
			_, err := s.take(ctx, h, flag(true))
			return h, err
		}
	}
	sealed, err := s.take(ctx, h, flag(update != ""))
	if err != nil || h.Repeat || h.Resumed || h.Excess > 1 {
		return h, err
	}
	h.Session = s.unseal(sealed, h.name)
	if sealed == "" {
		h.Session = s.moved(ctx, s.fast, names[1:])
	}
	return h, nil
}

// take waits for the turn and reads the outbox.
func (s *Store) take(ctx context.Context, h *Held, claims string) (session string, err error) {
	keys := append(slices.Clone(h.keys), h.outbox())
	for {
		res, err := s.run(ctx, s.fast, openScript, keys, claims, h.token, HoldTime.Milliseconds(), s.o.PerMinute).Slice()
		if err != nil {
			return "", fmt.Errorf("open chat: %w", err)
		}
		state, _ := res[0].(int64)
		session, _ = res[1].(string)
		excess, _ := res[2].(int64)
		switch state {
		case 1:
			h.Repeat = true
			return "", nil
		case 2:
			select {
			case <-ctx.Done():
				return "", fmt.Errorf("wait for turn: %w", ctx.Err())
			case <-time.After(turnWait):
				continue
			}
		case 5:
			h.Resumed = true
		}
		h.Excess = int(max(excess, 0))
		left, _ := res[3].([]any)
		for _, l := range left {
			if sealed, ok := l.(string); ok {
				h.Left = append(h.Left, s.openParcel(sealed, h.name))
			}
		}
		return session, nil
	}
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// parcelHead is what stands before a parcel's body: state, tries, milliseconds since 1970.
const parcelHead = 1 + 1 + 8

func (s *Store) sealParcel(p *Parcel, name string) {
	b := s.seal.begin(parcelHead + len(p.Body))
	b = append(b, byte(p.State), byte(min(p.Tries, 255))) //nolint:gosec // both fit
	b = binary.BigEndian.AppendUint64(b, uint64(p.Since.UnixMilli()))
	p.sealed = s.seal.close(append(b, p.Body...), "o:"+name)
}

// openParcel reads a parcel; one that no secret opens any more has no body.
func (s *Store) openParcel(sealed, name string) *Parcel {
	p := &Parcel{sealed: []byte(sealed), Found: true}
	data, err := s.seal.decrypt(p.sealed, "o:"+name)
	if err != nil || len(data) < parcelHead {
		return p
	}
	p.State, p.Tries = ParcelState(data[0]), int(data[1])
	p.Since = time.UnixMilli(int64(binary.BigEndian.Uint64(data[2:]))) //nolint:gosec // as it was written
	p.Body = data[parcelHead:]
	return p
}

// Pace is how often a chat may be written to.
type Pace struct {
	Every time.Duration // between two messages in the long run; 0 for no limit
	Burst int           // so many at once
}

// Entry is what a message changes.
type Entry struct {
	Update  string
	Session dialogue.Session
	Forget  bool     // erase instead of keeping
	Bodies  [][]byte // what is to be sent
	Pace    Pace
	// Behind leaves the parcels to whoever sends what was left before: the turn is given back.
	Behind bool
}

// Commit keeps what a message changed and puts its replies into the outbox, in one step. The turn stays, for sending, unless
// there is nothing to send. It gives the parcels and how long to wait before sending them.
func (s *Store) Commit(ctx context.Context, h *Held, e Entry) (parcels []*Parcel, wait time.Duration, err error) {
	var sealed []byte
	if !e.Forget {
		sealed = s.sealSession(&e.Session, h.name)
	}
	hold := HoldTime.Milliseconds()
	if e.Behind || len(e.Bodies) == 0 && !h.Interrupted() {
		hold = 0
	}
	args := make([]any, 0, 9+len(e.Bodies))
	args = append(args, flag(e.Update != ""), h.token, sealed, s.o.SessionTTL.Milliseconds(), claimTTL.Milliseconds(),
		parcelTTL.Milliseconds(), hold, e.Pace.Every.Milliseconds(), max(e.Pace.Burst, 1))
	now := s.o.Now()
	for _, body := range e.Bodies {
		p := &Parcel{Body: body, Since: now}
		s.sealParcel(p, h.name)
		parcels = append(parcels, p)
		args = append(args, p.sealed)
	}
	keys := []string{h.keys[0], h.keys[1], h.keys[2], h.outbox(), h.receipts(), h.pace()}
	ms, err := s.run(ctx, s.fast, commitScript, keys, args...).Int64()
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("commit: %w", err)
	case ms < 0:
		return nil, 0, ErrTurnLost
	}
	if e.Forget {
		for _, key := range h.older {
			if err := s.fast.Del(ctx, key, key[:len(key)-1]+"m", key[:len(key)-1]+"o").Err(); err != nil {
				return parcels, 0, fmt.Errorf("erase session: %w", err)
			}
		}
	}
	return parcels, time.Duration(ms) * time.Millisecond, nil
}

// Sent takes a parcel out of the outbox. The receipt, where there is one, is kept encrypted for 48 hours, for Receipts alone.
func (s *Store) Sent(ctx context.Context, h *Held, p *Parcel, receipt []byte) error {
	var sealed []byte
	if len(receipt) > 0 {
		data := binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(receipt)), uint64(s.o.Now().UnixMilli()))
		sealed = s.seal.encrypt(append(data, receipt...), "m:"+h.name)
	}
	err := s.run(ctx, s.fast, sentScript, []string{h.keys[2], h.outbox(), h.receipts()},
		h.token, p.mark(), sealed, receiptTTL.Milliseconds(), receiptMax, HoldTime.Milliseconds()).Err()
	if err != nil {
		return fmt.Errorf("take out of the outbox: %w", err)
	}
	return nil
}

// PutOff gives the turn back and lets what is left be sent later: from due on, by whichever replica.
func (s *Store) PutOff(ctx context.Context, channel string, h *Held, p *Parcel, due time.Time) error {
	// First the note that there is something, then the thing: whoever finds the note without the thing drops it.
	err := s.fast.ZAdd(ctx, dueKey(channel), redis.Z{Score: float64(due.UnixMilli()), Member: h.name}).Err()
	if err != nil {
		return fmt.Errorf("put off: %w", err)
	}
	if err := s.fast.PExpire(ctx, dueKey(channel), parcelTTL).Err(); err != nil {
		return fmt.Errorf("put off: %w", err)
	}
	var was, now []byte
	if p != nil {
		was = p.sealed
		s.sealParcel(p, h.name)
		now = p.sealed
	}
	if err := s.run(ctx, s.fast, putOffScript, []string{h.keys[2], h.outbox()}, h.token, was, now).Err(); err != nil {
		return fmt.Errorf("put off: %w", err)
	}
	return nil
}

func dueKey(channel string) string { return "cobijo:{" + channel + ":due}" }

// Due names up to n chats (by pseudonym) for which something is due. They stay noted, for another look after again, until Undue.
func (s *Store) Due(ctx context.Context, channel string, n int, again time.Duration) ([]string, error) {
	now := s.o.Now()
	names, err := dueScript.Run(ctx, s.fast, []string{dueKey(channel)}, now.UnixMilli(), n, now.Add(again).UnixMilli()).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("look for what is due: %w", err)
	}
	return names, nil
}

// dueScript takes what is due, and leaves it noted for later, so that it is not lost with whoever takes it.
//
//	KEYS 1 what is due
//	ARGV 1 now, 2 how many, 3 when to look again   (milliseconds)
var dueScript = redis.NewScript(`
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, d in ipairs(due) do redis.call('ZADD', KEYS[1], ARGV[3], d) end
return due
`)

// Note lets a chat that Due named be looked at again, no later than due.
func (s *Store) Note(ctx context.Context, channel, name string, due time.Time) error {
	err := s.fast.ZAddArgs(ctx, dueKey(channel), redis.ZAddArgs{LT: true, Members: []redis.Z{{Score: float64(due.UnixMilli()), Member: name}}}).Err()
	if err != nil {
		return fmt.Errorf("note: %w", err)
	}
	return nil
}

// Undue drops the note of a chat whose outbox is empty.
func (s *Store) Undue(ctx context.Context, channel, name string) error {
	if err := s.fast.ZRem(ctx, dueKey(channel), name).Err(); err != nil {
		return fmt.Errorf("drop note: %w", err)
	}
	return nil
}

// Reopen takes the turn of a chat that Due named, to send what is left. It gives nil where somebody else has the turn.
func (s *Store) Reopen(ctx context.Context, name string) (*Held, error) {
	h := &Held{Turn: Turn{name: name, prefix: prefix(name), token: strconv.FormatInt(s.o.Now().UnixNano(), 36) + randomToken()}, Resumed: true}
	h.keys = []string{h.tag() + "u:", h.tag() + "s", h.tag() + "turn", h.tag() + "rate"}
	ok, err := s.fast.SetNX(ctx, h.keys[2], h.token, HoldTime).Result()
	if err != nil {
		return nil, fmt.Errorf("reopen chat: %w", err)
	}
	if !ok {
		return nil, nil //nolint:nilnil // nothing is wrong, and there is nothing to do
	}
	left, err := s.fast.LRange(ctx, h.outbox(), 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("reopen chat: %w", err)
	}
	for _, sealed := range left {
		h.Left = append(h.Left, s.openParcel(sealed, name))
	}
	return h, nil
}

// Close gives a turn back with which nothing was done, or nothing is left to do.
func (s *Store) Close(ctx context.Context, h *Held) error {
	if err := s.run(ctx, s.fast, putOffScript, []string{h.keys[2], h.outbox()}, h.token, "", "").Err(); err != nil {
		return fmt.Errorf("give turn back: %w", err)
	}
	return nil
}

// Receipts gives the receipts of the last 48 hours, the oldest first.
func (s *Store) Receipts(ctx context.Context, channel, chat string) ([][]byte, error) {
	now := s.o.Now()
	var all [][]byte
	names := s.seal.aliases(channel, chat, now, receiptTTL)
	slices.Reverse(names)
	for _, a := range names {
		var sealed []string
		err := s.patiently(ctx, func() (err error) {
			sealed, err = s.fast.LRange(ctx, a.tag()+"m", 0, -1).Result()
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read receipts: %w", err)
		}
		for _, one := range sealed {
			data, err := s.seal.decrypt([]byte(one), "m:"+a.name)
			if err != nil || len(data) < 8 {
				continue
			}
			at := time.UnixMilli(int64(binary.BigEndian.Uint64(data))) //nolint:gosec // as it was written
			if now.Sub(at) < receiptTTL-time.Minute {
				all = append(all, data[8:])
			}
		}
	}
	return all, nil
}

// EraseHeld erases all that is kept of a chat that nobody can write to any more, and gives its turn back.
func (s *Store) EraseHeld(ctx context.Context, h *Held) error {
	if err := s.fast.Del(ctx, h.keys[1], h.outbox(), h.receipts(), h.pace(), h.keys[2]).Err(); err != nil {
		return fmt.Errorf("erase chat: %w", err)
	}
	for _, key := range h.older {
		if err := s.fast.Del(ctx, key, key[:len(key)-1]+"m", key[:len(key)-1]+"o").Err(); err != nil {
			return fmt.Errorf("erase chat: %w", err)
		}
	}
	return nil
}

// EraseChat erases all that is kept of a chat.
func (s *Store) EraseChat(ctx context.Context, channel, chat string) error {
	for _, a := range s.seal.aliases(channel, chat, s.o.Now(), receiptTTL) {
		if err := s.fast.Del(ctx, a.tag()+"s", a.tag()+"m", a.tag()+"o", a.tag()+"p").Err(); err != nil {
			return fmt.Errorf("erase chat: %w", err)
		}
	}
	return nil
}

// Later keeps a note of a channel's, encrypted, until it is due.
func (s *Store) Later(ctx context.Context, channel string, note []byte, due time.Time) error {
	member := base64.RawStdEncoding.EncodeToString(s.seal.encrypt(note, "later:"+channel))
	key := laterKey(channel)
	err := s.patiently(ctx, func() error {
		if err := s.fast.ZAdd(ctx, key, redis.Z{Score: float64(due.UnixMilli()), Member: member}).Err(); err != nil {
			return err
		}
		return s.fast.PExpire(ctx, key, receiptTTL+24*time.Hour).Err()
	})
	if err != nil {
		return fmt.Errorf("keep note: %w", err)
	}
	return nil
}

func laterKey(channel string) string { return "cobijo:{" + channel + ":later}" }

// Note is what Later kept.
type Note struct {
	Data   []byte // empty where no secret opens it any more
	member string
}

// Notes gives up to n notes that are due. They stay, for another look after again, until Noted.
func (s *Store) Notes(ctx context.Context, channel string, n int, again time.Duration) ([]Note, error) {
	now := s.o.Now()
	members, err := dueScript.Run(ctx, s.fast, []string{laterKey(channel)}, now.UnixMilli(), n, now.Add(again).UnixMilli()).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("read notes: %w", err)
	}
	var notes []Note
	for _, m := range members {
		note := Note{member: m}
		if sealed, err := base64.RawStdEncoding.DecodeString(m); err == nil {
			note.Data, _ = s.seal.decrypt(sealed, "later:"+channel)
		}
		notes = append(notes, note)
	}
	return notes, nil
}

// Noted drops notes.
func (s *Store) Noted(ctx context.Context, channel string, notes ...Note) error {
	if len(notes) == 0 {
		return nil
	}
	members := make([]any, len(notes))
	for i, n := range notes {
		members[i] = n.member
	}
	if err := s.fast.ZRem(ctx, laterKey(channel), members...).Err(); err != nil {
		return fmt.Errorf("drop notes: %w", err)
	}
	return nil
}

// leadScript takes or keeps a lock.
//
//	KEYS 1 lock
//	ARGV 1 token, 2 milliseconds
var leadScript = redis.NewScript(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`)

// unlockScript gives a lock back.
//
//	KEYS 1 lock
//	ARGV 1 token
var unlockScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)

// Lead takes a task that one replica alone may do, or keeps it for d longer.
func (s *Store) Lead(ctx context.Context, task, replica string, d time.Duration) (bool, error) {
	ok, err := leadScript.Run(ctx, s.fast, []string{"cobijo:{" + task + "}:lead"}, replica, d.Milliseconds()).Bool()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, fmt.Errorf("lead %s: %w", task, err)
	}
	return ok, nil
}

// Unlead gives a task to whoever wants it.
func (s *Store) Unlead(ctx context.Context, task, replica string) error {
	if err := unlockScript.Run(ctx, s.fast, []string{"cobijo:{" + task + "}:lead"}, replica).Err(); err != nil {
		return fmt.Errorf("leave %s: %w", task, err)
	}
	return nil
}

// presentScript says that a replica is there, and gives how many are and how long all of them must pause.
//
//	KEYS 1 replicas, 2 pause   (one hash tag)
//	ARGV 1 replica, 2 now, 3 milliseconds after which one that says nothing is taken for dead, 4 milliseconds to pause (0: none)
var presentScript = redis.NewScript(`
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', tonumber(ARGV[2]) - tonumber(ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local pause = redis.call('PTTL', KEYS[2])
if tonumber(ARGV[4]) > 0 and tonumber(ARGV[4]) > pause then
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[4])
  pause = tonumber(ARGV[4])
end
return {redis.call('ZCARD', KEYS[1]), pause}
`)

// Present says that a replica serves a channel, and that all of them must pause, where pause is more than nothing. It gives how
// many there are and how long they must pause.
func (s *Store) Present(ctx context.Context, channel, replica string, pause time.Duration) (replicas int, pauses time.Duration, err error) {
	tag := "cobijo:{" + channel + ":replicas}"
	res, err := presentScript.Run(ctx, s.fast, []string{tag, tag + ":pause"}, replica, s.o.Now().UnixMilli(), 5000, pause.Milliseconds()).Int64Slice()
	if err != nil {
		return 0, 0, fmt.Errorf("say present: %w", err)
	}
	return int(res[0]), time.Duration(max(res[1], 0)) * time.Millisecond, nil
}
