package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	api "github.com/slack-go/slack"

	"cobijo/bot/outbox"
)

// What a parcel does.
const (
	methodPost    = "post"
	methodWhisper = "whisper" // to one person in a channel
	methodRespond = "respond" // to a response address
	methodDelete  = "delete"
)

// parcel is one call, as it stands in the outbox.
type parcel struct {
	Method  string     `json:"m"`
	Channel string     `json:"c,omitempty"`
	User    string     `json:"u,omitempty"`
	Thread  string     `json:"t,omitempty"`
	TS      string     `json:"ts,omitempty"` // of what is deleted; "" where it must be found
	URL     string     `json:"url,omitempty"`
	Replace bool       `json:"r,omitempty"`
	ID      string     `json:"id,omitempty"` // by which the message is found again
	Since   int64      `json:"s,omitempty"`  // when it was written, in seconds: it was not posted before
	Keep    bool       `json:"k,omitempty"`  // keep the message's name, for deleting it
	Text    string     `json:"x,omitempty"`
	Blocks  api.Blocks `json:"b"`
}

func (p *parcel) bytes() []byte {
	b, err := json.Marshal(p)
	if err != nil {
		return nil // of strings and blocks that were made here
	}
	return b
}

func readParcel(body []byte) (*parcel, error) {
	var p parcel
	if err := json.Unmarshal(body, &p); err != nil || p.Method == "" {
		return nil, errors.New("a parcel that cannot be read")
	}
	return &p, nil
}

// answerMark is the metadata of an answer.
const answerMark = "cobijo_answer"

// Carry sends a parcel. Of a direct message that may have been sent the channel is asked; what one person alone sees cannot be
// asked for, and is rather seen twice than not at all.
func (c *Channel) Carry(ctx context.Context, body []byte, doubt bool) (receipt []byte, err error) {
	p, err := readParcel(body)
	if err != nil {
		return nil, &outbox.SendError{Kind: outbox.Rejected, Unsent: true, Cause: err}
	}
	m := &message{Text: p.Text, Blocks: p.Blocks}
	switch p.Method {
	case methodPost:
		ts, err := c.carryPost(ctx, p, m, doubt)
		if err != nil || !p.Keep {
			return nil, err
		}
		return []byte(p.Channel + " " + ts), nil
	case methodWhisper:
		return nil, c.w.whisper(ctx, p.Channel, p.User, p.Thread, m)
	case methodRespond:
		err := c.w.respond(ctx, p.URL, m, p.Replace)
		if says(err, "expired", "used_url", "expired_url") && p.Channel != "" && p.User != "" {
			// It was answered too late, or too often: it is said where it was asked.
			return nil, c.w.whisper(ctx, p.Channel, p.User, p.Thread, m)
		}
		return nil, err
	case methodDelete:
		if p.TS == "" {
			if p.TS, err = c.posted(ctx, p); err != nil || p.TS == "" {
				return nil, err
			}
		}
		_, _, err := c.w.bot.DeleteMessageContext(ctx, p.Channel, p.TS)
		if err = failure("chat.delete", err); kindOf(err) == outbox.Rejected {
			err = nil // it is gone already
		}
		return nil, err
	}
	return nil, &outbox.SendError{Kind: outbox.Rejected, Unsent: true, Cause: errors.New("a parcel of an unknown kind")}
}

func (c *Channel) carryPost(ctx context.Context, p *parcel, m *message, doubt bool) (ts string, err error) {
	if doubt {
		if ts, err = c.posted(ctx, p); err != nil || ts != "" {
			return ts, err
		}
	}
	return c.w.post(ctx, p.Channel, p.Thread, m, mark{answerMark, map[string]any{"id": p.ID}})
}

// posted looks for an answer that may have been posted; it gives "" where there is none.
func (c *Channel) posted(ctx context.Context, p *parcel) (ts string, err error) {
	return c.w.find(ctx, p.Channel, p.Thread, time.Unix(p.Since, 0).Add(-clockSkew), c.self(), func(k api.SlackMetadata) bool {
		return k.EventType == answerMark && k.EventPayload["id"] == p.ID
	})
}

// clockSkew is how far our clock may be ahead of Slack's.
const clockSkew = 5 * time.Minute
