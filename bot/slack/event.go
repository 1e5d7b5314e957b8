package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
)

// outer is what Slack's Events API sends. Only what is read stands here: the library's types refuse events that they do not know.
// https://docs.slack.dev/apis/events-api/#event-type-structure
type outer struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	Team      string `json:"team_id"`
	ID        string `json:"event_id"`
	Event     event  `json:"event"`
}

// event is one of them.
type event struct {
	Type        string  `json:"type"`
	Subtype     string  `json:"subtype"`
	User        nameOrs `json:"user"`
	Bot         string  `json:"bot_id"`
	Text        string  `json:"text"`
	TS          string  `json:"ts"`
	Thread      string  `json:"thread_ts"`
	Parent      string  `json:"parent_user_id"` // who wrote what a reply stands under
	Channel     nameOrs `json:"channel"`
	ChannelType string  `json:"channel_type"`
	Tab         string  `json:"tab"`
	Edited      *struct {
		TS string `json:"ts"`
	} `json:"edited"`
	Message *event          `json:"message"` // of message_changed
	Files   json.RawMessage `json:"files"`
}

// nameOrs is a channel, which some events name and others describe; a user likewise.
type nameOrs string

// UnmarshalJSON reads an id, or what has one.
func (n *nameOrs) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return fmt.Errorf("read id: %w", err)
		}
		*n = nameOrs(s)
		return nil
	}
	var c struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(b, &c); err == nil {
		*n = nameOrs(c.ID)
	}
	return nil
}

// readOuter reads an event; the error quotes nothing of it.
func readOuter(body []byte) (*outer, error) {
	var o outer
	if err := json.Unmarshal(body, &o); err != nil {
		return nil, fmt.Errorf("an event of %d bytes cannot be read", len(body))
	}
	return &o, nil
}

// identity is who we are.
type identity struct {
	user, bot, team string
}

// Subtypes of messages that somebody wrote. All others tell that something happened.
var written = []string{"", "thread_broadcast", "file_share", "me_message"}

// spoken gives the message that somebody wrote or changed, nil where it is none: we and other bots are not answered, or two bots
// would talk for ever.
func (e *event) spoken(me identity) *event {
	m := e
	if e.Subtype == "message_changed" {
		if e.Message == nil {
			return nil
		}
		inner := *e.Message
		inner.Type, inner.Channel, inner.ChannelType = e.Type, e.Channel, e.ChannelType
		m = &inner
	}
	if m.User == "" || m.Bot != "" || string(m.User) == me.user || m.Channel == "" || m.TS == "" || !slices.Contains(written, m.Subtype) {
		return nil
	}
	return m
}

// id names a message and its latest change: whatever brings it, it is the same.
func (e *event) id() string {
	id := "message/" + string(e.Channel) + "/" + e.TS
	if e.Edited != nil && e.Edited.TS != "" {
		id += "/" + e.Edited.TS
	}
	return id
}

// files tells whether something hangs on the message.
func (e *event) files() bool {
	return len(bytes.Trim(e.Files, "[] \n")) > 0 && string(e.Files) != "null"
}

var angled = regexp.MustCompile(`<([^<>]*)>`)

// plainText reads Slack's markup: our own name is taken out, links and channels become what they are called.
func plainText(s, self string) string {
	s = angled.ReplaceAllStringFunc(s, func(m string) string {
		inner := m[1 : len(m)-1]
		to, label, labelled := strings.Cut(inner, "|")
		switch {
		case inner == "":
			return " "
		case to == "@"+self:
			return " "
		case labelled:
			return label
		case strings.HasPrefix(to, "@"), strings.HasPrefix(to, "#"), strings.HasPrefix(to, "!"):
			return " "
		}
		return to
	})
	return strings.Join(strings.Fields(html.UnescapeString(s)), " ")
}

// lane is the chat whose order an event belongs to.
func (o *outer) lane() string {
	e := &o.Event
	user := e.User
	if e.Message != nil {
		user = e.Message.User
	}
	return o.Team + "/" + chatOf(string(e.Channel), string(user))
}

// chatOf names a talk: a direct message is one, and what somebody asks in a channel, and is answered there alone, is another.
func chatOf(channel, user string) string {
	if strings.HasPrefix(channel, "D") {
		return channel
	}
	return channel + "/" + user
}
