package slack

import (
	"context"
	"strings"
	"time"

	"cobijo/bot/outbox"
	"cobijo/bot/progress"
	"cobijo/bot/reminders"
)

// eventTTL is how long an event is known as one that was handled: Slack tries again within an hour, and after an outage within a day.
const eventTTL = 24 * time.Hour

// take handles an event in its chat's turn; what it gives tells when, and whether it may be acknowledged.
func (c *Channel) take(ctx context.Context, o *outer) <-chan error {
	done := make(chan error, 1)
	ctx = context.WithoutCancel(ctx) // what Slack hangs up on is done all the same: delivered again, it is a repeat
	place := c.lanes.Enter(o.lane())
	c.aside.Go(func() {
		done <- place.Pass(ctx, func() error { return c.event(ctx, o) })
	})
	return done
}

// event handles an event whose turn it is.
func (c *Channel) event(ctx context.Context, o *outer) (err error) {
	defer func() {
		if r := recover(); r != nil {
			c.o.Log.ErrorContext(ctx, "panic in an event", "channel", channel, "event", eventName(o.Event.Type)) // its words may quote a message
			err = nil                                                                                            // delivered again, it would do so again
		}
	}()
	if o.Type != "event_callback" {
		return nil
	}
	e, me := &o.Event, c.self()
	if e.Type == "message" || e.Type == "app_mention" {
		m := e.spoken(me)
		if m == nil {
			return nil
		}
		if e.Type == "app_mention" || m.ChannelType == "im" {
			return c.question(ctx, o, m)
		}
		return c.reply(ctx, o, m)
	}
	what := "event/" + o.ID
	if o.ID != "" && !c.first(ctx, what, eventTTL) {
		return nil
	}
	if err = c.happened(ctx, o, e, me); err != nil {
		c.o.Log.ErrorContext(ctx, "an event is not handled; Slack delivers it again", "channel", channel, "event", eventName(e.Type), "error", err)
		if u := c.store.Unclaim(ctx, channel, what); u != nil {
			c.o.Log.ErrorContext(ctx, "an event is taken for handled", "channel", channel, "error", u)
		}
	}
	return err
}

// eventName is an event's type as far as it is one that is asked for: what else stands there is Slack's, or anybody's.
func eventName(s string) string {
	switch s {
	case "message", "app_mention", "app_home_opened", "channel_rename", "group_rename", "channel_archive", "group_archive", "channel_deleted",
		"group_deleted", "channel_left", "group_left", "member_left_channel", "app_uninstalled", "tokens_revoked":
		return s
	}
	return "other"
}

// happened handles what is no message.
func (c *Channel) happened(ctx context.Context, o *outer, e *event, me identity) error {
	switch e.Type {
	case "app_home_opened":
		if e.Tab == "messages" {
			return nil
		}
		err := c.showHome(ctx, o.Team, string(e.User))
		if kindOf(err) == outbox.Rejected || kindOf(err) == outbox.Gone {
			return nil
		}
		return err
	case "channel_rename", "group_rename":
		// Its id stays, but a channel under another name is perhaps for another purpose: the owner is to say.
		c.people.forget(string(e.Channel))
		return c.gone(ctx, o.Team, string(e.Channel), causeRenamed)
	case "channel_archive", "group_archive":
		return c.gone(ctx, o.Team, string(e.Channel), "is_archived")
	case "channel_deleted", "group_deleted":
		return c.gone(ctx, o.Team, string(e.Channel), "channel_not_found")
	case "channel_left", "group_left":
		return c.gone(ctx, o.Team, string(e.Channel), "not_in_channel")
	case "member_left_channel":
		c.people.forget(string(e.Channel))
		if string(e.User) == me.user {
			return c.gone(ctx, o.Team, string(e.Channel), "not_in_channel")
		}
	case "member_joined_channel":
		c.people.forget(string(e.Channel))
	case "app_uninstalled", "tokens_revoked":
		if c.remind != nil {
			return c.remind.TeamGone(ctx, o.Team, "token_revoked")
		}
	}
	return nil
}

func (c *Channel) gone(ctx context.Context, team, where, cause string) error {
	c.people.forget(where)
	if c.remind == nil {
		return nil
	}
	return c.remind.ChannelGone(ctx, team, where, cause)
}

// question answers a direct message or a mention.
func (c *Channel) question(ctx context.Context, o *outer, m *event) error {
	r := &request{
		asker: asker{team: o.Team, user: string(m.User), channel: string(m.Channel), thread: m.Thread},
		id:    m.id(),
	}
	if r.private() {
		r.thread = "" // a direct message needs no threads
	}
	r.said.Text = plainText(m.Text, c.self().user)
	r.said.Other = r.said.Text == "" && m.files()
	if r.said.Text == "" && !r.said.Other {
		r.said.Text = "help" // our name alone asks who we are
	}
	return c.ask(ctx, r)
}

// reply keeps a reply below a digest as a note. It is looked at only where it stands below a message of ours.
func (c *Channel) reply(ctx context.Context, o *outer, m *event) error {
	if c.remind == nil || m.Thread == "" || m.Thread == m.TS || m.Parent != "" && m.Parent != c.self().user {
		return nil
	}
	text := plainText(m.Text, c.self().user)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	who := c.people.get(ctx, string(m.User))
	_, err := c.remind.NoteFromThread(ctx, reminders.ThreadMessage{
		Team: o.Team, Channel: string(m.Channel), Thread: m.Thread, TS: m.TS, Who: progress.Person{ID: string(m.User), Name: who.name}, Text: text,
	})
	switch {
	case reason(err) != "":
		return nil // somebody who may not, or a reminder that is gone
	case err != nil:
		c.o.Log.ErrorContext(ctx, "a reply below a reminder is not kept", "channel", channel, "error", err)
	}
	return err
}
