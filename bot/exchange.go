package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cobijo/bot/dialogue"
	"cobijo/bot/store"
)

// Courier is a channel's part in one exchange, where it must say more about the answer than a reply does.
type Courier interface {
	// Answer decides what to say; for most messages it asks d.
	Answer(d *dialogue.Dialogue, now time.Time, s dialogue.Session) (dialogue.Session, []Reply, []dialogue.Effect)
	// Write makes what is sent, in the channel's own format. Where the chat is forgotten, receipts are those of what was sent to it.
	Write(replies []Reply, receipts [][]byte) [][]byte
}

// Forgetter is a Courier that has something to do before all that is kept of its chat is erased.
type Forgetter interface {
	// Forget gives what is sent before the answer. receipts are those of what was sent to the chat; left is what stands in the
	// outbox, of which nothing is sent any more, and of which the first may have been sent where doubt is true. After an error
	// nothing is erased, and the message comes again.
	Forget(receipts, left [][]byte, doubt bool) ([][]byte, error)
}

// Sender sends what was put into the outbox. Outbox is one.
type Sender interface {
	// Send sends parcels in order after a wait, gives the chat's turn back, and puts off what cannot be sent now.
	Send(ctx context.Context, h *store.Held, parcels []*store.Parcel, wait time.Duration) error
	// Direct sends what stands in no outbox.
	Direct(ctx context.Context, bodies [][]byte) error
}

// Exchange answers a message and sends the answer. Session, the claim that the message is answered and what is to be sent are
// kept in one step before anything is sent: after a crash the message, delivered again, is not answered anew; what was left is sent.
// Without an error the message may be acknowledged: its answer is sent, or stands in the outbox. Messages of one chat must
// be given one after another.
func (s *Service) Exchange(ctx context.Context, m Message, c Courier, out Sender, pace store.Pace) (err error) {
	begun, outcome := time.Now(), Answered
	ctx = s.observer.Begin(ctx, m.Channel)
	defer func() {
		if err != nil {
			outcome = Failed
		}
		s.observer.End(ctx, m.Channel, outcome, time.Since(begun))
	}()
	h, err := s.store.Open(ctx, m.Channel, m.Chat, m.ID)
	if err != nil && ctx.Err() != nil { // whoever brought it brings it again: without a claim it would be answered then too
		return fmt.Errorf("open chat: %w", err)
	}
	if err != nil {
		s.log.ErrorContext(ctx, "no session: answering without", "channel", m.Channel, "error", err)
		outcome = Forgetful
		_, replies, _ := s.ask(ctx, m, c, dialogue.Session{Introduced: true})
		return out.Direct(context.WithoutCancel(ctx), c.Write(replies, nil))
	}
	switch {
	case h.Repeat:
		outcome = Repeat
		return nil
	case h.Excess > 1:
		outcome = Limited
		return nil
	}
	ctx = context.WithoutCancel(ctx) // what was begun is ended
	if h.Resumed {
		outcome = Repeat
		if !h.Interrupted() {
			return s.store.Close(ctx, h) // it was put off, and will be sent
		}
		return out.Send(ctx, h, h.Left, 0)
	}
	session, replies, effects := h.Session, []Reply(nil), []dialogue.Effect(nil)
	if h.Excess == 1 {
		outcome = Limited
		lang := s.lang(session, m)
		replies = []Reply{{Kind: dialogue.Menu, Lang: lang, Text: s.texts.Text(lang, "too_many")}}
	} else {
		session, replies, effects = s.ask(ctx, m, c, session)
	}
	entry := store.Entry{Update: m.ID, Session: session, Pace: pace, Behind: len(h.Left) > 0 && !h.Interrupted()}
	for _, e := range effects {
		entry.Forget = entry.Forget || e.Forget
	}
	var receipts [][]byte
	if entry.Forget {
		entry.Behind = false
		if receipts, err = s.store.Receipts(ctx, m.Channel, m.Chat); err == nil {
			entry.Bodies, err = forget(c, receipts, h)
		}
		if err != nil { // once it is erased, nobody knows any more what to delete
			return errors.Join(fmt.Errorf("forget: %w", err), s.store.Close(ctx, h))
		}
		h.Left = nil // what was not said yet is not said any more
	}
	entry.Bodies = append(entry.Bodies, c.Write(replies, receipts)...)
	parcels, wait, err := s.store.Commit(ctx, h, entry)
	if err != nil {
		return fmt.Errorf("keep the answer: %w", err)
	}
	s.count(ctx, effects)
	if all := append(h.Left, parcels...); !entry.Behind && len(all) > 0 {
		return out.Send(ctx, h, all, wait)
	}
	return nil
}

// forget asks a courier what is to be sent before all is erased.
func forget(c Courier, receipts [][]byte, h *store.Held) ([][]byte, error) {
	f, ok := c.(Forgetter)
	if !ok {
		return nil, nil
	}
	var left [][]byte
	for _, p := range h.Left {
		left = append(left, p.Body)
	}
	return f.Forget(receipts, left, h.InDoubt())
}

// ask lets the courier answer; what goes wrong is a human sentence.
func (s *Service) ask(ctx context.Context, m Message, c Courier, before dialogue.Session) (session dialogue.Session, replies []Reply, effects []dialogue.Effect) {
	defer func() { s.replied(ctx, replies) }()
	defer func() {
		if r := recover(); r != nil {
			// The message must not reach the log, and the panic may quote it.
			s.log.ErrorContext(ctx, "panic while answering", "channel", m.Channel, "kind", kindOf(r))
			session, replies, effects = before, s.failure(m), nil
		}
	}()
	return c.Answer(s.dialogue, s.now(), before)
}

// Forgotten erases all that is kept of a chat that is no more.
func (s *Service) Forgotten(ctx context.Context, channel, chat string) error {
	return s.store.EraseChat(ctx, channel, chat)
}

// Aside answers outside of any chat: nothing is remembered, counted or limited.
func (s *Service) Aside(session dialogue.Session, m dialogue.Message) (replies []Reply, err error) {
	defer func() {
		if r := recover(); r != nil {
			replies, err = nil, errors.New("panic while answering")
		}
	}()
	_, replies, _ = s.dialogue.Handle(s.now(), session, m)
	return replies, nil
}

// Store is where the channel keeps what it must send.
func (s *Service) Store() *store.Store { return s.store }
