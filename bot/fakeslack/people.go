package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// written makes what somebody types as Slack sends it: what could be markup is escaped, "@cobijo" names the bot.
func (s *Server) written(text string) string {
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	return strings.ReplaceAll(text, "@"+s.personOf[s.BotUser].Name, "<@"+s.BotUser+">")
}

// say puts what somebody writes into a channel. The lock is held.
func (s *Server) say(p *Person, c *Channel, thread, text string) (told, named *Delivery) {
	m := s.add(c, &Message{User: p.ID, Text: s.written(text), Thread: thread})
	event := s.show(c, m, false)
	event["channel"], event["channel_type"], event["event_ts"], event["client_msg_id"] = c.ID, c.kind(), m.TS, s.id("client-")
	if !c.has(s.BotUser) {
		told = s.bring(&Delivery{Kind: kindEvent, TS: m.TS, err: ErrNotTold})
	} else {
		told = s.event(messageKind(c), event)
	}
	if c.With == "" && strings.Contains(m.Text, "<@"+s.BotUser+">") {
		mention := map[string]any{"type": "app_mention", "user": p.ID, "text": m.Text, "ts": m.TS, "channel": c.ID, "event_ts": m.TS, "team": s.TeamID}
		if m.Thread != "" {
			mention["thread_ts"] = m.Thread
		}
		named = s.event("app_mention", mention)
	}
	return told, named
}

func messageKind(c *Channel) string {
	return map[string]string{"im": "message.im", "group": "message.groups", "channel": "message.channels"}[c.kind()]
}

// Say lets somebody write into a channel. Where the text has "@cobijo" in it the app is told twice: of the message, and that it
// was named; the delivery is the latter.
func (s *Server) Say(p *Person, c *Channel, text string) *Delivery { return s.Reply(p, c, "", text) }

// Reply lets somebody write into the thread of a message, named by its time stamp.
func (s *Server) Reply(p *Person, c *Channel, thread, text string) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	told, named := s.say(p, c, root(c, thread), text)
	if named != nil {
		return named
	}
	return told
}

// Mention lets somebody name the bot in a channel and say something to it.
func (s *Server) Mention(p *Person, c *Channel, text string) *Delivery {
	return s.Say(p, c, "@"+s.personOf[s.BotUser].Name+" "+text)
}

// DM lets somebody write to the bot alone.
func (s *Server) DM(p *Person, text string) *Delivery { return s.Say(p, s.Direct(p), text) }

// EditMessage lets somebody change what they wrote.
func (s *Server) EditMessage(c *Channel, ts, text string) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := c.byTS[ts]
	if m == nil {
		return s.bring(&Delivery{Kind: kindEvent, err: ErrNotTold})
	}
	before := s.show(c, m, false)
	m.Text = s.written(text)
	m.Edits++
	return s.changedMessage(c, m, before)
}

// DeleteMessage takes a message away, as a person may do; the app is told.
func (s *Server) DeleteMessage(c *Channel, ts string) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := c.byTS[ts]
	if m == nil {
		return s.bring(&Delivery{Kind: kindEvent, err: ErrNotTold})
	}
	s.drop(c, m)
	return s.event(messageKind(c), map[string]any{
		"type": "message", "subtype": "message_deleted", "hidden": true, "channel": c.ID, "channel_type": c.kind(), "ts": s.stamp(),
		"deleted_ts": m.TS, "previous_message": s.show(c, m, false),
	})
}

// changedMessage tells the app that a message says something else. The lock is held.
func (s *Server) changedMessage(c *Channel, m *Message, before map[string]any) *Delivery {
	s.touch()
	return s.event(messageKind(c), map[string]any{
		"type": "message", "subtype": "message_changed", "hidden": true, "channel": c.ID, "channel_type": c.kind(), "ts": s.stamp(),
		"message": s.show(c, m, true), "previous_message": before,
	})
}

// echo tells the app of its own message. The lock is held.
func (s *Server) echo(c *Channel, m *Message) {
	event := s.show(c, m, false)
	event["channel"], event["channel_type"], event["event_ts"] = c.ID, c.kind(), m.TS
	s.event(messageKind(c), event)
}

func (s *Server) user(p *Person) map[string]any {
	return map[string]any{"id": p.ID, "username": p.Name, "name": p.Name, "team_id": s.TeamID}
}

// Slash lets somebody give a command in a channel: "/commitments", "mexico". What the app answers when it acknowledges is shown.
func (s *Server) Slash(p *Person, c *Channel, command, text string) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := c.Name
	if c.With != "" {
		name = "directmessage"
	}
	to := s.newAnswer(p.ID, c, nil)
	fields := map[string]string{
		"token": formerly, "team_id": s.TeamID, "team_domain": "fake", "channel_id": c.ID, "channel_name": name,
		"user_id": p.ID, "user_name": p.Name, "command": command, "text": text, "api_app_id": s.AppID, "is_enterprise_install": "false",
		"response_url": to, "trigger_id": s.newTrigger(p.ID, nil),
	}
	d := &Delivery{Kind: kindSlash, Payload: mustJSON(fields), form: map[string][]string{}}
	for k, v := range fields {
		d.form.Set(k, v)
	}
	a := s.answers[to[strings.LastIndex(to, "/")+1:]]
	d.answered = func(response json.RawMessage) { s.commandAnswered(c, a, response) }
	return s.bring(d)
}

// commandAnswered shows what the app answered at once. The lock is held.
func (s *Server) commandAnswered(c *Channel, a *answerURL, response json.RawMessage) {
	if len(response) == 0 {
		return
	}
	var v any
	if err := json.Unmarshal(response, &v); err != nil {
		s.problem("slash command: the answer is no JSON")
		return
	}
	var p map[string]any
	switch v := v.(type) {
	case map[string]any:
		p = v
	case string:
		p = map[string]any{"text": v}
	default:
		s.problem("slash command: the answer is no message")
		return
	}
	m, refused := s.said(p, maxText)
	if refused != nil {
		s.problem("slash command: %s %s", refused.code, strings.Join(refused.details, "; "))
		return
	}
	s.place(c, a, m, p)
}

// interact brings an interaction. The lock is held.
func (s *Server) interact(p *Person, v map[string]any) *Delivery {
	v["user"], v["api_app_id"], v["token"] = s.user(p), s.AppID, formerly
	v["team"], v["enterprise"], v["is_enterprise_install"] = map[string]any{"id": s.TeamID, "domain": "fake"}, nil, false
	d := &Delivery{Kind: kindInteractive, Payload: mustJSON(v)}
	if kind := v["type"]; kind != "view_submission" {
		d.answered = func(response json.RawMessage) {
			if len(response) > 0 {
				s.problem("%v: an answer to it is not read", kind)
			}
		}
	}
	return s.bring(d)
}

// Shortcut lets somebody choose one of the app's message shortcuts, by its callback_id.
func (s *Server) Shortcut(p *Person, callback string, m Message) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channelOf[m.Channel]
	now := c.byTS[m.TS]
	if now == nil {
		return s.bring(&Delivery{Kind: kindInteractive, err: errors.New("the message is not there")})
	}
	return s.interact(p, map[string]any{
		"type": "message_action", "callback_id": callback, "trigger_id": s.newTrigger(p.ID, nil), "action_ts": s.stamp(),
		"message_ts": m.TS, "message": s.show(c, now, false), "channel": map[string]any{"id": c.ID, "name": channelName(c)},
		"response_url": s.newAnswer(p.ID, c, now),
	})
}

// GlobalShortcut lets somebody choose one of the app's shortcuts that belong to no message.
func (s *Server) GlobalShortcut(p *Person, callback string) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.interact(p, map[string]any{"type": "shortcut", "callback_id": callback, "trigger_id": s.newTrigger(p.ID, nil), "action_ts": s.stamp()})
}

// OpenHome lets somebody open the app's Home tab.
func (s *Server) OpenHome(p *Person) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := map[string]any{"type": "app_home_opened", "user": p.ID, "channel": s.direct(p.ID).ID, "tab": "home"}
	if v := s.homes[p.ID]; v != nil {
		e["view"] = s.describeView(v)
	}
	return s.event("app_home_opened", e)
}

func channelName(c *Channel) string {
	switch {
	case c.With != "":
		return "directmessage"
	case c.Private:
		return "privategroup"
	}
	return c.Name
}

// Said are the bot's messages that stand in a channel, those that one person alone sees left out.
func (s *Server) Said(c *Channel) []Message {
	return s.messages(func(_ *Channel, m *Message) bool { return m.Channel == c.ID && m.Bot && m.For == "" })
}

// Messages are all that stands in a channel for everybody.
func (s *Server) Messages(c *Channel) []Message {
	return s.messages(func(_ *Channel, m *Message) bool { return m.Channel == c.ID && m.For == "" })
}

// Ephemeral are the messages that somebody alone sees, in all channels.
func (s *Server) Ephemeral(p *Person) []Message {
	return s.messages(func(_ *Channel, m *Message) bool { return m.For == p.ID })
}

func (s *Server) messages(which func(*Channel, *Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	for _, c := range s.channels {
		for _, m := range c.messages {
			if which(c, m) {
				all = append(all, *m)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Message) int { return stampTime(a.TS).Compare(stampTime(b.TS)) })
	return all
}

// View waits for a modal to be open before somebody, and gives the uppermost.
func (s *Server) View(ctx context.Context, p *Person) (View, error) {
	var v View
	err := s.Until(ctx, func() bool {
		open := s.Views(p)
		if len(open) > 0 {
			v = open[len(open)-1]
		}
		return len(open) > 0
	})
	if err != nil {
		return v, fmt.Errorf("no modal opened: %w", err)
	}
	return v, nil
}

// Whispered waits until somebody alone was told at least n messages, and gives them.
func (s *Server) Whispered(ctx context.Context, p *Person, n int) ([]Message, error) {
	err := s.Until(ctx, func() bool { return len(s.Ephemeral(p)) >= n })
	return s.Ephemeral(p), err
}

// Posted waits until the bot said at least n messages in a channel, and gives them.
func (s *Server) Posted(ctx context.Context, c *Channel, n int) ([]Message, error) {
	err := s.Until(ctx, func() bool { return len(s.Said(c)) >= n })
	return s.Said(c), err
}
