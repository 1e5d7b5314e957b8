package telegram

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"time"

	"cobijo/bot/outbox"
)

// method is what a parcel calls.
type method byte

// The methods.
const (
	sendText method = iota + 1
	editText
	sendAsk  // a message with keys that are no part of it: it cannot be edited
	takeBack // a message that may have been sent is deleted
)

// parcel is one call, as it stands in the outbox.
type parcel struct {
	method   method
	keep     bool  // keep the message's number, for /forget
	discreet int   // minutes after which it is deleted
	chat     int64 // to whom
	message  int64 // that is edited; while one is looked for, the highest number that is looked at
	after    int64 // what is sent has a higher number
	rest     []byte
}

const (
	messageAt  = 1 + 1 + 4 + 8
	afterAt    = messageAt + 8
	parcelHead = afterAt + 8
)

func (p *parcel) bytes() []byte {
	b := make([]byte, 0, parcelHead+len(p.rest))
	b = append(b, byte(p.method), 0)
	if p.keep {
		b[1] = 1
	}
	b = binary.BigEndian.AppendUint32(b, uint32(p.discreet)) //nolint:gosec // minutes, from a list
	b = binary.BigEndian.AppendUint64(b, uint64(p.chat))     //nolint:gosec // there and back
	b = binary.BigEndian.AppendUint64(b, uint64(p.message))  //nolint:gosec // there and back
	b = binary.BigEndian.AppendUint64(b, uint64(p.after))    //nolint:gosec // there and back
	return append(b, p.rest...)
}

func readParcel(b []byte) (p parcel, ok bool) {
	if len(b) < parcelHead {
		return p, false
	}
	p.method, p.keep = method(b[0]), b[1] == 1
	p.discreet = int(binary.BigEndian.Uint32(b[2:]))
	p.chat = int64(binary.BigEndian.Uint64(b[6:]))            //nolint:gosec // there and back
	p.message = int64(binary.BigEndian.Uint64(b[messageAt:])) //nolint:gosec // there and back
	p.after = int64(binary.BigEndian.Uint64(b[afterAt:]))     //nolint:gosec // there and back
	p.rest = b[parcelHead:]
	return p, true
}

// went writes into a parcel's body what became of it, and how far a look came: the outbox keeps the body as it is then.
func (p *parcel) went(body []byte) {
	body[0] = byte(p.method)
	binary.BigEndian.PutUint64(body[messageAt:], uint64(p.message)) //nolint:gosec // there and back
	binary.BigEndian.PutUint64(body[afterAt:], uint64(p.after))     //nolint:gosec // there and back
}

// Carry sends a parcel.
func (c *Channel) Carry(ctx context.Context, body []byte, doubt bool) ([]byte, error) {
	p, ok := readParcel(body)
	if !ok {
		return nil, &outbox.SendError{Kind: outbox.Rejected, Unsent: true, Cause: errors.New("a parcel that cannot be read")}
	}
	if p.method == takeBack {
		err := c.takeBack(ctx, &p)
		p.went(body)
		return nil, err
	}
	if latest := c.latest.Load(); !doubt && p.chat > 0 && latest > p.after {
		// It may have waited. Should the answer to it be lost, it is looked for from here; the outbox keeps the body as it is now.
		p.after = latest
		binary.BigEndian.PutUint64(body[afterAt:], uint64(latest)) //nolint:gosec // there and back
	}
	was := p.method
	id, err := c.deliver(ctx, &p, doubt)
	if p.method == sendText && (doubt || was == editText) {
		p.went(body)
	}
	if err != nil {
		return nil, err
	}
	if p.chat > 0 {
		c.saw(id)
		c.measuring.Do(func() { close(c.measured) })
	}
	return c.receipt(ctx, &p, id), nil
}

func rejected(err error) bool {
	var e *outbox.SendError
	return errors.As(err, &e) && e.Kind == outbox.Rejected
}

// deliver sends or edits a message, and gives its number.
func (c *Channel) deliver(ctx context.Context, p *parcel, doubt bool) (id int64, err error) {
	if p.method == editText {
		// To edit twice is to edit once: there is no doubt.
		err = c.try(ctx, "editMessageText", p, nil)
		if err == nil || says(err, "message is not modified") {
			return 0, nil
		}
		if !rejected(err) {
			return 0, err
		}
		// It is deleted, or too old to be edited: it is said anew.
		p.method, p.message, doubt = sendText, 0, false
	}
	if doubt && p.method == sendText {
		if id, err := c.find(ctx, p); id != 0 || err != nil {
			return id, err
		}
	}
	err = c.try(ctx, "sendMessage", p, &id)
	var api *apiError
	switch {
	case errors.As(err, &api) && api.migrateTo != 0:
		// The group became a supergroup, with another number.
		p.chat = api.migrateTo
		err = c.try(ctx, "sendMessage", p, &id)
	case says(err, "message to be replied not found", "reply message not found", "message thread not found"):
		p.rest = withoutReply(p.rest)
		err = c.try(ctx, "sendMessage", p, &id)
	}
	return id, err
}

// withoutReply takes out what the message answers: that was deleted.
func withoutReply(rest []byte) []byte {
	if i := bytes.Index(rest, []byte(replyKey)); i == 0 {
		if j := bytes.IndexByte(rest, '}'); j > 0 && j+2 <= len(rest) {
			return rest[j+2:]
		}
	}
	return rest
}

const replyKey = `"reply_parameters":{`

// try calls a method with a parcel's parameters.
func (c *Channel) try(ctx context.Context, method string, p *parcel, id *int64) error {
	out, in := c.buffers.get(), c.buffers.get()
	defer c.buffers.put(in)
	defer c.buffers.put(out)
	b := append(out.AvailableBuffer(), `{"chat_id":`...)
	b = strconv.AppendInt(b, p.chat, 10)
	if method == "editMessageText" {
		b = append(b, `,"message_id":`...)
		b = strconv.AppendInt(b, p.message, 10)
	}
	b = append(b, ',')
	b = append(b, p.rest...)
	out.Write(b)
	return c.api.call(ctx, method, out.Bytes(), in, func(all []byte) error {
		if id != nil {
			*id = messageID(all)
		}
		return nil
	})
}

// looked is how many numbers behind the last known one are looked at: more than were given between a message's way into the
// outbox and its sending. Where Telegram's limits hold those are some seconds' worth.
func (c *Channel) looked() int64 {
	if c.o.PerSecond < 0 {
		return 2048
	}
	return max(128, int64(4*c.o.PerSecond))
}

// find looks for a message that may have been sent: a process died between sending it and noting that it was sent, or the answer
// was lost. The Bot API cannot be asked for messages. But to edit a message into what it says already is refused, in words that
// tell so; and numbers rise. No other message of ours with a higher number stands in this chat: what is behind it waits for this one.
// It gives 0 where there is none, and an error where the time was too short: then p tells where to go on.
func (c *Channel) find(ctx context.Context, p *parcel) (int64, error) {
	// What another replica sent before may have a higher number than any that this one saw. It is no answer to this, and must not be
	// changed into one.
	receipts, err := c.store.Receipts(ctx, channel, strconv.FormatInt(p.chat, 10))
	if err != nil {
		c.o.Log.WarnContext(ctx, "what was sent before is not known", "channel", channel, "error", err)
		return 0, &outbox.SendError{Kind: outbox.Unavailable, Cause: errors.New("what was sent before is not known")}
	}
	before := numbers(receipts)
	if p.message == 0 {
		p.message = p.after + c.looked()
	}
	for failed := 0; p.after < p.message; {
		probe := *p
		if probe.message = p.after + 1; slices.Contains(before, probe.message) {
			p.after++
			continue
		}
		err := c.try(ctx, "editMessageText", &probe, nil)
		switch {
		case err == nil, says(err, "message is not modified"):
			return probe.message, nil // where it was modified, it says now what it was to say
		case rejected(err):
			p.after++
			continue
		case ctx.Err() != nil:
			return 0, err
		}
		var e *outbox.SendError
		if failed++; failed > 3 || !errors.As(err, &e) || e.RetryAfter > 3*time.Second {
			break
		}
		select {
		case <-ctx.Done():
			return 0, err
		case <-time.After(max(e.RetryAfter, 200*time.Millisecond)):
		}
	}
	// It is sent anew: should that be in doubt too, it is looked for from the same number on.
	p.after, p.message = p.message-c.looked(), 0
	return 0, nil
}

// takeBack deletes a message that may have been sent before its chat was forgotten, and goes on where it stopped when it is tried
// again. It is found as find does; whatever else of ours is found with it was to be deleted too.
func (c *Channel) takeBack(ctx context.Context, p *parcel) error {
	for p.after < p.message {
		probe := *p
		probe.message = p.after + 1
		err := c.try(ctx, "editMessageText", &probe, nil)
		same := says(err, "message is not modified")
		switch {
		case err == nil || same:
			if err := c.drop(ctx, p.chat, probe.message); err != nil {
				return err
			}
			if same {
				return nil
			}
		case !rejected(err):
			return err
		}
		p.after++
	}
	return nil
}

// saw notes the number of a message in a private chat: all of them are counted together.
func (c *Channel) saw(id int64) {
	for {
		old := c.latest.Load()
		if id <= old || c.latest.CompareAndSwap(old, id) {
			return
		}
	}
}

// receipt is what the channel needs of a sent message later: its number, to delete it.
func (c *Channel) receipt(ctx context.Context, p *parcel, id int64) []byte {
	if id == 0 {
		id = p.message
	}
	if id == 0 {
		return nil
	}
	if p.discreet > 0 {
		if err := c.eraseLater(ctx, p.chat, []int64{id}, time.Duration(p.discreet)*time.Minute); err != nil {
			c.o.Log.ErrorContext(ctx, "a message that was to be deleted is not", "channel", channel, "error", err)
		}
	}
	if !p.keep {
		return nil
	}
	return binary.AppendVarint(nil, id)
}

// idList is `"message_ids":[1,2]}`.
func idList(ids []int64) []byte {
	b := []byte(`"message_ids":[`)
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return append(b, `]}`...)
}
