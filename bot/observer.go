package bot

import (
	"context"
	"time"

	"cobijo/bot/dialogue"
)

// Observer is told how answering goes, and nothing of who asked or what was written.
type Observer interface {
	// Begin tells that an update came by a channel. The context goes with all that is done for it.
	Begin(ctx context.Context, channel string) context.Context
	// Replied tells of one reply: its kind, and the topic of its entry ("" for none). Both are of closed lists.
	Replied(ctx context.Context, kind dialogue.Kind, topic string)
	// End tells what became of the update, and how long that took. The context is the one that Begin gave.
	End(ctx context.Context, channel string, outcome Outcome, took time.Duration)
}

// Outcome is what became of an update. It is closed: it labels counts.
type Outcome string

// The outcomes.
const (
	Answered  Outcome = "answered"
	Repeat    Outcome = "repeat"    // it was answered before
	Limited   Outcome = "limited"   // the chat sent too many
	Forgetful Outcome = "no-memory" // the store failed: answered without a session
	Failed    Outcome = "failed"
)

// blind observes nothing.
type blind struct{}

func (blind) Begin(ctx context.Context, _ string) context.Context { return ctx }
func (blind) Replied(context.Context, dialogue.Kind, string)      {}
func (blind) End(context.Context, string, Outcome, time.Duration) {}

// replied tells the observer of replies.
func (s *Service) replied(ctx context.Context, replies []Reply) {
	for i := range replies {
		s.observer.Replied(ctx, replies[i].Kind, replies[i].Topic)
	}
}
