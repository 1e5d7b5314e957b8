package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"cobijo/bot/fakeslack"
	"cobijo/bot/faketelegram"
)

// onTelegram is a person on Telegram.
type onTelegram struct {
	s     *Server
	chat  *faketelegram.Chat
	known map[int64]string // what each message said when the turn began
}

func (s *Server) telegramStage() *onTelegram {
	n := s.newChat("", "es")
	s.mu.Lock()
	defer s.mu.Unlock()
	return &onTelegram{s: s, chat: s.chats[n].Chat, known: map[int64]string{}}
}

func (o *onTelegram) do(_ context.Context, t turn) error {
	switch t.mark {
	case "@":
		o.s.Telegram.SetLang(o.chat, t.words)
	case ">":
		o.s.Telegram.Say(o.chat, t.words)
	case "*":
		for _, m := range slices.Backward(o.s.Telegram.Said(o.chat)) {
			for _, k := range m.Keys() {
				if k.Text == t.words || k.Data == t.words || strings.HasSuffix(k.Data, ":"+t.words) && strings.Index(k.Data, ":") == len(k.Data)-len(t.words)-1 {
					return o.s.Telegram.PressData(o.chat, m.ID, k.Data)
				}
			}
		}
		if strings.HasPrefix(t.words, "/") || strings.Contains(t.words, ":") || !strings.Contains(t.words, " ") {
			return o.old(t.words)
		}
		return fmt.Errorf("no key says %q", t.words)
	}
	return nil
}

// old presses a key that stands on no message of this chat any more, by what it means: a recording may begin so.
func (o *onTelegram) old(choice string) error {
	id := int64(1)
	if all := o.s.Telegram.Said(o.chat); len(all) > 0 {
		id = all[len(all)-1].ID
	}
	return o.s.Telegram.PressData(o.chat, id, telegramData+choice)
}

// telegramData begins the data of the assistant's keys on Telegram.
const telegramData = "1:"

func (o *onTelegram) keep() {
	for _, m := range o.s.Telegram.Said(o.chat) {
		o.known[m.ID] = m.HTML + string(m.Markup)
	}
}

// idle tells whether the bot has taken all updates, which it does after its answers.
func (o *onTelegram) idle() bool { return o.s.Telegram.Waiting() == 0 }

func (o *onTelegram) came() []string {
	var lines []string
	for _, m := range o.s.Telegram.Said(o.chat) {
		if o.known[m.ID] == m.HTML+string(m.Markup) {
			continue
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, strings.Split(m.Text, "\n")...)
		for i, k := range m.Keys() {
			lines = append(lines, fmt.Sprintf("(%d) %s", i+1, k.Text))
		}
	}
	return lines
}

// onSlack is a person on Slack who writes to the app alone, or gives commands there.
type onSlack struct {
	s       *Server
	person  *fakeslack.Person
	channel *fakeslack.Channel
	known   map[string]string
}

func (s *Server) slackStage() *onSlack {
	p := s.Slack.Person("replay", "es-419", "America/Mexico_City")
	return &onSlack{s: s, person: p, channel: s.Slack.Direct(p), known: map[string]string{}}
}

// ackTime is longer than the app may take, so that its lateness shows as such.
const ackTime = 10 * time.Second

func (o *onSlack) do(ctx context.Context, t turn) error {
	switch t.mark {
	case "@":
		o.s.Slack.Change(o.person, func(p *fakeslack.Person) { p.Locale = t.words })
		return nil
	case ">":
		d, err := o.s.write(place{person: o.person, channel: o.channel, where: whereDirect}, "", t.words)
		if err != nil || d == nil {
			return err
		}
		return o.wait(ctx, d)
	case "*":
		for _, m := range slices.Backward(o.messages()) {
			if action := actionOf(m.Blocks, t.words); action != "" {
				d, err := o.s.Slack.Press(o.person, m, action)
				if err != nil {
					return fmt.Errorf("press: %w", err)
				}
				return o.wait(ctx, d)
			}
		}
		return fmt.Errorf("no key says %q", t.words)
	}
	return nil
}

func (o *onSlack) wait(ctx context.Context, d *fakeslack.Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, ackTime)
	defer cancel()
	return d.Wait(ctx)
}

// actionOf finds a button by what stands on it, or by what it means.
func actionOf(blocks json.RawMessage, words string) string {
	var v any
	if json.Unmarshal(blocks, &v) != nil {
		return ""
	}
	meant := string(asJSON(words))
	for _, b := range objects(v) {
		for _, e := range append(objects(b["elements"]), object(b["accessory"])) {
			if text(e, "type") != "button" {
				continue
			}
			if text(object(e["text"]), "text") == words || strings.Contains(text(e, "value"), meant) {
				return text(e, "action_id")
			}
		}
	}
	return ""
}

func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return nil // strings can always be written
	}
	return b
}

// messages are all that the person sees of the app, in order.
func (o *onSlack) messages() []fakeslack.Message {
	all := append(o.s.Slack.Said(o.channel), o.s.Slack.Ephemeral(o.person)...)
	byTime(all)
	return all
}

func (o *onSlack) keep() {
	for _, m := range o.messages() {
		o.known[m.TS] = m.Text + string(m.Blocks)
	}
}

// idle is not known on Slack, where the app takes everything before it answers.
func (o *onSlack) idle() bool { return true }

func (o *onSlack) came() []string {
	var lines []string
	for _, m := range o.messages() {
		if o.known[m.TS] == m.Text+string(m.Blocks) {
			continue
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, o.lines(m)...)
	}
	return lines
}

// lines writes a message down: what it says, then what can be pressed.
func (o *onSlack) lines(m fakeslack.Message) []string {
	if m.Blocks == nil {
		return strings.Split(plainOf(string(slackHTML(m.Text, o.s.Slack.Name))), "\n")
	}
	var lines, keys []string
	for _, b := range (&drawer{s: o.s}).blocks(m.Blocks) {
		if b.HTML != "" {
			lines = append(lines, strings.Split(plainOf(string(b.HTML)), "\n")...)
		}
		for _, c := range b.Columns {
			lines = append(lines, strings.Split(plainOf(string(c)), "\n")...)
		}
		for _, e := range b.Elements {
			keys = append(keys, e.Label)
		}
	}
	for i, k := range keys {
		lines = append(lines, fmt.Sprintf("(%d) %s", i+1, k))
	}
	return lines
}

// plainOf takes the tags out of what the page would show.
func plainOf(s string) string { return html.UnescapeString(anyTag.ReplaceAllString(s, "")) }
