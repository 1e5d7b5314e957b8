package fakeslack

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// target finds the channel of a call; a person's id names the direct messages with them.
func (s *Server) target(id string) (*Channel, *apiError) {
	if p := s.personOf[id]; p != nil && !p.Bot {
		if p.Deleted {
			return nil, refuse("user_disabled")
		}
		return s.direct(id), nil
	}
	c := s.channelOf[id]
	switch {
	case c == nil, c.Private && !c.has(s.BotUser):
		return nil, refuse("channel_not_found")
	case c.Archived:
		return nil, refuse("is_archived")
	case !c.has(s.BotUser):
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

const (
	maxText   = 40000 // longer ones are cut by Slack itself
	maxUpdate = 4000  // of chat.update
)

// said checks what a message says and makes it.
func (s *Server) said(p map[string]any, most int) (*Message, *apiError) {
	m := &Message{User: s.BotUser, Bot: true, Text: str(p, "text")}
	if units(m.Text) > most {
		return nil, refuse("msg_too_long")
	}
	if b, given := p["blocks"]; given {
		list, ok := b.([]any)
		if !ok {
			return nil, refuse("invalid_blocks_format", "blocks is no list")
		}
		if refused := checkMessage(list); refused != nil {
			return nil, refused
		}
		if len(list) > 0 {
			m.Blocks = mustJSON(list)
		}
	}
	if _, given := p["attachments"]; given {
		s.problem("attachments are not for new apps")
	}
	if md, given := p["metadata"]; given {
		if refused := checkMetadata(md); refused != nil {
			return nil, refused
		}
		m.Metadata = mustJSON(md)
	}
	if m.Text == "" && m.Blocks == nil {
		return nil, refuse("no_text")
	}
	return m, nil
}

func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null") // what was read as JSON can be written
	}
	return b
}

var eventType = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,254}$`)

const maxMetadata = 8000 // bytes

func checkMetadata(md any) *apiError {
	o, ok := md.(map[string]any)
	if !ok {
		return refuse("invalid_metadata_format", "metadata is no object")
	}
	if len(o) == 0 {
		return nil // takes the metadata away
	}
	kind, _ := o["event_type"].(string)
	payload, ok := o["event_payload"].(map[string]any)
	switch {
	case !eventType.MatchString(kind):
		return refuse("invalid_metadata_format", "event_type")
	case !ok:
		return refuse("invalid_metadata_format", "event_payload is no object")
	case len(mustJSON(payload)) > maxMetadata:
		return refuse("metadata_too_large")
	}
	return nil
}

// throttled applies the documented limit: a message a second to a channel, with short bursts.
func (s *Server) throttled(c *Channel) *apiError {
	if !s.Strict {
		return nil
	}
	now := s.Now()
	times := slices.DeleteFunc(s.posted[c.ID], func(t time.Time) bool { return now.Sub(t) >= time.Duration(s.Burst)*time.Second })
	if len(times) >= s.Burst {
		return &apiError{code: "ratelimited", status: 429, retry: 1}
	}
	s.posted[c.ID] = append(times, now)
	return nil
}

// root finds the message that began a thread, by the time stamp that a call names. A thread that is not there is no error of
// Slack's: the message stands alone.
func root(c *Channel, ts string) string {
	m := c.byTS[ts]
	switch {
	case ts == "" || m == nil:
		return ts
	case m.Thread != "":
		return m.Thread
	}
	return ts
}

func (s *Server) postMessage(p map[string]any) (reply, *apiError) {
	c, refused := s.target(str(p, "channel"))
	if refused != nil {
		return nil, refused
	}
	if refused = s.throttled(c); refused != nil {
		return nil, refused
	}
	m, refused := s.said(p, maxText)
	if refused != nil {
		return nil, refused
	}
	m.Thread, m.Broadcast = root(c, str(p, "thread_ts")), truth(p, "reply_broadcast")
	s.add(c, m)
	s.echo(c, m)
	return reply{"channel": c.ID, "ts": m.TS, "message": s.show(c, m, true)}, nil
}

func (s *Server) postEphemeral(p map[string]any) (reply, *apiError) {
	c, refused := s.target(str(p, "channel"))
	if refused != nil {
		return nil, refused
	}
	user := str(p, "user")
	if s.personOf[user] == nil || !c.has(user) {
		return nil, refuse("user_not_in_channel")
	}
	m, refused := s.said(p, maxText)
	if refused != nil {
		return nil, refused
	}
	m.For, m.Thread, m.Metadata = user, root(c, str(p, "thread_ts")), nil
	s.add(c, m)
	return reply{"message_ts": m.TS}, nil
}

// own finds a message of the bot's that everybody sees.
func (s *Server) own(p map[string]any, notMine string) (*Channel, *Message, *apiError) {
	c, refused := s.target(str(p, "channel"))
	if refused != nil {
		return nil, nil, refused
	}
	m := c.byTS[str(p, "ts")]
	switch {
	case m == nil || m.For != "":
		return nil, nil, refuse("message_not_found")
	case !m.Bot:
		return nil, nil, refuse(notMine)
	}
	return c, m, nil
}

func (s *Server) updateMessage(p map[string]any) (reply, *apiError) {
	c, m, refused := s.own(p, "cant_update_message")
	if refused != nil {
		return nil, refused
	}
	next, refused := s.said(p, maxUpdate)
	if refused != nil {
		return nil, refused
	}
	before := s.show(c, m, true)
	s.replace(m, next, p)
	s.changedMessage(c, m, before)
	return reply{"channel": c.ID, "ts": m.TS, "text": m.Text, "message": s.show(c, m, true)}, nil
}

// replace puts what a call says in place of what a message said: what the call does not name stays.
func (s *Server) replace(m, next *Message, p map[string]any) {
	if _, given := p["text"]; given {
		m.Text = next.Text
	}
	if _, given := p["blocks"]; given {
		m.Blocks = next.Blocks
	}
	if md, given := p["metadata"]; given {
		if m.Metadata = next.Metadata; len(md.(map[string]any)) == 0 { //nolint:forcetypeassert // as checkMetadata found
			m.Metadata = nil
		}
	}
	m.Edits++
	s.touch()
}

func (s *Server) deleteMessage(p map[string]any) (reply, *apiError) {
	c, m, refused := s.own(p, "cant_delete_message")
	if refused != nil {
		return nil, refused
	}
	s.drop(c, m)
	return reply{"channel": c.ID, "ts": m.TS}, nil
}

func (s *Server) permalink(p map[string]any) (reply, *apiError) {
	c := s.channelOf[str(p, "channel")]
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	ts := str(p, "message_ts")
	if c.byTS[ts] == nil {
		return nil, refuse("message_not_found")
	}
	return reply{"channel": c.ID, "permalink": "https://fake.slack.invalid/archives/" + c.ID + "/p" + strings.Replace(ts, ".", "", 1)}, nil
}

func (s *Server) react(p map[string]any) (reply, *apiError) {
	c, refused := s.target(str(p, "channel"))
	if refused != nil {
		return nil, refused
	}
	m, name := c.byTS[str(p, "timestamp")], str(p, "name")
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case name == "":
		return nil, refuse("invalid_name")
	case slices.Contains(m.Reactions, name):
		return nil, refuse("already_reacted")
	}
	m.Reactions = append(m.Reactions, name)
	s.touch()
	return nil, nil
}
