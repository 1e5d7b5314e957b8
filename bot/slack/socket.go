package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"time"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"cobijo/bot/outbox"
)

const (
	// slowAttempt is the wait of the library's after which its attempts are begun anew: it would wait up to five minutes, and
	// whatever kept Slack away is gone long before somebody notices.
	slowAttempt = 10 * time.Second
	authAgain   = time.Minute // between two attempts with a token that Slack refused after it had taken it
	envelopeTTL = 10 * time.Minute
)

// socket serves Socket Mode until the context ends: the library connects again where Slack asks for it, where the connection breaks
// and where no ping comes; what it gives up on is begun anew here. The error is that the token was never any good.
func (c *Channel) socket(ctx, work context.Context) error {
	for known := false; ctx.Err() == nil; {
		client := socketmode.New(c.w.bot, socketmode.OptionPingInterval(c.o.PingTime), socketmode.OptionReadLimit(maxBody),
			socketmode.OptionLog(log.New(io.Discard, "", 0)))
		run, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.listen(run, work, cancel, client, &known)
		}()
		err := failure("apps.connections.open", client.RunContext(run))
		cancel()
		<-done
		c.connected.Store(false)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it ended because it was to end
		}
		wait := time.Second
		if kindOf(err) == outbox.Config {
			if !known {
				return fmt.Errorf("SLACK_APP_TOKEN: %w", err)
			}
			wait = authAgain
		}
		c.o.Log.WarnContext(ctx, "the connection to Slack is begun anew", "channel", channel, "cause", err.Error())
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	return nil
}

// listen takes what the connection brings. It never waits for an answer, or the connection would stand still.
func (c *Channel) listen(run, work context.Context, again context.CancelFunc, client *socketmode.Client, known *bool) {
	for {
		var e socketmode.Event
		select {
		case <-run.Done():
			return
		case e = <-client.Events:
		}
		switch e.Type {
		case socketmode.EventTypeConnected, socketmode.EventTypeHello:
			*known = true
			c.connected.Store(true)
		case socketmode.EventTypeConnecting:
			c.connected.Store(false)
		case socketmode.EventTypeConnectionError:
			c.o.Log.WarnContext(run, "no connection to Slack", "channel", channel)
			if bad, ok := e.Data.(*api.ConnectionErrorEvent); ok && bad.Backoff > slowAttempt {
				again()
			}
		case socketmode.EventTypeEventsAPI, socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive:
			c.envelope(work, client, e.Request)
		case socketmode.EventTypeErrorBadMessage:
			// The library does not know every event; what has an envelope is acknowledged all the same, or it comes again and again.
			var r socketmode.Request
			if bad, ok := e.Data.(*socketmode.ErrorBadMessage); ok && json.Unmarshal(bad.Message, &r) == nil && r.EnvelopeID != "" {
				c.envelope(work, client, &r)
			}
		}
	}
}

// envelope handles one envelope, and acknowledges it when its answer is there or Slack would not wait any longer.
func (c *Channel) envelope(ctx context.Context, client *socketmode.Client, r *socketmode.Request) {
	if r == nil || c.ending.Load() || c.lanes.Waiting() >= maxWaiting {
		return // Slack delivers it again
	}
	ack := func(payload any) {
		ctx, cancel := context.WithTimeout(ctx, ackTime)
		defer cancel()
		if err := client.AckCtx(ctx, r.EnvelopeID, payload); err != nil {
			c.o.Log.WarnContext(ctx, "not acknowledged", "channel", channel)
		}
	}
	bad := func() {
		c.o.Log.WarnContext(ctx, "an envelope that cannot be read", "channel", channel, "bytes", len(r.Payload))
		c.aside.Go(func() { ack(nil) })
	}
	switch r.Type {
	case socketmode.RequestTypeEventsAPI:
		o, err := readOuter(r.Payload)
		if err != nil {
			bad()
			return
		}
		done := c.take(ctx, o) // takes its place in the lane now: the order is that of the connection
		c.aside.Go(func() {
			if c.within(ctx, done) == nil {
				ack(nil)
			}
		})
	case socketmode.RequestTypeSlashCommands:
		var cmd api.SlashCommand
		if json.Unmarshal(r.Payload, &cmd) != nil || cmd.UserID == "" {
			bad()
			return
		}
		c.aside.Go(func() {
			ack(nil)
			if c.first(ctx, "envelope/"+r.EnvelopeID, envelopeTTL) {
				c.command(ctx, &cmd)
			}
		})
	case socketmode.RequestTypeInteractive:
		cb, err := readInteraction(r.Payload)
		if err != nil {
			bad()
			return
		}
		c.aside.Go(func() {
			if !c.first(ctx, "envelope/"+r.EnvelopeID, envelopeTTL) {
				ack(nil)
				return
			}
			ack(c.interaction(ctx, cb))
		})
	default:
		c.aside.Go(func() { ack(nil) })
	}
}

// first claims something; where the store does not answer it is taken for the first: a person sees an answer twice rather than none.
func (c *Channel) first(ctx context.Context, what string, d time.Duration) bool {
	first, err := c.store.Claim(ctx, channel, what, d)
	if err != nil {
		c.o.Log.ErrorContext(ctx, "not claimed: the store does not answer", "channel", channel, "error", err)
		return true
	}
	return first
}
