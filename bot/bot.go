// Package bot carries a message through session, dialogue and channel.
package bot

import (
	"context"

	"cobijo/bot/dialogue"
)

// Message is what a channel received from somebody.
type Message struct {
	Channel string // web, telegram, slack, terminal
	Chat    string // the channel's own name of the chat; it is stored nowhere as it is
	ID      string // of the update, unique within the channel: a repeat is dropped; "" where repeats cannot be
	dialogue.Message
}

// Reply is what the assistant says.
type Reply = dialogue.Reply

// Choice is something to press under a reply.
type Choice = dialogue.Choice

// Handler answers messages: Service, for channels.
type Handler interface {
	// Handle gives the replies to one message; none where it is a repeat or too many came. Messages of one chat are
	// answered in the order in which Handle was called. The error is the store's: the replies are good all the same.
	Handle(ctx context.Context, m Message) ([]Reply, error)
}
