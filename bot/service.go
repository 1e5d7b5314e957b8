package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"cobijo/bot/dialogue"
	"cobijo/bot/store"
	"cobijo/locales"
)

// Service carries one message through session, dialogue and channel.
type Service struct {
	dialogue *dialogue.Dialogue
	store    *store.Store
	texts    *locales.Catalog
	log      *slog.Logger
	observer Observer
	now      func() time.Time

	mu    sync.Mutex
	lanes map[string]chan struct{} // by chat: closed when the last message that came is answered
}

// Options are the parts that a Service is made of.
type Options struct {
	Dialogue *dialogue.Dialogue
	Store    *store.Store
	Texts    *locales.Catalog
	Log      *slog.Logger
	Observer Observer         // nil for none
	Now      func() time.Time // time.Now where nil
}

// New makes a service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Observer == nil {
		o.Observer = blind{}
	}
	return &Service{dialogue: o.Dialogue, store: o.Store, texts: o.Texts, log: o.Log, observer: o.Observer, now: o.Now, lanes: map[string]chan struct{}{}}
}

// Handle answers a message. Messages of one chat are answered in the order in which Handle was called, those of different
// chats side by side. It gives no replies where the message is a repeat or the chat is far over its limit. Where the store
// fails it answers all the same, as to a chat that nothing is remembered of.
func (s *Service) Handle(ctx context.Context, m Message) (replies []Reply, err error) {
	begun, outcome := time.Now(), Failed // a measurement: a clock that jumps does not change it
	ctx = s.observer.Begin(ctx, m.Channel)
	defer func() {
		s.replied(ctx, replies)
		s.observer.End(ctx, m.Channel, outcome, time.Since(begun))
	}()
	leave, err := s.enter(ctx, m.Channel+"\x00"+m.Chat)
	if err != nil {
		return nil, err
	}
	defer leave()
	var turn *store.Turn
	defer func() {
		if r := recover(); r != nil {
			// The message must not reach the log, and the panic may quote it.
			s.log.ErrorContext(ctx, "panic while answering", "channel", m.Channel, "kind", kindOf(r))
			replies, err, outcome = s.failure(m), errors.New("panic while answering"), Failed
			if turn != nil { // else the chat's next message waits until the turn expires
				err = errors.Join(err, s.store.End(context.WithoutCancel(ctx), turn, m.ID, turn.Session, false))
			}
		}
	}()
	turn, err = s.store.Begin(ctx, m.Channel, m.Chat, m.ID)
	if err != nil {
		s.log.ErrorContext(ctx, "no session: answering without", "channel", m.Channel, "error", err)
		_, replies, _ := s.dialogue.Handle(s.now(), dialogue.Session{Introduced: true}, m.Message)
		outcome = Forgetful
		return replies, err
	}
	switch {
	case turn.Repeat:
		outcome = Repeat
		return nil, nil
	case turn.Excess > 1:
		outcome = Limited
		return nil, nil
	case turn.Excess == 1:
		outcome = Limited
		return []Reply{{Kind: dialogue.Menu, Lang: s.lang(turn.Session, m), Text: s.texts.Text(s.lang(turn.Session, m), "too_many")}}, nil
	}
	session, replies, effects := s.dialogue.Handle(s.now(), turn.Session, m.Message)
	outcome = Answered
	forget := false
	for _, e := range effects {
		forget = forget || e.Forget
	}
	// Somebody who hung up meanwhile is remembered all the same, and the turn is given back.
	ctx = context.WithoutCancel(ctx)
	if err := s.store.End(ctx, turn, m.ID, session, forget); err != nil {
		s.log.ErrorContext(ctx, "session not kept", "channel", m.Channel, "error", err)
		outcome = Forgetful
		return replies, err
	}
	s.count(ctx, effects)
	return replies, nil
}

// enter waits until all earlier messages of the chat are answered; leave lets the next one in.
func (s *Service) enter(ctx context.Context, chat string) (leave func(), err error) {
	mine := make(chan struct{})
	s.mu.Lock()
	before := s.lanes[chat]
	s.lanes[chat] = mine
	s.mu.Unlock()
	out := func() {
		s.mu.Lock()
		if s.lanes[chat] == mine {
			delete(s.lanes, chat)
		}
		s.mu.Unlock()
		close(mine)
	}
	if before == nil {
		return out, nil
	}
	select {
	case <-before:
		return out, nil
	case <-ctx.Done():
		// Those behind still wait for those before: the lane must not be cut.
		go func() {
			<-before
			out()
		}()
		return nil, ctx.Err()
	}
}

func (s *Service) count(ctx context.Context, effects []dialogue.Effect) {
	for _, e := range effects {
		what := ""
		switch {
		case e.Useful != nil && *e.Useful:
			what = "useful"
		case e.Useful != nil:
			what = "not-useful"
		case e.Unanswered:
			what = "unanswered"
		default:
			continue
		}
		if err := s.store.Count(ctx, what, e.Country, e.Topic); err != nil {
			s.log.ErrorContext(ctx, "not counted", "what", what, "error", err)
		}
	}
}

func (s *Service) lang(session dialogue.Session, m Message) string {
	if session.Lang != "" {
		return session.Lang
	}
	lang, _ := s.texts.Match(m.LangHint)
	return lang
}

// failure is a human sentence and a way to help, whatever went wrong.
func (s *Service) failure(m Message) []Reply {
	lang := s.lang(dialogue.Session{}, m)
	return []Reply{{Kind: dialogue.Menu, Lang: lang, Text: s.texts.Text(lang, "failed")}}
}

// kindOf tells of a panic what cannot quote a message.
func kindOf(r any) string {
	if err, ok := r.(error); ok {
		var rt interface{ RuntimeError() }
		if errors.As(err, &rt) {
			return "runtime error"
		}
	}
	return "other"
}

// Ready tells whether the store keeps what it is given.
func (s *Service) Ready(ctx context.Context) error { return s.store.Ready(ctx) }
