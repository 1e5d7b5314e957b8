package fakeslack

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Person is somebody of the workspace.
type Person struct {
	ID, Name, Real string
	Locale         string // "es-419", "en-US"
	Zone           string // "America/Tegucigalpa"
	Bot            bool
	Deleted        bool
}

// Group is a group of people that a message can name.
type Group struct {
	ID, Handle string
	Members    []string // ids
}

// Channel is a channel, or the direct messages of the bot with somebody.
type Channel struct {
	ID, Name string
	Private  bool
	Archived bool
	With     string   // of direct messages: the other's id
	Members  []string // ids, the bot's too where it is one
	messages []*Message
	byTS     map[string]*Message // those that stand in the channel
}

// Message is what stands in a channel, or before one person alone.
type Message struct {
	Channel, TS, Thread string // Thread is the time stamp of the message that began the thread
	User                string // who wrote it
	Bot                 bool   // the bot did
	Text                string
	Blocks              json.RawMessage
	Metadata            json.RawMessage
	For                 string // the only one who sees it; "" for everybody
	Edits               int
	Broadcast           bool // a reply shown in the channel too
	Files               []string
	Reactions           []string
	At                  time.Time
}

// Person makes somebody whose Slack speaks a language and keeps a time zone: "es-419", "America/Mexico_City".
func (s *Server) Person(name, locale, zone string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &Person{ID: s.id("U"), Name: name, Real: strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):], Locale: locale, Zone: zone}
	s.enrol(p)
	return p
}

func (s *Server) enrol(p *Person) {
	s.people = append(s.people, p)
	s.personOf[p.ID] = p
}

// Change changes somebody: f gets the person while nobody looks.
func (s *Server) Change(p *Person, f func(*Person)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(p)
}

// Group makes a group of people.
func (s *Server) Group(handle string, members ...*Person) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Group{ID: s.id("S"), Handle: handle}
	for _, p := range members {
		g.Members = append(g.Members, p.ID)
	}
	s.groups = append(s.groups, g)
	return g
}

// Channel makes a channel with the bot and these people.
func (s *Server) Channel(name string, members ...*Person) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Channel{ID: s.id("C"), Name: name, Members: []string{s.BotUser}, byTS: map[string]*Message{}}
	for _, p := range members {
		c.Members = append(c.Members, p.ID)
	}
	s.found(c)
	return c
}

// Private makes a channel private.
func (s *Server) Private(c *Channel) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Private = true
	return c
}

// People are all of the workspace but the bot; Channels are all channels but direct messages.
func (s *Server) People() []Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Person
	for _, p := range s.people {
		if !p.Bot {
			all = append(all, *p)
		}
	}
	return all
}

// Channels are the channels as they are now, without direct messages.
func (s *Server) Channels() []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Channel
	for _, c := range s.channels {
		if c.With == "" {
			all = append(all, *c)
		}
	}
	return all
}

// Direct is the channel of the direct messages of the bot with somebody.
func (s *Server) Direct(p *Person) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(p.ID)
}

// direct finds or makes the direct messages with somebody. The lock is held.
func (s *Server) direct(user string) *Channel {
	if c := s.directOf[user]; c != nil {
		return c
	}
	c := &Channel{ID: s.id("D"), With: user, Members: []string{s.BotUser, user}, byTS: map[string]*Message{}}
	s.found(c)
	return c
}

// found keeps a channel. The lock is held.
func (s *Server) found(c *Channel) {
	s.channels = append(s.channels, c)
	s.channelOf[c.ID] = c
	if c.With != "" {
		s.directOf[c.With] = c
	}
}

// kind is what a channel is called in events: "channel", "group", "im".
func (c *Channel) kind() string {
	switch {
	case c.With != "":
		return "im"
	case c.Private:
		return "group"
	}
	return "channel"
}

func (c *Channel) has(user string) bool { return slices.Contains(c.Members, user) }

// add puts a message into a channel, with a name of its own. The lock is held.
func (s *Server) add(c *Channel, m *Message) *Message {
	m.Channel, m.TS, m.At = c.ID, s.stamp(), s.Now()
	c.messages = append(c.messages, m)
	c.byTS[m.TS] = m
	s.touch()
	return m
}

// drop takes a message away. The lock is held.
func (s *Server) drop(c *Channel, m *Message) {
	delete(c.byTS, m.TS)
	c.messages = slices.DeleteFunc(c.messages, func(x *Message) bool { return x == m })
	s.touch()
}

// show is a message as the API tells it. The lock is held.
func (s *Server) show(c *Channel, m *Message, metadata bool) map[string]any {
	v := map[string]any{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": s.TeamID}
	if m.Bot {
		v["bot_id"], v["app_id"] = s.BotID, s.AppID
		v["bot_profile"] = map[string]any{"id": s.BotID, "app_id": s.AppID, "name": "Cobijo", "deleted": false, "team_id": s.TeamID}
	}
	if m.Blocks != nil {
		v["blocks"] = m.Blocks
	}
	if m.Thread != "" {
		v["thread_ts"] = m.Thread
	}
	if m.Edits > 0 {
		v["edited"] = map[string]any{"user": m.User, "ts": m.TS}
	}
	if metadata && m.Metadata != nil {
		v["metadata"] = m.Metadata
	}
	if m.For != "" {
		v["is_ephemeral"] = true
	}
	n := 0
	for _, r := range c.messages {
		if r.Thread == m.TS && r != m {
			n++
		}
	}
	if n > 0 {
		v["thread_ts"], v["reply_count"] = m.TS, n
	}
	if len(m.Files) > 0 {
		var files []map[string]any
		for _, id := range m.Files {
			if f := s.files[id]; f != nil {
				files = append(files, map[string]any{"id": f.ID, "name": f.Name, "title": f.Title})
			}
		}
		v["files"] = files
	}
	return v
}
