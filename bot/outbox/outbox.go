// Package outbox sends what the store holds to be sent: once each, in the order of its chat, no faster than the channel allows,
// and again later where the channel refuses it for now.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"cobijo/bot/store"
)

// Kind is why something could not be sent. It is closed: what is done follows from it.
type Kind string

// The kinds of failures.
const (
	Throttled   Kind = "throttled"   // the channel wants a pause
	Unavailable Kind = "unavailable" // it does not answer, or says that it cannot for now; it may have sent it all the same
	Rejected    Kind = "rejected"    // it will never take this
	Gone        Kind = "gone"        // the person blocked the bot, or the chat is no more
	Config      Kind = "config"      // the token is wrong: nothing can be sent until an operator helps
)

// SendError says why something could not be sent.
type SendError struct {
	Kind       Kind
	RetryAfter time.Duration // of Throttled
	Unsent     bool          // it was surely not sent
	Cause      error         // quotes no message and no token
}

func (e *SendError) Error() string {
	if e.Cause == nil {
		return string(e.Kind)
	}
	return fmt.Sprintf("%s: %v", e.Kind, e.Cause)
}

func (e *SendError) Unwrap() error { return e.Cause }

// A Carrier sends one parcel. doubt tells that it may have been sent before: the carrier finds out as well as it can. The receipt
// is what the channel's own later work needs of it, nil for nothing. An error is a *SendError.
type Carrier interface {
	Carry(ctx context.Context, body []byte, doubt bool) (receipt []byte, err error)
}

// Queue is what an outbox needs of the store.
type Queue interface {
	Sent(ctx context.Context, h *store.Held, p *store.Parcel, receipt []byte) error
	PutOff(ctx context.Context, channel string, h *store.Held, p *store.Parcel, due time.Time) error
	EraseHeld(ctx context.Context, h *store.Held) error
	Close(ctx context.Context, h *store.Held) error
	Due(ctx context.Context, channel string, n int, again time.Duration) ([]string, error)
	Undue(ctx context.Context, channel, name string) error
	Note(ctx context.Context, channel, name string, due time.Time) error
	Reopen(ctx context.Context, name string) (*store.Held, error)
	Present(ctx context.Context, channel, replica string, pause time.Duration) (int, time.Duration, error)
	Count(ctx context.Context, what, country, topic string) error
}

// Options are what an outbox is made of.
type Options struct {
	Channel   string
	Replica   string  // a name of this process that no other has
	PerSecond float64 // messages a second over all chats and replicas; 0 for no limit
	Queue     Queue
	Carrier   Carrier
	// Every is how long a chat is left alone between two parcels that had to wait; nil for not at all.
	Every func(body []byte) time.Duration
	// Sent is told of each attempt: why it failed, "" where it did not, and how long it took. It may be nil.
	Sent func(kind Kind, took time.Duration)
	Log  *slog.Logger
	Now  func() time.Time // time.Now where nil
}

// Outbox sends for one channel.
type Outbox struct {
	o     Options
	limit *rate.Limiter
	slots chan struct{} // how many chats are looked after at the same time by Run

	mu        sync.Mutex
	until     time.Time // nothing is sent before
	throttled time.Time // when a chat was last told to pause
	by        string    // which
}

// How long things are tried, and how.
const (
	patience  = 30 * time.Minute // an answer that comes later is of no use
	firstWait = time.Second
	longWait  = time.Minute
	shortWait = 1500 * time.Millisecond // so long a pause is sat out; what takes longer is put off
	lookEvery = 250 * time.Millisecond
	sayEvery  = time.Second
	together  = 5 * time.Second // two chats throttled within it: all are
	atOnce    = 16
)

// New makes an outbox.
func New(o Options) *Outbox {
	if o.Now == nil {
		o.Now = time.Now
	}
	b := &Outbox{o: o, limit: rate.NewLimiter(rate.Inf, 1), slots: make(chan struct{}, atOnce)}
	b.share(1)
	return b
}

// share gives this replica its part of what the channel allows.
func (b *Outbox) share(replicas int) {
	if b.o.PerSecond <= 0 {
		return
	}
	// A little less than allowed, for the burst is sent beside it.
	part := b.o.PerSecond / float64(max(replicas, 1))
	b.limit.SetLimit(rate.Limit(part * 0.9))
	b.limit.SetBurst(max(1, int(part*0.1)))
}

// Pause stops all sending for a while, on this replica at once and on the others within a second.
func (b *Outbox) Pause(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := b.o.Now().Add(d); t.After(b.until) {
		b.until = t
	}
}

// Paused tells how long nothing may be sent.
func (b *Outbox) Paused() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.until.Sub(b.o.Now())
}

// wait waits until something may be sent. It gives how long that would take where that is too long to sit out.
func (b *Outbox) wait(ctx context.Context, chat time.Duration) (time.Duration, error) {
	d := max(chat, b.Paused())
	if d > shortWait {
		return d, nil
	}
	var ticket *rate.Reservation
	if b.limit.Limit() != rate.Inf {
		if ticket = b.limit.ReserveN(b.o.Now(), 1); ticket.OK() {
			d = max(d, ticket.DelayFrom(b.o.Now()))
		}
	}
	if d > shortWait {
		ticket.Cancel()
		return d, nil
	}
	if d <= 0 {
		return 0, nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return 0, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Send sends the parcels of a held chat in order and gives its turn back. What cannot be sent now is put off; then, too, the
// parcels are handed over: they will be sent. The error is the store's, and means that they are not.
func (b *Outbox) Send(ctx context.Context, h *store.Held, parcels []*store.Parcel, first time.Duration) error {
	for i, p := range parcels {
		if len(p.Body) == 0 { // sealed by a secret that is gone
			if err := b.o.Queue.Sent(ctx, h, p, nil); err != nil {
				return err
			}
			continue
		}
		if i > 0 && p.Found && b.o.Every != nil {
			if d := b.o.Every(p.Body); d > 0 {
				return b.putOff(ctx, h, p, false, d)
			}
		}
		d, err := b.wait(ctx, first)
		first = 0
		// What stood in the outbox, and nobody put off, may have been sent by a process that is no more.
		doubt := p.State == store.Doubtful || p.State == store.Fresh && p.Found && i == 0
		if err != nil || d > 0 {
			return b.putOff(ctx, h, p, doubt, d)
		}
		receipt, err := b.carry(ctx, p.Body, doubt)
		done, err := b.after(ctx, h, p, receipt, err)
		if err != nil || done {
			return err
		}
	}
	if len(parcels) == 0 {
		return b.o.Queue.Close(ctx, h)
	}
	return nil
}

func (b *Outbox) carry(ctx context.Context, body []byte, doubt bool) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), store.SendTime)
	defer cancel()
	begun := time.Now()
	receipt, err := b.o.Carrier.Carry(ctx, body, doubt)
	if b.o.Sent != nil {
		b.o.Sent(kindOf(err), time.Since(begun))
	}
	return receipt, err
}

// failure is what a carrier's error says; one of no kind is taken for Unavailable.
func failure(err error) *SendError {
	e := &SendError{Kind: Unavailable}
	errors.As(err, &e)
	return e
}

// kindOf is why an attempt failed; "" where it did not.
func kindOf(err error) Kind {
	if err == nil {
		return ""
	}
	return failure(err).Kind
}

// putOff leaves a parcel for later. One that may have been sent stays one that may have been sent.
func (b *Outbox) putOff(ctx context.Context, h *store.Held, p *store.Parcel, doubt bool, d time.Duration) error {
	p.State = store.Waiting
	if doubt {
		p.State = store.Doubtful
	}
	return b.o.Queue.PutOff(context.WithoutCancel(ctx), b.o.Channel, h, p, b.o.Now().Add(max(d, lookEvery)))
}

// after does what follows from how a delivery went; it tells whether the chat is done with for now.
func (b *Outbox) after(ctx context.Context, h *store.Held, p *store.Parcel, receipt []byte, sent error) (done bool, err error) {
	if sent == nil {
		return false, b.o.Queue.Sent(ctx, h, p, receipt)
	}
	e := failure(sent)
	b.o.Log.WarnContext(ctx, "not sent", "channel", b.o.Channel, "kind", string(e.Kind), "tries", p.Tries+1, "cause", cause(e))
	switch e.Kind {
	case Gone:
		return true, b.o.Queue.EraseHeld(ctx, h)
	case Rejected:
		b.lost(ctx, e.Kind)
		return false, b.o.Queue.Sent(ctx, h, p, nil)
	}
	if b.o.Now().Sub(p.Since) > patience && e.Kind != Throttled {
		b.lost(ctx, e.Kind)
		return false, b.o.Queue.Sent(ctx, h, p, nil)
	}
	d := longWait
	switch e.Kind {
	case Throttled:
		d = max(e.RetryAfter, firstWait)
		b.throttle(ctx, h.Name(), d)
	case Unavailable:
		d = min(firstWait<<min(p.Tries, 6), longWait)
	}
	p.Tries++
	return true, b.putOff(ctx, h, p, !e.Unsent, d)
}

// throttle pauses all chats where two were told to pause within a short time: then it is the bot, not the chat.
func (b *Outbox) throttle(ctx context.Context, chat string, d time.Duration) {
	b.mu.Lock()
	now := b.o.Now()
	all := b.by != "" && b.by != chat && now.Sub(b.throttled) < together
	b.by, b.throttled = chat, now
	b.mu.Unlock()
	if !all {
		return
	}
	b.Pause(d)
	if _, _, err := b.o.Queue.Present(ctx, b.o.Channel, b.o.Replica, d); err != nil {
		b.o.Log.ErrorContext(ctx, "the other replicas are not told to pause", "channel", b.o.Channel, "error", err)
	}
}

// lost counts what will never arrive.
func (b *Outbox) lost(ctx context.Context, kind Kind) {
	if err := b.o.Queue.Count(ctx, "undelivered", b.o.Channel, string(kind)); err != nil {
		b.o.Log.ErrorContext(ctx, "not counted", "what", "undelivered", "error", err)
	}
}

func cause(e *SendError) string {
	if e.Cause == nil {
		return ""
	}
	return e.Cause.Error()
}

// Run sends what was put off, on this or on a replica that is no more, until the context ends.
func (b *Outbox) Run(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	look, say := time.NewTicker(lookEvery), time.NewTicker(sayEvery)
	defer look.Stop()
	defer say.Stop()
	b.say(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-say.C:
			b.say(ctx)
			continue
		case <-look.C:
		}
		if b.Paused() > 0 {
			continue
		}
		names, err := b.o.Queue.Due(ctx, b.o.Channel, atOnce, store.HoldTime)
		if err != nil {
			if ctx.Err() == nil {
				b.o.Log.ErrorContext(ctx, "the outbox cannot be read", "channel", b.o.Channel, "error", err)
			}
			continue
		}
		for _, name := range names {
			b.slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-b.slots }()
				if err := b.resume(ctx, name); err != nil {
					b.o.Log.ErrorContext(ctx, "what was put off is not sent", "channel", b.o.Channel, "error", err)
				}
			})
		}
	}
}

// resume sends what is left of one chat.
func (b *Outbox) resume(ctx context.Context, name string) error {
	h, err := b.o.Queue.Reopen(ctx, name)
	if err != nil {
		return err // the note stays, for another look
	}
	if h == nil { // a message of this chat is being answered
		return b.o.Queue.Note(ctx, b.o.Channel, name, b.o.Now().Add(lookEvery))
	}
	if len(h.Left) == 0 {
		if err := b.o.Queue.Undue(ctx, b.o.Channel, name); err != nil {
			return err
		}
		return b.o.Queue.Close(ctx, h)
	}
	// The note is due again after HoldTime: if this process dies, another finds it. It is dropped when the outbox is empty.
	return b.Send(ctx, h, h.Left, 0)
}

func (b *Outbox) say(ctx context.Context) {
	n, pause, err := b.o.Queue.Present(ctx, b.o.Channel, b.o.Replica, 0)
	if err != nil {
		return // the store's own failures are logged where they lose something
	}
	b.share(n)
	if pause > 0 {
		b.Pause(pause)
	}
}

// Direct sends what stands in no outbox: it is tried once more where it was surely not sent, and then lost.
func (b *Outbox) Direct(ctx context.Context, bodies [][]byte) error {
	for _, body := range bodies {
		for range 2 {
			if _, err := b.wait(ctx, 0); err != nil {
				return fmt.Errorf("wait to send: %w", err)
			}
			_, err := b.carry(ctx, body, false)
			if err == nil {
				break
			}
			e := failure(err)
			if !e.Unsent || e.Kind == Rejected || e.Kind == Gone {
				return err
			}
			time.Sleep(min(max(e.RetryAfter, lookEvery), shortWait))
		}
	}
	return nil
}
