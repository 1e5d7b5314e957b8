package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"cobijo/bot"
	"cobijo/bot/store"
)

// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
var (
	privatePace = []store.Pace{{Every: time.Second, Burst: 2}}     // a message a second; short bursts are allowed
	groupPace   = []store.Pace{{Every: 4 * time.Second, Burst: 5}} // 5 + 60/4 are the 20 messages a minute
)

// slow is after how long somebody is shown that an answer is being written.
const slow = 700 * time.Millisecond

// read reads an update; it quotes nothing of it in its error.
func read(body []byte) (*update, error) {
	var u update
	if err := json.Unmarshal(body, &u); err != nil {
		return nil, fmt.Errorf("an update of %d bytes cannot be read", len(body))
	}
	return &u, nil
}

// arrived notes the number of a message that came, which waits for its turn perhaps.
func (c *Channel) arrived(u *update) {
	if m := u.Message; m != nil && m.Chat.private() {
		c.saw(m.ID)
	}
}

// handle answers an update whose turn it is. Without an error it may be acknowledged.
func (c *Channel) handle(ctx context.Context, u *update) (err error) {
	defer func() {
		if r := recover(); r != nil {
			c.o.Log.ErrorContext(ctx, "panic in an update", "channel", channel) // its words may quote the message
			err = nil                                                           // delivered again, it would do so again
		}
	}()
	switch {
	case u.Inline != nil:
		return c.inline(ctx, u.Inline)
	case u.Member != nil:
		return c.member(ctx, u.Member)
	}
	r := u.read(c.self())
	if r == nil {
		return nil
	}
	if u.Callback != nil {
		c.confirm(ctx, u.Callback.ID)
	}
	if !r.chat.private() && !r.toBot {
		return nil
	}
	if r.chat.private() {
		c.measure()
	}
	typing := time.AfterFunc(slow, func() { c.typing(ctx, r) })
	defer typing.Stop()
	m := bot.Message{Channel: channel, Chat: strconv.FormatInt(r.chat.ID, 10), ID: r.id, Message: r.said}
	return c.service.Exchange(ctx, m, &courier{ctx: ctx, c: c, r: r}, c.out, c.pace(r.chat))
}

func (c *Channel) pace(ch chat) store.Pace {
	switch {
	case c.o.Unpaced:
		return store.Pace{}
	case ch.private():
		return privatePace[0]
	}
	return groupPace[0]
}

// measureTime is how long a message waits at most for another to measure.
const measureTime = 250 * time.Millisecond

// measure lets one message go first after a start, and the others wait for it a little: how high the numbers of messages are is
// known from the first one that is sent, and what a process sent before it died is looked for from the number that it knew.
func (c *Channel) measure() {
	if c.begun.CompareAndSwap(false, true) {
		return
	}
	select {
	case <-c.measured:
	default:
		t := time.NewTimer(measureTime)
		defer t.Stop()
		select {
		case <-c.measured:
		case <-t.C:
		}
	}
}

// every is how long a chat is left alone between two messages that had to wait.
func (c *Channel) every(body []byte) time.Duration {
	p, ok := readParcel(body)
	switch {
	case !ok || c.o.Unpaced:
		return 0
	case p.chat > 0:
		return privatePace[0].Every
	}
	return groupPace[0].Every
}

// member erases what is remembered of somebody who blocked the bot, and of a group that threw it out.
func (c *Channel) member(ctx context.Context, m *memberChange) error {
	if m.New.Status != "kicked" && m.New.Status != "left" {
		return nil
	}
	return c.service.Forgotten(ctx, channel, strconv.FormatInt(m.Chat.ID, 10))
}

// confirm tells Telegram that a press arrived, so that the button stops turning. Nothing waits for it.
func (c *Channel) confirm(ctx context.Context, id string) {
	c.later(ctx, "answerCallbackQuery", append(appendJSON([]byte(`{"callback_query_id":`), id), '}'))
}

func (c *Channel) typing(ctx context.Context, r *request) {
	b := strconv.AppendInt([]byte(`{"chat_id":`), r.chat.ID, 10)
	if r.thread != 0 {
		b = strconv.AppendInt(append(b, `,"message_thread_id":`...), r.thread, 10)
	}
	c.later(ctx, "sendChatAction", append(b, `,"action":"typing"}`...))
}

// later calls what may fail without harm.
func (c *Channel) later(ctx context.Context, method string, params []byte) {
	c.aside.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), store.SendTime)
		defer cancel()
		in := c.buffers.get()
		defer c.buffers.put(in)
		if err := c.api.call(ctx, method, params, in, func([]byte) error { return nil }); err != nil && !rejected(err) {
			c.o.Log.DebugContext(ctx, "not told", "method", method, "cause", err.Error())
		}
	})
}
