package telegram

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"cobijo/bot/outbox"
)

// One replica polls, for Telegram lets no two: it leads for leadTime and says so again in time. When it dies, another follows.
const (
	leadTime  = 5 * time.Second
	leadAgain = 1500 * time.Millisecond
	pollMost  = 100
	pollBusy  = 100 * time.Millisecond // how long to wait for what is being answered before asking for more
	pollAhead = pollMost               // updates being answered at most: Telegram shows no more behind them
	pollWorst = 30 * time.Second       // between two attempts where Telegram does not answer
)

// poller asks for updates. The offset, by which Telegram forgets what lies before, is the lowest that is not answered yet: what
// a crash left comes again.
type poller struct {
	c *Channel

	mu    sync.Mutex
	taken map[int64]bool // updates from the offset on; true while they are being answered
	busy  int            // how many are
	next  int64          // the offset where none is
	done  chan struct{}  // something was answered
}

// poll polls until ctx ends; what was begun goes on in work.
func (c *Channel) poll(ctx, work context.Context) {
	p := &poller{c: c, taken: map[int64]bool{}, done: make(chan struct{}, 1)}
	wait := time.Duration(0)
	for ctx.Err() == nil {
		if !c.lead(ctx) {
			sleep(ctx, leadAgain)
			continue
		}
		hold, release := context.WithCancel(ctx)
		go c.keepLead(hold, release)
		err := p.round(hold, work)
		release()
		if err == nil || ctx.Err() != nil {
			wait = 0
			continue
		}
		wait = min(max(2*wait, time.Second), pollWorst)
		e := &outbox.SendError{}
		if errors.As(err, &e) && e.Kind == outbox.Throttled {
			wait = max(wait, e.RetryAfter)
		}
		c.o.Log.WarnContext(ctx, "no updates", "channel", channel, "again", wait, "cause", err.Error())
		sleep(ctx, wait)
	}
	// What is answered already is not to come again after a restart.
	p.confirm(work)
	if err := c.store.Unlead(work, "telegram:poll", c.replica); err != nil {
		c.o.Log.WarnContext(work, "the lead is given up late", "channel", channel, "error", err)
	}
}

// lead tells whether this replica is the one that polls. Where the store does not say, it polls: another is told 409.
func (c *Channel) lead(ctx context.Context) bool {
	ok, err := c.store.Lead(ctx, "telegram:poll", c.replica, leadTime)
	return ok || err != nil && ctx.Err() == nil
}

// keepLead keeps the lead until the context ends, and ends the round where it is lost.
func (c *Channel) keepLead(ctx context.Context, lost context.CancelFunc) {
	for {
		sleep(ctx, leadAgain)
		if ctx.Err() != nil {
			return
		}
		if !c.lead(ctx) {
			lost()
			return
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// round asks for updates once and begins to answer them. While some are being answered it does not wait for more at Telegram.
func (p *poller) round(ctx, work context.Context) error {
	offset, busy := p.offset()
	timeout := int(p.c.o.PollTime.Seconds())
	if busy > 0 {
		select {
		case <-p.done:
		case <-time.After(pollBusy):
		case <-ctx.Done():
			return nil
		}
		offset, busy = p.offset()
	}
	if busy > 0 {
		timeout = 0
	}
	if busy >= pollAhead || p.c.out.Paused() > 5*time.Second {
		return nil // they come when there is room
	}
	updates, err := p.fetch(ctx, offset, timeout, pollMost)
	if err != nil {
		return err
	}
	for _, u := range updates {
		p.c.arrived(u)
	}
	for _, u := range updates {
		p.begin(work, u)
	}
	return nil
}

// begin answers an update, unless it is being answered.
func (p *poller) begin(ctx context.Context, u *update) {
	p.mu.Lock()
	if _, taken := p.taken[u.ID]; taken {
		p.mu.Unlock()
		return
	}
	p.taken[u.ID] = true
	p.busy++
	p.next = u.ID + 1
	p.mu.Unlock()
	place := p.c.lanes.Enter(u.lane()) // here, so that a chat's order is Telegram's
	go func() {
		err := place.Pass(ctx, func() error { return p.c.handle(ctx, u) })
		if err != nil {
			p.c.o.Log.ErrorContext(ctx, "an update is not answered; it is asked for again", "channel", channel, "kind", kindOf(err), "error", err)
			sleep(ctx, time.Second)
		}
		p.mu.Lock()
		p.busy--
		p.taken[u.ID] = false
		if err != nil {
			delete(p.taken, u.ID)
			p.next = min(p.next, u.ID)
		}
		p.mu.Unlock()
		select {
		case p.done <- struct{}{}:
		default:
		}
	}()
}

// offset gives the lowest number that is not answered, and how many are being answered.
func (p *poller) offset() (int64, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	offset := p.next
	for id, busy := range p.taken {
		if busy {
			offset = min(offset, id)
		}
	}
	for id := range p.taken {
		if id < offset {
			delete(p.taken, id)
		}
	}
	return offset, p.busy
}

// fetch asks for updates; one that cannot be read is passed over.
func (p *poller) fetch(ctx context.Context, offset int64, timeout, limit int) ([]*update, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(timeout)*time.Second+10*time.Second)
	defer cancel()
	kinds, err := json.Marshal(wanted)
	if err != nil {
		return nil, fmt.Errorf("write kinds: %w", err)
	}
	b := strconv.AppendInt([]byte(`{"offset":`), offset, 10)
	b = strconv.AppendInt(append(b, `,"limit":`...), int64(limit), 10)
	b = strconv.AppendInt(append(b, `,"timeout":`...), int64(timeout), 10)
	b = append(append(append(b, `,"allowed_updates":`...), kinds...), '}')
	var updates []*update
	err = p.c.api.call(ctx, "getUpdates", b, &bytes.Buffer{}, func(all []byte) error {
		var a struct {
			Result []json.RawMessage `json:"result"`
		}
		if err := json.Unmarshal(all, &a); err != nil {
			return errors.New("the updates cannot be read") // the cause may quote them
		}
		for _, raw := range a.Result {
			u, err := read(raw)
			if err != nil {
				u = &update{}
				var id struct {
					ID int64 `json:"update_id"`
				}
				if json.Unmarshal(raw, &id) != nil {
					continue
				}
				u.ID = id.ID // passed over, but not asked for again
			}
			updates = append(updates, u)
		}
		return nil
	})
	slices.SortStableFunc(updates, func(a, b *update) int { return cmp.Compare(a.ID, b.ID) })
	return updates, err
}

// confirm waits for what is being answered and tells Telegram how far it is.
func (p *poller) confirm(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, drainTime-2*time.Second)
	defer cancel()
	for {
		offset, busy := p.offset()
		if busy == 0 || ctx.Err() != nil {
			if offset > 0 {
				_, _ = p.fetch(ctx, offset, 0, 1) // what comes is not begun, and comes again
			}
			return
		}
		select {
		case <-p.done:
		case <-time.After(pollBusy):
		case <-ctx.Done():
		}
	}
}
